"""How large deltas and gradients are, layer by layer, and how they shrink or grow on the way back."""

from __future__ import annotations

from collections.abc import Iterator

from tracer.engine.trace import IterationTrace
from tracer.explain.sizes import Sizes, layer_sizes
from tracer.show.document import Block, Table, Text
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
    rows = [_row(sizes) for sizes in layer_sizes(trace)]
    means = " of products of batch means (not a gradient)" if trace.rule.batch_means else ""
    title = f"Sizes{means or ' of deltas and gradients'}"
    yield Table(_COLUMNS, rows, title, f"layers{suffix(trace.number)}")
    yield Text(
        "Ratios are to the layer above, one step nearer the outputs: below 1 what comes back shrinks."
    )


def _row(sizes: Sizes) -> Row:
    deltas = (cell(sizes.mean), cell(sizes.rms), cell(sizes.largest))
    ratios = (None if r is None else cell(r) for r in (sizes.mean_ratio, sizes.gradient_ratio))
    return (sizes.layer, *deltas, next(ratios), cell(sizes.gradient), next(ratios))
