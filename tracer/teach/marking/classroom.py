"""A class marked: each student's sheet, and what the class got wrong.

Between the submissions and the reports. One sheet that can't be read keeps no other from being marked.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from tracer.diagnose.answers import NoNumbersError, Supplied, foreign_title, read_answers
from tracer.diagnose.judging import ANYTHING, Wanted
from tracer.errors import BptraceError, ConfigError, Problem, did_you_mean
from tracer.immutable import immutable
from tracer.language import say
from tracer.model.marking import Scheme
from tracer.teach.marking.exercise import Exercise, Question
from tracer.teach.marking.files import Source
from tracer.teach.marking.sheet import MarkedSheet, mark_sheet
from tracer.teach.marking.students import Student


@immutable
class Submission:
    """A student's files, and the exercise that they belong to; no file: nothing was handed in."""

    student: Student
    exercise: Exercise
    files: tuple[Source, ...] = ()


@dataclass(frozen=True, eq=False)
class MarkedStudent:
    """A student with a sheet, or with the `problems` that kept it from being read.

    `file` is the one that was read. `remarks` are for the teacher: files left aside, another title.
    """

    student: Student
    exercise: Exercise
    sheet: MarkedSheet | None = None
    file: str = ""
    problems: tuple[Problem, ...] = ()
    remarks: tuple[str, ...] = ()

    @property
    def unread(self) -> bool:
        """Whether there were files, and none that could be marked."""
        return bool(self.problems)


@immutable
class OfAQuestion:
    """What the class made of a number: how many got each verdict, and who got it wrong."""

    question: Question
    counts: Counter[str]
    wrong: tuple[Student, ...]


@immutable
class OfAMistake:
    """A known mistake: in how many numbers it was made, and by whom."""

    name: str
    numbers: int
    students: tuple[Student, ...]


@dataclass(frozen=True, eq=False)
class MarkedClass:
    """The students in the order of their names. `problems`: of files that belong to nobody."""

    students: tuple[MarkedStudent, ...]
    scheme: Scheme
    problems: tuple[Problem, ...] = ()

    @property
    def sheets(self) -> list[tuple[Student, MarkedSheet]]:
        """Those that could be marked."""
        return [(each.student, each.sheet) for each in self.students if each.sheet is not None]

    def name_of(self, student: Student) -> str:
        """The name, with the id where another student is called the same."""
        alike = sum(each.student.name == student.name for each in self.students)
        return student.name if alike == 1 else f"{student.name} ({student.id})"

    @property
    def exercises(self) -> list[Exercise]:
        """The exercises, each once."""
        return list(dict.fromkeys(each.exercise for each in self.students))

    @property
    def complete(self) -> bool:
        """Whether everything could be read."""
        return not self.problems and not any(each.unread for each in self.students)

    @cached_property
    def own(self) -> list[tuple[Student, MarkedSheet]]:
        """The sheets that come from the exercise, and say what the class got wrong."""
        return [(student, sheet) for student, sheet in self.sheets if not sheet.foreign]

    @cached_property
    def questions(self) -> tuple[OfAQuestion, ...]:
        """By the names of the numbers, which are the same in exercises that differ in their data."""
        counts: dict[str, Counter[str]] = {}
        wrong: dict[str, list[Student]] = {}
        first: dict[str, Question] = {}
        for student, sheet in self.own:
            for mark in sheet.marks:
                name = mark.question.name
                first.setdefault(name, mark.question)
                counts.setdefault(name, Counter())[mark.verdict] += 1
                if mark.finding is not None and mark.finding.blamed:
                    wrong.setdefault(name, []).append(student)
        return tuple(
            OfAQuestion(question, counts[name], tuple(wrong.get(name, ())))
            for name, question in first.items()
        )

    @cached_property
    def mistakes(self) -> tuple[OfAMistake, ...]:
        """The most frequent first: by how many students, then in how many numbers."""
        numbers: Counter[str] = Counter()
        who: dict[str, dict[Student, None]] = {}
        for student, sheet in self.own:
            for name, _ in sheet.mistakes:
                numbers[name] += 1
                who.setdefault(name, {})[student] = None
        found = [OfAMistake(name, numbers[name], tuple(some)) for name, some in who.items()]
        return tuple(sorted(found, key=lambda m: (-len(m.students), -m.numbers, m.name)))


