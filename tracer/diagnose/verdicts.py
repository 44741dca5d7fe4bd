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
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from tracer.diagnose.answers.model import Answer
from tracer.diagnose.answers.moments import Moment
from tracer.diagnose.calculation import Calculation, Source
from tracer.diagnose.mistakes.search import FAR, Match, Search, is_explained
from tracer.digits.agreement import Agreement, agreement
from tracer.engine.trace import IterationTrace
from tracer.explain.explanation import NetworkNumbers
from tracer.formula import EvaluationError, Expression, Symbol, evaluate, total
from tracer.model.quantity import PARTS, Quantity, Stage

VERDICTS = ("right", "rounding", "follows", "mistake", "wrong")
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
    calculation: Calculation | None = None
    truncated: bool = False
    misrounded: bool = False
    after: tuple[str, ...] = ()
    same_slip: bool = False
    matches: tuple[Match, ...] = ()

    @property
    def name(self) -> str:
        """The canonical name, without an iteration."""
        return self.answer.name


@dataclass(frozen=True, slots=True)
class _Way:
    """One way to calculate a number: what it gives, and from which wrong numbers.

    `slack` is u(s) alone, `bound` the whole of what rounding may have changed.
    """

    calculation: Calculation
    formula: Expression
    carried: float
    slack: float
    bound: float
    tainted: tuple[str, ...]

    def agrees(self, value: float) -> bool:
        """Whether the value comes out that way, as written or within rounding."""
        distance = abs(value - self.carried)
        slack = self.slack if distance <= self.slack else self.bound
        return distance <= slack <= abs(self.carried) / 2 or distance == 0


class Judge:
    """Judges the answers of one moment, which come by name and in the order of the calculation."""

    def __init__(self, moment: Moment, source: Source, answers: Mapping[str, Answer]) -> None:
        self._moment, self._source, self._answers = moment, source, answers
        self._own = {name: answer.value for name, answer in answers.items()}
        self._uncertainty = {name: self._doubt(answer) for name, answer in answers.items()}
        self._calculations = _calculations(source, self._own)
        self._search = Search(source, self._own, self._uncertainty)
        self._suspected: list[tuple[str, Calculation]] = []
        self._searched: dict[str, Counter[str]] = {}
        self._verdicts: dict[str, Finding] = {}

    def findings(self) -> Iterator[Finding]:
        """All verdicts, in order."""
        for name, answer in self._answers.items():
            finding = self._finding(answer)
            self._verdicts[name] = finding
            yield finding

    def _finding(self, answer: Answer) -> Finding:
        exact, calculation = self._source.value(answer.name), self._calculations[0]
        finding = Finding(answer, "wrong", exact)
        right = _right(answer, exact)
        if right and answer.tolerance is not None:
            return replace(finding, verdict="right")  # of a program's thousands no formula is shown
        formula = calculation.formula(answer.name)
        if formula is not None:
            carried = _recalculated(calculation, answer.name)
            finding = replace(finding, carried=carried, formula=formula, calculation=calculation)
        if right:
            return replace(finding, verdict="right", truncated=right is Agreement.TRUNCATED)
        return self._followed(finding) or self._blamed(finding)

    def _followed(self, finding: Finding) -> Finding | None:
        """The finding as one that agrees with a calculation from numbers before it."""
        answer, value = finding.answer, finding.answer.value
        for way in self._ways(answer, self._calculations):
            if way.agrees(value):
                verdict, formula = "follows" if way.tainted else "rounding", way.formula
                followed = replace(finding, verdict=verdict, carried=way.carried, formula=formula)
                return replace(followed, calculation=way.calculation, after=way.tainted)
        for first, calculation in self._suspected:
            carried = _recalculated(calculation, answer.name)
            if carried is not None and is_explained(answer, carried, FAR, [finding.exact]):
                return replace(finding, verdict="follows", after=(first,), same_slip=True)
        if answer.tolerance is None and any(map(self._tainted, self._verdicts)):
            for way in self._ways(answer, self._untainted()):
                if way.agrees(value):
                    return replace(finding, verdict="rounding")
        return None

    def _blamed(self, finding: Finding) -> Finding:
        """The finding as a number that is wrong by itself, with the mistakes that it matches."""
        array = finding.name.rstrip("+#0123456789")
        found = self._searched.setdefault(array, Counter())
        rows = None if found.total() < _MOST_SEARCHED else set(found)
        right = [v for v in (finding.exact, finding.carried) if v is not None]
        matches = self._search.matches(finding.name, finding.answer, right, rows)
        found.update([match.name for match in matches] or [""])
        if all(match.step for match in matches):
            spoiled = (match.calculation for match in matches if match.calculation)
            self._suspected += [(finding.name, calculation) for calculation in spoiled]
        unit = finding.answer.written.unit
        off_by_one = finding.answer.tolerance is None and abs(
            finding.answer.value - finding.exact
        ) <= unit * 1.5 * (1 + 1e-9)
        verdict = "mistake" if matches else "wrong"
        return replace(finding, verdict=verdict, matches=matches, misrounded=off_by_one)

    def _ways(self, answer: Answer, calculations: Sequence[Calculation]) -> Iterator[_Way]:
        """The number calculated in each way that there is."""
        name = answer.name
        for calculation in calculations:
            formula = calculation.formula(name)
            if formula is None:
                continue
            try:
                carried = evaluate(formula, calculation)
                slack = answer.slack(carried)
                if answer.tolerance is not None and abs(answer.value - carried) > slack:
                    continue  # a program rounds nothing on its way
                slopes = calculation.sensitivities(name)
            except (EvaluationError, ArithmeticError):
                continue
            bound = slack + sum(abs(slopes[own]) * self._uncertainty[own] for own in slopes)
            tainted = tuple(own for own in self._verdicts if slopes.get(own) and self._tainted(own))
            yield _Way(calculation, formula, carried, slack, bound, tainted)

    def _tainted(self, name: str) -> bool:
        return name in self._verdicts and self._verdicts[name].verdict in TAINTED

    def _untainted(self) -> list[Calculation]:
        """The ways to calculate from the learner's numbers without those that are wrong."""
        own = {name: value for name, value in self._own.items() if not self._tainted(name)}
        return _calculations(self._source, own)

    def _doubt(self, answer: Answer) -> float:
        """u(v): nothing where nothing was rounded, a whole unit for a number cut off."""
        exact = self._source.value(answer.name)
        if abs(answer.value - exact) <= _LAST_BITS * abs(exact):
            return 0.0
        cut = _right(answer, exact) is Agreement.TRUNCATED
        return answer.written.unit if cut else answer.uncertainty


