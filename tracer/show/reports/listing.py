"""What can be explained: the names of a calculation's numbers, grouped as they are calculated."""

from __future__ import annotations

from collections.abc import Iterator
from functools import singledispatch
from typing import Any

import numpy as np

from tracer.engine.trace import IterationTrace
from tracer.explain.worksheet import PHASES
from tracer.graph.trace import GraphTrace
from tracer.language import message, say
from tracer.model.quantity import Identity, Kind, Phase, Quantity, Stage
from tracer.show.document import Block, Cell, Column, Name, Note, Records, Table
from tracer.show.words import worded

_SHOWN = 8


@singledispatch
def listing(trace: Any) -> Iterator[Block]:
    """The names of a network's or a graph's numbers."""
    raise TypeError(f"no trace: {type(trace).__name__}")


@listing.register
def _(trace: IterationTrace) -> Iterator[Block]:
    """A table a phase, a row a stage; the first sample of the batch stands for all of them."""
    every = ((Name(q), worded(say(q.kind.template)), _layer(q.stage)) for q in trace)
    found = (Column(say("quantity")), Column(say("what")), Column(say("layer"), "right"))
    yield Records(Table(found, every, name="quantities"))
    columns = (
        Column(say("what")),
        Column(say("layer"), "right"),
        Column(say("names")),
        Column(say("count"), "right"),
    )
    for phase in Phase:
        stages = [stage for stage in trace.arrays if stage.kind.phase is phase]
        if phase is Phase.FORWARD:
            stages = [stage for stage in stages if not stage.mean]
        settings = [stage.slot for stage in stages if stage.kind is Kind.SETTING]
        rows = [_row(trace, stage) for stage in stages if stage.kind is not Kind.SETTING]
        if settings:
            words = worded(say(Kind.SETTING.template))
            rows.append((words, None, _listed(settings, gap=False), len(settings)))
        if rows:
            yield Table(columns, rows, say(PHASES[phase]), phase.value)
    if len(trace.rows) > 1:
        yield Note(
            say(
                "Sample {number} stands for the {count} of the batch; #K behind a name picks another, "
                "@N another iteration.",
                number=trace.rows[0] + 1,
                count=len(trace.rows),
            )
        )


_PHASES = {
    Phase.GIVEN: message("given"),
    Phase.FORWARD: message("forward"),
    Phase.ERRORS: message("errors"),
    Phase.BACKWARD: message("backward"),
    Phase.GRADIENTS: message("gradients"),
    Phase.UPDATES: message("updates"),
}
_OF_NO_LAYER = frozenset({Kind.SETTING, Kind.LEARNING_RATE, Kind.NORM})


def _layer(stage: Stage) -> int | None:
    """The layer that a number belongs to, if to one."""
    return None if stage.kind in _OF_NO_LAYER else stage.layer


def _row(trace: IterationTrace, stage: Stage) -> tuple[Cell, ...]:
    array = trace.arrays[stage]
    shape = array.shape[1:] if stage.of_a_sample or stage.mean else array.shape
    count = int(np.prod(shape))
    shown = range(count) if count <= _SHOWN else (0, 1, 2, count - 1)
    row = trace.rows[0] if stage.of_a_sample else None
    places = (tuple(map(int, np.unravel_index(k, shape))) for k in shown)
    names = [trace.names.name(Quantity(stage, place, row)) for place in places]
    what = say(stage.kind.template)
    return (
        worded(say("mean over the batch: {what}", what=what) if stage.mean else what),
        _layer(stage),
        _listed(names, gap=count > _SHOWN),
        count,
    )


def _listed(names: list[str], *, gap: bool) -> str:
    """The names as they are typed."""
    if not gap:
        return "  ".join(names)
    return f"{'  '.join(names[:-1])} … {names[-1]}"


@listing.register
def _(trace: GraphTrace) -> Iterator[Block]:
    """Inputs, nodes, gradients and updates of a computation graph."""
    groups: dict[Phase, list[str]] = {phase: [] for phase in Phase}
    for identity in trace.order():
        groups[_phase(trace, identity)].append(trace.names.bare(identity))
    rows = [
        (say(_PHASES[phase]), _listed(names, gap=False), len(names))
        for phase, names in groups.items()
        if names
    ]
    every = ((Name(name), say(_PHASES[phase])) for phase, names in groups.items() for name in names)
    yield Records(Table((Column(say("quantity")), Column(say("what"))), every, name="quantities"))
    columns = (Column(say("what")), Column(say("names")), Column(say("count"), "right"))
    yield Table(columns, rows, name="names")


def _phase(trace: GraphTrace, identity: Identity) -> Phase:
    if isinstance(identity, Quantity) and trace.formula(identity) is None:
        return Phase.GIVEN
    return identity.phase
