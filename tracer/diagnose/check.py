"""Check a hand calculation: which numbers are right, which follow, and where the first slip is.

Answers → verdicts, moment by moment and in the order of the calculation; `tracer.diagnose.verdicts`
says how each is reached. For published totals that are wrong, `tracer.diagnose.why` looks for the
conventions that give them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from tracer.diagnose.answers.model import Answer
from tracer.diagnose.answers.moments import Moment, traced
from tracer.diagnose.carried import Carried
from tracer.diagnose.judging import ANYTHING, Wanted, answers_before, judged
from tracer.diagnose.manners import EXACT, Manner
from tracer.diagnose.sheets import SheetConvention, read_under_conventions
from tracer.diagnose.verdicts import TAINTED, Finding
from tracer.diagnose.why import ConventionsFound, why
from tracer.digits.numbers import Written
from tracer.engine.trace import IterationTrace
from tracer.explain.calculation import Calculation
from tracer.explain.worksheet import to_calculate
from tracer.model.experiment import Experiment, GraphExperiment
from tracer.model.quantity import Identity, Kind, Phase, Quantity, at

_FORWARD = (Phase.GIVEN, Phase.FORWARD)
_WITH_ERRORS = (*_FORWARD, Phase.ERRORS)
_TOTALS = frozenset({Kind.OUT, Kind.TOTAL, Kind.LOSS, Kind.WEIGHT, Kind.BIAS})


@dataclass(frozen=True, slots=True)
class CheckedMoment:
    """One moment: its verdicts in order, and all numbers that there were to supply.

    `own`: the numbers supplied, those of earlier iterations too.

    `why`: the conventions under which the wrong totals of `wanted` come out, once they were looked for.
    """

    moment: Moment
    exact: Calculation
    findings: tuple[Finding, ...]
    known: tuple[Identity, ...]
    own: Mapping[Identity, float]
    why: ConventionsFound | None = None

    @property
    def carried(self) -> Carried:
        """The learner's own calculation, carried to the end."""
        return Carried(self.exact, self.own)

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


@dataclass(frozen=True, slots=True)
class CheckedAnswers:
    """All verdicts, moment by moment.

    `manner`: how the sheet was found to be written; `sheet_conventions` those that all of it follows.
    """

    experiment: Experiment | GraphExperiment
    sections: tuple[CheckedMoment, ...]
    manner: Manner = EXACT
    sheet_conventions: tuple[SheetConvention, ...] = ()

    @property
    def findings(self) -> tuple[Finding, ...]:
        """The verdicts of all moments, in order."""
        return tuple(finding for section in self.sections for finding in section.findings)

    @property
    def names(self) -> Any:
        """Of the calculation's numbers."""
        return self.sections[0].exact.names

    @property
    def counts(self) -> Mapping[str, int]:
        """How many numbers got each verdict."""
        return Counter(finding.verdict for finding in self.findings)

    @property
    def known(self) -> int:
        """How many numbers there were to supply."""
        return sum(len(section.known) for section in self.sections)

    @property
    def first_wrong(self) -> Finding | None:
        """The first number, in the order of the calculation, that is wrong by itself."""
        return next((f for f in self.findings if f.blamed), None)

    @property
    def all_right(self) -> bool:
        """Whether nothing is wrong or follows from it, and what is right could be told.

        A number that is coarse is no fault where the sheet's own digits leave no other, and other
        numbers are right.
        """
        findings = self.findings
        if any(finding.tainted for finding in findings):
            return False
        coarse = [finding for finding in findings if finding.verdict == "coarse"]
        return not coarse or (
            len(coarse) < len(findings) and all(map(self._as_fine_as_the_sheet, coarse))
        )

    def _as_fine_as_the_sheet(self, finding: Finding) -> bool:
        """Whether the number has the digits that the sheet has."""
        written, digits = finding.answer.written, self.manner.digits
        return any(
            written.unit <= rounding.unit(written.value or finding.exact) * (1 + 1e-9)
            or rounding.exact(finding.exact) == written.value
            for rounding in digits
        )


def check(
    experiment: Experiment | GraphExperiment,
    answers: Iterable[Answer],
    progress: Callable[[int], None] | None = None,
    wanted: Wanted = ANYTHING,
) -> CheckedAnswers:
    """The verdicts on `answers`, in the order of the calculation.

    `wanted`: a rounding that is known to have been kept to, and digits that are required.

    Raises:
        UsageError: an answer belongs to an iteration that training doesn't reach.
        DivergedError: training met an overflow before it got there.
    """
    answers = tuple(answers)
    found = traced(experiment, {answer.moment for answer in answers} or {Moment()}, progress)
    read = read_under_conventions(experiment, answers, found)
    if read.experiment is not experiment:
        found = traced(read.experiment, found, progress)
    sheet = {moment: _in_order(exact, read.answers, moment) for moment, exact in found.items()}
    findings, manner = judged(sheet, found, wanted)
    sections = []
    for (moment, exact), some in zip(found.items(), findings, strict=True):
        own = {**answers_before(moment, sheet), **sheet[moment]}
        numbers = {identity: answer.value for identity, answer in own.items()}
        known = _known(exact, sheet[moment], _phases(experiment, moment))
        sections.append(CheckedMoment(moment, exact, some, known, numbers))
    return CheckedAnswers(experiment, tuple(sections), manner, read.followed)


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


def _known(
    exact: Calculation, supplied: Iterable[Identity], phases: tuple[Phase, ...]
) -> tuple[Identity, ...]:
    """What there was to supply, in the order of the calculation, and what was."""
    asked = {identity for identity in to_calculate(exact.trace) if _phase(identity) in phases}
    return tuple(sorted(asked.union(supplied), key=exact.rank))


def _phases(experiment: Experiment | GraphExperiment, moment: Moment) -> tuple[Phase, ...]:
    """What there is to supply: of a forward pass less than of an iteration."""
    if isinstance(experiment, Experiment) and experiment.data is None:
        return _FORWARD
    return tuple(Phase) if moment.iteration is not None else _WITH_ERRORS


def _phase(identity: Identity) -> Phase:
    return identity.kind.phase if isinstance(identity, Quantity) else Phase.GRADIENTS
