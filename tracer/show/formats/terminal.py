"""Documents as text for people: terminals, files, pipes. rich does the tables and the colours.

Nothing is cut off and no markup is read: cells fold at spaces, and a word or a number that is wider
than its place makes the line longer. rich takes half a millisecond a row and keeps every row, so
longer tables are streamed without it. Meaning stands in words and lines; colour only helps the eye.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain, islice
from typing import TYPE_CHECKING, TextIO

from tracer.show.document import (
    Block,
    Derivation,
    Document,
    Heading,
    Items,
    Matrix,
    MatrixEquation,
    Notation,
    Note,
    Table,
    Text,
    Warn,
)
from tracer.show.formats.common import plain, rows, write_blocks
from tracer.show.formats.layout import (
    CellText,
    cell_width,
    derivation_lines,
    equation_lines,
    streamed_lines,
)
from tracer.show.formats.style import Style, can_encode
from tracer.show.formats.symbols import to_ascii

if TYPE_CHECKING:
    from rich.box import Box
    from rich.console import Console, RenderableType

INDENT = "  "
LONGEST = 300
"""The rows of a table up to which rich lays it out."""

_THEME = {
    "heading": "bold",
    "title": "bold",
    "header": "cyan",
    "rule": "dim",
    "note": "dim",
    "warning": "yellow",
}
_ENDLESS = 1 << 20  # columns, where there is no width to fold at
_END_OF_LINE = re.compile(r"(?: |\x1b\[[\d;]*m)+$")


def write(document: Document, notation: Notation, stream: TextIO, style: Style) -> None:
    """Write the blocks, an empty line between them; in ASCII if the stream can't encode more."""
    ascii = style.ascii or not can_encode(stream)
    terminal = _Terminal(notation, style.width, style.color, ascii)
    write_blocks(document, stream, terminal.lines)


class _Terminal:
    """The blocks as lines of text."""

    def __init__(self, notation: Notation, width: int | None, color: bool, ascii: bool) -> None:
        self._console = _console(width, color)
        self._ascii = ascii
        self._width = width
        self._inner = None if width is None else max(1, width - len(INDENT))
        self._text: CellText = lambda cell: plain(cell, notation)
        if ascii:
            self._text = lambda cell: to_ascii(plain(cell, notation))

    def lines(self, block: Block) -> Iterator[str]:
        """The block's lines, as they come."""
        match block:
            case Table():
                yield from self._table(block)
            case Heading():
                yield from self._heading(block)
            case Text():
                yield from self._paragraph(self._text(block.content))
            case Items():
                for item in block.items:
                    first, *rest = self._paragraph(self._text(item), width=self._inner)
                    yield from (first, *_indented(rest))
            case Note():
                yield from self._paragraph("Note: " + self._text(block.content), "note")
            case Warn():
                yield from self._paragraph("Warning: " + self._text(block.content), "warning")
            case Derivation():
                yield from _indented(derivation_lines(block, self._text, self._inner))
            case Matrix():
                yield from self.lines(MatrixEquation((block,)))
            case MatrixEquation():
                lines = equation_lines(block, self._text, self._inner, ascii=self._ascii)
                yield from _indented(lines)

    def _heading(self, heading: Heading) -> list[str]:
        """The words, underlined by their level: ═, ─, or nothing."""
        text = self._text(heading.text)
        underline = self._text({1: "═", 2: "─"}.get(heading.level, ""))
        length = min(cell_width(text), self._width or _ENDLESS) if underline else 0
        rule = self._paragraph(underline * length, "rule") if length else []
        return [*self._paragraph(text, "heading"), *rule]

    def _paragraph(self, text: str, style: str = "", width: int | None = None) -> list[str]:
        from rich.text import Text as RichText

        longest = max(map(cell_width, text.split(" ")))
        width = max(width or self._width or _ENDLESS, longest)
        return self._rendered(RichText(text, style), width)

    def _table(self, table: Table) -> Iterator[str]:
        if table.title is not None:
            yield from self._paragraph(self._text(table.title), "title")
        source = ([self._text(cell) for cell in row] for row in rows(table))
        first = list(islice(source, LONGEST + 1))
        if len(first) <= LONGEST:
            yield from _indented(self._short(table, first))
        else:
            header = [self._text(column.header) for column in table.columns]
            aligns = [column.align for column in table.columns]
            rule = self._text("─")
            for lines in streamed_lines(header, aligns, chain(first, source), rule):
                yield from _indented(lines)

    def _short(self, table: Table, cells: list[list[str]]) -> list[str]:
        """The table by rich; no column becomes narrower than its longest word."""
        from rich.table import Table as RichTable
        from rich.text import Text as RichText

        drawn = RichTable(
            box=_box(self._ascii),
            show_edge=False,
            pad_edge=False,
            padding=(0, 1, 0, 0),
            header_style="header",
            border_style="rule",
        )
        for index, column in enumerate(table.columns):
            header = self._text(column.header)
            words = chain(header.split(" "), *(row[index].split(" ") for row in cells))
            drawn.add_column(
                RichText(header, overflow="fold"),
                justify=column.align,
                overflow="fold",
                min_width=max(map(cell_width, words)),
            )
        for row in cells:
            drawn.add_row(*map(RichText, row))
        return self._rendered(drawn, self._inner or _ENDLESS)

    def _rendered(self, what: RenderableType, width: int) -> list[str]:
        with self._console.capture() as capture:
            self._console.print(what, width=width, crop=False)
        lines = capture.get().removesuffix("\n").split("\n")
        return [_END_OF_LINE.sub(lambda end: end[0].replace(" ", ""), line) for line in lines]


def _console(width: int | None, color: bool) -> Console:
    from rich.console import Console
    from rich.theme import Theme

    return Console(
        width=width or _ENDLESS,
        color_system="standard" if color else None,
        force_terminal=color,
        no_color=False,  # `color` knows of NO_COLOR already
        markup=False,
        emoji=False,
        highlight=False,
        legacy_windows=False,
        theme=Theme(_THEME),
    )


def _box(ascii: bool) -> Box:
    from rich.box import SIMPLE_HEAD, Box

    return Box(str(SIMPLE_HEAD).replace("─", "-"), ascii=True) if ascii else SIMPLE_HEAD


def _indented(lines: list[str]) -> list[str]:
    return [f"{INDENT}{line}" if line else line for line in lines]
