"""Which known mistakes a wrong number matches.

A row is tried in two ways: on the quantity's own formula, and on the formulas before it that the
learner left out; each from the learner's own numbers and from the right ones. A match has to be worth
something: the number must have digits enough to rule out chance, and lie at least a unit and a half
of its last digit from what would be right, or the two could not be told apart.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from functools import cached_property, partial

from tracer.diagnose.answers.model import Answer
from tracer.diagnose.carried import Carried
from tracer.diagnose.enclosed import Enclosed
from tracer.diagnose.mistakes.copying import SLIPS
from tracer.diagnose.mistakes.match import MistakeMatch, MistakesFound
from tracer.diagnose.mistakes.others import misread_numbers, other_numbers
from tracer.diagnose.mistakes.table import MistakenNumbers, Slip, Way, mistaken_numbers
from tracer.explain.calculation import Calculation
from tracer.formula import EvaluationError, Expression, Interval, value_or_none, widened
from tracer.formula.enclosure import Settle
from tracer.immutable import immutable
from tracer.model.quantity import Identity, Quantity

__all__ = ["FAR", "NEAR", "MistakeMatch", "MistakeSearch", "MistakesFound", "is_explained"]

NEAR = 1 / 200
"""Three significant digits at least: a slip in the quantity's own formula."""
FAR = 1 / 2000
"""Four at least: a slip in a step that wasn't supplied, where there are more ways to be wrong."""
_COARSE = 1 / 4
"""One digit or two: too few for a name, enough to say what is possible."""
_LEAST_DIGITS = 3
_APART = 3.0
"""How many times the slack a mistake's value must be from the right one, to be told apart."""
_RARE_APART = 6.0
"""The same for a mistake that few people make, or of which there are many ways."""
_ALONE_APART = 10.0
_BAND = 0.05
"""How far, relatively, a mistake's value from the right numbers and from a learner's may differ, where
those are right but for rounding."""
_ROUGH = 1 / 200
_TAINTED = 3.0


@immutable
class _Wrong:
    """A wrong number, and what would have been right; `limit` is the largest relative slack."""

    identity: Identity
    answer: Answer
    right: tuple[float, ...]

    @property
    def is_coarse(self) -> bool:
        """Whether it has too few digits for a mistake to be named; zero has none at all."""
        return self.answer.tolerance is None and self.answer.written.significant < _LEAST_DIGITS

    def is_explained(
        self,
        value: float,
        limit: float,
        bound: Callable[[], float] | None = None,
        apart: float = _APART,
    ) -> bool:
        if self.is_coarse:
            return self._is_possible(value)
        return is_explained(self.answer, value, limit, self.right, bound, apart)

    def _is_possible(self, value: float) -> bool:
        """Whether one digit or two may come from it, and from no right number."""
        if self.answer.value == 0 or value == 0:
            return self.answer.value == value and _is_apart(self.answer, 0.0, self.right)
        slack = self.answer.slack(value)
        near = abs(self.answer.value - value) <= slack <= abs(value) * _COARSE
        return near and all(abs(value - other) > 2 * slack for other in self.right)

    def is_worth_a_look(self, value: float | None) -> bool:
        """Whether the value from the right numbers is so near that rounded ones may give the rest."""
        if value is None:
            return False
        distance = abs(value - self.answer.value)
        return distance <= _BAND * max(abs(value), abs(self.answer.value)) + self.answer.slack(
            value
        )


