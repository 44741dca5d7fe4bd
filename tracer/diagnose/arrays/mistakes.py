"""Which one mistake explains a whole array that is wrong.

A row of the table of mistakes rewrites the formula of one element; it explains the array when every
wrong element of a sample comes out so, and no right one of the sample would have come out otherwise. It
may have been made in the array itself or in one before it that wasn't supplied: then the elements'
formulas are followed back as far as the numbers that were. So much of that is done, and no more,
whatever the size.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import numpy.typing as npt

from tracer.diagnose.answers.model import ArrayAnswer
from tracer.diagnose.arrays.finding import ArrayMatch
from tracer.diagnose.mistakes import MISTAKES, Mistake, Site
from tracer.engine.trace import IterationTrace
from tracer.errors import UnknownNameError
from tracer.explain.calculation import Calculation
from tracer.formula import EvaluationError, Expression, MissingValue, evaluate, symbols
from tracer.immutable import immutable
from tracer.model.network import BoolArray, FloatArray
from tracer.model.quantity import Index, Kind, Quantity, Stage

_WRONG, _RIGHT = 80, 40
"""So many elements, wrong ones and right ones, are compared with a mistake that explains the first."""
_BUDGET = 8_000
"""So many symbols the formulas of one row may have, in one array."""
_APART = 3.0
_CLEAR = 1 / 200
_MOST_WAYS = 4
_ENOUGH = 8
_VARIANTS = 8
"""What a formula's rewriting costs, in evaluations of it."""


class _TooMuchError(Exception):
    """A row would take more work than it is worth."""


@immutable
class WrongArray:
    """An array with wrong numbers: where, what would have been right, and within what."""

    answer: ArrayAnswer
    wrong: BoolArray
    exact: FloatArray
    carried: FloatArray
    lost: FloatArray


class ArrayMistakes:
    """Looks for mistakes in one moment; `own` is its calculation from the arrays supplied.

    `supplied` are the stages that were.
    """

    def __init__(self, exact: Calculation, own: IterationTrace, supplied: Sequence[Stage]) -> None:
        self._exact, self._supplied = exact, frozenset(supplied)
        self._trace: IterationTrace = exact.trace
        self._bases = (own, self._trace)
        self._made_of: dict[Stage, tuple[Stage, ...]] = {}
        self._made: dict[tuple[str, Stage], bool] = {}

    def matches(self, case: WrongArray) -> tuple[ArrayMatch, ...]:
        """All mistakes that explain the array, those made in it first."""
        elements = self._elements(case)
        if not elements:
            return ()
        stage = case.answer.stage
        back = self.before(stage)
        near, far = [], []
        for row in MISTAKES.values():
            if stage.kind in row.kinds | row.also and _explained(self._near(row), case, elements):
                near.append(ArrayMatch(row.name, row.help))
                continue
            steps = [step for step in back if self._is_made(row, step)]
            if steps and _explained(self._far(row, steps, back), case, elements):
                far.append(ArrayMatch(row.name, row.help, steps[-1]))
        return (*near, *far)

    def before(self, stage: Stage) -> list[Stage]:
        """The arrays between this one and those supplied before it, in an order of calculation."""
        done: dict[Stage, None] = {}
        waiting = [(stage, False)]
        while waiting:
            key, below_done = waiting.pop()
            if below_done:
                done[key] = None
            elif key not in done:
                waiting.append((key, True))
                waiting += [
                    (made, False)
                    for made in self.made_of(key)
                    if made not in self._supplied
                    and (not made.is_given or made.kind is Kind.LEARNING_RATE)
                ]
        return [found for found in done if found != stage]

    def made_of(self, stage: Stage) -> tuple[Stage, ...]:
        """The arrays that an array's formulas stand on."""
        if stage not in self._made_of:
            array = self._trace.arrays.get(stage)
            corner = (0,) * (0 if array is None else array.ndim)
            formula = None
            if array is not None and array.size:
                formula = self._exact.formula(self._trace.batch.quantity(stage, corner))
            keys = symbols(formula) if formula is not None else ()
            here = (key.stage for key in keys if key.iteration == self._trace.number)
            self._made_of[stage] = tuple(dict.fromkeys(here))
        return self._made_of[stage]

    def _elements(self, case: WrongArray) -> list[Index]:
        """A sample: wrong elements, from the clearest on, then right ones; none if all are 0."""
        given = case.answer.values
        wrong = np.argwhere(case.wrong & (given != 0))
        if not len(wrong):
            return []
        away = np.abs(given - case.exact)[tuple(wrong.T)]
        first = wrong[np.argsort(-away)[:3]]
        rest = _some(np.argwhere(case.wrong), _WRONG)
        right = _some(np.argwhere(~case.wrong), _RIGHT)
        # What speaks against a mistake soonest comes first.
        chosen = np.concatenate([first, right[::5], rest[::5], right, rest])
        return [tuple(place) for place in dict.fromkeys(map(tuple, chosen.tolist()))]

    def _near(self, row: Mistake) -> Iterator[_Way]:
        """The row in the array itself, in any of its variants."""
        budget = _Budget(_BUDGET)
        for base in self._bases:
            yield partial(self._variants, row, base, budget)

    def _variants(
        self, row: Mistake, base: IterationTrace, budget: _Budget, place: Index, stage: Stage
    ) -> Iterator[float | None]:
        quantity = self._trace.batch.quantity(stage, place)
        formula = self._exact.formula(quantity)
        for variant in self._rewritten(row, quantity, formula):
            budget.spend(variant)
            yield _value(variant, base)

    def _is_made(self, row: Mistake, stage: Stage) -> bool:
        """Whether the row can be made in an array: in its first number or its last."""
        key = (row.name, stage)
        if stage.kind in row.kinds and key not in self._made:
            shape = self._trace.arrays[stage].shape
            corners = {(0,) * len(shape), tuple(n - 1 for n in shape)}
            ends = (self._trace.batch.quantity(stage, corner) for corner in corners)
            self._made[key] = any(self.rewritten(row, quantity) for quantity in ends)
        return self._made.get(key, False)

    def _far(self, row: Mistake, made: Sequence[Stage], back: Sequence[Stage]) -> Iterator[_Way]:
        """The row in every array of `made`, which weren't supplied, in one of its variants."""
        touched = set(made)
        for stage in back:
            if not touched.isdisjoint(self.made_of(stage)):
                touched.add(stage)
        budget = _Budget(_BUDGET)
        for number in range(_MOST_WAYS):
            for base in self._bases:
                spoiled = _Spoiled(self, row, number, base, frozenset(touched), budget)
                yield spoiled.of
                if not spoiled.spoils:
                    return

    def rewritten(self, row: Mistake, quantity: Quantity) -> tuple[Expression, ...]:
        """The row's formulas of a number in which it is made."""
        if quantity.kind not in row.kinds:
            return ()
        return self._rewritten(row, quantity, self._exact.formula(quantity))

    def formula(self, quantity: Quantity) -> Expression | None:
        """The right formula."""
        return self._exact.formula(quantity)

    def _rewritten(
        self, row: Mistake, quantity: Quantity, formula: Expression | None
    ) -> tuple[Expression, ...]:
        return () if formula is None else row.variants(Site(self._trace, quantity, formula))