def mark_class(
    submissions: Iterable[Submission],
    scheme: Scheme | None = None,
    *,
    wanted: Wanted = ANYTHING,
    progress: Callable[[int], None] | None = None,
    problems: Iterable[Problem] = (),
) -> MarkedClass:
    """Every student's sheet marked by the scheme; `progress` hears how many are done.

    `problems`: of files that could not even be given to a student.

    Raises:
        ConfigError: the scheme has points for a number that none of the exercises asks for.
    """
    scheme = scheme or Scheme()
    some = sorted(submissions, key=lambda each: _natural(each.student))
    check_scheme(scheme, list(dict.fromkeys(each.exercise for each in some)))
    marked = []
    for done, submission in enumerate(some, 1):
        marked.append(_marked(submission, scheme, wanted))
        if progress:
            progress(done)
    return MarkedClass(tuple(marked), scheme, tuple(problems))


def check_scheme(scheme: Scheme, exercises: Sequence[Exercise]) -> None:
    """ConfigError where the scheme has points for a number that none of the exercises asks for."""
    unknown = [set(exercise.unknown(scheme)) for exercise in exercises]
    if not unknown:
        return
    names = [question.name for question in exercises[0].questions]
    problems = [
        Problem(
            scheme.file,
            worth.line,
            worth.column,
            f"points.{worth.of}",
            f"no number that is asked for is called '{worth.of}'",
            did_you_mean(worth.of, names) or "there are each, phases such as forward, and names",
        )
        for worth in scheme.worths
        if worth in set.intersection(*unknown)
    ]
    if problems:
        raise ConfigError(problems)


def _natural(student: Student) -> tuple[tuple[tuple[int, str], ...], str]:
    """Sorts `answers-2` before `answers-10`."""
    pieces = re.split(r"(\d+)", student.name.casefold())
    # Of two numbers the longer one is larger.
    return tuple((len(p) if p.isdecimal() else -1, p) for p in pieces), student.id


def _marked(submission: Submission, scheme: Scheme, wanted: Wanted) -> MarkedStudent:
    student, exercise = submission.student, submission.exercise
    if not submission.files:
        return MarkedStudent(student, exercise, remarks=(say("nothing was handed in"),))
    read = _read(submission)
    if read.problems:
        shown = submission.files[0].shown
        return MarkedStudent(student, exercise, None, shown, read.problems, read.remarks)
    try:
        sheet = mark_sheet(exercise, read.answers, scheme, wanted)
    except BptraceError as error:
        problem = Problem(read.file, 0, 0, "", error.message, error.hint)
        return MarkedStudent(student, exercise, None, read.file, (problem,), read.remarks)
    remarks = read.remarks
    if sheet.foreign:
        remarks += (say("hardly any number comes from what the exercise gives"),)
    return MarkedStudent(student, exercise, sheet, read.file, remarks=remarks)


@immutable
class _Read:
    """What a student's files hold: the answers of one of them, or problems."""

    answers: tuple[Supplied, ...] = ()
    file: str = ""
    problems: tuple[Problem, ...] = ()
    remarks: tuple[str, ...] = ()


def _read(submission: Submission) -> _Read:
    """The one file that holds answers; the others are left aside.

    An empty sheet is one without numbers. Two files with different answers are a problem: nobody can
    tell which of them counts.
    """
    experiment = submission.exercise.experiment
    answered: dict[bytes, _Read] = {}
    empty: list[str] = []
    refused: dict[str, tuple[Problem, ...]] = {}
    for source in submission.files:
        aside: list[Problem] = []
        try:
            content = source.read()
            answers = read_answers(content, source.shown, experiment, remark=aside.append)
        except NoNumbersError:
            empty.append(source.shown)
        except ConfigError as error:
            refused[source.path.name] = error.problems
        else:
            title = foreign_title(content, experiment)
            remarks = [say("it begins with '{title}'", title=title)] if title else []
            remarks += [say("passed over: {problem}", problem=problem) for problem in aside]
            answered.setdefault(content, _Read(answers, source.shown, remarks=tuple(remarks)))
    return _chosen(list(answered.values()), empty, refused)


def _chosen(
    answered: Sequence[_Read], empty: Sequence[str], refused: dict[str, tuple[Problem, ...]]
) -> _Read:
    if len(answered) > 1:
        files = ", ".join(read.file for read in answered)
        message, hint = f"several files with answers: {files}", "keep the one that counts"
        return _Read(problems=(Problem(answered[1].file, 0, 0, "", message, hint),))
    aside = tuple(say("{file} was left aside", file=file) for file in refused)
    if answered:
        return replace(answered[0], remarks=answered[0].remarks + aside)
    if empty:
        return _Read(file=empty[0], remarks=(say("there are no numbers in it"), *aside))
    return _Read(problems=next(iter(refused.values())))
