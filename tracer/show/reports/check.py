"""What `bptrace check` shows: the verdicts in order, then each wrong number with its reason.

With `reveal` false the right values stay hidden, and with them everything that is made of them.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import TypeAlias

from tracer.diagnose.answers.moments import Moment
from tracer.diagnose.check import CheckedAnswers, CheckedMoment, Unlisted
from tracer.diagnose.finding import VERDICTS, Finding
from tracer.digits.numbers import NumberFormat, Written
from tracer.language import counted, decimals, grouped, message, say
from tracer.model.experiment import Experiment
from tracer.model.quantity import Identity
from tracer.show.document import (
    Block,
    Cell,
    Column,
    Content,
    Heading,
    Note,
    Records,
    Table,
    Text,
    Value,
)
from tracer.show.reports.check_arrays import arrays
from tracer.show.reports.check_reasons import conventions_found, explained_totals, reasons
from tracer.show.reports.conventions import conventions
from tracer.show.reports.matches import number_or_nan
from tracer.show.reports.objects import finite
from tracer.show.reports.tables import cell, joined, local, number_column, suffix, table
from tracer.show.words import worded

Points: TypeAlias = Callable[[CheckedMoment, Finding], tuple[Cell, Content]]
"""The points of a number that was supplied, and why it has fewer than its verdict earns."""

LIMIT = 60
"""Rows beyond which the right ones are left out, and then the ones in the middle."""

_DECIMALS = 9
VERDICT_WORDS = {
    "right": message("right"),
    "rounding": message("right within rounding"),
    "coarse": message("too coarse to tell"),
    "follows": message("follows"),
    "mistake": message("wrong"),
    "wrong": message("wrong"),
}
"""What a verdict is called where people read it."""


def check_document(
    checked: CheckedAnswers,
    digits: NumberFormat,
    *,
    reveal: bool = True,
    carry: bool = False,
    limit: int | None = LIMIT,
) -> Iterator[Block]:
    """Title, conventions, the count; of each moment its verdicts and reasons.

    `carry`: also each moment's whole calculation, carried on from the numbers supplied; never without
    `reveal`, for even what a wrong number has spoiled is made of right ones.
    """
    experiment = checked.experiment
    yield records(checked, reveal=reveal)
    yield Heading(
        say("Check: {title}", title=experiment.title) if experiment.title else say("Check")
    )
    if isinstance(experiment, Experiment):
        yield from conventions(experiment)
    yield Text(summary(checked))
    yield from _unlisted(checked.unlisted)
    yield from manner(checked)
    for section in checked.sections:
        yield from section_blocks(section, digits, reveal=reveal, limit=limit)
        if carry and reveal:
            yield from _carried(section, limit)


def _unlisted(unlisted: Unlisted) -> Iterator[Block]:
    """The iterations that have no section."""
    if unlisted.right:
        yield Note(
            counted(
                unlisted.right,
                "{count} iteration is right in every number, and isn't listed.",
                "{count} iterations are right in every number, and aren't listed.",
                count=grouped(f"{unlisted.right:,}"),
            )
        )
    if unlisted.left:
        yield Note(
            counted(
                unlisted.left,
                "{count} iteration more has other numbers, and wasn't judged.",
                "{count} iterations more have other numbers, and weren't judged.",
                count=grouped(f"{unlisted.left:,}"),
            )
        )


def manner(checked: CheckedAnswers) -> Iterator[Block]:
    """How the sheet was found to be written, and the conventions that all of it follows."""
    if checked.manner.words:
        yield Text(say("{rounded}: the numbers are judged as such.", rounded=checked.manner.words))
    yield from (Note(say(row.words)) for row in checked.sheet_conventions)


def section_blocks(
    section: CheckedMoment,
    digits: NumberFormat,
    *,
    reveal: bool,
    limit: int | None,
    points: Points | None = None,
) -> Iterator[Block]:
    """The verdicts on one moment, then each wrong number with its reason."""
    yield Heading(moment_heading(section.moment), 2)
    if section.findings or not section.array_findings:
        yield from _verdicts(section, reveal, limit, points)
    yield from arrays(section, digits, reveal)
    yield from reasons(section, digits, reveal)
    yield from conventions_found(section)


def moment_heading(moment: Moment) -> str:
    """`Iteration 1`, `After 10,000 updates`."""
    if moment.iteration is not None:
        return say("Iteration {number}", number=grouped(f"{moment.iteration:,}"))
    updates = moment.after or 0
    return counted(
        updates, "After {count} update", "After {count} updates", count=grouped(f"{updates:,}")
    )


def records(checked: CheckedAnswers, *, reveal: bool) -> Records:
    """A row a number supplied, in the order of the calculation; `after` counts updates."""
    columns = ["iteration", "after", "quantity", "given"]
    columns += ["exact", "carried"] if reveal else []
    columns += ["verdict", "mistakes"]
    every = (finding for section in checked.sections for finding in section.numbers)
    rows = (_record(finding, reveal) for finding in every)
    return Records(Table(tuple(map(Column, columns)), rows, name="findings"))


def _record(finding: Finding, reveal: bool) -> tuple[Cell, ...]:
    moment = finding.answer.moment
    numbers = (finding.exact, finding.carried) if reveal else ()
    return (
        moment.iteration,
        moment.after,
        local(finding.identity),
        finding.answer.written.text,
        *(None if number is None else finite(number) for number in numbers),
        finding.verdict,
        " ".join(match.name for match in finding.matches),
    )


def summary(checked: CheckedAnswers) -> Content:
    """`31 of 76 supplied; 26 right, 4 wrong. The first wrong one is net_h1.`"""
    told = told_counts(checked.counts)
    supplied = say("{count} of {known} supplied", count=checked.supplied, known=checked.known)
    text = say("{supplied}.", supplied=supplied)
    if told:
        text = say("{supplied}; {verdicts}.", supplied=supplied, verdicts=told)
    first = checked.first_wrong
    if first is None:
        return text
    moment = first.answer.moment
    if moment.iteration is None:
        where = counted(
            moment.updates,
            "The first wrong one is {name} (after {count} update).",
            "The first wrong one is {name} (after {count} updates).",
            count=grouped(f"{moment.updates:,}"),
        )
    else:
        where = say(
            "The first wrong one is {name} (iteration {number}).",
            number=grouped(f"{moment.iteration:,}"),
        )
    return (f"{text} ", *worded(where, name=local(first.identity)))


def told_counts(counts: Mapping[str, int]) -> str:
    """`26 right, 4 wrong`: how many numbers got each verdict."""
    return ", ".join(say(_COUNTED[v], count=counts[v]) for v in VERDICTS if counts.get(v))


_COUNTED = {
    "right": message("{count} right"),
    "rounding": message("{count} right within rounding"),
    "coarse": message("{count} too coarse to tell"),
    "follows": message("{count} follows"),
    "mistake": message("{count} wrong with a known mistake"),
    "wrong": message("{count} wrong"),
}


def _verdicts(
    section: CheckedMoment, reveal: bool, limit: int | None, points: Points | None
) -> Iterator[Block]:
    findings, hidden = section.findings, 0
    if limit is not None and len(findings) > limit:
        findings = tuple(f for f in findings if f.verdict != "right" or f.truncated)
        hidden = len(section.findings) - len(findings)
    columns = [Column(say("quantity")), number_column(say("given"))]
    if reveal:
        columns += [number_column(say("right")), number_column(say("from your numbers"))]
    columns += [Column(say("verdict")), Column(say("reason"))]
    explained = explained_totals(section)
    rows = [_row(section, finding, reveal, explained) for finding in findings]
    if points:
        columns[-1:] = [number_column(say("points")), columns[-1]]
        rows = [
            _with_points(row, points(section, f)) for row, f in zip(rows, findings, strict=True)
        ]
    yield from table(columns, rows, limit, title=say("Verdicts"), name=f"verdicts{_mark(section)}")
    if hidden:
        yield Note(
            counted(
                hidden,
                "{count} right number is left out; --all-rows shows it.",
                "{count} right numbers are left out; --all-rows shows them.",
            )
        )


def _with_points(row: tuple[Cell, ...], points: tuple[Cell, Content]) -> tuple[Cell, ...]:
    """The row with the points before its reason, and theirs behind it."""
    *cells, reason = row
    earned, why = points
    parts = [part for part in (reason, why) if isinstance(part, str | tuple) and part]
    return (*cells, earned, joined(parts, "; ") or None)


def _row(
    section: CheckedMoment, finding: Finding, reveal: bool, explained: Collection[str]
) -> tuple[Cell, ...]:
    given, carried = finding.answer.written, finding.carried
    exact = _shown(finding.exact, given, finding.identity)
    revealed = (exact, _shown(carried, given)) if reveal else ()
    name = section.name(finding.identity)
    reason = _reason(finding) or (say("other conventions") if name in explained else "")
    words = VERDICT_WORDS[finding.verdict]
    return (local(finding.identity), decimals(given.text), *revealed, words, reason)


def _shown(value: float | None, given: Written, of: Identity | None = None) -> Cell:
    """In full where the number beside it has more digits than are shown otherwise."""
    if value is None:
        return None
    full = given.decimals > _DECIMALS and math.isfinite(value)
    return Value(value, exact=True, of=of) if full else cell(value, of)


def _reason(finding: Finding) -> Content:
    if finding.truncated:
        return say("cut off, not rounded")
    if finding.stepwise is not None:
        return say("{rounded} at every step", rounded=finding.stepwise.done)
    if finding.verdict == "rounding":
        return say("from rounded numbers")
    if finding.verdict == "follows":
        names = joined([local(earlier) for earlier in finding.after], ", ")
        words = say("the same slip as {names}") if finding.same_slip else say("from {names}")
        return worded(words, names=names)
    if finding.matches:
        return say("matches {mistakes}", mistakes=alternatives(finding))
    if finding.misrounded:
        return say("off by one unit of the last digit")
    return ""


def alternatives(finding: Finding) -> str:
    """The names of the mistakes that it matches: `a or b`."""
    names = list(dict.fromkeys(match.name for match in finding.matches))
    found = names[0]
    for name in names[1:]:
        found = say("{one} or {other}", one=found, other=name)
    return found


def _carried(section: CheckedMoment, limit: int | None) -> Iterator[Block]:
    """The whole calculation as it goes on from the numbers supplied."""
    calculation, supplied = section.carried, {f.identity for f in section.numbers}
    columns = [
        Column(say("quantity")),
        number_column(say("carried")),
        number_column(say("right")),
        Column(""),
    ]
    rows = []
    for identity in section.known:
        carried = cell(number_or_nan(calculation, identity))
        right = cell(section.exact.value(identity), identity)
        given = say("supplied") if identity in supplied else ""
        rows.append((local(identity), carried, right, given))
    title = say("Your calculation, carried to the end")
    yield from table(columns, rows, limit, title=title, name=f"carried{_mark(section)}")


def _mark(section: CheckedMoment) -> str:
    """Behind a table's name: `@2` for iteration 2, `@after10` after 10 updates."""
    moment = section.moment
    return f"@after{moment.after}" if moment.iteration is None else suffix(moment.iteration)
