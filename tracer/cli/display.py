"""How a command shows its result: the options that all commands share, and what they come to."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from enum import StrEnum
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TextIO

import typer

from tracer.cli.choices import RowChoices
from tracer.cli.telling import tell
from tracer.errors import UsageError
from tracer.show.formats import (
    POINTS,
    QUESTIONS,
    Format,
    Medium,
    Part,
    all_formats,
    by_extension,
    by_name,
    detect,
)

if TYPE_CHECKING:
    from tracer.digits.numbers import NumberFormat
    from tracer.graph.names import GraphNames
    from tracer.model.names import Names
    from tracer.show.document import Document
    from tracer.show.document import Notation as DocumentNotation
    from tracer.show.pictures.picture import Picture

_FORMATS = RowChoices(
    lambda: [(row.names, row.words) for row in all_formats()],
    "Without it, FILE's ending decides.",
)


class NotationStyle(StrEnum):
    """The letters for a neuron's net input and output."""

    NET_OUT = "net-out"
    Z_A = "z-a"


@dataclass(frozen=True, slots=True, kw_only=True)
class Display:
    """The display options, each with its help; see `tracer.cli.commands` for how they are shared."""

    digits: Annotated[
        int | None, typer.Option(min=0, max=30, help="Decimals shown (default: 9).")
    ] = None
    sig: Annotated[
        int | None, typer.Option(min=1, max=30, help="Significant digits shown instead.")
    ] = None
    notation: Annotated[
        NotationStyle, typer.Option(help="Letters: net, out, target or z, a, y.")
    ] = NotationStyle.NET_OUT
    format: Annotated[str, _FORMATS] = "table"
    fragment: Annotated[
        bool, typer.Option("--fragment", help="HTML to paste: without the page around it.")
    ] = False
    table: Annotated[
        str | None, typer.Option(metavar="NAME", help="Only this table (updates, forward#2, …).")
    ] = None
    conventions: Annotated[
        bool, typer.Option("--conventions/--no-conventions", help="The rules, in words, first.")
    ] = True
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", help="Write to a file.")
    ] = None
    force: Annotated[bool, typer.Option("--force", help="Overwrite the file if it exists.")] = False
    no_color: Annotated[bool, typer.Option("--no-color", help="No colours.")] = False
    width: Annotated[
        int | None, typer.Option(min=20, help="Columns to fold at (default: the terminal's).")
    ] = None

    @property
    def row(self) -> Format:
        """All that is said of the format."""
        return by_name(self.format)

    @property
    def as_objects(self) -> bool:
        """Whether the format is written from the results themselves and not from a document."""
        return self.row.objects

    @property
    def as_picture(self) -> bool:
        """Whether the format draws; only networks and graphs can be drawn."""
        return self.row.picture

    @property
    def complete(self) -> bool:
        """Whether a program reads the result, for which nothing is shortened."""
        return self.row.for_programs

    def by_file_name(self) -> Display:
        """The same in the format that the ending of the file's name chooses, if it chooses one."""
        found = by_extension(self.output) if self.output else None
        return replace(self, format=found.name) if found else self

    def check_targets(self, **others: Path | None) -> None:
        """Before there is any work: OutputError where a file can't be written, or is asked for twice.

        `others`: the files of other options by their names, `save_arrays=...`.
        """
        from tracer.show.output import check_targets

        named = {f"--{name.replace('_', '-')}": path for name, path in others.items()}
        check_targets({**named, "--output": self.output or Path("-")}, self.force)

    def checked(self) -> Display:
        """The same; UsageError where `--fragment` is of no use to the format."""
        if self.fragment and not self.row.pages:
            names = " or ".join(row.name for row in all_formats() if row.pages)
            raise UsageError(
                f"--fragment is not for --format {self.row.name}", f"it goes with --format {names}"
            )
        return self


def show(
    document: Document,
    display: Display,
    names: Names | GraphNames,
    *,
    full: bool = False,
    numbers: NumberFormat | None = None,
    standalone: bool = False,
    title: str = "",
) -> None:
    """Write a document to where `display` says; `names` are those of its quantities.

    `full`: long sums are not shortened. `numbers`: how numbers are shown where no option says so.
    `standalone`: LaTeX as a whole document. `title`: of a page whose document has no heading.
    """
    row = display.row
    _refuse_picture(row)
    refuse_export(row)
    with _opened(display) as stream:
        medium = _medium(display, stream, title)
        medium = replace(medium, standalone=standalone or row.typeset)
        part = _part(display, medium, document, names, full=full, numbers=numbers)
        row.write(part.document, part.notation, stream, replace(medium, math=part.math))


def show_together(
    documents: Iterable[tuple[Document, Names | GraphNames]], display: Display, *, title: str = ""
) -> None:
    """Write several documents, each with its names, into one file; `title` is that of all of them.

    Raises UsageError where the format has no way to.
    """
    row = display.row
    if row.write_together is None:
        raise UsageError(
            f"--format {row.name} has no file of several results",
            "write one for each: {name} in the name of --output becomes theirs",
        )
    with _opened(display) as stream:
        medium = _medium(display, stream, title)
        parts = (_part(display, medium, document, names) for document, names in documents)
        row.write_together(parts, stream, medium)


