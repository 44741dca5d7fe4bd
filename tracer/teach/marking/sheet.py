"""One sheet marked: what each number that was asked for earns, and why.

Between the verdicts of `tracer.diagnose.check` and the points. A number earns the part of its points
that the scheme gives its verdict; what follows from a trivial number, or stands on a sheet that belongs
to another exercise, shows no method and keeps what the scheme leaves it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cached_property

from tracer.diagnose.answers import Supplied
from tracer.diagnose.check import CheckedAnswers, CheckedMoment, check
from tracer.diagnose.finding import Finding
from tracer.diagnose.judging import ANYTHING, Wanted
from tracer.digits.agreement import Agreement, agreement, same
from tracer.digits.rounding import Rounding
from tracer.explain.calculation import Calculation
from tracer.immutable import immutable
from tracer.model.marking import Scheme
from tracer.model.quantity import Identity, Kind, Quantity
from tracer.teach.marking.exercise import Exercise, Key, Question
from tracer.teach.marking.trivial import PLAIN, Spoiled, Trivial, slips

_LEAST_DIRECT = 5
"""So many numbers made of given ones tell whose exercise a sheet belongs to."""
_MOST_LOOKED_AT = 500
_FOREIGN = 0.2
"""Where no more than this part of them comes out, it is another one's."""
_FEW_DIGITS = 3
"""A number with fewer significant digits may be right by chance, or copied."""
_RIGHT = frozenset({"right", "rounding"})
_AGAIN = 2
"""A mistake that so many numbers match is none by chance."""


@immutable
class Mark:
    """What a number that was asked for earns: `part` of its `worth`.

    `finding` is None, and `verdict` empty, where it wasn't supplied. Why it earns less than its verdict
    would: `spoiled`; `short`: it only agrees because it has so few digits; `foreign`: its sheet belongs
    to another exercise.
    """

    question: Question
    worth: Fraction
    part: Fraction = Fraction(0)
    finding: Finding | None = None
    verdict: str = ""
    spoiled: Spoiled | None = None
    short: bool = False
    foreign: bool = False

    @property
    def earned(self) -> Fraction:
        """The points."""
        return self.worth * self.part


@dataclass(frozen=True, eq=False)
class MarkedSheet:
    """A sheet with a mark for every number that was asked for, in the order of the calculation.

    `foreign`: its numbers look like those of another exercise.
    """

    exercise: Exercise
    scheme: Scheme
    checked: CheckedAnswers
    marks: tuple[Mark, ...]
    foreign: bool = False

    @property
    def points(self) -> Decimal:
        """What the sheet earns, rounded as the scheme says."""
        return self.scheme.rounded(sum((mark.earned for mark in self.marks), Fraction(0)))

    @property
    def maximum(self) -> Decimal:
        """What a sheet that is right throughout earns."""
        return self.scheme.rounded(sum((mark.worth for mark in self.marks), Fraction(0)))

    @property
    def supplied(self) -> int:
        """How many of the numbers that were asked for were supplied."""
        return sum(mark.finding is not None for mark in self.marks)

    @cached_property
    def counts(self) -> Counter[str]:
        """How many of them got each verdict."""
        return Counter(mark.verdict for mark in self.marks if mark.finding)

    @property
    def missing(self) -> tuple[Question, ...]:
        """What was asked for and not supplied."""
        return tuple(mark.question for mark in self.marks if mark.finding is None)

    @property
    def first_wrong(self) -> Question | None:
        """The first number asked for that is wrong by itself."""
        blamed = (m.question for m in self.marks if m.finding is not None and m.finding.blamed)
        return next(blamed, None)

    def mark_of(self, section: CheckedMoment, finding: Finding) -> Mark | None:
        """The mark of a number that was supplied; None where it wasn't asked for."""
        return self._by_key.get((section.moment, finding.identity))

    @cached_property
    def _by_key(self) -> dict[Key, Mark]:
        return {mark.question.key: mark for mark in self.marks}

    @property
    def mistakes(self) -> Iterator[tuple[str, Mark]]:
        """Each known mistake by its name, with the numbers that match it."""
        for mark in self.marks:
            matches = mark.finding.matches if mark.finding else ()
            yield from ((name, mark) for name in dict.fromkeys(match.name for match in matches))


