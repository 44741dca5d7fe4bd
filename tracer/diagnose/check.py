"""Check a hand calculation: which numbers are right, which follow, and where the first slip is.

Answers → verdicts, moment by moment and in the order of the calculation; `tracer.diagnose.verdicts`
says how each is reached. For published totals that are wrong, `tracer.diagnose.why` looks for the
conventions that give them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from heapq import merge
from typing import Any

from tracer.diagnose.answers.model import Answer, ArrayAnswer, Supplied
from tracer.diagnose.answers.moments import Moment, traced
from tracer.diagnose.arrays.checking import judged_arrays
from tracer.diagnose.arrays.conventions import followed, oriented, sampled
from tracer.diagnose.arrays.finding import ArrayFinding
from tracer.diagnose.arrays.judge import JudgedArrays
from tracer.diagnose.carried import Carried
from tracer.diagnose.cleared import Blamed
from tracer.diagnose.finding import TAINTED, Finding
from tracer.diagnose.judging import ANYTHING, Wanted, answers_before, blamed, judged
from tracer.diagnose.manners import EXACT, Manner
from tracer.diagnose.sheets import ReadSheet, SheetConvention, read_under_conventions
from tracer.diagnose.why import ConventionsFound, why
from tracer.digits.numbers import Written
from tracer.engine.trace import IterationTrace
from tracer.explain.calculation import Calculation
from tracer.explain.worksheet import how_many, is_asked, to_calculate
from tracer.immutable import immutable
from tracer.model.experiment import Experiment, GraphExperiment
from tracer.model.network import State
from tracer.model.quantity import Identity, Kind, Phase, Quantity, at

_FORWARD = (Phase.GIVEN, Phase.FORWARD)
_WITH_ERRORS = (*_FORWARD, Phase.ERRORS)
_TOTALS = frozenset({Kind.OUT, Kind.TOTAL, Kind.LOSS, Kind.WEIGHT, Kind.BIAS})


@immutable
class CheckedMoment:
    """One moment: its verdicts in order, and the phases of what there was to supply.

    `findings` are those of single numbers, `arrays` those of whole arrays; `own` are the single numbers
    supplied, those of earlier iterations too.
    `why`: the conventions under which the wrong totals of `wanted` come out, once they were looked for.
    """

    moment: Moment
    exact: Calculation
    findings: tuple[Finding, ...]
    phases: tuple[Phase, ...]
    own: Mapping[Identity, float]
    arrays: JudgedArrays | None = None
    why: ConventionsFound | None = None

    @property
    def array_findings(self) -> tuple[ArrayFinding, ...]:
        """The verdicts on arrays, in the order of the calculation."""
        return self.arrays.findings if self.arrays else ()

    @property
    def numbers(self) -> Iterator[Finding]:
        """The verdict on every number, those of arrays too, in the order of the calculation.

        Each is made when it is asked for.
        """
        found = [iter(self.findings), *(array.findings() for array in self.array_findings)]
        return merge(*found, key=lambda finding: self.exact.rank(finding.identity))

    @property
    def known(self) -> tuple[Identity, ...]:
        """All numbers that there were to supply, in order."""
        asked = {i for i in to_calculate(self.exact.trace) if i.phase in self.phases}
        return tuple(sorted(asked | {f.identity for f in self.numbers}, key=self.exact.rank))

    @property
    def count(self) -> int:
        """How many numbers are known; those of arrays are counted together."""
        trace = self.exact.trace
        if not isinstance(trace, IterationTrace):
            return len(self.known)
        whole = [array.stage for array in self.array_findings]
        rest = [f.identity for f in self.findings if isinstance(f.identity, Quantity)]
        asked = how_many(trace, self.phases) - how_many(trace, self.phases, whole)
        unasked = sum(not is_asked(trace, i) or i.phase not in self.phases for i in rest)
        return sum(array.exact.size for array in self.array_findings) + asked + unasked

    @property
    def carried(self) -> Carried:
        """The learner's own calculation, carried to the end."""
        return Carried(
            self.exact, self.arrays.numbers.beside(self.own) if self.arrays else self.own
        )

    @property
    def wanted(self) -> dict[str, Written]:
        """The numbers that aren't right although a whole training, as such, should have led to them.

        A slip in one place doesn't explain what comes out after many updates; other conventions may.
        """
        if not self.moment.updates or not isinstance(self.exact.trace, IterationTrace):
            return {}
        return {
            self.name(finding.identity): finding.answer.written
            for finding in self.findings
            if finding.verdict in TAINTED and _is_total(finding.identity)
        }

    def name(self, identity: Identity) -> str:
        """The name in this moment, which says the iteration."""
        return self.exact.names.name(at(identity, 1))


