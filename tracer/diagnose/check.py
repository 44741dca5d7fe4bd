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
from tracer.diagnose.sheets import SheetConvention, read_under_conventions
from tracer.diagnose.verdicts import TAINTED, Finding, Judge
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

    `why`: the conventions under which the wrong totals of `wanted` come out, once they were looked for.
    """

    moment: Moment
    exact: Calculation
    findings: tuple[Finding, ...]
    known: tuple[Identity, ...]
    why: ConventionsFound | None = None

    @property
    def carried(self) -> Carried:
        """The learner's own calculation, carried to the end."""
        return Carried(self.exact, {f.identity: f.answer.value for f in self.findings})

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
    """All verdicts, moment by moment, and the conventions that the whole sheet follows."""

    experiment: Experiment | GraphExperiment
    sections: tuple[CheckedMoment, ...]
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
        """Whether nothing is wrong, and nothing follows from something wrong."""
        return not any(finding.verdict in TAINTED for finding in self.findings)


def check(
    experiment: Experiment | GraphExperiment,
    answers: Iterable[Answer],
    progress: Callable[[int], None] | None = None,
) -> CheckedAnswers:
    """The verdicts on `answers`, in the order of the calculation.

    Raises:
        UsageError: an answer belongs to an iteration that training doesn't reach.
        DivergedError: training met an overflow before it got there.
    """
    answers = tuple(answers)
    found = traced(experiment, {answer.moment for answer in answers} or {Moment()}, progress)
    sheet = read_under_conventions(experiment, answers, found)
    if sheet.experiment is not experiment:
        found = traced(sheet.experiment, found, progress)
    by_moment: dict[Moment, list[Answer]] = {moment: [] for moment in found}
    for answer in sheet.answers:
        by_moment[answer.moment].append(answer)
    sections = (
        _section(moment, found[moment], by_moment[moment], _phases(experiment, moment))
        for moment in found
    )
    return CheckedAnswers(experiment, tuple(sections), sheet.followed)


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


def _section(
    moment: Moment, exact: Calculation, answers: list[Answer], phases: tuple[Phase, ...]
) -> CheckedMoment:
    by_identity = {a.identity: a for a in sorted(answers, key=lambda a: exact.rank(a.identity))}
    findings = tuple(Judge(exact, by_identity).findings())
    asked = {identity for identity in to_calculate(exact.trace) if _phase(identity) in phases}
    known = sorted(asked | by_identity.keys(), key=exact.rank)
    return CheckedMoment(moment, exact, findings, tuple(known))


def _phases(experiment: Experiment | GraphExperiment, moment: Moment) -> tuple[Phase, ...]:
    """What there is to supply: of a forward pass less than of an iteration."""
    if isinstance(experiment, Experiment) and experiment.data is None:
        return _FORWARD
    return tuple(Phase) if moment.iteration is not None else _WITH_ERRORS


def _phase(identity: Identity) -> Phase:
    return identity.kind.phase if isinstance(identity, Quantity) else Phase.GRADIENTS
