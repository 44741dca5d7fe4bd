"""Which known mistakes a wrong number matches.

A row is tried in two ways: on the quantity's own formula, and on every formula before it that the
learner left out; each from the learner's own numbers and from the right ones. A match has to be worth
something: the number must have digits enough to rule out chance, and lie at least a unit and a half
of its last digit from what would be right, or the two could not be told apart.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, partial
from itertools import chain

from tracer.diagnose.answers.model import Answer
from tracer.diagnose.calculation import Calculation, Source
from tracer.diagnose.mistakes import MISTAKES
from tracer.diagnose.mistakes.copying import ROUNDED, SLIPS, rounded, roundings
from tracer.diagnose.mistakes.row import Mistake, Scene
from tracer.explain.explanation import NetworkNumbers
from tracer.formula import EvaluationError, Expression, evaluate

NEAR = 1 / 200
"""Three significant digits at least: a slip in the quantity's own formula."""
FAR = 1 / 2000
"""Four at least: a slip in a step that wasn't supplied, where there are more ways to be wrong."""
_LEAST_DIGITS = 3
_APART = 3.0
"""How many times the slack a mistake's value must be from the right one, to be told apart."""
_MOST_VARIANTS = 4
_MOST_STEPS = 500
"""Steps left out before a number beyond which only its own formula is searched."""


@dataclass(frozen=True, slots=True)
class Match:
    """A mistake whose value is the number that was written.

    `formula` is the rewritten one, with the numbers of `calculation`; None for slips of the pen.
    `step`: the earlier quantity whose formula was rewritten, where it isn't the quantity itself.
    `detail`: the degree of rounding, in words.
    """

    name: str
    value: float
    formula: Expression | None = None
    calculation: Calculation | None = None
    step: str | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True)
class _Case:
    """A wrong number, and what would have been right."""

    answer: Answer
    right: tuple[float, ...]

    def is_explained(
        self, value: float, limit: float, bound: Callable[[], float] | None = None
    ) -> bool:
        return is_explained(self.answer, value, limit, self.right, bound)