@contextmanager
def _opened(display: Display) -> Iterator[TextIO]:
    """Where the text goes; of a format that is typeset, to the program that does so."""
    from tracer.show.output import open_binary_output, open_output

    if not display.row.typeset:
        with open_output(display.output, display.force) as stream:
            yield stream
        return
    from tracer.show.pdf import installed, pdf

    if display.output is None or str(display.output) == "-":
        raise UsageError(f"--format {display.row.name} needs a file", "name it with --output")
    installed()
    with open_binary_output(display.output, display.force) as file:
        source = StringIO()
        yield source
        file.write(pdf(source.getvalue()))


def _medium(display: Display, stream: TextIO, title: str) -> Medium:
    found = detect(stream, os.environ, width=display.width, color=not display.no_color)
    return replace(found, fragment=display.fragment, title=title)


def _part(
    display: Display,
    medium: Medium,
    document: Document,
    names: Names | GraphNames,
    *,
    full: bool = False,
    numbers: NumberFormat | None = None,
) -> Part:
    """What is wanted of a document, with its notations."""
    from tracer.show.formats.selection import chosen

    row = display.row
    blocks = chosen(
        document,
        table=display.table,
        for_programs=row.for_programs,
        conventions=display.conventions,
        drawings="none" if not row.drawings else "all" if medium.terminal else "asked",
    )
    target = "ascii" if medium.ascii and row.notation == "unicode" else row.notation
    write_as, math = (
        notation(display, names, wanted, full=full, numbers=numbers)
        for wanted in (target, row.math or target)
    )
    return Part(blocks, write_as, math)


def notation(
    display: Display,
    names: Names | GraphNames,
    target: str,
    *,
    full: bool = False,
    numbers: NumberFormat | None = None,
) -> DocumentNotation:
    """How names, formulas and numbers are written for `target`, one of the notation's targets."""
    from tracer.show.notation.notation import LIMIT, QuantityNotation

    asked = display.digits is not None or display.sig is not None
    shown = number_format(display) if asked or numbers is None else numbers
    limit = None if full else LIMIT
    return QuantityNotation(names, display.notation.value, target, shown, limit)


def number_format(display: Display) -> NumberFormat:
    """The digits asked for; UsageError where both decimals and significant digits are."""
    from tracer.digits.numbers import NumberFormat

    if display.digits is not None and display.sig is not None:
        raise UsageError("--digits and --sig exclude each other", "give one of them")
    digits = 9 if display.digits is None else display.digits
    return NumberFormat(None if display.sig else digits, display.sig)


def show_objects(
    result: Mapping[str, Any] | Iterable[Any], display: Display, *, of: str = ""
) -> None:
    """Write a result in a format of objects, such as JSON; `of`: what it is made of, for a row's `of`.

    Raises UsageError where a table is wanted of it, or the format is of something else.
    """
    from tracer.graph.names import GraphNames
    from tracer.show.output import open_output

    row = display.row
    _refuse_picture(row)
    refuse_export(row, of)
    _refuse_table(display)
    with open_output(display.output, display.force) as stream:
        medium = detect(stream, os.environ)
        write_as = notation(display, GraphNames({}), row.notation)  # names are text in it already
        row.write(result, write_as, stream, medium)


def show_picture(picture: Picture, display: Display, names: Names | GraphNames) -> None:
    """Draw a network or a graph to where `display` says; `names` are those of its quantities.

    Numbers have `PICTURE_DIGITS`, where no option says otherwise. UsageError where a table is wanted.
    """
    from tracer.show.output import open_output
    from tracer.show.pictures.numbers import PICTURE_NUMBERS

    row = display.row
    _refuse_table(display)
    with open_output(display.output, display.force) as stream:
        medium = detect(stream, os.environ)
        target = "ascii" if medium.ascii and row.notation == "unicode" else row.notation
        write_as = notation(display, names, target, numbers=PICTURE_NUMBERS)
        row.write(picture, write_as, stream, medium)


def _refuse_picture(row: Format) -> None:
    if row.picture:
        raise UsageError(
            f"--format {row.name} draws a network or a graph",
            f"`bptrace run CONFIG --format {row.name}` and `bptrace graph` have pictures",
        )


_HAVE = {POINTS: "`check` and `mark` have them", QUESTIONS: "`worksheet` has them"}


def refuse_export(row: Format, of: str = "") -> None:
    """UsageError where the format is made of something else than what there is."""
    if row.of not in ("", of):
        raise UsageError(f"--format {row.name} is made of {row.of}", _HAVE[row.of])


def _refuse_table(display: Display) -> None:
    if display.table is not None:
        raise UsageError(f"--format {display.row.name} has no tables", "leave out --table")


def draws(option: str, wanted: bool | None, display: Display) -> bool:
    """Whether to draw with characters: as the option says, else where the text goes to a terminal.

    Raises UsageError where the format has no room for it.
    """
    if wanted and not display.row.drawings:
        raise UsageError(f"--format {display.format} has no {option}", "leave it out")
    text = display.row.drawings and display.table is None and display.output is None
    return sys.stdout.isatty() and text if wanted is None else wanted


def note(text: str) -> None:
    """A remark for the person at the keyboard: on standard error."""
    tell(text)
