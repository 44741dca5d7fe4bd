"""What each mistake gives in an exercise, from the right numbers: found once, kept for every sheet.

Stands between the rows and the search. Nothing here depends on what a learner supplied but which
numbers those are: the steps that were left out before a number are its way, and a slip is a row made
in one of them or in all of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cache, lru_cache
from typing import Any

from tracer.diagnose.carried import MOST_BY_HAND
from tracer.diagnose.mistakes import MISTAKES
from tracer.diagnose.mistakes.row import Mistake, Site
from tracer.diagnose.mistakes.sharing import Variants, shared_variants
from tracer.engine.trace import IterationTrace
from tracer.explain.calculation import Calculation
from tracer.formula import EvaluationError, Expression, evaluate, value_or_none
from tracer.immutable import immutable
from tracer.model.quantity import Identity, Quantity

_TABLES_AT_HAND = 4
_WAYS_AT_HAND = 2048
_MOST_VARIANTS = 4
"""In how many ways a slip is made in all the steps before a number."""
_MOST_STEPS = 500
"""Steps left out before a number beyond which only its own formula is searched."""
_MOST_SYMBOLS = 2000
"""The same for how much stands in their formulas."""
_NEAR_STEPS = 2
"""As far before a number a slip is also looked for in one step alone."""


@immutable
class Slip:
    """A row made somewhere: the formulas that it changes, and what the number comes to by it.

    `step`: the first of the steps before the number in which it is made; None where it is the number's
    own formula. `alone`: in that step and in no other. `value` from the right numbers; None where
    there is no finite one.
    """

    row: Mistake
    changes: Mapping[Identity, Expression]
    value: float | None
    step: Identity | None = None
    alone: bool = False
    number: int = 0


class Way:
    """The steps to a number from what was supplied, in an order of calculation; the number is last."""

    def __init__(self, steps: tuple[Identity, ...], exact: Calculation) -> None:
        self.steps = steps
        formulas = ((step, exact.prepared(step, False)) for step in steps)
        self._formulas = {step: found for step, found in formulas if found is not None}
        self._used = {step: frozenset(found.keys) for step, found in self._formulas.items()}

    @property
    def size(self) -> int:
        """How many symbols stand in the formulas."""
        return sum(map(len, self._used.values()))

    def value(
        self, changes: Mapping[Identity, Expression], base: Mapping[Identity, float]
    ) -> float | None:
        """What the number comes to with these formulas; the rest as in `base`. None: nothing finite."""
        changed: dict[Identity, float] = {}
        values = _Over(changed, base)
        try:
            for step in self.steps:
                formula = changes.get(step)
                if formula is not None:
                    changed[step] = evaluate(formula, values)
                elif not changed.keys().isdisjoint(self._used.get(step, ())):
                    changed[step] = self._formulas[step].value(values)
        except (EvaluationError, ArithmeticError):
            return None
        return changed.get(self.steps[-1])

    def within(self, distance: int) -> set[Identity]:
        """The steps that so few formulas lie between."""
        found: set[Identity] = set()
        here = {self.steps[-1]}
        for _ in range(distance):
            here = {key for step in here for key in self._used.get(step, ()) if key in self._used}
            found |= here
        return found


class _Over(Mapping[Identity, float]):
    """Numbers some of which have other values."""

    def __init__(self, changed: Mapping[Identity, float], base: Mapping[Identity, float]) -> None:
        self._changed, self._base = changed, base

    def __getitem__(self, identity: Identity) -> float:
        value = self._changed.get(identity)
        return self._base[identity] if value is None else value

    def __contains__(self, _: object) -> bool:
        return True

    def __iter__(self) -> Iterator[Identity]:
        return iter(self._base)

    def __len__(self) -> int:
        return len(self._base)


class MistakenNumbers:
    """The slips of one iteration, by the number that they lead to."""

    def __init__(self, exact: Calculation) -> None:
        self.exact, self.rows = exact, tuple(MISTAKES)
        self.trace = exact.trace
        self._tried = shared_variants(exact.trace)
        self._values = cache(exact.value)
        self.variants = cache(self._rewritten)
        self._site = cache(self._found)
        self.near = cache(self._near)
        self.far = lru_cache(maxsize=_WAYS_AT_HAND)(self._far)

    def _near(self, identity: Quantity) -> tuple[Slip, ...]:
        """The slips in a number's own formula; none where nobody takes its steps by hand."""
        formula = self.exact.prepared(identity, False)
        if formula is not None and len(formula.keys) > MOST_BY_HAND:
            return ()
        base = _Over({}, _Values(self._values))
        return tuple(
            Slip(row, {identity: variant}, value_or_none(variant, base))
            for row in MISTAKES.values()
            for variant in self.variants(row.name, identity, True)
        )

    def _far(self, steps: tuple[Identity, ...]) -> tuple[Way, tuple[Slip, ...]]:
        """The way through these steps to the last of them, and the slips made before that one."""
        way = Way(steps, self.exact)
        if len(steps) > _MOST_STEPS or way.size > _MOST_SYMBOLS:
            return way, ()
        return way, (*self._everywhere(way), *self._alone(way))

    def _everywhere(self, way: Way) -> Iterator[Slip]:
        """Each row wherever it can be made."""
        base = _Values(self._values)
        for row in self._rows_of(way.steps):
            found = {step: self.variants(row.name, step) for step in way.steps}
            for number in range(_MOST_VARIANTS):
                changes = {s: v[number] for s, v in found.items() if len(v) > number}
                first = next((step for step in changes if step != way.steps[-1]), None)
                if first is not None:
                    value = way.value(changes, base)
                    yield Slip(row, changes, value, first, number=number)

    def _alone(self, way: Way) -> Iterator[Slip]:
        """Each row in one step, of those near the number; where it is the only one, that is above."""
        base, steps = _Values(self._values), way.within(_NEAR_STEPS)
        for row in self._rows_of(tuple(steps)):
            places = sum(bool(self.variants(row.name, step)) for step in way.steps)
            for step in steps if places > 1 else ():
                for variant in self.variants(row.name, step):
                    value = way.value({step: variant}, base)
                    yield Slip(row, {step: variant}, value, step, alone=True)

    def _rows_of(self, steps: tuple[Identity, ...]) -> list[Mistake]:
        kinds = {step.kind for step in steps if isinstance(step, Quantity)}
        return [row for row in MISTAKES.values() if row.kinds & kinds]

    def _rewritten(self, name: str, identity: Identity, late: bool = False) -> Variants:
        """The row's formulas for a number; `late`: also where the slip is only made instead."""
        row = MISTAKES[name]
        if not isinstance(identity, Quantity):
            return ()
        if identity.kind not in (row.kinds | row.also if late else row.kinds):
            return ()
        site = self._site(identity)
        return () if site is None else self._tried(row, site)

    def _found(self, identity: Quantity) -> Site | None:
        """Where slips in that number are made; None of what is given."""
        formula = self.exact.formula(identity)
        trace = self.exact.at(identity.iteration)
        return None if formula is None else Site(trace, identity, formula)


