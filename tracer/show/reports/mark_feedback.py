"""A student's feedback: the verdicts and mistakes as `check` tells them, each with its points.

Beside the class's page; what `check --points` shows is the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from functools import partial

from tracer.diagnose.check import CheckedMoment
from tracer.diagnose.finding import Finding
from tracer.digits.numbers import NumberFormat
from tracer.language import counted, say
from tracer.model.experiment import Experiment
from tracer.model.marking import EACH, Scheme, decimal
from tracer.show.document import Block, Cell, Content, Heading, Items, Name, Text, Warn
from tracer.show.reports.check import LIMIT, manner, records, section_blocks, told_counts
from tracer.show.reports.conventions import conventions
from tracer.show.reports.mark_words import PLACES, of_maximum, points_of, why
from tracer.show.reports.tables import joined
from tracer.show.words import worded
from tracer.teach.marking import MarkedSheet

_MOST_MISSING = 40


def feedback_document(
    sheet: MarkedSheet,
    digits: NumberFormat,
    student: str = "",
    *,
    reveal: bool = True,
    limit: int | None = LIMIT,
) -> Iterator[Block]:
    """Points, verdicts and reasons, what was left out, and how points are given.

    `reveal` false: without the right values, and all that is made of them.
    """
    yield records(sheet.checked, reveal=reveal)
    yield from _opening(sheet, student)
    for section in sheet.checked.sections:
        if section.findings or section.array_findings:
            yield from section_blocks(
                section, digits, reveal=reveal, limit=limit, points=partial(_points, sheet)
            )
    yield from _missing(sheet)
    yield Heading(say("How points are given"), 2)
    yield Items((*sheet.scheme.words(), *_worths(sheet.scheme)))


def _opening(sheet: MarkedSheet, student: str) -> Iterator[Block]:
    """Whose feedback it is, the conventions, the points, and how the sheet was read."""
    experiment = sheet.exercise.experiment
    yield Heading(say("Feedback: {title}", title=experiment.title or say("untitled")))
    if student:
        yield Text(student)
    if isinstance(experiment, Experiment):
        yield from conventions(experiment)
    yield Text(_summary(sheet))
    if sheet.foreign:
        words = say("Hardly any of these numbers comes from what the exercise gives.")
        yield Warn(f"{words} {say('Are they those of another exercise?')}")
    yield from manner(sheet.checked)


def _summary(sheet: MarkedSheet) -> Content:
    """`35.5 of 43 points. 40 of 43 supplied: 30 right, 9 follows. The first wrong one is net_h1.`"""
    points = of_maximum(sheet)
    supplied = say("{count} of {asked} supplied", count=sheet.supplied, asked=len(sheet.marks))
    told = told_counts(sheet.counts)
    text = say("{points} {supplied}.", points=points, supplied=supplied)
    if told:
        text = say(
            "{points} {supplied}: {verdicts}.", points=points, supplied=supplied, verdicts=told
        )
    first = sheet.first_wrong
    if first is None:
        return text
    where = say("The first wrong one is {name}.")
    return (f"{text} ", *worded(where, name=Name(first.identity)))


def _points(sheet: MarkedSheet, section: CheckedMoment, finding: Finding) -> tuple[Cell, Content]:
    mark = sheet.mark_of(section, finding)
    return (say("not asked for"), "") if mark is None else (points_of(mark), why(mark))


def _missing(sheet: MarkedSheet) -> Iterator[Block]:
    """What was asked for and isn't there, with what it would have been worth."""
    missing = [mark for mark in sheet.marks if mark.finding is None]
    if not missing:
        return
    worth = decimal(sum((mark.worth for mark in missing), Fraction(0)), PLACES)
    yield Heading(say("Not supplied"), 2)
    numbers = joined([Name(mark.question.identity) for mark in missing[:_MOST_MISSING]], ", ")
    more = len(missing) - _MOST_MISSING
    if more > 0:
        numbers = worded(say("{numbers}, and {count} more", count=more), numbers=numbers)
    yield Text(worded(_told_missing(len(missing), worth), numbers=numbers))


def _told_missing(count: int, worth: Decimal) -> str:
    if worth == 1:
        return counted(
            count,
            "{count} number, worth {points} point: {numbers}.",
            "{count} numbers, worth {points} point: {numbers}.",
            points=worth,
        )
    return counted(
        count,
        "{count} number, worth {points} points: {numbers}.",
        "{count} numbers, worth {points} points: {numbers}.",
        points=worth,
    )


def _worths(scheme: Scheme) -> Iterator[str]:
    """What is worth more or less than others."""
    for worth in scheme.worths:
        what = say("every other number") if worth.of == EACH else worth.of
        points = decimal(worth.points)
        yield counted(
            points,
            "{points} point: {numbers}.",
            "{points} points: {numbers}.",
            points=points,
            numbers=what,
        )
