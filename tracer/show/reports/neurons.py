"""The numbers of one iteration, neuron by neuron: forward, errors, backward, updates.

Per sample of the batch: net and out of each neuron, the error at each output, and ∂E/∂out, slope
and delta from the outputs back. Then, once for the batch, each parameter's gradient and update, and
the loss before and after.
"""

from __future__ import annotations

from collections.abc import Iterator

from tracer.engine.trace import IterationTrace
from tracer.show.document import Block
from tracer.show.reports.passes import (
    backward_tables,
    errors_table,
    forward_table,
    means_table,
)
from tracer.show.reports.selection import Selection, sample_heading
from tracer.show.reports.tables import suffix
from tracer.show.reports.updates import batch_heading, loss_table, parts_table, updates_table


def neurons(trace: IterationTrace, selection: Selection) -> Iterator[Block]:
    """Every number of the iteration."""
    mark, limit = suffix(trace.number), selection.limit
    for position in selection.positions(trace):
        yield from sample_heading(trace, position)
        yield from _sample(trace, position, selection)
    yield from selection.remark(trace)
    if trace.experiment.data is None:
        return
    yield from batch_heading(trace)
    if trace.rule.batch_means:
        yield from means_table(trace, limit, mark)
    yield from updates_table(trace, limit, mark)
    yield loss_table(trace, mark)


def _sample(trace: IterationTrace, position: int, selection: Selection) -> Iterator[Block]:
    limit, mark = selection.limit, suffix(trace.number, trace.rows[position] + 1)
    yield from forward_table(trace, position, limit, mark)
    if trace.experiment.data is None:
        return
    yield from errors_table(trace, position, limit, mark)
    yield from backward_tables(trace, position, limit, mark)
    if selection.with_parts(trace) and not trace.rule.batch_means:
        yield from parts_table(trace, position, limit, mark)
