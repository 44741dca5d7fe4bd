"""The verdict on each number of a calculation, with its reason.

Stands between the answers and the report of `tracer.diagnose.check`, one moment at a time. Symbols:
s the number supplied; c the carried one, what the formula gives from the learner's own earlier
numbers, the steps left out between them calculated; [a, b] the ends between which c may lie, since
those numbers, and the steps left out, may have been rounded (`tracer.diagnose.carried.Enclosed`); u
half a unit of s's last digit, a whole one on a sheet that cuts off. s agrees with c within rounding
when

    a − u ≤ s ≤ b + u

It tells nothing where that is true of half or double of c as well: such a number is neither right nor
wrong, but coarse. So is one whose own digits can't tell the right value from half or double of it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from tracer.diagnose.answers.model import Answer
from tracer.diagnose.carried import Carried, Enclosed
from tracer.diagnose.hidden import HiddenSlips
from tracer.diagnose.manners import Manner
from tracer.diagnose.mistakes.search import FAR, MistakeMatch, MistakeSearch, is_explained
from tracer.digits.agreement import Agreement, agreement, tells
from tracer.digits.rounding import Rounding
from tracer.engine.passes import reduced
from tracer.engine.trace import IterationTrace
from tracer.explain.calculation import Calculation
from tracer.formula import EvaluationError, Expression, Interval, Symbol, total
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
    `possible`: the mistakes that may have been made, where too few digits tell which. `stepwise`: the
    rounding that gives the number where every step is rounded so, and exact steps don't.
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
    possible: tuple[MistakeMatch, ...] = ()
    stepwise: Rounding | None = None

    @property
    def identity(self) -> Identity:
        """Which number it is."""
        return self.answer.identity

    @property
    def blamed(self) -> bool:
        """Whether it is wrong by itself."""
        return self.verdict in BLAMED

    @property
    def tainted(self) -> bool:
        """Whether it is not what it should be."""
        return self.verdict in TAINTED


@dataclass(frozen=True, slots=True)
class Part:
    """What there is to judge of one moment: its answers, in the order of the calculation.

    `before`: the answers of earlier iterations, on which its numbers stand as well. `arrays`: whole
    arrays supplied beside them, judged before; they are among the learner's numbers.
    """

    exact: Calculation
    answers: Mapping[Identity, Answer]
    before: Mapping[Identity, Answer]
    arrays: JudgedArrays | None = None

    @property
    def all(self) -> dict[Identity, Answer]:
        """The answers, and those before them."""
        return {**self.before, **self.answers}

    @property
    def own(self) -> Mapping[Identity, float]:
        """The numbers supplied."""
        return self.beside_arrays({key: answer.value for key, answer in self.all.items()})

    def beside_arrays(self, singles: dict[Identity, float]) -> Mapping[Identity, float]:
        """Single numbers, and those of the arrays."""
        return self.arrays.numbers.beside(singles) if self.arrays else singles

    def ways(
        self, own: Mapping[Identity, float], rounding: Rounding | None = None
    ) -> list[Carried]:
        """The ways to calculate: factor by factor; out − target; a gradient from samples' parts."""
        exact = self.exact
        found = [Carried(exact, own, rounding=rounding)]
        if exact.has_shortcuts:
            found.append(Carried(exact, own, shortcut=True, rounding=rounding))
        if any(isinstance(key, Quantity) and key.kind in PARTS for key in self.all):
            rewriting = partial(_by_parts, exact)
            found.append(Carried(exact, own, rewriting=rewriting, rounding=rounding))
        return found


@dataclass(frozen=True, slots=True)
class _Calculated:
    """One way to calculate a number: what it gives, and between which ends that may lie."""

    calculation: Carried
    formula: Expression
    carried: float
    ends: Interval

    def agrees(self, answer: Answer, slack: float) -> Agreed | None:
        """Whether the answer comes out that way, as written or within rounding."""
        distance, (low, high) = abs(answer.value - self.carried), self.ends
        if distance > slack and not low - slack <= answer.value <= high + slack:
            return None
        bound = slack if distance <= slack else slack + (high - low) / 2
        return "agrees" if bound <= abs(self.carried) / 2 or distance == 0 else "coarse"


