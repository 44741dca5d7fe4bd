"""The errata: numbers quoted by the bundled examples that aren't right to their digits, and why not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tracer.bundled import examples
from tracer.config import load
from tracer.diagnose.answers import published_answers
from tracer.diagnose.check import CheckedAnswers, CheckedMoment, check, with_reasons
from tracer.diagnose.finding import Finding
from tracer.digits.numbers import Written, round_decimal
from tracer.model.quantity import at


@dataclass(frozen=True, slots=True)
class Example:
    """A bundled example, and what `check` says of the numbers published."""

    name: str
    title: str
    source: str
    checked: CheckedAnswers


@dataclass(frozen=True, slots=True)
class Erratum:
    """A published number that isn't right, and what kind of reason there is for it.

    `later`: the moment one update later, for which a number that is right may be taken.
    """

    section: CheckedMoment
    finding: Finding
    kind: str
    later: CheckedMoment | None = None

    @property
    def published(self) -> str:
        """The number, as it was printed."""
        return self.finding.answer.written.text

    @property
    def name(self) -> str:
        """The number's name in its moment."""
        return self.section.name(self.finding.identity)

    @property
    def where(self) -> CheckedMoment:
        """The moment that the number was published for."""
        return self.later or self.section

    @property
    def exact(self) -> float:
        """What it should be, as its source would write it."""
        identity, exact = self.finding.identity, self.finding.exact
        if self.later:
            exact = self.later.exact.value(at(identity, self.later.exact.number))
        return self.as_published(exact)

    def as_published(self, value: float) -> float:
        """A value of this number as its source writes it: with the other sign, in percent."""
        written = self.finding.answer.written
        if written.value == 0:
            return value
        return value * (Written.parse(written.text).value / written.value)

    @property
    def right(self) -> str:
        """The same, rounded to the digits published."""
        decimals = self.finding.answer.written.decimals
        return f"{round_decimal(self.exact, decimals):.{decimals}f}"


def found() -> Iterator[Example]:
    """The bundled examples that quote numbers, judged."""
    for example in examples():
        experiment = load(example.path)
        if experiment.expected:
            checked = check(experiment, published_answers(experiment, example.name))
            checked = with_reasons(checked)
            yield Example(example.name, experiment.title, experiment.source, checked)


def errata(checked: CheckedAnswers) -> Iterator[Erratum]:
    """The numbers that aren't what they should be, in the order of the calculation."""
    for section in checked.sections:
        for finding in section.findings:
            later = _neighbour(section, finding, checked)
            if later is not None:
                yield Erratum(section, finding, "update", later)
            elif kind := _kind(section, finding):
                yield Erratum(section, finding, kind)


def _neighbour(
    section: CheckedMoment, finding: Finding, checked: CheckedAnswers
) -> CheckedMoment | None:
    """The moment one update later, where the number is right and another one is quoted there, wrong."""
    if finding.verdict != "right" or section.moment.after is None:
        return None
    name, later = section.name(finding.identity), section.moment.after + 1
    for other in checked.sections:
        wrong = (other.name(each.identity) for each in other.findings if each.verdict != "right")
        if other.moment.after == later and name in wrong:
            return other
    return None


def _kind(section: CheckedMoment, finding: Finding) -> str:
    """Which of `KINDS` explains the number; empty where it is right, or too coarse to tell."""
    if finding.verdict == "coarse":
        return ""
    if finding.verdict == "right":
        return "cut" if finding.truncated else ""
    if section.why and section.why.matches and section.name(finding.identity) in section.wanted:
        return "conventions"
    if finding.verdict == "rounding":
        return "stepwise" if finding.stepwise else "rounded"
    if finding.verdict == "follows":
        return "follows"
    if finding.matches:
        return "mistake"
    return "misprint" if finding.misrounded else "slip"
