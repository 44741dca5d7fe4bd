"""`bptrace mark`: a class's sheets, their points, and what the class got wrong."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tracer.cli.asking import names_in
from tracer.cli.byhand import RoundingMode, RoundingOption, RoundOption
from tracer.cli.completion import complete_config
from tracer.cli.display import Display, note, refuse_export, show, show_objects
from tracer.cli.ending import UNREAD
from tracer.cli.feedback import check_format, write_feedback
from tracer.cli.points import (
    AllRowsOption,
    AskOption,
    DigitsRequiredOption,
    IterationsOption,
    PointsOption,
    scheme_of,
    wanted_of,
)
from tracer.cli.progress import progress
from tracer.cli.source import load_config
from tracer.errors import UsageError
from tracer.immutable import immutable
from tracer.language import read_by_programs
from tracer.show.formats import POINTS
from tracer.visible import printable

if TYPE_CHECKING:
    from tracer.teach.marking import Exercise, MarkedClass
    from tracer.teach.marking.matching import Submitted


def mark(
    words: Annotated[
        list[str],
        typer.Argument(
            metavar="CONFIG ANSWERS",
            help="The exercise, then files of answers, folders, zip files; with --match only those.",
            autocompletion=complete_config,
        ),
    ],
    *,
    match: Annotated[
        str | None,
        typer.Option(
            metavar="'EXERCISE=ANSWERS'",
            help="Each student's own exercise: 'ex-{id}.yaml=answers-{id}.*'.",
        ),
    ] = None,
    student: Annotated[
        str | None,
        typer.Option(
            metavar="PATTERN",
            help="Where in a path the student stands, if no folder or file is called so: "
            "'{id}/answers.*'.",
        ),
    ] = None,
    points: PointsOption = None,
    ask: AskOption = None,
    iterations: IterationsOption = None,
    round: RoundOption = None,
    rounding: RoundingOption = RoundingMode.HALF_UP,
    digits_required: DigitsRequiredOption = None,
    feedback: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="A file for each student: 'fb-{id}.md', .html, .tex, .txt or .pdf.",
        ),
    ] = None,
    reveal: Annotated[
        bool, typer.Option("--reveal/--no-reveal", help="Show right values in feedback and JSON.")
    ] = True,
    all_rows: AllRowsOption = False,
    display: Display,
) -> None:
    """Mark a class's sheets, and show what it got wrong.

    Each number earns points by its verdict: all of them when it is right, or follows from an earlier
    slip; half with a known mistake. What cannot be read is reported, the others are marked.
    """
    from tracer.teach.marking import mark_class

    refuse_export(display.row, POINTS)
    wanted = wanted_of(round, rounding, digits_required)
    scheme = scheme_of(points)
    found = _submitted(words, match, student, _Asked(names_in(ask), iterations))
    writer = _Writer(display, feedback, reveal, all_rows)
    writer.check([(each.student.id, each.student.name) for each in found.submissions])
    with progress(len(found.submissions), "marking") as report:
        marked = mark_class(
            found.submissions, scheme, wanted=wanted, progress=report, problems=found.problems
        )
    _note_unread(marked)
    writer.write(marked)
    if not marked.complete:
        raise typer.Exit(UNREAD)


@immutable
class _Asked:
    """What is asked of every exercise."""

    names: tuple[str, ...]
    iterations: int | None

    def exercise(self, config: str) -> Exercise:
        """The exercise of a configuration."""
        from tracer.teach.marking import exercise_of

        experiment = load_config(config)
        return exercise_of(experiment, config, iterations=self.iterations, ask=self.names)


def _submitted(
    words: Sequence[str], match: str | None, student: str | None, asked: _Asked
) -> Submitted:
    """The submissions of a class, from what was named."""
    from tracer.teach.marking.matching import of_one_exercise, of_own_exercises
    from tracer.teach.marking.students import Pattern

    if match is not None:
        if student is not None:
            raise UsageError("--student and --match exclude each other", "leave out --student")
        named = [Path(word) for word in words]
        return of_own_exercises(match, named, lambda path: asked.exercise(str(path)))
    config, *answers = words
    if not answers:
        hint = f"name them behind it: bptrace mark {config} answers/"
        raise UsageError("there are no answers to mark", hint)
    pattern = Pattern.parse(student) if student is not None else None
    return of_one_exercise(asked.exercise(config), [Path(word) for word in answers], pattern)


def _note_unread(marked: MarkedClass) -> None:
    """Say on standard error what could not be read, whatever the format of the result."""
    problems = [*marked.problems, *(p for each in marked.students for p in each.problems)]
    for problem in problems:
        note(printable(str(problem)))
    missing = [each.student.name for each in marked.students if not each.sheet and not each.unread]
    if missing:
        note(printable(f"bptrace: no answers from {', '.join(missing)}"))


@immutable
class _Writer:
    """Writes a marked class, its feedback, and for Gradescope a file for each student."""

    display: Display
    feedback: Path | None
    reveal: bool
    all_rows: bool

    def check(self, students: Sequence[tuple[str, str]]) -> None:
        """Complain of what can't be written before anything is marked."""
        from tracer.show.output import check_free

        if self.feedback is not None:
            check_format(self.feedback, self.display)
            check_free(self._paths("--feedback", self.feedback, students), self.display.force)
        if not self.display.row.of:
            self.display.check_targets()
        else:
            output = self.display.output
            check_free(self._paths("--output", output, students), self.display.force)

    def _paths(
        self, option: str, pattern: Path | None, students: Sequence[tuple[str, str]]
    ) -> list[Path | None]:
        from tracer.show.output import output_paths, safe_name

        fields = [
            {"id": safe_name(number), "student": safe_name(name)} for number, name in students
        ]
        return output_paths(pattern, fields, option)

    def write(self, marked: MarkedClass) -> None:
        """Everything that was asked for."""
        with read_by_programs(False):
            self._write_feedback(marked)
        if self.display.row.of:
            self._write_for_each(marked)
        else:
            self._write_class(marked)

    def _write_class(self, marked: MarkedClass) -> None:
        from tracer.graph.names import GraphNames
        from tracer.show.reports.mark import LIMIT, mark_document
        from tracer.show.reports.mark_objects import mark_json

        if self.display.as_objects:
            show_objects(mark_json(marked, reveal=self.reveal), self.display)
            return
        limit = None if self.all_rows or self.display.complete else LIMIT
        names = marked.exercises[0].names if marked.exercises else GraphNames({})
        show(mark_document(marked, limit), self.display, names)

    def _write_for_each(self, marked: MarkedClass) -> None:
        """A file of points for each student who has handed something in."""
        from tracer.show.reports.mark_objects import gradescope, gradescope_refused

        students = [(each.student.id, each.student.name) for each in marked.students]
        paths = self._paths("--output", self.display.output, students)
        for each, path in zip(marked.students, paths, strict=True):
            shown = replace(self.display, output=path)
            if each.sheet is not None:
                show_objects(gradescope(each.sheet, reveal=self.reveal), shown, of=shown.row.of)
            elif each.unread:
                show_objects(gradescope_refused(each.problems), shown, of=shown.row.of)

    def _write_feedback(self, marked: MarkedClass) -> None:
        if self.feedback is None:
            return
        students = [(each.student.id, each.student.name) for each in marked.students]
        paths = self._paths("--feedback", self.feedback, students)
        with progress(len(paths), "writing feedback") as report:
            for done, (each, path) in enumerate(zip(marked.students, paths, strict=True), 1):
                if each.sheet is not None and path is not None:
                    write_feedback(
                        each.sheet,
                        each.student.name,
                        path,
                        self.display,
                        reveal=self.reveal,
                        all_rows=self.all_rows,
                    )
                if report:
                    report(done)
