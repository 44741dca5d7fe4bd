"""What `bptrace mark` shows: every student's points, and what the class got wrong.

The picture is a map of students by numbers; its signs say the verdicts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from statistics import median

from tracer.language import counted, say
from tracer.show.document import (
    Block,
    Cell,
    Column,
    Content,
    Grid,
    Heading,
    Items,
    Name,
    Note,
    Records,
    Square,
    Table,
    Text,
    Value,
    Warn,
)
from tracer.show.reports.tables import number_column, table
from tracer.teach.marking import MarkedClass, MarkedStudent, Student
from tracer.teach.marking.exercise import Question

LIMIT = 60
"""Rows beyond which the ones in the middle of a table for people are left out."""
_MOST_NAMED = 6
_SIGNS: dict[str, tuple[str, Callable[[], str]]] = {
    "right": ("+", lambda: say("right")),
    "rounding": ("~", lambda: say("right within rounding")),
    "follows": (">", lambda: say("follows")),
    "mistake": ("m", lambda: say("wrong with a known mistake")),
    "wrong": ("x", lambda: say("wrong")),
    "coarse": ("?", lambda: say("too coarse to tell")),
    "": (".", lambda: say("not supplied")),
}
"""What stands for a verdict in the picture, and its words."""


def mark_document(marked: MarkedClass, limit: int | None = LIMIT) -> Iterator[Block]:
    """Records for programs; the students, the picture, what the class got wrong; the scheme."""
    yield _records(marked)
    yield Heading(say("Marks: {title}", title=title_of(marked)))
    yield Text(_summary(marked))
    yield from (Warn(str(problem)) for problem in marked.problems)
    for each in marked.students:
        name = marked.name_of(each.student)
        yield from (Warn(f"{name}: {problem}") for problem in each.problems)
    if marked.students:
        yield from _students(marked, limit)
    if marked.sheets:
        yield _picture(marked)
    if marked.own:
        yield Heading(say("What the class got wrong"), 2)
        yield from _questions(marked, limit)
        yield from _mistakes(marked, limit)
        yield from _left_out(marked)
    yield Heading(say("How points are given"), 2)
    yield Items(tuple(marked.scheme.words()))


def title_of(marked: MarkedClass) -> str:
    """The exercise's title; of several, how many there are."""
    titles = list(dict.fromkeys(e.experiment.title for e in marked.exercises))
    if len(titles) == 1:
        return titles[0] or say("untitled")
    return counted(len(titles), "{count} exercise", "{count} exercises")


def _records(marked: MarkedClass) -> Records:
    """A row a student, for the gradebook."""
    verdicts = [verdict for verdict in _SIGNS if verdict]
    columns = ["student", "id", "file", "supplied", "asked", *verdicts]
    columns += ["points", "maximum", "first_wrong", "remarks"]
    rows = (_record(each, verdicts) for each in marked.students)
    return Records(Table(tuple(map(Column, columns)), rows, name="marks"))


def _record(each: MarkedStudent, verdicts: Sequence[str]) -> tuple[Cell, ...]:
    who = (each.student.name, each.student.id, each.file)
    remarks = "; ".join([*each.remarks, *map(str, each.problems)])
    sheet = each.sheet
    if sheet is None:
        return (*who, *[None] * (len(verdicts) + 4), None, remarks)
    counts = (sheet.counts[verdict] for verdict in verdicts)
    points, maximum = (Value(float(p), written=str(p)) for p in (sheet.points, sheet.maximum))
    first = sheet.first_wrong.name if sheet.first_wrong else None
    return (*who, sheet.supplied, len(sheet.marks), *counts, points, maximum, first, remarks)


def _summary(marked: MarkedClass) -> str:
    """`28 of 30 sheets marked: 12.5 to 43 points of 43, the median 36.`"""
    sheets = [sheet for _, sheet in marked.sheets]
    handed_in = sum(each.sheet is not None or each.unread for each in marked.students)
    text = counted(
        handed_in,
        "{marked} of {count} sheet marked",
        "{marked} of {count} sheets marked",
        marked=len(sheets),
    )
    if not sheets:
        return f"{text}."
    points = sorted(sheet.points for sheet in sheets)
    maximum = max(sheet.maximum for sheet in sheets)
    if len(sheets) == 1:
        return counted(
            maximum,
            "{text}: {points} of {maximum} point.",
            "{text}: {points} of {maximum} points.",
            text=text,
            points=points[0],
            maximum=maximum,
        )
    least, most, middle = points[0], points[-1], marked.scheme.rounded(Fraction(median(points)))
    return say(
        "{text}: {least} to {most} points of {maximum}, the median {median}.",
        text=text, least=least, most=most, maximum=maximum, median=middle,
    )  # fmt: skip


