"""Documents to text, one module a format; `FORMATS`, `PICTURES` and `EXPORTS` alone list them.

A writer is a function `write(result, notation, stream, medium)`. It knows nothing of networks, and
asks the notation how a name, a formula or a number is written.
"""

from __future__ import annotations

from collections.abc import Iterable
from importlib import import_module
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Protocol, TextIO, TypeAlias

from tracer.immutable import immutable
from tracer.show.formats.medium import Medium, Part, detect

if TYPE_CHECKING:
    from tracer.show.document import Document, Notation

__all__ = [
    "EXPORTS",
    "FORMATS",
    "PICTURES",
    "POINTS",
    "QUESTIONS",
    "Format",
    "Medium",
    "Part",
    "TogetherWriter",
    "Writer",
    "all_formats",
    "by_extension",
    "by_name",
    "detect",
    "render",
]

TargetName: TypeAlias = Literal["unicode", "ascii", "latex", "mathml", "html", "svg"]


POINTS, QUESTIONS = "points", "questions"
"""What a format may be of: the marks of one sheet; blanks that know what may be put in."""


class Writer(Protocol):
    """Writes a result to a stream, piece by piece, as the pieces come."""

    def __call__(self, result: Any, notation: Notation, stream: TextIO, medium: Medium, /) -> None:
        """Write all of it, or raise what the stream or the result's source raises."""
        ...


class TogetherWriter(Protocol):
    """Writes several documents into one file."""

    def __call__(self, parts: Iterable[Part], stream: TextIO, medium: Medium, /) -> None:
        """Write them in their order, with what stands around all of them."""
        ...


@immutable
class Format:
    """A row of the table: everything that is said of a format.

    `words`: what it is for, in `--help`. `extensions`: the endings of file names that choose it.
    `notation`: how names and numbers are written; `math`: how displayed formulas are, if otherwise.
    `for_programs`: it gets one table of records, complete, where people get the whole document.
    `objects`: it gets mappings and lists where the others get a `Document`; `picture`: a `Picture`.
    `pages`: it is a page of its own, and can be a fragment of one.
    `of`: what it is made of, where not every command has that: "points", "questions".
    `drawings`: it has room for pictures made of characters.
    `write_together`: how several documents become one file, where they can.
    `typeset`: what is written is LaTeX, and the file is the PDF that it gives.
    """

    name: str
    write: Writer
    words: str
    extensions: tuple[str, ...]
    other_names: tuple[str, ...] = ()
    notation: TargetName = "unicode"
    math: TargetName | None = None
    for_programs: bool = False
    objects: bool = False
    picture: bool = False
    pages: bool = False
    drawings: bool = False
    of: str = ""
    write_together: TogetherWriter | None = None
    typeset: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        """All the names that `--format` takes for it."""
        return (self.name, *self.other_names)


def _of(module: str, name: str = "write") -> Writer:
    """The writer of a module, which is imported when it is first needed: the others cost time too."""

    def write(result: Any, notation: Notation, stream: TextIO, medium: Medium, /) -> None:
        writer: Writer = getattr(import_module(module), name)
        writer(result, notation, stream, medium)

    return write


def _together(module: str) -> TogetherWriter:
    """The same of several documents."""

    def write(parts: Iterable[Part], stream: TextIO, medium: Medium, /) -> None:
        writer: TogetherWriter = import_module(module).write_together
        writer(parts, stream, medium)

    return write


_HERE, _PICTURE = "tracer.show.formats", "tracer.show.pictures"

_ROWS = (
    Format(
        "table",
        _of(f"{_HERE}.terminal"),
        "for reading",
        (".txt",),
        other_names=("text",),
        drawings=True,
    ),
    Format(
        "markdown",
        _of(f"{_HERE}.markdown"),
        "for GitHub and notebooks",
        (".md", ".markdown"),
        math="latex",
        write_together=_together(f"{_HERE}.markdown"),
    ),
    Format(
        "latex",
        _of(f"{_HERE}.latex"),
        "for one's own sheet",
        (".tex",),
        notation="latex",
        write_together=_together(f"{_HERE}.latex"),
    ),
    Format(
        "html",
        _of(f"{_HERE}.html"),
        "for the browser",
        (".html", ".htm"),
        notation="html",
        math="mathml",
        pages=True,
        write_together=_together(f"{_HERE}.html"),
    ),
    Format(
        "csv",
        _of(f"{_HERE}.csv"),
        "all numbers in one table",
        (".csv",),
        notation="ascii",
        for_programs=True,
    ),
    Format(
        "json",
        _of(f"{_HERE}.objects", "write_json"),
        "all there is",
        (".json",),
        notation="ascii",
        for_programs=True,
        objects=True,
    ),
)

FORMATS: dict[str, Format] = {row.name: row for row in _ROWS}

_PICTURES = (
    Format("svg", _of(f"{_PICTURE}.svg"), "a picture", (".svg",), notation="svg", picture=True),
    Format("dot", _of(f"{_PICTURE}.dot"), "a picture for Graphviz", (".dot", ".gv"), picture=True),
    Format(
        "mermaid",
        _of(f"{_PICTURE}.mermaid"),
        "a picture for GitHub",
        (".mmd", ".mermaid"),
        picture=True,
    ),
)

PICTURES: dict[str, Format] = {row.name: row for row in _PICTURES}
"""The formats of what can be drawn, networks and graphs; no document has them."""

_EXPORTS = (
    Format(
        "gradescope",
        _of(f"{_HERE}.objects", "write_json"),
        "its autograder's results.json",
        (),
        notation="ascii",
        for_programs=True,
        objects=True,
        of=POINTS,
    ),
    Format(
        "pdf",
        _of(f"{_HERE}.latex"),
        "to print, by LaTeX",
        (".pdf",),
        notation="latex",
        write_together=_together(f"{_HERE}.latex"),
        typeset=True,
    ),
    Format(
        "moodle",
        _of(f"{_HERE}.moodle"),
        "worksheets as a question bank",
        (".xml",),
        notation="html",
        math="mathml",
        write_together=_together(f"{_HERE}.moodle"),
        of=QUESTIONS,
    ),
)

EXPORTS: dict[str, Format] = {row.name: row for row in _EXPORTS}
"""The formats for other programs: of what only some commands have, `of` which they are, and PDF."""


def all_formats() -> tuple[Format, ...]:
    """The formats of documents, then those of pictures, and of what only some commands have."""
    return (*FORMATS.values(), *PICTURES.values(), *EXPORTS.values())


def by_name(name: str) -> Format:
    """The format of this name, or with this among its other names; KeyError where there is none."""
    return next((row for row in all_formats() if name in row.names), None) or FORMATS[name]


def by_extension(path: Path) -> Format | None:
    """The format that the ending of a file's name chooses."""
    ending = path.suffix.casefold()
    return next((row for row in all_formats() if ending in row.extensions), None)


def render(
    document: Document, notation: Notation, format: str, medium: Medium | None = None
) -> str:
    """The document as one text, in one of `FORMATS`."""
    from tracer.show.formats.selection import chosen

    stream, row = StringIO(), FORMATS[format]
    blocks = chosen(document, for_programs=row.for_programs)
    row.write(blocks, notation, stream, medium or Medium())
    return stream.getvalue()
