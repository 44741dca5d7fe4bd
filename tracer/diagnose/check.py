"""Check a hand calculation: which numbers are right, which follow, and where the first slip is.

Answers → verdicts, moment by moment and in the order of the calculation; `tracer.diagnose.verdicts`
says how each is reached. For published totals that are wrong, `tracer.diagnose.why` looks for the
conventions that give them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from tracer.diagnose.answers.model import Answer
from tracer.diagnose.answers.moments import Moment, traced, with_targets
from tracer.diagnose.calculation import Calculation, Source
from tracer.diagnose.verdicts import BLAMED, TAINTED, Finding, Judge
from tracer.diagnose.why import Explanation, why
from tracer.digits.numbers import Written
from tracer.explain.explanation import GraphNumbers, NetworkNumbers
from tracer.explain.worksheet import is_asked
from tracer.model.experiment import Experiment, GraphExperiment
from tracer.model.quantity import Kind

_FORWARD = frozenset({Kind.NET, Kind.OUT})
_TOTALS = frozenset({Kind.OUT, Kind.TOTAL, Kind.LOSS, Kind.WEIGHT, Kind.BIAS})
_WITH_ERRORS = _FORWARD | {Kind.ERROR, Kind.TOTAL, Kind.LOSS}


@dataclass(frozen=True, slots=True)
class Section:
    """One moment: its verdicts in order, and the `names` of all numbers there were to supply.

    `why`: the conventions under which the wrong totals of `wanted` come out, once they were looked for.
    """

    moment: Moment
    source: Source
    findings: tuple[Finding, ...]
    names: tuple[str, ...]
    why: Explanation | None = None

    @property
    def carried(self) -> Calculation:
        """The learner's own calculation, carried to the end."""
        return Calculation(self.source, {f.name: f.answer.value for f in self.findings})

    @property
    def wanted(self) -> dict[str, Written]:
        """The numbers that aren't right although a whole training, as such, should have led to them.

        A slip in one place doesn't explain what comes out after many updates; other conventions may.
        """
        numbers = self.source.numbers
        if not self.moment.updates or not isinstance(numbers, NetworkNumbers):
            return {}
        return {
            finding.name: finding.answer.written
            for finding in self.findings
            if finding.verdict in TAINTED and numbers.trace.find(finding.name).kind in _TOTALS
        }


@dataclass(frozen=True, slots=True)
class Report:
    """All verdicts, moment by moment."""

    experiment: Experiment | GraphExperiment
    sections: tuple[Section, ...]

    @property
    def findings(self) -> tuple[Finding, ...]:
        """The verdicts of all moments, in order."""
        return tuple(finding for section in self.sections for finding in section.findings)

    @property
    def counts(self) -> Mapping[str, int]:
        """How many numbers got each verdict."""
        return Counter(finding.verdict for finding in self.findings)

    @property
    def known(self) -> int:
        """How many numbers there were to supply."""
        return sum(len(section.names) for section in self.sections)

    @property
    def first_wrong(self) -> Finding | None:
        """The first number, in the order of the calculation, that is wrong by itself."""
        return next((f for f in self.findings if f.verdict in BLAMED), None)

    @property
    def all_right(self) -> bool:
        """Whether nothing is wrong, and nothing follows from something wrong."""
        return not any(finding.verdict in TAINTED for finding in self.findings)


def check(
    experiment: Experiment | GraphExperiment,
    answers: Iterable[Answer],
    progress: Callable[[int], None] | None = None,
) -> Report:
    """The verdicts on `answers`, in the order of the calculation.

    Raises:
        UsageError: an answer belongs to an iteration that training doesn't reach.
        DivergedError: training met an overflow before it got there.
    """
    by_moment: dict[Moment, list[Answer]] = {}
    for answer in answers:
        by_moment.setdefault(answer.moment, []).append(answer)
    if not by_moment:
        by_moment[Moment()] = []
    numbers = traced(with_targets(experiment), by_moment, progress)
    sections = (
        _section(moment, Source(numbers[moment]), by_moment[moment], _kinds(experiment, moment))
        for moment in numbers
    )
    return Report(experiment, tuple(sections))


def with_reasons(report: Report, progress: Callable[[int], None] | None = None) -> Report:
    """The report with the conventions that give the wrong totals, where there are such."""
    sections = []
    for section in report.sections:
        wanted, moment = section.wanted, section.moment
        if wanted and isinstance(report.experiment, Experiment):
            found = why(report.experiment, wanted, moment.after, moment.iteration, progress)
            sections.append(replace(section, why=found))
        else:
            sections.append(section)
    return replace(report, sections=tuple(sections))


def _section(
    moment: Moment, source: Source, answers: list[Answer], kinds: frozenset[Kind] | None
) -> Section:
    rank = source.numbers.rank
    by_name = {a.name: a for a in sorted(answers, key=lambda a: rank(a.name))}
    findings = tuple(Judge(moment, source, by_name).findings())
    names = sorted(_asked(source, kinds) | by_name.keys(), key=rank)
    return Section(moment, source, findings, tuple(names))


def _kinds(experiment: Experiment | GraphExperiment, moment: Moment) -> frozenset[Kind] | None:
    """What there is to supply: of a forward pass less than of an iteration (None: everything)."""
    if isinstance(experiment, Experiment) and experiment.data is None:
        return _FORWARD
    return None if moment.iteration is not None else _WITH_ERRORS


def _asked(source: Source, kinds: frozenset[Kind] | None) -> set[str]:
    """The names that somebody who calculates by hand comes across."""
    numbers = source.numbers
    if isinstance(numbers, NetworkNumbers):
        trace = numbers.trace
        return {
            trace.names.name(quantity)
            for quantity in trace.quantities()
            if (kinds is None or quantity.kind in kinds) and is_asked(trace, quantity)
        }
    assert isinstance(numbers, GraphNumbers)
    return {name for name in numbers.trace.order() if numbers.formula(name) is not None}
