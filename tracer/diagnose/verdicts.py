"""The verdict on each number of a calculation, with its reason.

Stands between the answers and the report of `tracer.diagnose.check`, one moment at a time. Symbols:
s the number supplied; c the carried one, what the formula gives from the learner's own earlier
numbers vᵢ, the steps left out between them calculated; u(v) half a unit of v's last digit. s agrees
with c within rounding when

    |s − c| ≤ u(s) + Σ |∂c/∂vᵢ|·u(vᵢ)

and that bound is at most half of |c|: zero must not pass for everything small. Where s is c itself as
written, |s − c| ≤ u(s), the numbers before it need no allowance, and u(s) alone is that bound.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from tracer.diagnose.answers.model import Answer
from tracer.diagnose.carried import Carried
from tracer.diagnose.mistakes.search import FAR, MistakeMatch, MistakeSearch, is_explained
from tracer.digits.agreement import Agreement, agreement
from tracer.engine.passes import reduced
from tracer.engine.trace import IterationTrace
from tracer.explain.calculation import Calculation
from tracer.formula import EvaluationError, Expression, Symbol, evaluate, total
from tracer.model.quantity import PART_OF, PARTS, Identity, Quantity

if TYPE_CHECKING:
    from tracer.diagnose.arrays.judge import JudgedArrays

VERDICTS = ("right", "rounding", "coarse", "follows", "mistake", "wrong")
"""In the words of the JSON; the last two are wrong by themselves."""

BLAMED = frozenset({"mistake", "wrong"})
"""Wrong by itself."""
TAINTED = BLAMED | {"follows"}
"""Not what it should be, by itself or because of an earlier number."""

_LAST_BITS = 4e-16
_MOST_SEARCHED = 20
"""So many numbers of one array are searched for every mistake, later ones for those found in it."""


@dataclass(frozen=True, slots=True)
class Finding:
    """The verdict on one number, and its reason.

    `exact` is the right value; `carried` what `formula` gives at the numbers of `calculation`, the
    learner's own (None where there is none). `truncated`: right, but cut off and not rounded.
    `misrounded`: off by one unit of the last digit. `after`: the wrong numbers it follows from, or
    (`same_slip`) the one that shows the same slip in an earlier step, which wasn't supplied.
    """

    answer: Answer
    verdict: str
    exact: float
    carried: float | None = None
    formula: Expression | None = None
    calculation: Carried | None = None
    truncated: bool = False
    misrounded: bool = False
    after: tuple[Identity, ...] = ()
    same_slip: bool = False
    matches: tuple[MistakeMatch, ...] = ()

    @property
    def identity(self) -> Identity:
        """Which number it is."""
        return self.answer.identity

    @property
    def blamed(self) -> bool:
        """Whether it is wrong by itself."""
        return self.verdict in BLAMED


@dataclass(frozen=True, slots=True)
class _Calculated:
    """One way to calculate a number: what it gives, and from which wrong numbers.

    `slack` is u(s) alone, `bound` the whole of what rounding may have changed.
    """

    calculation: Carried
    formula: Expression
    carried: float
    slack: float
    bound: float
    tainted: tuple[Identity, ...]

    def agrees(self, value: float) -> bool:
        """Whether the value comes out that way, as written or within rounding."""
        distance = abs(value - self.carried)
        slack = self.slack if distance <= self.slack else self.bound
        return distance <= slack <= abs(self.carried) / 2 or distance == 0


class Judge:
    """Judges the answers of one moment, which come in the order of the calculation.

    `arrays`: whole arrays supplied beside them, judged before; they are among the learner's numbers.
    """

    def __init__(
        self,
        exact: Calculation,
        answers: Mapping[Identity, Answer],
        arrays: JudgedArrays | None = None,
    ) -> None:
        self._exact, self._answers, self._arrays = exact, answers, arrays
        own = {identity: answer.value for identity, answer in answers.items()}
        self._own: Mapping[Identity, float] = arrays.numbers.beside(own) if arrays else own
        self._uncertainty = {key: self._doubt(answer) for key, answer in answers.items()}
        self._calculations = _calculations(exact, self._own, answers)
        self._search = MistakeSearch(exact, self._own, self._uncertainty)
        self._suspected: list[tuple[Identity, Carried]] = []
        self._searched: dict[object, Counter[str]] = {}
        self._verdicts: dict[Identity, Finding] = {}

    def findings(self) -> Iterator[Finding]:
        """All verdicts, in order."""
        for identity, answer in self._answers.items():
            finding = self._finding(answer)
            self._verdicts[identity] = finding
            yield finding

    def _finding(self, answer: Answer) -> Finding:
        exact, calculation = self._exact.value(answer.identity), self._calculations[0]
        finding = Finding(answer, "wrong", exact)
        right = _right(answer, exact)
        if right and answer.tolerance is not None:
            return replace(finding, verdict="right")  # of a program's thousands no formula is shown
        formula = calculation.formula(answer.identity)
        if formula is not None:
            carried = _recalculated(calculation, answer.identity)
            finding = replace(finding, carried=carried, formula=formula, calculation=calculation)
        if right is Agreement.TRUNCATED and self._rounded(answer):
            return replace(finding, verdict="rounding")
        if right:
            return replace(finding, verdict="right", truncated=right is Agreement.TRUNCATED)
        return self._followed(finding) or self._blamed(finding)

    def _rounded(self, answer: Answer) -> bool:
        """Whether the number is, as written, what right numbers before it give once rounded."""
        return any(
            not way.tainted and agreement(answer.written, way.carried) is Agreement.ROUNDED
            for way in self._ways(answer, self._calculations)
        )

    def _followed(self, finding: Finding) -> Finding | None:
        """The finding as one that agrees with a calculation from numbers before it."""
        answer, value = finding.answer, finding.answer.value
        for way in self._ways(answer, self._calculations):
            if way.agrees(value):
                verdict, formula = "follows" if way.tainted else "rounding", way.formula
                followed = replace(finding, verdict=verdict, carried=way.carried, formula=formula)
                return replace(followed, calculation=way.calculation, after=way.tainted)
        for first, calculation in self._suspected:
            carried = _recalculated(calculation, answer.identity)
            if carried is not None and is_explained(answer, carried, FAR, [finding.exact]):
                return replace(finding, verdict="follows", after=(first,), same_slip=True)
        if answer.tolerance is None and any(map(self._tainted, self._verdicts)):
            for way in self._ways(answer, self._untainted()):
                if way.agrees(value):
                    return replace(finding, verdict="rounding")
        return None

    def _blamed(self, finding: Finding) -> Finding:
        """The finding as a number that is wrong by itself, with the mistakes that it matches."""
        array = finding.identity.stage if isinstance(finding.identity, Quantity) else None
        found = self._searched.setdefault(array, Counter())
        rows = None if found.total() < _MOST_SEARCHED else set(found)
        right = [v for v in (finding.exact, finding.carried) if v is not None]
        matches = self._search.matches(finding.identity, finding.answer, right, rows)
        found.update([match.name for match in matches] or [""])
        if all(match.step for match in matches):
            spoiled = (match.calculation for match in matches if match.calculation)
            self._suspected += [(finding.identity, calculation) for calculation in spoiled]
        unit = finding.answer.written.unit
        off_by_one = finding.answer.tolerance is None and abs(
            finding.answer.value - finding.exact
        ) <= unit * 1.5 * (1 + 1e-9)
        verdict = "mistake" if matches else "wrong"
        return replace(finding, verdict=verdict, matches=matches, misrounded=off_by_one)

    def _ways(self, answer: Answer, calculations: Sequence[Carried]) -> Iterator[_Calculated]:
        """The number calculated in each way that there is."""
        identity = answer.identity
        for calculation in calculations:
            formula = calculation.formula(identity)
            if formula is None:
                continue
            try:
                carried = evaluate(formula, calculation)
                slack = answer.slack(carried)
                if answer.tolerance is not None and abs(answer.value - carried) > slack:
                    continue  # a program rounds nothing on its way
                slopes = calculation.sensitivities(identity)
            except (EvaluationError, ArithmeticError):
                continue
            bound = slack + sum(
                abs(slopes[own]) * self._uncertainty.get(own, 0.0) for own in slopes
            )
            tainted = tuple(own for own in slopes if slopes[own] and self._tainted(own))
            tainted = tuple(sorted(tainted, key=self._exact.rank))
            yield _Calculated(calculation, formula, carried, slack, bound, tainted)

    def _tainted(self, identity: Identity) -> bool:
        if self._arrays is not None and self._arrays.tainted(identity):
            return True
        found = self._verdicts.get(identity)
        return found is not None and found.verdict in TAINTED

    def _untainted(self) -> list[Carried]:
        """The ways to calculate from the learner's numbers without those that are wrong."""
        answers = self._answers.items()
        own = {key: answer.value for key, answer in answers if not self._tainted(key)}
        return _calculations(self._exact, own, own)

    def _doubt(self, answer: Answer) -> float:
        """u(v): nothing where nothing was rounded, a whole unit for a number cut off."""
        exact = self._exact.value(answer.identity)
        if abs(answer.value - exact) <= _LAST_BITS * abs(exact):
            return 0.0
        cut = _right(answer, exact) is Agreement.TRUNCATED
        return answer.written.unit if cut else answer.uncertainty


