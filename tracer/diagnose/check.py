"""Check a hand calculation: which numbers are right, which follow, and where the first slip is.

Answers → verdicts, moment by moment and in the order of the calculation; `tracer.diagnose.verdicts`
says how each is reached. For published totals that are wrong, `tracer.diagnose.why` looks for the
conventions that give them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from heapq import merge
from itertools import chain
from typing import Any

from tracer.diagnose.answers.model import Answer, ArrayAnswer, Supplied
from tracer.diagnose.answers.moments import Moment, traced
from tracer.diagnose.arrays.checking import judged_arrays
from tracer.diagnose.arrays.finding import ArrayFinding
from tracer.diagnose.arrays.judge import JudgedArrays
from tracer.diagnose.carried import Carried
from tracer.diagnose.sheets import SheetConvention, restated
from tracer.diagnose.verdicts import TAINTED, Finding, Judge
from tracer.diagnose.why import ConventionsFound, why
from tracer.digits.numbers import Written
from tracer.engine.trace import IterationTrace
from tracer.explain.calculation import Calculation
from tracer.explain.worksheet import how_many, is_asked, to_calculate
from tracer.model.experiment import Experiment, GraphExperiment
from tracer.model.quantity import Identity, Kind, Phase, Quantity, at

_FORWARD = (Phase.GIVEN, Phase.FORWARD)
_WITH_ERRORS = (*_FORWARD, Phase.ERRORS)
_TOTALS = frozenset({Kind.OUT, Kind.TOTAL, Kind.LOSS, Kind.WEIGHT, Kind.BIAS})


@dataclass(frozen=True, slots=True)
class CheckedMoment:
    """One moment: its verdicts in order, and the phases of what there was to supply.

    `findings` are those of single numbers, `arrays` those of whole arrays.
    `why`: the conventions under which the wrong totals of `wanted` come out, once they were looked for.
    `followed`: those that the whole sheet follows.
    """

    moment: Moment
    exact: Calculation
    findings: tuple[Finding, ...]
    phases: tuple[Phase, ...]
    why: ConventionsFound | None = None
    followed: tuple[SheetConvention, ...] = ()
    arrays: JudgedArrays | None = None

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
        asked = {i for i in to_calculate(self.exact.trace) if _phase(i) in self.phases}
        return tuple(sorted(asked | {f.identity for f in self.numbers}, key=self.exact.rank))

    @property
    def count(self) -> int:
        """How many numbers are known; those of arrays are counted together."""
        trace = self.exact.trace
        if not self.array_findings:
            return len(self.known)
        whole = [array.stage for array in self.array_findings]
        rest = [f.identity for f in self.findings if isinstance(f.identity, Quantity)]
        asked = how_many(trace, self.phases) - how_many(trace, self.phases, whole)
        unasked = sum(not is_asked(trace, i) or _phase(i) not in self.phases for i in rest)
        return sum(array.exact.size for array in self.array_findings) + asked + unasked

    @property
    def carried(self) -> Carried:
        """The learner's own calculation, carried to the end."""
        own = {f.identity: f.answer.value for f in self.findings}
        return Carried(self.exact, self.arrays.numbers.beside(own) if self.arrays else own)

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
    """All verdicts, moment by moment."""

    experiment: Experiment | GraphExperiment
    sections: tuple[CheckedMoment, ...]

    @property
    def findings(self) -> tuple[Finding, ...]:
        """The verdicts on the single numbers of all moments, in order."""
        return tuple(finding for section in self.sections for finding in section.findings)

    @property
    def array_findings(self) -> tuple[ArrayFinding, ...]:
        """The verdicts on the arrays of all moments, in order."""
        return tuple(array for section in self.sections for array in section.array_findings)

    @property
    def sheet_conventions(self) -> tuple[SheetConvention, ...]:
        """The conventions that the sheet follows in some moment, each once."""
        return tuple(dict.fromkeys(row for section in self.sections for row in section.followed))

    @property
    def names(self) -> Any:
        """Of the calculation's numbers."""
        return self.sections[0].exact.names

    @property
    def counts(self) -> Mapping[str, int]:
        """How many numbers got each verdict."""
        counts = Counter(finding.verdict for finding in self.findings)
        return sum((array.counts for array in self.array_findings), counts)

    @property
    def known(self) -> int:
        """How many numbers there were to supply."""
        return sum(section.count for section in self.sections)

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
        """Whether nothing is wrong, and nothing follows from something wrong."""
        arrays = all(array.verdict == "right" for array in self.array_findings)
        return arrays and not any(finding.verdict in TAINTED for finding in self.findings)


def check(
    experiment: Experiment | GraphExperiment,
    answers: Iterable[Supplied],
    progress: Callable[[int], None] | None = None,
    judging: Callable[[int], None] | None = None,
) -> CheckedAnswers:
    """The verdicts on `answers`, in the order of the calculation.

    `progress` hears of the training, `judging` how many arrays have been judged.

    Raises:
        UsageError: an answer belongs to an iteration that training doesn't reach.
        DivergedError: training met an overflow before it got there.
    """
    by_moment: dict[Moment, list[Answer]] = {}
    arrays: list[ArrayAnswer] = []
    for answer in answers:
        singles = by_moment.setdefault(answer.moment, [])
        if isinstance(answer, ArrayAnswer):
            arrays.append(answer)
        else:
            singles.append(answer)
    if not by_moment:
        by_moment[Moment()] = []
    found = traced(experiment, by_moment, progress)
    whole = judged_arrays(found, arrays, chain(*by_moment.values()), judging)
    sections = (
        _section(
            moment, found[moment], by_moment[moment], _phases(experiment, moment), whole.get(moment)
        )
        for moment in found
    )
    return CheckedAnswers(experiment, tuple(sections))


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
    moment: Moment,
    exact: Calculation,
    answers: list[Answer],
    phases: tuple[Phase, ...],
    arrays: JudgedArrays | None,
) -> CheckedMoment:
    by_identity = {a.identity: a for a in sorted(answers, key=lambda a: exact.rank(a.identity))}
    restated_answers, followed = restated(exact, by_identity)
    findings = tuple(Judge(exact, restated_answers, arrays).findings())
    rows = dict.fromkeys((*followed, *(arrays.followed if arrays else ())))
    return CheckedMoment(moment, exact, findings, phases, followed=tuple(rows), arrays=arrays)


def _phases(experiment: Experiment | GraphExperiment, moment: Moment) -> tuple[Phase, ...]:
    """What there is to supply: of a forward pass less than of an iteration."""
    if isinstance(experiment, Experiment) and experiment.data is None:
        return _FORWARD
    return tuple(Phase) if moment.iteration is not None else _WITH_ERRORS


def _phase(identity: Identity) -> Phase:
    return identity.kind.phase if isinstance(identity, Quantity) else Phase.GRADIENTS
