"""How large deltas and gradients are, layer by layer, and how they shrink or grow on the way back."""

from __future__ import annotations

import math
from collections.abc import Iterator

from tracer.engine.trace import IterationTrace
from tracer.explain.sizes import Sizes, layer_sizes
from tracer.immutable import immutable
from tracer.language import say
from tracer.model.quantity import Kind
from tracer.show.document import Block, Column, Drawing, Lines, Notation, Table, Text
from tracer.show.pictures.bars import BarSketch
from tracer.show.reports.selection import Selection
from tracer.show.reports.tables import LAYER, Row, cell, number_column, suffix
from tracer.show.words import worded


def _columns() -> tuple[Column, ...]:
    return (
        LAYER,
        number_column(say("mean |delta|")),
        number_column(say("RMS delta")),
        number_column(say("largest |delta|")),
        number_column(say("ratio")),
        number_column(worded(say("norm of ∂{ERROR}/∂W"))),
        number_column(say("ratio")),
    )


def layers(trace: IterationTrace, selection: Selection) -> Iterator[Block]:
    """A row a layer, from the outputs back, with the ratios to the layer before it on that way."""
    found = tuple(layer_sizes(trace))
    rows = [_row(sizes) for sizes in found]
    title = say("Sizes of deltas and gradients")
    if trace.rule.batch_means:
        title = say("Sizes of products of batch means (not a gradient)")
    yield Table(_columns(), rows, title, f"layers{suffix(trace.number)}")
    yield Drawing(_Bars(found))
    yield Text(
        say(
            "Ratios are to the layer above, one step nearer the outputs: below 1 what comes back "
            "shrinks."
        )
    )


@immutable
class _Bars:
    """The sizes as bars."""

    sizes: tuple[Sizes, ...]

    def __call__(self, notation: Notation, width: int | None, ascii: bool, /) -> Lines:
        """Two bars a layer, in the letters of the notation."""
        delta = say("mean |{delta}|", delta=notation.letter(Kind.DELTA))
        norm = say("norm of ∂{error}/∂W", error=notation.letter(Kind.ERROR))
        sizes = [(delta, each.layer, each.mean) for each in self.sizes]
        sizes += [(norm, each.layer, each.gradient) for each in self.sizes]
        rows = [
            (say("{what}, layer {number}", what=what, number=n), size)
            for what, n, size in sizes
            if math.isfinite(size)
        ]
        return BarSketch(say("Sizes as bars"), rows)(notation, width, ascii)


def _row(sizes: Sizes) -> Row:
    deltas = (cell(sizes.mean), cell(sizes.rms), cell(sizes.largest))
    ratios = (None if r is None else cell(r) for r in (sizes.mean_ratio, sizes.gradient_ratio))
    return (sizes.layer, *deltas, next(ratios), cell(sizes.gradient), next(ratios))