def _calculations(
    exact: Calculation, own: Mapping[Identity, float], singles: Collection[Identity]
) -> list[Carried]:
    """The ways to calculate: factor by factor; out − target; a gradient from the samples' parts."""
    ways = [Carried(exact, own), Carried(exact, own, shortcut=True)]
    if any(isinstance(key, Quantity) and key.kind in PARTS for key in singles):
        ways.append(Carried(exact, own, rewriting=partial(_by_parts, exact.trace)))
    return ways


def _by_parts(trace: IterationTrace, identity: Identity, _: Expression) -> Expression | None:
    """A gradient as the sum or the mean of the samples' own parts."""
    if not isinstance(identity, Quantity) or identity.kind not in PART_OF or len(trace.rows) == 1:
        return None
    parts = (Symbol(trace.own_part(identity, row)) for row in trace.rows)
    gradient: Expression = reduced(total(parts), len(trace.rows), trace.rule)
    return gradient


def _recalculated(calculation: Carried, identity: Identity) -> float | None:
    try:
        return calculation.recalculated(identity)
    except (EvaluationError, ArithmeticError):
        return None


def _right(answer: Answer, exact: float) -> Agreement | None:
    """Whether the answer is the exact value, to its digits or within its tolerance."""
    if answer.tolerance is None:
        return agreement(answer.written, exact)
    near = abs(answer.value - exact) <= answer.slack(exact)
    return Agreement.ROUNDED if near else None