Agreed = str
"""`agrees`, or `coarse` where the bounds are too wide to tell."""


class Bounds:
    """How far off numbers may be that were calculated from a learner's own, on a sheet so written."""

    def __init__(
        self, part: Part, manner: Manner, own: Mapping[Identity, float] | None = None
    ) -> None:
        self._exact, self._all, self._manner = part.exact, part.all, manner
        self.ways = part.ways(part.own if own is None else own)
        doubts = {key: self._doubt(a) for key, a in self._all.items() if key in self.ways[0].own}
        self._enclosed = [Enclosed(way, doubts, manner.slack) for way in self.ways]

    def of(self, answer: Answer) -> Iterator[_Calculated]:
        """A number calculated in each way that there is, with its ends."""
        identity = answer.identity
        for way, enclosed in zip(self.ways, self._enclosed, strict=True):
            formula = way.formula(identity)
            if formula is None:
                continue
            try:
                carried = way.recalculated(identity)
                ends = (carried, carried)  # a program rounds nothing on its way
                if answer.tolerance is None:
                    ends = enclosed.recalculated(identity, self._manner.inside(answer.written))
            except (EvaluationError, ArithmeticError):
                continue
            yield _Calculated(way, formula, carried, ends)

    def slack(self, answer: Answer, value: float | None = None) -> float:
        """u: half a unit, a whole one where what comes after it may have been cut off."""
        slack = answer.slack(answer.value if value is None else value)
        return 2 * slack if self._manner.cut and answer.tolerance is None else slack

    def _doubt(self, answer: Answer) -> Interval:
        """Between which ends the number lay before it was written down."""
        value = answer.value
        exact = self._exact.value(answer.identity)
        if abs(value - exact) <= _LAST_BITS * abs(exact):
            return value, value
        if answer.tolerance is not None:
            slack = answer.uncertainty
            return value - slack, value + slack
        half, unit = answer.uncertainty, answer.written.unit
        if not self._manner.cut and right_as_written(answer, exact) is not Agreement.TRUNCATED:
            return value - half, value + half
        return value - unit, value + unit  # who cuts off here may have rounded there