def _calculations(source: Source, own: Mapping[str, float]) -> list[Calculation]:
    """The ways to calculate: factor by factor; out − target; a gradient from the samples' parts."""
    ways = [Calculation(source, own), Calculation(source, own, shortcut=True)]
    trace = source.numbers.trace if isinstance(source.numbers, NetworkNumbers) else None
    if trace is not None and any(trace.find(name).kind in PARTS for name in own):
        ways.append(Calculation(source, own, rewriting=partial(_by_parts, trace)))
    return ways


def _by_parts(trace: IterationTrace, name: str, _: Expression) -> Expression | None:
    """A gradient as the sum or the mean of the samples' own parts."""
    quantity = trace.find(name)
    kinds = {reduced: part for part, reduced in PARTS.items()}
    if quantity.kind not in kinds or len(trace.rows) == 1:
        return None
    stage = Stage(kinds[quantity.kind], quantity.layer)
    parts = (trace.names.name(Quantity(stage, quantity.index, row)) for row in trace.rows)
    summed = total(map(Symbol, parts))
    return summed / len(trace.rows) if trace.rule.reduction == "mean" else summed


def _recalculated(calculation: Calculation, name: str) -> float | None:
    try:
        return calculation.recalculated(name)
    except (EvaluationError, ArithmeticError):
        return None


def _right(answer: Answer, exact: float) -> Agreement | None:
    """Whether the answer is the exact value, to its digits or within its tolerance."""
    if answer.tolerance is None:
        return agreement(answer.written, exact)
    near = abs(answer.value - exact) <= answer.slack(exact)
    return Agreement.ROUNDED if near else None
