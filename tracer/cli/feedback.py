"""One sheet's marks: feedback in the format that a file's ending chooses, results for an autograder."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from tracer.cli.display import Display, number_format, show, show_objects
from tracer.errors import ConfigError, UsageError

if TYPE_CHECKING:
    from tracer.diagnose.answers import Supplied
    from tracer.diagnose.judging import Wanted
    from tracer.model.marking import Scheme
    from tracer.teach.marking import Exercise, MarkedSheet


def check_format(pattern: Path, display: Display) -> None:
    """Refuse, before anything is marked, a file that no feedback can be written to.

    Raises:
        UsageError: its ending chooses no format for people.
        OutputError: a PDF is wanted, and no LaTeX is installed.
    """
    from tracer.show.pdf import installed

    if _in_format_of(pattern, display).row.typeset:
        installed()


def _in_format_of(path: Path, display: Display) -> Display:
    from tracer.show.formats import by_extension

    row = by_extension(path)
    if row is None or row.for_programs or row.picture or row.of:
        raise UsageError(
            f"--feedback {path}: its ending chooses no format", "there are .md .html .tex .txt .pdf"
        )
    return replace(display, format=row.name, output=path, table=None, fragment=False)


def write_feedback(
    sheet: MarkedSheet, student: str, path: Path, display: Display, *, reveal: bool, all_rows: bool
) -> None:
    """Write the feedback; OutputError where it can't be written, or LaTeX can't compile it."""
    shown = _in_format_of(path, display)
    show_feedback(sheet, student, shown, reveal=reveal, all_rows=all_rows)


def show_feedback(
    sheet: MarkedSheet, student: str, display: Display, *, reveal: bool, all_rows: bool
) -> None:
    """Show the feedback where `display` says."""
    from tracer.show.reports.check import LIMIT
    from tracer.show.reports.mark_feedback import feedback_document

    limit = None if all_rows or display.complete else LIMIT
    digits = number_format(display)
    document = feedback_document(sheet, digits, student, reveal=reveal, limit=limit)
    show(document, display, sheet.exercise.names, standalone=True)


def write_for_autograder(
    exercise: Exercise,
    given: Callable[[], Iterable[Supplied]],
    scheme: Scheme,
    wanted: Wanted,
    display: Display,
    *,
    reveal: bool,
) -> None:
    """Write the marks; answers that can't be read are no error here, but a result without points."""
    from tracer.diagnose.answers import NoNumbersError
    from tracer.show.reports.mark_objects import gradescope, gradescope_refused
    from tracer.teach.marking import mark_sheet

    try:
        answers = tuple(given())
    except NoNumbersError:
        answers = ()
    except ConfigError as error:
        show_objects(gradescope_refused(error.problems), display, of=display.row.of)
        return
    sheet = mark_sheet(exercise, answers, scheme, wanted)
    show_objects(gradescope(sheet, reveal=reveal), display, of=display.row.of)