def mark_sheet(
    exercise: Exercise,
    answers: Iterable[Supplied],
    scheme: Scheme | None = None,
    wanted: Wanted = ANYTHING,
) -> MarkedSheet:
    """The marks of a sheet by a scheme, without one by the usual one; `wanted` as `check` has it.

    Raises:
        UsageError: an answer belongs to an iteration that training doesn't reach.
        DivergedError: training met an overflow before it got there.
    """
    answers, scheme = tuple(answers), scheme or Scheme()
    exact = exercise.right_numbers({answer.moment for answer in answers})
    checked = check(exercise.experiment, answers, wanted=wanted, found=exact)
    numbers = (found for section in checked.sections for found in section.numbers)
    trivial = Trivial.of_sheet(exact, numbers)
    found = _judged(checked, trivial)
    foreign = _is_foreign(list(found.values()), trivial)
    if strange := _strange(list(found.values()), trivial):
        trivial = trivial.with_strange(strange)
        found = _judged(checked, trivial)
    marker = _Marker(scheme, checked, foreign, trivial, wanted.rounding)
    worth = exercise.worth(scheme)
    marks = (
        marker.mark(q, worth[q.key], *found[q.key][1:]) if q.key in found else Mark(q, worth[q.key])
        for q in exercise.questions
    )
    return MarkedSheet(exercise, scheme, checked, tuple(marks), marker.foreign)


_Judged = tuple[Calculation, Finding, Spoiled | None]
"""A number that was supplied, with the right numbers of its moment."""


def _judged(checked: CheckedAnswers, trivial: Trivial) -> dict[Key, _Judged]:
    """All that was supplied, in the order of the calculation."""
    return {
        (section.moment, found.identity): (section.exact, found, trivial.of(found, section.exact))
        for section in checked.sections
        for found in section.numbers
    }


@immutable
class _Marker:
    """Gives marks to the numbers of one sheet."""

    scheme: Scheme
    checked: CheckedAnswers
    foreign: bool
    trivial: Trivial
    rounding: Rounding | None

    def mark(
        self, question: Question, worth: Fraction, finding: Finding, spoiled: Spoiled | None
    ) -> Mark:
        """What a number that was supplied earns."""
        short = self._is_short(finding)
        verdict = "coarse" if short else "right" if self._is_as_asked(finding) else finding.verdict
        foreign = self.foreign and (finding.tainted or _may_be_chance(finding))
        part = self.scheme.share(verdict)
        if spoiled or foreign:
            part *= self.scheme.after_trivial if verdict == "follows" else 0
        return Mark(question, worth, part, finding, verdict, spoiled, short, foreign)

    def _is_as_asked(self, finding: Finding) -> bool:
        """Whether a number of too few digits has those that everybody was asked for, and is right."""
        if self.rounding is None or finding.verdict != "coarse":
            return False
        written = finding.answer.written
        fine = written.unit <= self.rounding.unit(finding.exact) * (1 + 1e-9)
        return fine and agreement(written, finding.exact) is Agreement.ROUNDED

    def _is_short(self, finding: Finding) -> bool:
        """Whether a right number has fewer digits than others, and was copied or cut off unlike them.

        Nobody who has calculated w+ = 0.1498 among numbers of four digits writes the 0.15 of w. What
        is exactly right has lost no digit.
        """
        if same(finding.answer.value, finding.exact):
            return False
        if finding.verdict not in _RIGHT or self.checked.as_fine_as_the_sheet(finding):
            return False
        if finding.answer.written.significant >= _FEW_DIGITS:
            return False
        if finding.answer.value in self.trivial.given:
            return True
        follows = finding.carried is not None and same(finding.answer.value, finding.carried)
        return finding.truncated and not self.checked.manner.cut and not follows