class Judge:
    """Judges the answers of one moment, which come in the order of the calculation.

    `verdicts`: those on earlier moments. `search` is None where it is enough to know who is blamed.
    """

    def __init__(
        self,
        part: Part,
        manner: Manner,
        verdicts: Mapping[Identity, Finding],
        search: MistakeSearch | None,
        required: Rounding | None = None,
    ) -> None:
        self._exact, self._part, self._manner = part.exact, part, manner
        self._search, self._required = search, required
        self._own = part.own
        self._bounds = Bounds(part, manner)
        rounded = manner.followed if manner.steps else None
        self._by_steps = part.ways(self._own, rounded) if rounded else []
        self._hidden = HiddenSlips(part.exact, {k: a.value for k, a in part.all.items()})
        self._suspected: list[tuple[Identity, Carried]] = []
        self._searched: dict[object, Counter[str]] = {}
        self._verdicts: dict[Identity, Finding] = {
            key: found for key, found in verdicts.items() if key in part.before
        }

    def findings(self) -> Iterator[Finding]:
        """All verdicts, in order."""
        for identity, answer in self._part.answers.items():
            finding = self._finding(answer)
            self._verdicts[identity] = finding
            yield finding

    def _finding(self, answer: Answer) -> Finding:
        exact, calculation = self._exact.value(answer.identity), self._bounds.ways[0]
        finding = Finding(answer, "wrong", exact)
        right = right_as_written(answer, exact)
        if right and answer.tolerance is not None and self._tells(answer, exact):
            return replace(finding, verdict="right")  # of a program's thousands no formula is shown
        formula = calculation.formula(answer.identity)
        if formula is not None:
            carried = _recalculated(calculation, answer.identity)
            finding = replace(finding, carried=carried, formula=formula, calculation=calculation)
        if right and not self._tells(answer, exact):
            return replace(finding, verdict="coarse")
        if right is Agreement.TRUNCATED and not self._manner.cut:
            stepwise = self._stepwise(answer)
            if stepwise or self._rounded(answer):
                return replace(finding, verdict="rounding", stepwise=stepwise)
        if right:
            return replace(finding, verdict="right", truncated=right is Agreement.TRUNCATED)
        return self._followed(finding) or self._blamed(finding)

    def _tells(self, answer: Answer, exact: float) -> bool:
        """Whether the number says enough to be right."""
        if answer.tolerance is not None:
            relative = abs(answer.value - exact) <= answer.tolerance.relative * abs(exact)
            return relative or answer.slack(exact) < abs(exact) / 2
        return tells(answer.written, exact, self._manner.digits, self._required)

    def _rounded(self, answer: Answer) -> bool:
        """Whether the number is, as written, what right numbers before it give once rounded."""
        return any(
            agreement(answer.written, way.carried) is Agreement.ROUNDED
            and not self._before(answer.identity, way.calculation, TAINTED)
            for way in self._bounds.of(answer)
        )

    def _stepwise(self, answer: Answer) -> Rounding | None:
        """The rounding that the sheet shows, if the number needs it: exact steps don't give it."""
        if not self._by_steps or self._rounded(answer):
            return None
        values = (_recalculated(way, answer.identity) for way in self._by_steps)
        same = any(v is not None and abs(v - answer.value) <= _LAST_BITS * abs(v) for v in values)
        return self._manner.followed if same else None

    def _followed(self, finding: Finding) -> Finding | None:
        """The finding as one that agrees with a calculation from numbers before it."""
        answer = finding.answer
        found = [
            (agreed, way)
            for way in self._bounds.of(answer)
            if (agreed := way.agrees(answer, self._bounds.slack(answer, way.carried)))
        ]
        for agreed, way in sorted(found, key=lambda pair: pair[0] == "coarse"):
            followed = replace(finding, carried=way.carried, formula=way.formula)
            followed = replace(followed, calculation=way.calculation)
            if agreed == "coarse":
                return replace(followed, verdict="coarse")
            tainted = self._before(answer.identity, way.calculation, TAINTED)
            if not tainted and self._before(answer.identity, way.calculation, {"coarse"}):
                return replace(
                    followed, verdict="coarse"
                )  # no more can be told of it than of those
            if tainted:
                return replace(followed, verdict="follows", after=tainted)
            return replace(followed, verdict="rounding", stepwise=self._stepwise(answer))
        return self._same_slip(finding) or self._without_the_wrong(finding)

    def _same_slip(self, finding: Finding) -> Finding | None:
        """The finding as one that an earlier slip explains, in a step that wasn't supplied."""
        answer = finding.answer
        for first, calculation in self._suspected:
            carried = _recalculated(calculation, answer.identity)
            if carried is not None and is_explained(answer, carried, FAR, [finding.exact]):
                return replace(finding, verdict="follows", after=(first,), same_slip=True)
        if answer.tolerance is not None:
            return None
        for earlier in self._verdicts.values():
            if earlier.blamed and not any(match.step is None for match in earlier.matches):
                slack = (self._bounds.slack(earlier.answer), self._bounds.slack(answer))
                if self._hidden.explains(earlier.answer, answer, finding.exact, slack):
                    first = earlier.identity
                    return replace(finding, verdict="follows", after=(first,), same_slip=True)
        return None

    def _without_the_wrong(self, finding: Finding) -> Finding | None:
        """The finding as one that agrees with right numbers: a slip before it was not used."""
        answer, wrong = finding.answer, [k for k, v in self._verdicts.items() if v.tainted]
        if answer.tolerance is not None or not wrong:
            return None
        kept = {key: a.value for key, a in self._part.all.items() if key not in wrong}
        bounds = Bounds(self._part, self._manner, kept)
        for way in bounds.of(answer):
            agreed = way.agrees(answer, bounds.slack(answer, way.carried))
            if agreed:
                return replace(finding, verdict="coarse" if agreed == "coarse" else "rounding")
        return None

    def _blamed(self, finding: Finding) -> Finding:
        """The finding as a number that is wrong by itself, with the mistakes that it matches."""
        unit = finding.answer.written.unit
        off_by_one = finding.answer.tolerance is None and abs(
            finding.answer.value - finding.exact
        ) <= unit * 1.5 * (1 + 1e-9)
        finding = replace(finding, misrounded=off_by_one)
        if self._search is None:
            return finding
        array = finding.identity.stage if isinstance(finding.identity, Quantity) else None
        found = self._searched.setdefault(array, Counter())
        rows = None if found.total() < _MOST_SEARCHED else set(found)
        right = [v for v in (finding.exact, finding.carried) if v is not None]
        told = self._search.found(finding.identity, finding.answer, right, rows)
        matches, possible = told.named, told.possible
        found.update([match.name for match in matches] or [""])
        if all(match.step for match in matches):
            spoiled = (match.calculation for match in matches if match.calculation)
            self._suspected += [(finding.identity, calculation) for calculation in spoiled]
        verdict = "mistake" if matches else "wrong"
        return replace(finding, verdict=verdict, matches=matches, possible=possible)

    def _before(
        self, identity: Identity, way: Carried, verdicts: Collection[str]
    ) -> tuple[Identity, ...]:
        """The numbers with such verdicts that this one is made of."""
        arrays = self._part.arrays
        some = any(found.verdict in verdicts for found in self._verdicts.values())
        if not some and not (arrays and any(found.tainted for found in arrays.findings)):
            return ()
        try:
            slopes = way.sensitivities(identity)
        except (EvaluationError, ArithmeticError):
            return ()
        those = [
            key for key in sorted(slopes, key=self._exact.rank) if self._verdict(key) in verdicts
        ]
        moving = tuple(key for key in those if slopes[key])
        # Of 0 = 0 · 0 neither factor moves the product, and both have made it.
        return moving if moving or way.recalculated(identity) != 0 else tuple(those)

    def _verdict(self, identity: Identity) -> str:
        """The verdict on a number supplied before."""
        arrays = self._part.arrays
        if arrays is not None and arrays.tainted(identity):
            return "wrong"
        found = self._verdicts.get(identity)
        return found.verdict if found else ""