def _students(marked: MarkedClass, limit: int | None) -> Iterator[Block]:
    some = any(sheet.counts["coarse"] for _, sheet in marked.sheets)
    remarked = any(each.remarks for each in marked.students)
    heads = [say("supplied"), say("right"), say("follows"), say("mistakes"), say("wrong")]
    heads += [say("coarse")] * some
    columns = [Column(say("student")), *map(number_column, heads), number_column(say("points"))]
    columns += [Column(say("first wrong")), *[Column(say("remarks"))] * remarked]
    rows = [_student(each, marked, some, remarked) for each in marked.students]
    yield from table(columns, rows, limit, title=say("Students"), name="students")


def _student(
    each: MarkedStudent, marked: MarkedClass, coarse: bool, remarked: bool
) -> tuple[Cell, ...]:
    remarks = ("; ".join(each.remarks),) * remarked
    name, sheet = marked.name_of(each.student), each.sheet
    if sheet is None:
        read = say("not read") if each.unread else ""
        return (name, read, *[None] * (5 + coarse), None, *remarks)
    counts = sheet.counts
    numbers = [counts["right"] + counts["rounding"]]
    numbers += [counts[verdict] for verdict in ("follows", "mistake", "wrong")]
    numbers += [counts["coarse"]] * coarse
    first = sheet.first_wrong
    supplied = say("{count} of {asked}", count=sheet.supplied, asked=len(sheet.marks))
    points = say("{points} of {maximum}", points=sheet.points, maximum=sheet.maximum)
    wrong = _named(first, marked) if first else None
    return (name, supplied, *numbers, points, wrong, *remarks)


def _picture(marked: MarkedClass) -> Grid:
    """Students by all numbers that any of them was asked for."""
    sheets = marked.sheets
    names = {mark.question.name: mark.question for _, sheet in sheets for mark in sheet.marks}
    marks = {
        verdict: Square(sign, verdict or "missing", words())
        for verdict, (sign, words) in _SIGNS.items()
    }
    rows = []
    for student, sheet in sheets:
        own = {mark.question.name: marks[mark.verdict] for mark in sheet.marks}
        rows.append((marked.name_of(student), tuple(own.get(name, marks[""]) for name in names)))
    columns = tuple(_named(question, marked) for question in names.values())
    title = say("Each student's numbers, in the order of the calculation")
    return Grid(title, columns, tuple(rows), tuple(marks.values()), "map")


def _named(question: Question, marked: MarkedClass) -> Content:
    """The name as the notation writes it, where the first exercise calls the same number so."""
    first = marked.exercises[0]
    same = any(q.key == question.key and q.name == question.name for q in first.questions)
    return Name(question.identity if same else question.name)


def _questions(marked: MarkedClass, limit: int | None) -> Iterator[Block]:
    """The numbers that not everybody got right."""
    everybody = len(marked.own)
    rows: list[tuple[Cell, ...]] = []
    for of in marked.questions:
        right = of.counts["right"] + of.counts["rounding"]
        if right < everybody:
            counts = (of.counts[v] for v in ("follows", "mistake", "wrong", "coarse", ""))
            rows.append((_named(of.question, marked), right, *counts, _who(of.wrong, marked)))
    heads = [
        say("right"),
        say("follows"),
        say("mistakes"),
        say("wrong"),
        say("coarse"),
        say("missing"),
    ]
    columns = [Column(say("quantity")), *map(number_column, heads), Column(say("who got it wrong"))]
    if rows:
        yield from table(columns, rows, limit, title=say("By number"), name="quantities")
    else:
        yield Text(say("Everybody got everything right."))


def _mistakes(marked: MarkedClass, limit: int | None) -> Iterator[Block]:
    rows: list[tuple[Cell, ...]] = [
        (m.name, len(m.students), m.numbers, _who(m.students, marked)) for m in marked.mistakes
    ]
    columns = [Column(say("mistake")), *map(number_column, (say("students"), say("numbers")))]
    columns.append(Column(say("who")))
    if rows:
        yield from table(columns, rows, limit, title=say("Known mistakes"), name="mistakes")


def _left_out(marked: MarkedClass) -> Iterator[Block]:
    foreign = len(marked.sheets) - len(marked.own)
    if foreign:
        yield Note(
            counted(
                foreign,
                "{count} sheet with next to nothing from the exercise isn't counted here.",
                "{count} sheets with next to nothing from the exercise aren't counted here.",
            )
        )


def _who(students: Sequence[Student], marked: MarkedClass) -> Content:
    """The first few by name, and how many more."""
    names = [marked.name_of(student) for student in students[:_MOST_NAMED]]
    more = len(students) - len(names)
    if more:
        names.append(say("{count} more", count=more))
    return ", ".join(names)
