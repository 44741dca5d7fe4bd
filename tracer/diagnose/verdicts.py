"""The verdict on each number of a calculation, with its reason.

Stands between the answers and the report of `tracer.diagnose.check`, one moment at a time. Symbols:
s the number supplied; c the carried one, what the formula gives from the learner's own earlier
numbers, the steps left out between them calculated; [a, b] the ends between which c may lie, since
those numbers, and the steps left out, may have been rounded (`tracer.diagnose.enclosed.Enclosed`); u
half a unit of s's last digit, a whole one on a sheet that cuts off. s agrees with c within rounding
when

    a − u ≤ s ≤ b + u

It tells nothing where that is true of half or double of c as well: such a number is neither right nor
wrong, but coarse. So is one whose own digits can't tell the right value from half or double of it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache, cached_property

from tracer.diagnose.answers.model import Answer
from tracer.diagnose.carried import Carried
from tracer.diagnose.finding import TAINTED, Finding
from tracer.diagnose.hidden import HiddenSlips
from tracer.diagnose.manners import Manner
from tracer.diagnose.mistakes.search import NEAR, MistakeSearch, is_explained
from tracer.diagnose.parts import Agreed, Bounds, Part, right_as_written
from tracer.digits.agreement import Agreement, agreement, same, tells
from tracer.digits.rounding import Rounding
from tracer.formula import EvaluationError
from tracer.model.quantity import Identity, Quantity

_MOST_SEARCHED = 20
"""So many numbers of one array are searched for every mistake, later ones for those found in it."""


class Judge:
    """Judges the answers of one moment, which come in the order of the calculation.

    `verdicts`: those on earlier moments. `search` is None where it is enough to know who is blamed;
    without `same_slips` those are, too, that an earlier slip in a step left out explains.
    """

    def __init__(
        self,
        part: Part,
        manner: Manner,
        verdicts: Mapping[Identity, Finding],
        search: Callable[[], MistakeSearch] | None,
        required: Rounding | None = None,
        *,
        same_slips: bool = True,
    ) -> None:
        self._exact, self._part, self._manner = part.exact, part, manner
        self._search = cache(search) if search else None
        self._required, self._same_slips = required, same_slips
        self._suspected: list[tuple[Identity, Carried]] = []
        self._searched: dict[object, Counter[str]] = {}
        self._verdicts: dict[Identity, Finding] = {
            key: found for key, found in verdicts.items() if key in part.before
        }
        self._wrong = {key for key, found in self._verdicts.items() if found.tainted}
        self._without: Bounds | None = None

    # What is calculated from the learner's numbers waits for one that isn't right.

    @cached_property
    def _bounds(self) -> Bounds:
        return self._part.bounds(self._manner)

    @cached_property
    def _by_steps(self) -> Sequence[Carried]:
        rounded = self._manner.followed if self._manner.steps else None
        return self._part.rounded(rounded) if rounded else ()

    @cached_property
    def _hidden(self) -> HiddenSlips:
        return HiddenSlips(self._exact, self._part.singles)

    def findings(self, settled: Sequence[Finding] = ()) -> Iterator[Finding]:
        """All verdicts, in order; the first ones may be `settled`."""
        for place, (identity, answer) in enumerate(self._part.answers.items()):
            finding = settled[place] if place < len(settled) else self._finding(answer)
            self._verdicts[identity] = finding
            if finding.tainted:
                self._leave_out(identity)
            yield finding

    def _finding(self, answer: Answer) -> Finding:
        exact = self._exact.value(answer.identity)
        right = right_as_written(answer, exact)
        told = right is not None and self._tells(answer, exact)
        if told and answer.tolerance is not None:
            return Finding(answer, "right", exact)  # of a program's thousands no formula is shown
        finding, calculation = Finding(answer, "wrong", exact), self._bounds.ways[0]
        formula = calculation.formula(answer.identity)
        if formula is not None:
            carried = calculation.tried(answer.identity)
            finding = Finding(answer, "wrong", exact, carried, formula, calculation)
        if answer.identity in self._part.typed(self._manner.digits):
            return self._blamed(finding)
        if right and not told:
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
        values = (way.tried(answer.identity) for way in self._by_steps)
        given = any(value is not None and same(answer.value, value) for value in values)
        return self._manner.followed if given else None

    def _followed(self, finding: Finding) -> Finding | None:
        """The finding as one that agrees with a calculation from numbers before it."""
        answer = finding.answer
        found = [
            (agreed, way)
            for way in self._bounds.of(answer)
            if (agreed := self._bounds.agrees(way, answer))
        ]
        for agreed, way in sorted(found, key=lambda pair: pair[0] == "coarse"):
            followed = replace(finding, carried=way.carried, formula=way.formula)
            return self._as_agreed(agreed, replace(followed, calculation=way.calculation))
        return self._same_slip(finding) or self._without_the_wrong(finding)

    def _as_agreed(self, agreed: Agreed, followed: Finding) -> Finding:
        """The finding on a number that comes out by a calculation from those before it."""
        identity, way = followed.identity, followed.calculation
        if agreed == "coarse" or way is None:
            return replace(followed, verdict="coarse")
        tainted = self._before(identity, way, TAINTED)
        if tainted:
            right = self._without_the_wrong(followed)  # what is wrong before it may change nothing
            if right and right.verdict == "rounding":
                return right
            return replace(followed, verdict="follows", after=tainted)
        if self._before(identity, way, {"coarse"}):
            return replace(followed, verdict="coarse")  # no more is known of it than of those
        return replace(followed, verdict="rounding", stepwise=self._stepwise(followed.answer))

    def _same_slip(self, finding: Finding) -> Finding | None:
        """The finding as one that an earlier slip explains, in a step that wasn't supplied."""
        answer = finding.answer
        if not self._same_slips:
            return None
        for first, calculation in self._suspected:
            carried = calculation.tried(answer.identity)
            if carried is not None and is_explained(answer, carried, NEAR, [finding.exact]):
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
        answer = finding.answer
        if answer.tolerance is not None or not self._wrong:
            return None
        bounds = self._without = self._without or self._bounds_without()
        for way in bounds.of(answer):
            agreed = bounds.agrees(way, answer)
            if agreed:
                rough = self._before(answer.identity, way.calculation, {"coarse"})
                verdict = "coarse" if agreed == "coarse" or rough else "rounding"
                return replace(finding, verdict=verdict)
        return None

    def _bounds_without(self) -> Bounds:
        """What comes of the single numbers that are right."""
        kept = {key: a.value for key, a in self._part.all.items() if key not in self._wrong}
        return Bounds(self._part, self._manner, self._part.ways_from(kept))

    def _leave_out(self, identity: Identity) -> None:
        """One wrong number more; nothing stands on it yet, since the numbers come in their order."""
        self._wrong.add(identity)
        if self._without:
            self._without.leave_out(identity)

    def _blamed(self, finding: Finding) -> Finding:
        """The finding as a number that is wrong by itself, with the mistakes that it matches."""
        unit = finding.answer.written.unit
        off_by_one = finding.answer.tolerance is None and abs(
            finding.answer.value - finding.exact
        ) <= unit * 1.5 * (1 + 1e-9)
        typed = finding.identity in self._part.typed(self._manner.digits)
        finding = replace(finding, misrounded=off_by_one and not typed)
        if self._search is None:
            return finding
        array = finding.identity.stage if isinstance(finding.identity, Quantity) else None
        found = self._searched.setdefault(array, Counter())
        rows = None if found.total() < _MOST_SEARCHED else set(found)
        right = [v for v in (finding.exact, finding.carried) if v is not None]
        told = self._search().found(finding.identity, finding.answer, right, rows)
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
        if not some and not (arrays and arrays.any_tainted):
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
