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
from tracer.diagnose.carried import Carried
from tracer.diagnose.mistakes import MISTAKES
from tracer.diagnose.mistakes.copying import ROUNDED, ROUNDED_HELP, SLIPS, rounded, roundings
from tracer.diagnose.mistakes.row import Mistake, Site
from tracer.engine.trace import IterationTrace
from tracer.explain.calculation import Calculation
from tracer.formula import EvaluationError, Expression, evaluate
from tracer.model.quantity import Identity, Quantity

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
class MistakeMatch:
    """A mistake whose value is the number that was written.

    `formula` is the rewritten one, with the numbers of `calculation`; None for slips of the pen.
    `step`: the earlier quantity whose formula was rewritten, where it isn't the quantity itself.
    `help`: the sentence of its row. `detail`: the degree of rounding, in words.
    """

    name: str
    help: str
    value: float
    formula: Expression | None = None
    calculation: Carried | None = None
    step: Identity | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True)
class _Wrong:
    """A wrong number, and what would have been right."""

    answer: Answer
    right: tuple[float, ...]

    def is_explained(
        self, value: float, limit: float, bound: Callable[[], float] | None = None
    ) -> bool:
        return is_explained(self.answer, value, limit, self.right, bound)


class MistakeSearch:
    """Matches for the wrong numbers of one iteration.

    `own` are the numbers supplied, `uncertainties` how far each may be off. The rows rewrite formulas
    of networks; in graphs only slips of the pen are looked for.
    """

    def __init__(
        self,
        exact: Calculation,
        own: Mapping[Identity, float],
        uncertainties: Mapping[Identity, float],
    ) -> None:
        trace = exact.trace
        self._trace: IterationTrace | None = trace if isinstance(trace, IterationTrace) else None
        self._uncertainties = uncertainties
        self._bases = (Carried(exact, own), Carried(exact, {}))
        if self._trace is not None:
            self._rounded = cache(partial(rounded, self._trace))
        self._variants = cache(self._rewritten)
        self._spoiled = cache(self._spoil)
        self._before = cache(self._bases[0].before)

    def matches(
        self,
        identity: Identity,
        answer: Answer,
        right: Collection[float],
        rows: Collection[str] | None = None,
    ) -> tuple[MistakeMatch, ...]:
        """All mistakes that match; `right` are the values that would have been right.

        `rows` limits the search to these mistakes.
        """
        case = _Wrong(answer, tuple(right))
        few = answer.tolerance is None and answer.written.significant < _LEAST_DIGITS
        if few and answer.value != 0:
            return ()
        found = [
            next(chain(self._near(row, identity, case), self._far(row, identity, case)), None)
            for row in (MISTAKES.values() if self._trace else ())
            if rows is None or row.name in rows
        ]
        pen = [match for match in self._pen(case) if rows is None or match.name in rows]
        return (*filter(None, found), *pen, *self._rounding(identity, case))

    def _near(self, row: Mistake, identity: Identity, case: _Wrong) -> Iterator[MistakeMatch]:
        """Matches of the quantity's own formula, rewritten."""
        for variant in self._variants(row, identity, True):
            for base in self._bases:
                value = _value(variant, base)
                bound = partial(self._bound, base, identity, variant)
                if value is not None and case.is_explained(value, NEAR, bound):
                    yield MistakeMatch(row.name, row.help, value, variant, base)

    def _far(self, row: Mistake, identity: Identity, case: _Wrong) -> Iterator[MistakeMatch]:
        """Matches of the formulas before it, rewritten wherever the mistake can be made."""
        if len(self._before(identity)) > _MOST_STEPS:
            return
        for number in range(_MOST_VARIANTS):
            for base in self._bases:
                spoiled = self._spoiled(row, number, base)
                steps = (
                    s for s in spoiled.before(identity) if len(self._variants(row, s)) > number
                )
                step = next(steps, None)
                if step is None:
                    return
                formula = spoiled.formula(identity)
                value = _value(formula, spoiled) if formula else None
                bound = partial(self._bound, spoiled, identity, None)
                if value is not None and case.is_explained(value, FAR, bound):
                    yield MistakeMatch(row.name, row.help, value, formula, spoiled, step)

    def _rewritten(
        self, row: Mistake, identity: Identity, late: bool = False
    ) -> tuple[Expression, ...]:
        """The row's formulas for a name; `late`: also where the slip is only made instead."""
        assert self._trace is not None
        assert isinstance(identity, Quantity)
        formula = self._bases[0].exact.formula(identity)
        if formula is None or identity.kind not in (row.kinds | row.also if late else row.kinds):
            return ()
        return row.variants(Site(self._trace, identity, formula))

    def _spoil(self, row: Mistake, number: int, base: Carried) -> Carried:
        """The calculation with the row's variant wherever there is one."""

        def rewriting(identity: Identity, _: Expression) -> Expression | None:
            variants = self._variants(row, identity)
            return variants[number] if number < len(variants) else None

        return Carried(base.exact, base.own, rewriting=rewriting)

    def _bound(self, calculation: Carried, identity: Identity, formula: Expression | None) -> float:
        """Σ |∂value/∂vᵢ|·u(vᵢ) over the learner's own numbers."""
        try:
            slopes = calculation.sensitivities(identity, formula)
        except (EvaluationError, ArithmeticError):
            return 0.0
        return sum(abs(slope) * self._uncertainties.get(own, 0.0) for own, slope in slopes.items())

    def _pen(self, case: _Wrong) -> Iterator[MistakeMatch]:
        answer = case.answer
        if answer.tolerance is None and _is_apart(answer, answer.value, case.right):
            for slip in SLIPS.values():
                value = next((v for v in case.right if slip.explains(answer.written, v)), None)
                if value is not None:
                    yield MistakeMatch(slip.name, slip.help, value)

    def _rounding(self, identity: Identity, case: _Wrong) -> Iterator[MistakeMatch]:
        if case.answer.tolerance is not None or not isinstance(identity, Quantity):
            return
        if self._trace is None:
            return
        for rounding in roundings(case.answer.written):
            value = self._rounded(rounding).value(identity)
            if case.is_explained(value, NEAR):
                yield MistakeMatch(ROUNDED, ROUNDED_HELP, value, detail=rounding.words)


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


def _value(formula: Expression, base: Carried) -> float | None:
    try:
        return evaluate(formula, base)
    except (EvaluationError, ArithmeticError):
        return None