_Way = Callable[[Index, Stage], Iterator[float | None]]
"""The values that an element has with a mistake in one of its ways; none where it can't be made."""


@dataclass(slots=True)
class _Budget:
    left: int

    def spend(self, formula: Expression, times: int = 1) -> None:
        self.left -= times * (1 + len(symbols(formula)))
        if self.left < 0:
            raise _TooMuchError


class _Spoiled(Mapping[Quantity, float]):
    """The numbers of a calculation with a row's variant in every formula of the arrays `touched`."""

    def __init__(
        self,
        search: ArrayMistakes,
        row: Mistake,
        number: int,
        base: IterationTrace,
        touched: frozenset[Stage],
        budget: _Budget,
    ) -> None:
        self._search, self._row, self._number = search, row, number
        self._base, self._touched, self._budget = base, touched, budget
        self._values: dict[Quantity, float] = {}
        self.spoils = False

    def of(self, place: Index, stage: Stage) -> Iterator[float | None]:
        """The value of an element that the mistake leads to."""
        quantity = self._base.batch.quantity(stage, place)
        formula = self._search.formula(quantity)
        if formula is not None:
            self._budget.spend(formula)
            yield _value(formula, self)

    def __getitem__(self, quantity: Quantity) -> float:
        if quantity.stage not in self._touched:
            return self._base.value(quantity)
        if quantity not in self._values:
            formula = self._search.formula(quantity)
            assert formula is not None, "what is given is not touched"
            self._budget.spend(formula)
            if quantity.kind in self._row.kinds:
                self._budget.spend(formula, _VARIANTS)
                variants = self._search.rewritten(self._row, quantity)
                if self._number < len(variants):
                    formula, self.spoils = variants[self._number], True
            self._values[quantity] = evaluate(formula, self)
        return self._values[quantity]

    def __contains__(self, quantity: object) -> bool:
        return True

    def __iter__(self) -> Iterator[Quantity]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)


def _explained(ways: Iterable[_Way], case: WrongArray, elements: Sequence[Index]) -> bool:
    return any(_fits(way, case, elements) for way in ways)


def _fits(way: _Way, case: WrongArray, elements: Sequence[Index]) -> bool:
    """Whether all elements are explained, and one of them clearly."""
    clear, count = False, 0
    try:
        for place in elements:
            count += 1
            values = list(way(place, case.answer.stage))
            fitting = [v for v in values if v is not None and _is_near(case, place, v)]
            if not fitting and (case.wrong[place] or any(v is not None for v in values)):
                return False
            clear = clear or (case.wrong[place] and any(_is_clear(case, place, v) for v in fitting))
    except _TooMuchError:
        return clear and count > _ENOUGH  # as far as it was followed, it fits
    return clear


def _slack(case: WrongArray, place: Index, value: float) -> float:
    return float(case.answer.slack(np.asarray(value), float(case.lost[place])))


def _is_near(case: WrongArray, place: Index, value: float) -> bool:
    return abs(float(case.answer.values[place]) - value) <= _slack(case, place, value)


def _is_clear(case: WrongArray, place: Index, value: float) -> bool:
    """Whether the value is none of the right ones, and known to three digits."""
    slack = _slack(case, place, value)
    right = (float(case.exact[place]), float(case.carried[place]))
    return slack <= _CLEAR * abs(value) and all(abs(value - r) > _APART * slack for r in right)


def _value(formula: Expression, base: Mapping[Quantity, float]) -> float | None:
    try:
        value: float = evaluate(formula, base)
    except (EvaluationError, MissingValue, UnknownNameError, ArithmeticError, RecursionError):
        return None
    return value if np.isfinite(value) else None


def _some(places: npt.NDArray[np.intp], most: int) -> npt.NDArray[np.intp]:
    """At most so many of the places, from all over the array."""
    return places[:: max(-(-len(places) // most), 1)]
