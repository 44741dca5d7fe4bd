"""Why a number of somebody's is wrong: the mistakes that it matches, and the formula that is right.

Used by the report of `bptrace check`, which shows them behind the verdicts.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator

from tracer.diagnose.check import CheckedMoment
from tracer.diagnose.finding import Finding
from tracer.diagnose.parallel import Parallel, in_parallel
from tracer.diagnose.why import ConventionMatch
from tracer.digits.numbers import NumberFormat
from tracer.language import counted, decimals, say
from tracer.show.document import (
    Block,
    Content,
    Derivation,
    Formula,
    Heading,
    Items,
    Name,
    Note,
    Step,
    Text,
    Value,
)
from tracer.show.reports.matches import matches_of, possible_of, with_numbers
from tracer.show.reports.tables import joined
from tracer.show.words import worded

_MOST_REASONS = 12
_MOST_LISTED = 6
_MOST_CONVENTIONS = 3


def explained_totals(section: CheckedMoment) -> frozenset[str]:
    """The wrong totals that come out under other conventions."""
    return frozenset(section.wanted if section.why and section.why.matches else ())


def reasons(section: CheckedMoment, digits: NumberFormat, reveal: bool) -> Iterator[Block]:
    """Each wrong number with what matches it, next to what it should be made of.

    The same mistake in parallel places is told of all of them at once.
    """
    explained = explained_totals(section)
    due = [f for f in section.findings if f.blamed and _reason_is_due(section, f, explained)]
    groups = in_parallel(due)
    for group in groups[:_MOST_REASONS]:
        first = group.findings[0]
        yield Heading(_listed(section, group), 3)
        yield from matches_of(group, digits, reveal=reveal)
        if not first.matches:
            yield Text(distance(first, reveal=reveal))
            yield from possible_of(first)
        if reveal:
            yield from _right_formula(first, digits)
    left_out = sum(len(group.findings) for group in groups[_MOST_REASONS:])
    if left_out:
        yield Note(
            counted(
                left_out,
                "{count} more wrong number; --format json has them all.",
                "{count} more wrong numbers; --format json has them all.",
            )
        )


def _listed(section: CheckedMoment, group: Parallel) -> str:
    """`delta_h1 = 0.03635, delta_h2 = 0.04137`."""
    named = [
        f"{section.name(f.identity)} = {decimals(f.answer.written.text)}" for f in group.findings
    ]
    more, shown = len(named) - _MOST_LISTED, ", ".join(named[:_MOST_LISTED])
    return say("{numbers}, and {count} more", numbers=shown, count=more) if more > 0 else shown


def _reason_is_due(section: CheckedMoment, finding: Finding, explained: Collection[str]) -> bool:
    """Whether the number isn't told about with the conventions that give it."""
    return bool(finding.matches) or section.name(finding.identity) not in explained


def _right_formula(finding: Finding, digits: NumberFormat) -> Iterator[Block]:
    if finding.formula is None or finding.calculation is None:
        return
    if finding.carried is None:
        yield Text(say("The formula has no value with your numbers:"))
        yield Derivation(finding.identity, (Step("=", Formula(finding.formula)),))
        return
    yield Text(say("The formula with your numbers:"))
    carried, calculation = finding.carried, finding.calculation
    yield with_numbers(finding.identity, finding.formula, calculation, carried, digits)


def distance(finding: Finding, *, reveal: bool) -> Content:
    """How far off, as a factor and as a difference."""
    if finding.misrounded:
        return say(
            "Off by one unit of the last digit: perhaps rounded the wrong way, or misprinted."
        )
    if finding.formula is None:
        return _given(finding)
    carried = finding.exact if finding.carried is None else finding.carried
    if not reveal:
        if finding.possible:
            return say("It is not what the formula gives from your numbers.")
        return say(
            "It is not what the formula gives from your numbers, and no known mistake gives it."
        )
    difference = finding.answer.value - carried
    if not math.isfinite(difference):
        return say("It is not what the formula gives from your numbers.")
    factor = finding.answer.value / carried if carried else 0.0
    if not factor or math.isinf(factor):
        return worded(say("Off by {difference}."), difference=Value(difference))
    words = say("Off by a factor of {factor}, a difference of {difference}.")
    return worded(words, factor=Value(factor), difference=Value(difference))


def _given(finding: Finding) -> str:
    """Why a number that no formula was followed for is wrong."""
    if finding.identity.iteration > 1:
        return say("Training has made another number of it.")
    return say("This number is given by the configuration, with another value.")


def conventions_found(section: CheckedMoment) -> Iterator[Block]:
    """The other conventions under which the wrong totals come out, or that none was found."""
    found = section.why
    if found is None:
        return
    read = section.exact.trace.names.parse
    names = joined(
        [
            (Name(read(name)), f" = {decimals(given.text)}")
            for name, given in section.wanted.items()
        ],
        ", ",
    )
    count = len(section.wanted)
    if not found.matches:
        words = counted(
            count,
            "{numbers}: {tried} combinations of conventions tried, none gives it.",
            "{numbers}: {tried} combinations of conventions tried, none gives them.",
            tried=found.tried,
        )
        yield Text(worded(words, numbers=names))
        return
    words = counted(
        count,
        "{numbers} comes out under other conventions ({tried} combinations of conventions tried):",
        "{numbers} come out under other conventions ({tried} combinations of conventions tried):",
        tried=found.tried,
    )
    yield Text(worded(words, numbers=names))
    yield Items(tuple(_convention(match) for match in found.matches[:_MOST_CONVENTIONS]))
    if len(found.matches) > _MOST_CONVENTIONS:
        yield Note(
            say(
                "{count} more; `bptrace why` shows them.",
                count=len(found.matches) - _MOST_CONVENTIONS,
            )
        )


def _convention(match: ConventionMatch) -> Content:
    """`hidden deltas … (update_order: output_first)`."""
    return worded(f"{match.words} ({match.settings or say('no change')})")