def _is_foreign(judged: Sequence[_Judged], trivial: Trivial) -> bool:
    """Whether the sheet wasn't calculated from what the exercise gives.

    Then it has only one number again and again; or next to nothing comes out that is made directly of
    first weights, although what is made of other answers, or of the same data, may well follow.
    """
    values = {finding.answer.value for _, finding, _ in judged}
    if len(judged) >= _LEAST_DIRECT and len(values) == 1:
        return True
    return _is_others([finding for finding, _ in _direct(judged, trivial)], trivial)


def _strange(judged: Sequence[_Judged], trivial: Trivial) -> frozenset[Identity]:
    """The wrong numbers made of the weights of a layer, where next to none of its weights come out.

    They do so in the net inputs, on the way back or in the update; who errs in one of these has erred,
    and who does in all of them has calculated with other weights.
    """
    layers: dict[int, list[Finding]] = {}
    for finding, made_of in _direct(judged, trivial):
        for layer in {key.layer for key in made_of if isinstance(key, Quantity)}:
            layers.setdefault(layer, []).append(finding)
    found: set[Identity] = set()
    for direct in layers.values():
        blamed = {f.identity for f in direct if f.blamed and not _comes_out(f, trivial)}
        kinds = {i.kind for i in blamed if isinstance(i, Quantity)}
        if _is_others(direct, trivial) and len(kinds) > 1:
            found |= blamed
    return frozenset(found)


def _direct(
    judged: Sequence[_Judged], trivial: Trivial
) -> Iterator[tuple[Finding, tuple[Identity, ...]]]:
    """What is made directly of given weights and says whose they are, with those weights."""
    for exact, finding, spoiled in judged[:: max(len(judged) // _MOST_LOOKED_AT, 1)]:
        made_of = _made_of(finding, exact)
        if made_of and _is_evidence(finding, spoiled, trivial):
            yield finding, made_of


def _is_others(direct: Sequence[Finding], trivial: Trivial) -> bool:
    """Whether next to none of so many numbers come out."""
    out = sum(_comes_out(finding, trivial) for finding in direct)
    return len(direct) >= _LEAST_DIRECT and out <= _FOREIGN * len(direct)


def _is_evidence(finding: Finding, spoiled: Spoiled | None, trivial: Trivial) -> bool:
    """Whether the number speaks for its sheet or against it.

    None of these does: one too coarse, one that follows from a trivial number, a right one that was
    perhaps copied.
    """
    if finding.blamed:
        return True
    return finding.verdict != "coarse" and not spoiled and finding.answer.value not in trivial.given


def _may_be_chance(finding: Finding) -> bool:
    """Whether a right number says nothing on a sheet that isn't right: 0, 1, or one of few digits."""
    written = finding.answer.written
    return written.significant < _FEW_DIGITS or written.value in PLAIN


def _comes_out(finding: Finding, trivial: Trivial) -> bool:
    """Whether the number comes out, also by a known mistake that was made again and again."""
    again = any(trivial.made[name] >= _AGAIN for name in slips(finding))
    return again or not finding.blamed


def _made_of(finding: Finding, exact: Calculation) -> tuple[Identity, ...]:
    """The first weights in the formula that leads to the number; in a graph, the given numbers.

    Data and biases don't count: neighbours often share them. 0 tells nothing: neurons that are off
    make it of any data.
    """
    if finding.exact == 0:
        return ()
    formula = exact.prepared(finding.identity, False)
    keys = formula.keys if formula else ()
    return tuple(key for key in keys if exact.formula(key) is None and _is_own(key))


def _is_own(key: Identity) -> bool:
    """Whether a given number tells one exercise from another."""
    return not isinstance(key, Quantity) or key.kind is Kind.WEIGHT
