"""What can be explained: the names of a calculation's numbers, grouped as they are calculated."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from tracer.engine.trace import IterationTrace
from tracer.explain.explanation import GraphNumbers, NetworkNumbers, Numbers
from tracer.graph import GraphTrace
from tracer.model.quantity import Kind, Quantity, Stage
from tracer.show.document import Block, Cell, Column, Name, Note, Records, Table

_SHOWN = 8

GROUPS: Mapping[str, frozenset[Kind]] = {
    "given": frozenset({Kind.INPUT, Kind.TARGET, Kind.WEIGHT, Kind.BIAS, Kind.LEARNING_RATE}),
    "forward": frozenset({Kind.NET, Kind.OUT}),
    "errors": frozenset({Kind.ERROR, Kind.TOTAL, Kind.LOSS}),
    "backward": frozenset({Kind.PATH, Kind.DE_DOUT, Kind.SLOPE, Kind.DELTA}),
    "gradients": frozenset(
        {Kind.WEIGHT_PART, Kind.BIAS_PART, Kind.WEIGHT_GRADIENT, Kind.BIAS_GRADIENT}
    ),
    "updates": frozenset({Kind.NEW_WEIGHT, Kind.NEW_BIAS}),
}
"""The groups of quantities, in the order in which a person meets them."""


def listing(numbers: Numbers) -> Iterator[Block]:
    """The names of a network's or a graph's numbers."""
    if isinstance(numbers, NetworkNumbers):
        yield from _network(numbers.trace)
    elif isinstance(numbers, GraphNumbers):
        yield from _graph(numbers.trace)


def _network(trace: IterationTrace) -> Iterator[Block]:
    """A table a group, a row a stage; the first sample of the batch stands for all of them."""
    every = ((Name(trace.names.name(q)), q.kind.value, q.layer) for q in trace.quantities())
    found = (Column("quantity"), Column("what"), Column("layer", "right"))
    yield Records(Table(found, every, name="quantities"))
    columns = (Column("what"), Column("layer", "right"), Column("names"), Column("count", "right"))
    for group, kinds in GROUPS.items():
        stages = [stage for stage in trace.arrays if stage.kind in kinds]
        if group == "forward":
            stages = [stage for stage in stages if not stage.mean]
        rows = [_row(trace, stage) for stage in stages]
        if rows:
            yield Table(columns, rows, group.capitalize(), group)
    if len(trace.rows) > 1:
        yield Note(
            f"Sample {trace.rows[0] + 1} stands for the {len(trace.rows)} of the batch; #K behind a "
            "name picks another, @N another iteration."
        )


def _row(trace: IterationTrace, stage: Stage) -> tuple[Cell, ...]:
    array = trace.arrays[stage]
    shape = array.shape[1:] if stage.of_a_sample or stage.mean else array.shape
    count = int(np.prod(shape))
    shown = range(count) if count <= _SHOWN else (0, 1, 2, count - 1)
    row = trace.rows[0] if stage.of_a_sample else None
    names = [
        trace.names.name(Quantity(stage, tuple(map(int, np.unravel_index(k, shape))), row))
        for k in shown
    ]
    words = f"mean over the batch: {stage.kind.value}" if stage.mean else stage.kind.value
    return words, stage.layer, _listed(names, gap=count > _SHOWN), count


def _listed(names: list[str], *, gap: bool) -> str:
    """The names as they are typed."""
    if not gap:
        return "  ".join(names)
    return f"{'  '.join(names[:-1])} … {names[-1]}"


def _graph(trace: GraphTrace) -> Iterator[Block]:
    """Inputs, nodes, gradients and updates of a computation graph."""
    groups = {
        "given": [n for n in trace.order() if trace.formula(n) is None and "/" not in n],
        "forward": list(trace.graph.nodes),
        "gradients": [n for n in trace.order() if "/" in n],
        "updates": [n for n in trace.order() if n.endswith("+")],
    }
    rows = [
        (group, _listed(names, gap=False), len(names)) for group, names in groups.items() if names
    ]
    every = ((Name(name), group) for group, names in groups.items() for name in names)
    yield Records(Table((Column("quantity"), Column("what")), every, name="quantities"))
    columns = (Column("what"), Column("names"), Column("count", "right"))
    yield Table(columns, rows, name="names")
