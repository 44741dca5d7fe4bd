"""A walk through a calculation, one number at a time: where one is, and what comes next.

Nothing here knows a terminal: `Walk` is a state, each step gives the next one. What is shown at a
state is an explanation of `tracer.explain.explanation`; `tracer.cli.walk` shows it and reads the keys.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import field, replace
from enum import IntEnum
from functools import singledispatch
from typing import Any

from tracer.engine.stages import NORM
from tracer.engine.trace import IterationTrace
from tracer.explain.calculation import Calculation
from tracer.graph.trace import GraphTrace
from tracer.immutable import immutable
from tracer.language import say
from tracer.model.quantity import Derivative, Identity, Kind, Phase, Quantity, Stage

TRIES = 2
"""So many wrong answers, and the result is shown."""


@immutable
class WalkItem:
    """A number on the way, and what it belongs to: `Forward, layer 1`."""

    identity: Identity
    group: str


class Shown(IntEnum):
    """How much of the present number is shown."""

    FORMULA = 1
    NUMBERS = 2
    RESULT = 3


@immutable
class Walk:
    """Where one is: at `items[at]`, of which `shown` is shown; beyond the last one at the end.

    `verdicts` are those of the learner's last answer for each number, in the words of whoever judges;
    `missed` counts the wrong ones for the present number, since it was come to.
    """

    items: tuple[WalkItem, ...]
    at: int = 0
    shown: Shown = Shown.FORMULA
    verdicts: dict[Identity, str] = field(default_factory=dict)
    missed: int = 0

    @property
    def finished(self) -> bool:
        """Whether everything has been shown."""
        return self.at == len(self.items)

    @property
    def place(self) -> str:
        """`7 of 52`."""
        return say("{number} of {count}", number=self.at + 1, count=len(self.items))

    @property
    def item(self) -> WalkItem:
        """The present number."""
        return self.items[self.at]

    def forward(self) -> Walk:
        """Shows more of the present number, after its result the next one."""
        if self.shown is Shown.RESULT:
            return self._to(self.at + 1)
        return replace(self, shown=Shown(self.shown + 1))

    def back(self) -> Walk:
        """To the formula of the present number; from there to the number before it."""
        return self._to(self.at if self.shown is not Shown.FORMULA else max(self.at - 1, 0))

    def skip(self) -> Walk:
        """To the first number of the next layer."""
        group, following = self.item.group, range(self.at, len(self.items))
        return self._to(
            next((k for k in following if self.items[k].group != group), len(self.items))
        )

    def answered(self, verdict: str) -> Walk:
        """The result shown, with the verdict on the learner's number."""
        return replace(self.noted(verdict), shown=Shown.RESULT)

    def wrong(self, verdict: str) -> Walk:
        """No more shown than before after a first wrong answer; after the second the result."""
        if self.missed + 1 >= TRIES:
            return self.answered(verdict)
        return replace(self.noted(verdict), missed=self.missed + 1)

    def noted(self, verdict: str) -> Walk:
        """With the verdict, and nothing else new."""
        return replace(self, verdicts=self.verdicts | {self.item.identity: verdict})

    def answers(self, *verdicts: str) -> tuple[Identity, ...]:
        """The numbers whose last answer was one of these, in the order of the walk."""
        return tuple(
            item.identity for item in self.items if self.verdicts.get(item.identity) in verdicts
        )

    def _to(self, at: int) -> Walk:
        return replace(self, at=at, shown=Shown.FORMULA, missed=0)


def walk_through(calculation: Calculation, sample: int | None = None) -> Walk:
    """All that is calculated, in order; of a batch `sample`'s own numbers (a row, from 0).

    Without `sample` the first of the batch. Raises UnknownNameError for one that isn't in it.
    """
    return Walk(tuple(_items(calculation.trace, sample)))


@singledispatch
def _items(trace: Any, sample: int | None) -> Iterator[WalkItem]:
    raise TypeError(f"no trace: {type(trace).__name__} ({sample})")


@_items.register
def _(trace: IterationTrace, sample: int | None) -> Iterator[WalkItem]:
    row = trace.rows[0] if sample is None else sample
    trace.batch.position(row)
    for stage, shape in trace.formulas().stages.items():
        unused = trace.by_hand and trace.experiment.network.cancels(stage)
        if stage in trace.arrays and not unused:
            own = row if stage.of_a_sample else None
            for quantity in trace.batch.quantities(stage, shape, own):
                yield WalkItem(quantity, network_group(stage, apart=NORM in trace.arrays))


def network_group(stage: Stage, *, apart: bool) -> str:
    """What a number belongs to; `apart`: the updates come after all the layers, not with each."""
    if stage.mean:
        return say("Means over the batch, layer {number}", number=stage.layer)
    if stage.kind.phase is Phase.FORWARD:
        return say("Forward, layer {number}", number=stage.layer)
    if stage.kind is Kind.LEARNING_RATE:
        return say("Learning rate")
    if stage.kind is Kind.NORM:
        return say("Norm of the gradients")
    if stage.kind.phase is Phase.ERRORS:
        return say("Errors")
    if apart and stage.kind.phase is Phase.UPDATES:
        return say("Update, layer {number}", number=stage.layer)
    return say("Backward, layer {number}", number=stage.layer)


@_items.register
def _(trace: GraphTrace, sample: int | None) -> Iterator[WalkItem]:
    del sample  # a graph has none
    for identity in trace.order():
        if trace.formula(identity) is not None:
            yield WalkItem(identity, graph_group(identity))


def graph_group(identity: Derivative | Quantity) -> str:
    """What a graph's number belongs to."""
    if isinstance(identity, Derivative):
        return say("Gradients")
    if identity.kind is Kind.LEARNING_RATE:
        return say("Learning rate")
    return say("Updates") if identity.kind.phase is Phase.UPDATES else say("Values")
