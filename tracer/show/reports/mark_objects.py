"""What `bptrace mark` found, as objects: for JSON, and for Gradescope's autograder.

Gradescope's are those of https://gradescope-autograders.readthedocs.io/en/latest/specs/.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

from tracer.diagnose.finding import VERDICTS
from tracer.errors import Problem
from tracer.language import counted, decimals, say
from tracer.model.marking import SHARES, Scheme, decimal
from tracer.model.quantity import at
from tracer.model.words import plain
from tracer.show.reports.check import VERDICT_WORDS
from tracer.show.reports.mark_words import PLACES, of_maximum, points_of, why
from tracer.show.reports.objects import Object, finite
from tracer.teach.marking import Mark, MarkedClass, MarkedSheet, MarkedStudent, Student

_HIDDEN = "hidden"


def mark_json(marked: MarkedClass, *, reveal: bool = True) -> Object:
    """`{"maximum": 43, "scheme": {…}, "students": […], "quantities": […], "mistakes": […]}`.

    A student who couldn't be read has `problems` in place of points. `reveal` false leaves out the
    right values.
    """
    exercises = [exercise.experiment.title for exercise in marked.exercises]
    return {
        "exercises": list(dict.fromkeys(exercises)),
        "scheme": _scheme(marked.scheme),
        "students": (_student(each, reveal) for each in marked.students),
        "problems": list(map(str, marked.problems)),
        "quantities": [
            {"name": of.question.name, "counts": _counts(of.counts), "wrong": _ids(of.wrong)}
            for of in marked.questions
        ],
        "mistakes": [
            {"name": m.name, "numbers": m.numbers, "students": _ids(m.students)}
            for m in marked.mistakes
        ],
    }


def _ids(students: Sequence[Student]) -> list[str]:
    return [student.id for student in students]


def _counts(counts: Any) -> dict[str, int]:
    """How many numbers got each verdict; `missing` weren't supplied."""
    return {verdict: counts[verdict] for verdict in VERDICTS} | {"missing": counts[""]}


def _scheme(scheme: Scheme) -> Object:
    return {
        "verdicts": {verdict: _number(decimal(scheme.share(verdict))) for verdict in SHARES},
        "after_trivial": _number(decimal(scheme.after_trivial)),
        "points": {worth.of: _number(decimal(worth.points)) for worth in scheme.worths},
        "round": _number(decimal(scheme.step)),
        **({} if scheme.total is None else {"total": _number(decimal(scheme.total))}),
    }


def _student(each: MarkedStudent, reveal: bool) -> Object:
    who = {"student": each.student.name, "id": each.student.id, "file": each.file}
    if each.sheet is None:
        return {**who, "problems": list(map(str, each.problems)), "remarks": list(each.remarks)}
    return {**who, **sheet_json(each.sheet, reveal=reveal), "remarks": list(each.remarks)}


def sheet_json(sheet: MarkedSheet, *, reveal: bool = True) -> Object:
    """`{"points": 35.5, "maximum": 43, "supplied": 40, "asked": 43, "numbers": […], …}`."""
    counts = sheet.counts.copy()
    counts[""] = len(sheet.marks) - sheet.supplied
    first = sheet.first_wrong
    return {
        "points": _number(sheet.points),
        "maximum": _number(sheet.maximum),
        "supplied": sheet.supplied,
        "asked": len(sheet.marks),
        "counts": _counts(counts),
        "first_wrong": first and first.name,
        "foreign": sheet.foreign,
        "numbers": [_mark(mark, sheet, reveal) for mark in sheet.marks],
    }


def _mark(mark: Mark, sheet: MarkedSheet, reveal: bool) -> Object:
    finding = mark.finding
    found: Object = {
        "name": mark.question.name,
        "points": _number(decimal(mark.earned)),
        "maximum": _number(decimal(mark.worth)),
        "verdict": mark.verdict or "missing",
    }
    if mark.question.moment.iteration is None:
        found["after"] = mark.question.moment.after
    if finding is None:
        return found
    found["given"] = finding.answer.written.text
    if reveal:
        found["exact"] = finite(finding.exact)
    if finding.matches:
        found["mistakes"] = [match.name for match in finding.matches]
    if reason := _text(why(mark), sheet):
        found["why"] = reason
    return found


def _text(content: Any, sheet: MarkedSheet) -> str:
    """Content as text, its names canonical."""
    parts = content if isinstance(content, tuple) else (content,)
    names = sheet.exercise.names
    return "".join(p if isinstance(p, str) else names.name(p.label) for p in parts)


def _number(number: Decimal) -> float | int:
    """As short as it goes: 43, 6.5."""
    return int(number) if number == number.to_integral_value() else float(number)


def gradescope(sheet: MarkedSheet, *, reveal: bool = True) -> Object:
    """`{"score": 35.5, "tests": [{"name": "net_h1", "score": 1, "max_score": 1, …}], …}`.

    Right values are shown to students only after the due date.
    """
    visibility = "after_due_date" if reveal else "visible"
    return {
        "score": _number(sheet.points),
        "output": "\n".join([of_maximum(sheet), *sheet.scheme.words()]),
        "output_format": "text",
        "visibility": visibility,
        "stdout_visibility": _HIDDEN,
        "tests": (
            _test(mark, worth, sheet, reveal)
            for mark, worth in zip(sheet.marks, _worths(sheet), strict=True)
        ),
    }


def _worths(sheet: MarkedSheet) -> Iterator[Decimal]:
    """What each number is worth as a decimal number, so that they add up to what all of them are."""
    whole, before = Fraction(0), Decimal(0)
    for mark in sheet.marks:
        whole += mark.worth
        yield decimal(whole) - before
        before = decimal(whole)


def gradescope_refused(problems: Sequence[Problem]) -> Object:
    """The result for answers that can't be read: no points, and what is wrong, for the student."""
    return {
        "score": 0,
        "output": "\n".join([say("Your answers could not be read."), *map(str, problems)]),
        "output_format": "text",
        "visibility": "visible",
        "stdout_visibility": _HIDDEN,
        "tests": [],
    }


def _test(mark: Mark, worth: Decimal, sheet: MarkedSheet, reveal: bool) -> Object:
    full = mark.part == 1
    return {
        "name": mark.question.name,
        "score": _number(worth if full else decimal(mark.earned)),
        "max_score": _number(worth),
        "status": "passed" if full else "failed",
        "output": "\n".join(_output(mark, sheet, reveal)),
        "output_format": "text",
    }


def _output(mark: Mark, sheet: MarkedSheet, reveal: bool) -> Iterator[str]:
    """The verdict, what a known mistake is about, the points; with `reveal` the right value."""
    finding = mark.finding
    if finding is None:
        yield say("Not supplied.")
        return
    verdict = VERDICT_WORDS[mark.verdict]
    yield say("{given}: {verdict}.", given=decimals(finding.answer.written.text), verdict=verdict)
    if finding.after:
        name = sheet.exercise.names.name
        yield say(
            "It follows from {names}.", names=", ".join(name(at(i, 1)) for i in finding.after)
        )
    yield from (f"{match.name}: {plain(say(match.help))}" for match in finding.matches)
    if reveal and mark.verdict not in ("right", "rounding"):
        yield say("The right value is {value}.", value=decimals(f"{finding.exact:.9g}"))
    reason = _text(why(mark), sheet)
    worth, points = decimal(mark.worth, PLACES), points_of(mark)
    if reason:
        yield counted(
            worth,
            "{points} point: {reason}.",
            "{points} points: {reason}.",
            points=points,
            reason=reason,
        )
    else:
        yield counted(worth, "{points} point.", "{points} points.", points=points)
