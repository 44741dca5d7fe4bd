"""How large deltas and gradients are, layer by layer, and how they shrink or grow on the way back."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from tracer.engine.trace import IterationTrace
from tracer.explain.sizes import Sizes, layer_sizes
from tracer.model.quantity import Kind
from tracer.show.document import Block, Drawing, Lines, Notation, Table, Text
from tracer.show.pictures.bars import BarSketch
from tracer.show.reports.selection import Selection
from tracer.show.reports.tables import LAYER, Row, cell, number_column, suffix
from tracer.show.words import worded

_COLUMNS = (
    LAYER,
    number_column("mean |delta|"),
    number_column("RMS delta"),
    number_column("largest |delta|"),
    number_column("ratio"),
    number_column(worded("norm of ∂{ERROR}/∂W")),
    number_column("ratio"),
)


def layers(trace: IterationTrace, selection: Selection) -> Iterator[Block]:
    """A row a layer, from the outputs back, with the ratios to the layer before it on that way."""
    found = tuple(layer_sizes(trace))
    rows = [_row(sizes) for sizes in found]
    means = " of products of batch means (not a gradient)" if trace.rule.batch_means else ""
    title = f"Sizes{means or ' of deltas and gradients'}"
    yield Table(_COLUMNS, rows, title, f"layers{suffix(trace.number)}")
    yield Drawing(_Bars(found))
    yield Text(
        "Ratios are to the layer above, one step nearer the outputs: below 1 what comes back shrinks."
    )


@dataclass(frozen=True, slots=True)
class _Bars:
    """The sizes as bars."""

    sizes: tuple[Sizes, ...]

    def __call__(self, notation: Notation, width: int | None, ascii: bool, /) -> Lines:
        """Two bars a layer, in the letters of the notation."""
        delta = f"mean |{notation.letter(Kind.DELTA)}|"
        norm = f"norm of ∂{notation.letter(Kind.ERROR)}/∂W"
        sizes = [(delta, each.layer, each.mean) for each in self.sizes]
        sizes += [(norm, each.layer, each.gradient) for each in self.sizes]
        rows = [(f"{what}, layer {n}", size) for what, n, size in sizes if math.isfinite(size)]
        return BarSketch("Sizes as bars", rows)(notation, width, ascii)


def _row(sizes: Sizes) -> Row:
    deltas = (cell(sizes.mean), cell(sizes.rms), cell(sizes.largest))
    ratios = (None if r is None else cell(r) for r in (sizes.mean_ratio, sizes.gradient_ratio))
    return (sizes.layer, *deltas, next(ratios), cell(sizes.gradient), next(ratios))