def _is_total(identity: Identity) -> bool:
    return isinstance(identity, Quantity) and identity.kind in _TOTALS


@immutable
class Unlisted:
    """Iterations of a recording that weren't judged one by one: `right` ones, with so many `numbers`.

    `left` have other numbers than the run, and are more than can be judged together.
    """

    right: int = 0
    numbers: int = 0
    left: int = 0


@immutable
class CheckedAnswers:
    """All verdicts, moment by moment.

    `manner`: how the sheet was found to be written; `sheet_conventions` those that all of it follows.
    `unlisted` are the iterations that have no section.
    """

    experiment: Experiment | GraphExperiment
    sections: tuple[CheckedMoment, ...]
    manner: Manner = EXACT
    sheet_conventions: tuple[SheetConvention, ...] = ()
    unlisted: Unlisted = Unlisted()

    @property
    def findings(self) -> tuple[Finding, ...]:
        """The verdicts on the single numbers of all moments, in order."""
        return tuple(finding for section in self.sections for finding in section.findings)

    @property
    def array_findings(self) -> tuple[ArrayFinding, ...]:
        """The verdicts on the arrays of all moments, in order."""
        return tuple(array for section in self.sections for array in section.array_findings)

    @property
    def names(self) -> Any:
        """Of the calculation's numbers."""
        return self.sections[0].exact.names

    @property
    def counts(self) -> Mapping[str, int]:
        """How many numbers got each verdict."""
        counts = Counter(finding.verdict for finding in self.findings)
        counts["right"] += self.unlisted.numbers
        return sum((array.counts for array in self.array_findings), counts)

    @property
    def known(self) -> int:
        """How many numbers there were to supply."""
        return sum(section.count for section in self.sections) + self.unlisted.numbers

    @property
    def supplied(self) -> int:
        """How many numbers were supplied."""
        return sum(self.counts.values())

    @property
    def first_wrong(self) -> Finding | None:
        """The first number, in the order of the calculation, that is wrong by itself."""
        for section in self.sections:
            blamed = [finding for finding in section.findings if finding.blamed]
            blamed += [a.first for a in section.array_findings if a.blamed and a.first]
            if blamed:
                return min(blamed, key=lambda finding: section.exact.rank(finding.identity))
        return None

    @property
    def all_right(self) -> bool:
        """Whether nothing is wrong or follows from it, and what is right could be told.

        A number that is coarse is no fault where the sheet's own digits leave no other, and other
        numbers are right.
        """
        if any(finding.tainted for finding in self.findings):
            return False
        if any(array.tainted for array in self.array_findings):
            return False
        coarse = [finding for finding in self.findings if finding.verdict == "coarse"]
        counts = self.counts
        told = counts["right"] + counts["rounding"] > 0 or not counts["coarse"]
        return told and all(map(self.as_fine_as_the_sheet, coarse))

    def as_fine_as_the_sheet(self, finding: Finding) -> bool:
        """Whether the number has the digits that the sheet has."""
        written, digits = finding.answer.written, self.manner.digits
        return any(
            written.unit <= rounding.unit(written.value or finding.exact) * (1 + 1e-9)
            or rounding.exact(finding.exact) == written.value
            for rounding in digits
        )