def comes_out(part: Part, answer: Answer, manner: Manner) -> bool:
    """Whether a number is right within what rounding may have done, on a sheet so written."""
    bounds = Bounds(part, manner)
    return any(way.agrees(answer, bounds.slack(answer, way.carried)) for way in bounds.of(answer))


def _by_parts(exact: Calculation, identity: Identity, _: Expression) -> Expression | None:
    """A gradient as the sum or the mean of the samples' own parts."""
    if not isinstance(identity, Quantity) or identity.kind not in PART_OF:
        return None
    trace: IterationTrace = exact.at(identity.iteration)
    if len(trace.rows) == 1:
        return None
    parts = (Symbol(trace.own_part(identity, row)) for row in trace.rows)
    gradient: Expression = reduced(total(parts), len(trace.rows), trace.rule)
    return gradient


def _recalculated(calculation: Carried, identity: Identity) -> float | None:
    try:
        return calculation.recalculated(identity)
    except (EvaluationError, ArithmeticError):
        return None


def right_as_written(answer: Answer, exact: float) -> Agreement | None:
    """Whether the answer is the exact value, to its digits or within its tolerance."""
    if answer.tolerance is None:
        return agreement(answer.written, exact)
    near = abs(answer.value - exact) <= answer.slack(exact)
    return Agreement.ROUNDED if near else None
