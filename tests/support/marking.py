"""Sheets of the classic example for the tests of marking, and zip files as course sites make them."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from functools import cache

from benchmarks.marking import carried_on
from support.paths import CONFIGS
from tracer.config import load
from tracer.diagnose.answers import read_answers
from tracer.diagnose.judging import ANYTHING, Wanted
from tracer.model.marking import Scheme
from tracer.teach.exercise import Wish
from tracer.teach.exercise import exercise as drawn
from tracer.teach.marking import Exercise, Mark, MarkedSheet, exercise_of, mark_sheet


@cache
def mazur() -> Exercise:
    """The classic example, one iteration."""
    return exercise_of(load(CONFIGS / "mazur.yaml"), iterations=1)


@cache
def exercise(wish: Wish, seed: int) -> Exercise:
    """An exercise as `bptrace new` makes it."""
    return exercise_of(drawn(wish, seed))


def key(of: Exercise, digits: int = 4) -> str:
    """Everything that is asked for, to so many decimals."""
    return "\n".join(f"{q.name}: {of.exact[q.moment][q.identity]:.{digits}f}" for q in of.questions)


def replaced(name: str, value: float) -> str:
    """A sheet of the classic example with that value in place of a number, calculated on correctly."""
    return carried_on(mazur(), name, value).decode()


def everywhere(value: str, of: Exercise | None = None) -> str:
    """The same number behind every name."""
    return "\n".join(f"{question.name}: {value}" for question in (of or mazur()).questions)


def marked(
    text: str,
    of: Exercise | None = None,
    scheme: Scheme | None = None,
    wanted: Wanted = ANYTHING,
) -> MarkedSheet:
    """The sheet, marked."""
    of = of or mazur()
    return mark_sheet(of, read_answers(text.encode(), "answers", of.experiment), scheme, wanted)


def mark_of(sheet: MarkedSheet, name: str) -> Mark:
    """The mark of the number of that name."""
    return next(mark for mark in sheet.marks if mark.question.name == name)


def zipped(members: Mapping[str, str | bytes]) -> bytes:
    """A zip file's content."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return stream.getvalue()
