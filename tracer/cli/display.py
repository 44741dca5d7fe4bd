"""How a command shows its result: the options that all commands share, and what they come to."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tracer.errors import UsageError

if TYPE_CHECKING:
    from tracer.digits.numbers import NumberFormat
    from tracer.graph.names import GraphNames
    from tracer.model.names import Names
    from tracer.show.document import Document
    from tracer.show.document import Notation as DocumentNotation


class OutputFormat(StrEnum):
    """The formats that a result can be written in."""

    TABLE = "table"
    TEXT = "text"
    MARKDOWN = "markdown"
    LATEX = "latex"
    CSV = "csv"
    JSON = "json"


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
    format: Annotated[OutputFormat, typer.Option(help="text means table.")] = OutputFormat.TABLE
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", help="Write to a file.")
    ] = None
    force: Annotated[bool, typer.Option("--force", help="Overwrite the file if it exists.")] = False
    no_color: Annotated[bool, typer.Option("--no-color", help="No colours.")] = False
    width: Annotated[
        int | None, typer.Option(min=20, help="Columns to fold at (default: the terminal's).")
    ] = None

    @property
    def as_json(self) -> bool:
        """Whether JSON is wanted, which is written from the results and not from a document."""
        return self.format is OutputFormat.JSON

    @property
    def complete(self) -> bool:
        """Whether a program reads the result, for which nothing is shortened."""
        return self.format is OutputFormat.CSV


def show(
    document: Document,
    display: Display,
    names: Names | GraphNames,
    *,
    full: bool = False,
    numbers: NumberFormat | None = None,
    standalone: bool = False,
) -> None:
    """Write a document to where `display` says; `names` are those of its quantities.

    `full`: long sums are not shortened. `numbers`: how numbers are shown where no option says so.
    `standalone`: LaTeX as a whole document.
    """
    from tracer.show.formats import FORMATS, detect
    from tracer.show.output import open_output

    text = display.format in (OutputFormat.TABLE, OutputFormat.TEXT)
    row = FORMATS["table" if text else display.format.value]
    with open_output(display.output, display.force) as stream:
        style = detect(stream, os.environ, width=display.width, color=not display.no_color)
        style = replace(style, standalone=standalone)
        target = "ascii" if style.ascii and row.notation == "unicode" else row.notation
        row.write(
            document, notation(display, names, target, full=full, numbers=numbers), stream, style
        )


def notation(
    display: Display,
    names: Names | GraphNames,
    target: str,
    *,
    full: bool = False,
    numbers: NumberFormat | None = None,
) -> DocumentNotation:
    """How names, formulas and numbers are written for `target`: unicode, ascii, latex or mathml."""
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


def show_json(result: Mapping[str, Any] | Iterable[Any], display: Display) -> None:
    """Write a result as JSON: shortest round-trip numbers, never one that isn't finite."""
    from tracer.show.formats.json import write
    from tracer.show.output import open_output

    with open_output(display.output, display.force) as stream:
        write(result, stream, ascii=(stream.encoding or "").lower() != "utf-8")


def note(text: str) -> None:
    """A remark for the person at the keyboard: on standard error."""
    typer.echo(text, err=True)