class Search:
    """Matches for the wrong numbers of one iteration; `own` and `uncertainties` are by name."""

    def __init__(
        self,
        source: Source,
        own: Mapping[str, float],
        uncertainties: Mapping[str, float],
    ) -> None:
        numbers = source.numbers
        self._trace = numbers.trace if isinstance(numbers, NetworkNumbers) else None
        self._uncertainties = uncertainties
        self._bases = (Calculation(source, own), Calculation(source, {}))
        if self._trace is not None:
            self._rounded = cache(partial(rounded, self._trace))
        self._variants = cache(self._rewritten)
        self._spoiled = cache(self._spoil)
        self._before = cache(self._bases[0].before)

    def matches(
        self,
        name: str,
        answer: Answer,
        right: Collection[float],
        rows: Collection[str] | None = None,
    ) -> tuple[Match, ...]:
        """All mistakes that match; `right` are the values that would have been right.

        `rows` limits the search to these mistakes.
        """
        case = _Case(answer, tuple(right))
        few = answer.tolerance is None and answer.written.significant < _LEAST_DIGITS
        if few and answer.value != 0:
            return ()
        found = [
            next(chain(self._near(row, name, case), self._far(row, name, case)), None)
            for row in (MISTAKES.values() if self._trace else ())
            if rows is None or row.name in rows
        ]
        pen = [match for match in self._pen(case) if rows is None or match.name in rows]
        return (*filter(None, found), *pen, *self._rounding(name, case))

    def _near(self, row: Mistake, name: str, case: _Case) -> Iterator[Match]:
        """Matches of the quantity's own formula, rewritten."""
        for variant in self._variants(row, name, True):
            for base in self._bases:
                value = _value(variant, base)
                bound = partial(self._bound, base, name, variant)
                if value is not None and case.is_explained(value, NEAR, bound):
                    yield Match(row.name, value, variant, base)

    def _far(self, row: Mistake, name: str, case: _Case) -> Iterator[Match]:
        """Matches of the formulas before it, rewritten wherever the mistake can be made."""
        if len(self._before(name)) > _MOST_STEPS:
            return
        for number in range(_MOST_VARIANTS):
            for base in self._bases:
                spoiled = self._spoiled(row, number, base)
                steps = (s for s in spoiled.before(name) if len(self._variants(row, s)) > number)
                step = next(steps, None)
                if step is None:
                    return
                formula = spoiled.formula(name)
                value = _value(formula, spoiled) if formula else None
                bound = partial(self._bound, spoiled, name, None)
                if value is not None and case.is_explained(value, FAR, bound):
                    yield Match(row.name, value, formula, spoiled, step)

    def _rewritten(self, row: Mistake, name: str, late: bool = False) -> tuple[Expression, ...]:
        """The row's formulas for a name; `late`: also where the slip is only made instead."""
        assert self._trace is not None
        quantity = self._trace.find(name)
        formula = self._trace.formula(quantity)
        if formula is None or quantity.kind not in (row.kinds | row.also if late else row.kinds):
            return ()
        return row.variants(Scene(self._trace, quantity, formula))

    def _spoil(self, row: Mistake, number: int, base: Calculation) -> Calculation:
        """The calculation with the row's variant wherever there is one."""

        def rewriting(name: str, _: Expression) -> Expression | None:
            variants = self._variants(row, name)
            return variants[number] if number < len(variants) else None

        return Calculation(base.source, base.own, rewriting=rewriting)

    def _bound(self, calculation: Calculation, name: str, formula: Expression | None) -> float:
        """Σ |∂value/∂vᵢ|·u(vᵢ) over the learner's own numbers."""
        try:
            slopes = calculation.sensitivities(name, formula)
        except (EvaluationError, ArithmeticError):
            return 0.0
        return sum(abs(slope) * self._uncertainties[own] for own, slope in slopes.items())

    def _pen(self, case: _Case) -> Iterator[Match]:
        answer = case.answer
        if answer.tolerance is None and _is_apart(answer, answer.value, case.right):
            for slip in SLIPS:
                value = next((v for v in case.right if slip.explains(answer.written, v)), None)
                if value is not None:
                    yield Match(slip.name, value)

    def _rounding(self, name: str, case: _Case) -> Iterator[Match]:
        if case.answer.tolerance is not None or self._trace is None:
            return
        quantity = self._trace.find(name)
        for rounding in roundings(case.answer.written):
            value = self._rounded(rounding).value(quantity)
            if case.is_explained(value, NEAR):
                yield Match(ROUNDED, value, detail=rounding.words)


def is_explained(
    answer: Answer,
    value: float,
    limit: float,
    right: Iterable[float],
    bound: Callable[[], float] | None = None,
) -> bool:
    """Whether the answer is `value` as written, to digits enough, and none of the right values is.

    `limit` is the largest relative slack. `bound` adds what rounding of the learner's own numbers
    may have changed; it is asked only when it matters.
    """
    if not math.isfinite(value):
        return False
    if value == 0:  # a factor is lost altogether
        return answer.value == 0 and _is_apart(answer, 0.0, right)
    slack, distance = answer.slack(value), abs(answer.value - value)
    if bound is not None and answer.tolerance is None and slack < distance <= abs(value) * limit:
        slack += bound()
    if distance > slack or slack > abs(value) * limit:
        return False
    return all(abs(value - other) > _APART * slack for other in right)


def _is_apart(answer: Answer, value: float, right: Iterable[float]) -> bool:
    """Whether the value can be told from the right ones at the digits written."""
    return all(abs(value - other) > _APART * answer.slack(other) for other in right)


def _value(formula: Expression, base: Calculation) -> float | None:
    try:
        return evaluate(formula, base)
    except (EvaluationError, ArithmeticError):
        return None
