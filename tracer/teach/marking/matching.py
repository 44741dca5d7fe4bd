"""Whose answers belong to which exercise: one for everybody, or each student's own.

Between the files of a class and its submissions.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tracer.errors import BptraceError, ConfigError, Problem, UsageError
from tracer.teach.marking.classroom import Submission
from tracer.teach.marking.exercise import Exercise
from tracer.teach.marking.files import Gathering, Source
from tracer.teach.marking.students import Pattern, Student, students_of

Load = Callable[[Path], Exercise]
"""Makes an exercise of a configuration's file; raises BptraceError."""


@dataclass
class Submitted:
    """What was found: submissions, and the problems of files that can't be marked."""

    submissions: list[Submission] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def complain(self, file: str, message: str, hint: str) -> None:
        """A file that can't be marked."""
        self.problems.append(Problem(file, 0, 0, "", message, hint))


def of_one_exercise(
    exercise: Exercise, named: Sequence[Path], pattern: Pattern | None = None
) -> Submitted:
    """Everybody's answers to the same exercise; `pattern` says where a student's name stands.

    Raises:
        BptraceError: something named doesn't exist, or holds no file of answers.
    """
    gathering = Gathering()
    found = Submitted(problems=gathering.problems)
    files: dict[Student, list[Source]] = {}
    for some in gathering.sources(named):
        sources = [source for source in some if not _is_exercise(source, exercise)]
        for student, own in (pattern.students_of if pattern else students_of)(sources).items():
            files.setdefault(student, []).extend(own)
    found.submissions = [Submission(s, exercise, tuple(own)) for s, own in files.items()]
    if not files and not found.problems:
        like = f" like {pattern.text}" if pattern else ""
        raise UsageError(f"there are no files{like} in {_listed(named)}", "name files of answers")
    return found


def _is_exercise(source: Source, exercise: Exercise) -> bool:
    """Whether the file is the configuration itself, which lies among the answers."""
    own = Path(exercise.file)
    return source.disk is not None and own.exists() and source.disk.samefile(own)


def of_own_exercises(match: str, named: Sequence[Path], load: Load) -> Submitted:
    """Each student's answers to an exercise of their own: `ex-{id}.yaml=answers-{id}.*`.

    Exercises are never taken from zip files, into which students put what they like.

    Raises:
        UsageError: `match` isn't two patterns with {id}, or nothing is like the first.
        BptraceError: something named doesn't exist.
    """
    first, second = _halves(match)
    of_exercise, of_answers = Pattern.parse(first), Pattern.parse(second)
    gathering = Gathering()
    found = Submitted(problems=gathering.problems)
    sources = [source for some in gathering.sources(named) for source in some]
    exercises = _exercises(of_exercise, sources, load, found)
    if not exercises:
        raise UsageError(
            f"there are no files like {first} in {_listed(named)}", "name their folder"
        )
    files = of_answers.students_of([s for s in sources if of_exercise.id_of(s.path) is None])
    answered = {student.id for student in files}
    absent: dict[Student, list[Source]] = {
        Student(number, number): [] for number in exercises if number not in answered
    }
    for student, some in {**files, **absent}.items():
        if student.id not in exercises:
            expected = first.replace("{id}", student.id)
            found.complain(some[0].shown, "there is no exercise for it", f"expected {expected}")
        elif exercise := exercises[student.id]:
            found.submissions.append(Submission(student, exercise, tuple(some)))
    return found


def _halves(match: str) -> tuple[str, str]:
    """The pattern of exercises and that of answers."""
    first, separator, second = match.partition("=")
    if not separator:
        example = "--match 'ex-{id}.yaml=answers-{id}.*'"
        raise UsageError(f"--match {match}: expected EXERCISE=ANSWERS", f"write {example}")
    return first.strip(), second.strip()


def _exercises(
    pattern: Pattern, sources: Sequence[Source], load: Load, found: Submitted
) -> dict[str, Exercise | None]:
    """The exercises by their ids; None where there is one that can't be taken."""
    files: dict[str, list[Path]] = {}
    for source in sources:
        number = pattern.id_of(source.path)
        if number is not None and source.disk is not None:
            files.setdefault(number, []).append(source.disk)
    exercises: dict[str, Exercise | None] = {}
    for number, paths in files.items():
        exercises[number] = None
        if len(paths) > 1:
            message = f"a second exercise for {number}; the first is {paths[0]}"
            found.complain(str(paths[1]), message, "keep one of them")
            continue
        try:
            exercises[number] = load(paths[0])
        except ConfigError as error:
            found.problems += error.problems
        except BptraceError as error:
            found.complain(str(paths[0]), error.message, error.hint)
    return exercises


def _listed(named: Sequence[Path]) -> str:
    return ", ".join(map(str, named))