class _Values(Mapping[Identity, float]):
    """The right numbers, each looked up once."""

    def __init__(self, value: Callable[[Identity], float]) -> None:
        self._value = value

    def __getitem__(self, identity: Identity) -> float:
        return self._value(identity)

    def __contains__(self, _: object) -> bool:
        return True

    def __iter__(self) -> Iterator[Identity]:
        return iter(())

    def __len__(self) -> int:
        return 0


_tables: list[MistakenNumbers] = []


def mistaken_numbers(exact: Calculation) -> MistakenNumbers:
    """The table of that calculation's exercise: the one at hand, or a new one."""
    for table in _tables:
        same = table.exact is exact or _same_numbers(table.trace, exact.trace)
        if same and table.rows == tuple(MISTAKES):
            return table
    _tables.insert(0, MistakenNumbers(exact))
    del _tables[_TABLES_AT_HAND:]
    return _tables[0]


def _same_numbers(one: Any, other: Any) -> bool:
    """Whether they are the same iteration of the same experiment, of which each check has its own."""
    if not (isinstance(one, IterationTrace) and isinstance(other, IterationTrace)):
        return False
    return (
        one.experiment is other.experiment
        and one.batch.iteration == other.batch.iteration
        and list(one.rows) == list(other.rows)
        and (one.after is None) is (other.after is None)
        and one.before.numbers() == other.before.numbers()
    )