def check(
    experiment: Experiment | GraphExperiment,
    answers: Iterable[Supplied],
    progress: Callable[[int], None] | None = None,
    wanted: Wanted = ANYTHING,
    judging: Callable[[int], None] | None = None,
    found: Mapping[Moment, Calculation] | None = None,
    states: Iterable[tuple[int, State]] = (),
) -> CheckedAnswers:
    """The verdicts on `answers`, in the order of the calculation.

    `wanted`: a rounding that is known to have been kept to, and digits that are required. `progress`
    hears of the training, `judging` how many arrays have been judged. `found`: the right numbers of
    all moments, where they are known already; or `states`: some that training comes to, (updates,
    state), from which it may go on.

    Raises:
        UsageError: an answer belongs to an iteration that training doesn't reach.
        DivergedError: training met an overflow before it got there.
    """
    answers = tuple(answers)
    if found is None:
        moments = {answer.moment for answer in answers} or {Moment()}
        found = traced(experiment, moments, progress, states=states)
    singles = [answer for answer in answers if isinstance(answer, Answer)]
    arrays = oriented(found, [a for a in answers if isinstance(a, ArrayAnswer)])
    sample = sampled(found, arrays)
    entries = [*singles, *sample]
    read = ReadSheet(experiment, tuple(entries))
    if wanted.conventions:

        def judge(exact: Mapping[Moment, Calculation], answers: Collection[Answer]) -> Blamed:
            return blamed(_in_moments(exact, answers), exact, wanted)

        read = read_under_conventions(experiment, entries, found, None, None if arrays else judge)
    if read.experiment is not experiment:
        found = traced(read.experiment, found, progress)
    sheet = _in_moments(found, read.answers[: len(singles)])
    whole = judged_arrays(found, arrays, read.readings, sheet, judging)
    findings, manner = judged(sheet, found, whole, wanted)
    sections = []
    for (moment, exact), some in zip(found.items(), findings, strict=True):
        own = {**answers_before(moment, sheet), **sheet[moment]}
        numbers = {identity: answer.value for identity, answer in own.items()}
        phases = phases_of(experiment, moment)
        sections.append(CheckedMoment(moment, exact, some, phases, numbers, whole.get(moment)))
    conventions = (*read.followed, *followed(arrays))
    return CheckedAnswers(experiment, tuple(sections), manner, conventions)


def _in_moments(
    found: Mapping[Moment, Calculation], answers: Collection[Answer]
) -> dict[Moment, dict[Identity, Answer]]:
    return {moment: _in_order(exact, answers, moment) for moment, exact in found.items()}


def _in_order(
    exact: Calculation, answers: Iterable[Answer], moment: Moment
) -> dict[Identity, Answer]:
    """The answers of a moment in the order of the calculation."""
    own = (answer for answer in answers if answer.moment == moment)
    return {a.identity: a for a in sorted(own, key=lambda a: exact.rank(a.identity))}


def with_reasons(
    checked: CheckedAnswers, progress: Callable[[int], None] | None = None
) -> CheckedAnswers:
    """The check with the conventions that give the wrong totals, where there are such."""
    sections = []
    for section in checked.sections:
        wanted, moment = section.wanted, section.moment
        if wanted and isinstance(checked.experiment, Experiment):
            found = why(checked.experiment, wanted, moment.after, moment.iteration, progress)
            sections.append(replace(section, why=found))
        else:
            sections.append(section)
    return replace(checked, sections=tuple(sections))


def phases_of(experiment: Experiment | GraphExperiment, moment: Moment) -> tuple[Phase, ...]:
    """What there is to supply: of a forward pass less than of an iteration."""
    if isinstance(experiment, Experiment) and experiment.data is None:
        return _FORWARD
    return tuple(Phase) if moment.iteration is not None else _WITH_ERRORS
