"""Whose files these are: read from their names and folders, as course sites and teachers call them.

Between the files of a class and its submissions. Moodle has a folder for each student,
`Jane Doe_12345_assignsubmission_file_`; Canvas a file, `doejane_12345_67890_answers.yaml`; otherwise a
folder is a student's, or a file without one. A pattern says it where that isn't so.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from tracer.errors import UsageError
from tracer.immutable import immutable
from tracer.teach.marking.files import Source

_MOODLE = re.compile(r"(?P<name>.+)_(?P<id>\d+)_assignsubmission_(?:file|onlinetext)(?:_.*)?")
_CANVAS = re.compile(r"(?P<name>[^_]+)_(?:late_)?(?P<id>\d+)_\d+_.+", re.IGNORECASE)
_FIELD = re.compile(r"\{\w*\}|\*")
_ID = "(?P<id>[^/]+?)"
_MOST_FIELDS = 4
"""In a name: a student who is called `____…` has a say in how many ways there are to read it."""


@dataclass(frozen=True, slots=True, order=True)
class Student:
    """A student; `id` is what a course site or the name of a file says, and may be the name."""

    name: str
    id: str


def students_of(sources: Sequence[Source]) -> dict[Student, list[Source]]:
    """The files of each student, by what one folder, zip file or list of files looks like."""
    wrapped = _wrapped([source.path for source in sources])
    canvas = _is_canvas([source.path for source in sources])
    found: dict[Student, list[Source]] = {}
    for source in sources:
        parts = source.path.parts[wrapped:]
        found.setdefault(_student(PurePosixPath(*parts), canvas), []).append(source)
    return found


def _student(path: PurePosixPath, canvas: bool) -> Student:
    known = _of_a_site(path, canvas)
    if known:
        return known
    name = path.parts[0] if len(path.parts) > 1 else path.stem
    return Student(name, name)


def _of_a_site(path: PurePosixPath, canvas: bool) -> Student | None:
    """The student whose name Moodle or Canvas has put into the path."""
    matches = [found for part in reversed(path.parts) if (found := _MOODLE.fullmatch(part))]
    if not matches and canvas and (found := _canvas(path)):
        matches = [found]
    return Student(matches[0]["name"], matches[0]["id"]) if matches else None


def _canvas(path: PurePosixPath) -> re.Match[str] | None:
    """Canvas's name of a file, or of a zip file that somebody has handed in, and this lies in."""
    found = map(_CANVAS.fullmatch, reversed(path.parts))
    return next((match for match in found if match), None)


def _is_canvas(paths: Sequence[PurePosixPath]) -> bool:
    """Whether the files are called as Canvas does: all of them, and several students' not alike."""
    matches = [_canvas(path) for path in paths]
    names = {(match["name"], match["id"]) for match in matches if match}
    ids = {match["id"] for match in matches if match}
    return all(matches) and len(names) == len(ids) >= min(len(paths), 2)


def _wrapped(paths: Sequence[PurePosixPath]) -> int:
    """How many folders have everything in them, students' folders or files."""
    wrapped = 0
    while len(paths) > 1:
        first = Counter(path.parts[wrapped] for path in paths if len(path.parts) > wrapped + 1)
        if first.total() < len(paths) or len(first) > 1 or _MOODLE.fullmatch(next(iter(first))):
            break
        wrapped += 1
    return wrapped


@immutable
class Pattern:
    """A pattern for the end of a path: `{id}` is the student, `*` anything within a name.

    `folder/{id}.yaml` also looks at the folder.
    """

    text: str
    expression: re.Pattern[str]

    @classmethod
    def parse(cls, text: str) -> Pattern:
        """The pattern.

        Raises:
            UsageError: it has no {id}, or another field.
        """
        fields = [found[0] for found in _FIELD.finditer(text)]
        other = next((field for field in fields if field not in ("*", "{id}")), None)
        if other:
            raise UsageError(f"{text}: there is no {other}", "{id} stands for the student")
        if "{id}" not in fields:
            raise UsageError(f"{text}: no {{id}} in it", "{id} stands for what differs by student")
        places = text.split("/")
        if max(len(_FIELD.findall(place)) for place in places) > _MOST_FIELDS:
            raise UsageError(
                f"{text}: more than {_MOST_FIELDS} of * and {{id}} in a name",
                "say more of the name",
            )
        names = "/".join(map(_name, places))
        first, again, rest = names.partition(_ID)
        names = first + again + rest.replace(_ID, "(?P=id)")
        return cls(text, re.compile(f"(?:.*/)?{names}", re.DOTALL))

    def id_of(self, path: PurePosixPath) -> str | None:
        """What stands in the place of {id}; None where the path isn't like the pattern."""
        found = self.expression.fullmatch(path.as_posix())
        return found["id"] if found else None

    def students_of(self, sources: Sequence[Source]) -> dict[Student, list[Source]]:
        """The files that are like the pattern, by their students; a course site's name goes along."""
        found: dict[Student, list[Source]] = {}
        for source in sources:
            number = self.id_of(source.path)
            if number is not None:
                site = _of_a_site(source.path, canvas=False)
                student = Student(site.name if site else number, number)
                found.setdefault(student, []).append(source)
        return found


def _name(pattern: str) -> str:
    """The expression of a file's or folder's name in a pattern."""
    pieces, place = [], 0
    for found in _FIELD.finditer(pattern):
        pieces += [re.escape(pattern[place : found.start()]), "[^/]*" if found[0] == "*" else _ID]
        place = found.end()
    whole = "".join([*pieces, re.escape(pattern[place:])])
    return whole if _ID in pieces else f"(?>{whole})"  # read in one way, whatever stands behind it
