"""What lies between a gradient and a new value, column by column, for networks and graphs alike.

The parts of the gradient, what clipping leaves of it, the optimiser's states before and after, what it
calculates of them, in the order of the calculation; and what it subtracts in the end.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from tracer.engine.rule import Moment, Rule
from tracer.immutable import immutable
from tracer.language import message, say
from tracer.model.optimizers import Optimizer, Update
from tracer.model.quantity import (
    AFTER,
    CLIPPED_OF,
    CORRECTED_OF,
    DATA_OF,
    PENALTY_OF,
    STATE_OF,
    Kind,
    Quantity,
    Stage,
)
from tracer.show.document import Block, Cell, Inline, Name, Text, Value
from tracer.show.reports.rules import letter_after, letter_on_the_way
from tracer.show.reports.tables import joined
from tracer.show.words import worded

WIDEST = 5
"""So many numbers stand beside a parameter in one table; of more there are several."""

NORM = Quantity(Stage(Kind.NORM, 0))
_NEW_STATE_OF = {kind: AFTER[state] for kind, state in STATE_OF.items()}

CellOf = Callable[[Quantity], Cell]
"""A parameter's cell in a column."""


@immutable
class Part:
    """A number that belongs to a parameter: how the JSON and a column call it, which kind it is."""

    key: str
    header: str
    kinds: Mapping[Kind, Kind]
    slot: str = ""

    def of(self, parameter: Quantity) -> Quantity | None:
        """The number of that parameter; None where its kind has none such."""
        kind = self.kinds.get(parameter.kind)
        if kind is None:
            return None
        return replace(parameter, stage=Stage(kind, parameter.layer, slot=self.slot))


SHARES = (
    Part("data", message("data"), DATA_OF),
    Part("penalty", message("penalty"), PENALTY_OF),
)
CLIPPED = Part("clipped", message("clipped"), CLIPPED_OF)


def state_parts(slot: str) -> tuple[Part, Part]:
    """A state before the update and after it."""
    return (
        Part("before", slot, STATE_OF, slot),
        Part("after", letter_after(slot), _NEW_STATE_OF, slot),
    )


def corrected_parts(optimizer: Optimizer) -> list[Part]:
    """What the optimiser calculates of its states."""
    return [
        Part(letter, letter_on_the_way(letter), CORRECTED_OF, letter)
        for letter in optimizer.corrected
    ]


@immutable
class Way:
    """Columns of one table, the name of the table and its title."""

    name: str
    title: str
    columns: tuple[tuple[str, CellOf], ...]


def ways(
    rule: Rule,
    gradient: CellOf,
    number: Callable[[Part, Quantity], Cell],
    started: Callable[[str], bool],
    *,
    updated: bool = True,
) -> list[Way]:
    """The tables on the way from the gradient to the step, each at most `WIDEST` numbers wide.

    `number(part, parameter)` is a cell; `started(slot)`: whether a state was anything but 0 before.
    Without an update (`updated`) there are the gradient and its parts.
    """
    shares = SHARES if rule.penalty is not None else ()
    clipped = (CLIPPED,) if updated and rule.clip is not None else ()
    columns = [*_columns(shares, number), (say("gradient"), gradient), *_columns(clipped, number)]
    found = [Way("gradients", say("Gradients"), tuple(columns))]
    if updated:
        kept = [
            part
            for slot in rule.optimizer.slots
            for part, needed in zip(state_parts(slot), (started(slot), True), strict=True)
            if needed
        ]
        corrected = corrected_parts(rule.optimizer)
        found.append(Way("states", say("States of the optimiser"), tuple(_columns(kept, number))))
        found.append(Way("corrected", say("Corrected states"), tuple(_columns(corrected, number))))
    return _packed(way for way in found if way.columns)


def _columns(
    parts: Iterable[Part], number: Callable[[Part, Quantity], Cell]
) -> Iterator[tuple[str, CellOf]]:
    for part in parts:
        yield part.header, partial(number, part)


_INSIDE = {"states": message("states of the optimiser"), "corrected": message("corrected states")}
"""The titles behind another one."""


def _packed(found: Iterable[Way]) -> list[Way]:
    """Neighbours together as far as they fit."""
    packed: list[Way] = []
    for way in found:
        if packed and len(packed[-1].columns) + len(way.columns) <= WIDEST:
            last = packed.pop()
            title = say("{title}, {then}", title=last.title, then=say(_INSIDE[way.name]))
            packed.append(Way(last.name, title, last.columns + way.columns))
        else:
            packed.append(way)
    return packed


def in_one(rule: Rule, found: list[Way]) -> bool:
    """Whether there is nothing but the gradient, so that one table holds the whole update."""
    return not rule.optimizer.slots and [len(way.columns) for way in found] == [1]


def change(
    rule: Rule, moment: Moment, parameter: Any, gradient: Any, state: Mapping[str, Any]
) -> Any:
    """What the optimiser subtracts from a parameter, or from an array of them."""
    step = Update(parameter, gradient, moment.learning_rate, state, moment.settings, moment.t)
    return rule.optimizer.change(step)


def this_iteration(rule: Rule, moment: Moment, norm: float | None) -> Iterator[Block]:
    """What is another in another iteration: the learning rate, t, and whether gradients are clipped."""
    said: list[tuple[Inline, ...]] = []
    if rule.schedule.varies:
        said.append((Name(Kind.LEARNING_RATE), " = ", Value(float(moment.learning_rate))))
    if rule.optimizer.asks_for_t:
        said.append((f"t = {int(moment.t)}",))
    if norm is not None and rule.clip is not None:
        words = say("{norm}, not more than {limit}: nothing is clipped")
        if norm > rule.clip.limit:
            words = say("{norm}, more than {limit}: every gradient is scaled")
        equal = (Name(NORM), " = ", Value(norm))
        said.append(worded(words, norm=equal, limit=Value(rule.clip.limit, exact=True)))
    if said:
        yield Text(worded(say("In this iteration {numbers}."), numbers=joined(said, ", ")))