class MistakeSearch:
    """Matches for the wrong numbers of one iteration.

    `own` are the numbers supplied, `uncertainties` how far each single one may be off; a program's
    arrays among them are not. `step`: where a number may lie once it has been rounded, as in each step
    that was left out, where the sheet rounds those. The rows rewrite formulas of networks, and of the
    update of a graph's inputs; in its nodes and gradients only slips of the pen are looked for.
    """

    def __init__(
        self,
        exact: Calculation,
        own: Mapping[Identity, float],
        uncertainties: Mapping[Identity, float],
        step: Settle | None = None,
    ) -> None:
        self._uncertainties, self._own = uncertainties, own
        self._exact, self._step = exact, step

    @cached_property
    def _table(self) -> MistakenNumbers:
        return mistaken_numbers(self._exact)

    @cached_property
    def _carried(self) -> Carried:
        return Carried(self._exact, self._own)

    @cached_property
    def _right(self) -> Carried:
        """The right numbers in place of those supplied."""
        return Carried(self._exact, {key: self._exact.value(key) for key in self._uncertainties})

    @cached_property
    def _tainted(self) -> frozenset[Identity]:
        """What was supplied and is not right, or so rough that it changes what comes of it."""
        return frozenset(
            key
            for key, doubt in self._uncertainties.items()
            if abs(self._own[key] - self._exact.value(key)) > _TAINTED * doubt
            or doubt > _ROUGH * abs(self._own[key])
        )

    def found(
        self,
        identity: Identity,
        answer: Answer,
        right: Collection[float],
        rows: Collection[str] | None = None,
    ) -> MistakesFound:
        """The mistakes that match, and those that may have been made where too few digits say which.

        `right`: the values that would have been right; `rows` limits the search to these mistakes.
        Of a zero nothing is named either: whatever loses a factor gives it.
        """
        case = _Wrong(identity, answer, tuple(right))
        found = list(self._by_rows(case, rows))
        found += (match for match in self._pen(case) if rows is None or match.name in rows)
        if not found and not case.is_coarse and answer.tolerance is None and rows is None:
            explains = partial(self._is_misread, case)
            found += misread_numbers(self._carried, identity, explains, answer.value)
        told = _each_once(found)
        vague = case.is_coarse or answer.value == 0
        return MistakesFound((), told) if vague else MistakesFound(told, ())

    def _by_rows(self, case: _Wrong, rows: Collection[str] | None) -> Iterator[MistakeMatch]:
        """Near before far, everywhere before alone, what is usual before what is rare."""
        if not isinstance(case.identity, Quantity):
            return
        near = [s for s in self._table.near(case.identity) if rows is None or s.row.name in rows]
        for slip in sorted(near, key=lambda slip: slip.row.rare):
            match = self._near(slip, case)
            if match is not None:
                yield match
        if case.is_coarse:
            return
        steps = (*self._carried.before(case.identity), case.identity)
        way, far = self._table.far(steps)
        far = tuple(s for s in far if rows is None or s.row.name in rows)
        for slip in sorted(far, key=lambda slip: (slip.alone, slip.row.rare)):
            match = self._far(slip, way, case)
            if match is not None:
                yield match

    def _near(self, slip: Slip, case: _Wrong) -> MistakeMatch | None:
        """The match of the quantity's own formula, rewritten."""
        variant = slip.changes[case.identity]
        apart = _RARE_APART if slip.row.rare else _APART
        for base in self._bases(slip, case):
            value = slip.value if base is self._right else value_or_none(variant, base)
            bound = partial(self._bound, base, case.identity, variant)
            if value is not None and case.is_explained(value, NEAR, bound, apart):
                return MistakeMatch(slip.row.name, slip.row.help, value, variant, base)
        return None

    def _far(self, slip: Slip, way: Way, case: _Wrong) -> MistakeMatch | None:
        """The match of the formulas before the quantity, rewritten."""
        apart = _ALONE_APART if slip.alone else _RARE_APART if slip.row.rare else _APART
        for base in self._bases(slip, case):
            value = slip.value if base is self._right else way.value(slip.changes, base)
            if value is None or not case.is_worth_a_look(value):
                continue
            spoiled = self._spoiled(slip, base)
            bound = partial(self._bound, spoiled, case.identity, None)
            if case.is_explained(value, FAR, bound, apart):
                formula = spoiled.formula(case.identity)
                return MistakeMatch(
                    slip.row.name, slip.row.help, value, formula, spoiled, slip.step
                )
        return None

    def _bases(self, slip: Slip, case: _Wrong) -> Iterator[Carried]:
        """The numbers to calculate with: the learner's own, where those can matter, and the right."""
        beside_arrays = len(self._own) != len(self._uncertainties)
        tainted = beside_arrays or self._tainted - {case.identity}
        if tainted or case.is_worth_a_look(slip.value):
            yield self._carried
            yield self._right

    def _spoiled(self, slip: Slip, base: Carried) -> Carried:
        """The calculation with the slip wherever it was made."""

        def rewriting(identity: Identity, _: Expression) -> Expression | None:
            if slip.alone:
                return slip.changes.get(identity)
            variants = self._table.variants(slip.row.name, identity)
            return variants[slip.number] if slip.number < len(variants) else None

        return Carried(base.exact, base.own, rewriting=rewriting)

    def _bound(self, calculation: Carried, identity: Identity, formula: Expression | None) -> float:
        """How far off the value may be, the learner's numbers and the steps left out being rounded."""
        formula = formula or calculation.formula(identity)
        if formula is None:
            return 0.0
        right = calculation.own is self._right.own
        doubts = {} if right else self._uncertainties

        def ends(key: Identity) -> Interval:
            return widened((calculation.own[key],) * 2, doubts.get(key, 0.0))

        try:
            low, high = Enclosed(calculation, ends, self._step).of(formula, self._step)
        except (EvaluationError, ArithmeticError):
            return 0.0
        return (high - low) / 2 if math.isfinite(high - low) else 0.0

    def _pen(self, case: _Wrong) -> Iterator[MistakeMatch]:
        answer = case.answer
        if answer.tolerance is not None or not _is_apart(answer, answer.value, case.right):
            return
        for slip in SLIPS.values():
            if case.is_coarse and not slip.of_few_digits:
                continue
            value = next((v for v in case.right if slip.explains(answer.written, v)), None)
            if value is not None:
                yield MistakeMatch(slip.name, slip.help, value, is_resort=slip.is_resort)
        if not case.is_coarse:
            yield from other_numbers(self._carried, case.identity, answer, self._uncertainties)

    def _is_misread(self, case: _Wrong, value: float, calculation: Carried) -> bool:
        bound = partial(self._bound, calculation, case.identity, None)
        return case.is_explained(value, FAR, bound, _ALONE_APART)


def _each_once(found: Iterable[MistakeMatch]) -> tuple[MistakeMatch, ...]:
    """The first match of each name; the last resorts only where no slip in the formula has it."""
    first: dict[tuple[str, Identity | None], MistakeMatch] = {}
    for match in found:
        first.setdefault((match.name, match.step if match.read_as else None), match)
    by_rows = any(match.formula is not None and match.step is None for match in first.values())
    return tuple(m for m in first.values() if not (by_rows and m.is_resort))


def is_explained(
    answer: Answer,
    value: float,
    limit: float,
    right: Iterable[float],
    bound: Callable[[], float] | None = None,
    apart: float = _APART,
) -> bool:
    """Whether the answer is `value` as written, to digits enough, and none of the right values is.

    `limit` is the largest relative slack. `bound` adds what rounding of the learner's own numbers
    may have changed; it is asked only when it matters. `apart`: so many times the slack, at least,
    the right values are away.
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
    return all(abs(value - other) > apart * slack for other in right)


def _is_apart(answer: Answer, value: float, right: Iterable[float]) -> bool:
    """Whether the value can be told from the right ones at the digits written."""
    return all(abs(value - other) > _APART * answer.slack(other) for other in right)
