"""What `run --round` shows of a computation graph: its numbers exactly, and as done by hand."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tracer.digits.rounding import Rounding
from tracer.explain.byhand import drifts
from tracer.explain.worksheet import OF_A_GRAPH
from tracer.graph.trace import GraphTrace
from tracer.language import say
from tracer.model.experiment import GraphExperiment
from tracer.model.quantity import at
from tracer.show.document import Block, Column, Heading, Name, Records, Table
from tracer.show.reports.byhand import (
    NUMBERS,
    carried,
    drift_remarks,
    drift_table,
    how_rounded,
    numbers_of,
)
from tracer.show.reports.graph import graph_head
from tracer.show.reports.selection import ROW_LIMIT
from tracer.show.reports.tables import number_column, suffix

Pair = tuple[GraphTrace, GraphTrace]
"""An iteration calculated exactly, and by hand."""


def graph_by_hand_document(
    experiment: GraphExperiment,
    pairs: Sequence[Pair],
    rounding: Rounding,
    limit: int | None = ROW_LIMIT,
) -> Iterator[Block]:
    """Iteration by iteration values, gradients and updates, exact beside by hand.

    Raises GraphValueError, before there is any block, where a number can't be calculated exactly.
    """
    blocks = [block for pair in pairs for block in _iteration(*pair, rounding, limit)]
    head = graph_head(pairs[0][0].graph)
    return iter(
        [_records(pairs, rounding), *head, how_rounded(rounding, carried(experiment)), *blocks]
    )


def _records(pairs: Sequence[Pair], rounding: Rounding) -> Records:
    """Every number both ways."""
    rows = (
        (exact.number, Name(at(found.quantity, 1)), *numbers_of(found).values())
        for exact, hand in pairs
        for found in drifts(exact, hand, rounding)
    )
    columns = (number_column("iteration"), Column("quantity"), *map(number_column, NUMBERS))
    return Records(Table(columns, rows, name="drifts"))


def _iteration(
    exact: GraphTrace, hand: GraphTrace, rounding: Rounding, limit: int | None
) -> Iterator[Block]:
    if exact.graph.training:
        yield Heading(say("Iteration {number}", number=exact.number), 2)
    found = list(drifts(exact, hand, rounding))
    for wanted, title in OF_A_GRAPH.items():
        own = [drift for drift in found if drift.quantity.phase is wanted]
        yield from drift_table(title, own, limit, suffix(exact.number))
    if found:
        yield from drift_remarks(found, rounding)
