"""Documents as text for people: terminals, files, pipes.

Nothing is cut off and no markup is read: cells fold at spaces, and a word or a number that is wider
than its place makes the line longer. rich knows the colours; meaning stands in words and lines, and
colour only helps the eye.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TextIO

from tracer.language import say
from tracer.show.document import (
    Block,
    Derivation,
    Document,
    Drawing,
    Grid,
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
    fold,
    table_lines,
)
from tracer.show.formats.medium import Medium, can_encode
from tracer.show.symbols import to_ascii

INDENT = "  "

_COLORS = {
    "heading": "bold",
    "title": "bold",
    "header": "cyan",
    "rule": "dim",
    "note": "dim",
    "warning": "yellow",
    "axis": "dim",
    "drawn": "cyan",
}


def write(document: Document, notation: Notation, stream: TextIO, medium: Medium) -> None:
    """Write the blocks, an empty line between them; in ASCII if the stream can't encode more."""
    ascii = medium.ascii or not can_encode(stream)
    terminal = _TerminalWriter(notation, medium.width, medium.color, ascii)
    write_blocks(document, stream, terminal.lines)


class _TerminalWriter:
    """The blocks as lines of text."""

    def __init__(self, notation: Notation, width: int | None, color: bool, ascii: bool) -> None:
        self._color = color
        self._ascii, self._notation = ascii, notation
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
            case Grid():
                yield from self._table(block.table)
            case Heading():
                yield from self._heading(block)
            case Text():
                yield from self._paragraph(self._text(block.content))
            case Items():
                for item in block.items:
                    first, *rest = fold(self._text(item), self._inner)
                    yield from (first, *_indented(rest))
            case Note():
                yield from self._paragraph(f"{say('Note:')} {self._text(block.content)}", "note")
            case Warn():
                yield from self._paragraph(
                    f"{say('Warning:')} {self._text(block.content)}", "warning"
                )
            case Derivation():
                yield from _indented(derivation_lines(block, self._text, self._inner))
            case Matrix():
                yield from self.lines(MatrixEquation((block,)))
            case MatrixEquation():
                lines = equation_lines(block, self._text, self._inner, ascii=self._ascii)
                yield from _indented(lines)
            case Drawing():
                yield from self._drawing(block)

    def _heading(self, heading: Heading) -> Iterator[str]:
        """The words, underlined by their level: ═, ─, or nothing."""
        text = self._text(heading.text)
        underline = self._text({1: "═", 2: "─"}.get(heading.level, ""))
        length = cell_width(text) if self._width is None else min(cell_width(text), self._width)
        yield from self._paragraph(text, "heading")
        if underline and length:
            yield self._colored(underline * length, "rule")

    def _paragraph(self, text: str, role: str = "") -> Iterator[str]:
        return (self._colored(line, role) for line in fold(text, self._width))

    def _drawing(self, drawing: Drawing) -> Iterator[str]:
        """The picture's lines, where it finds room."""
        for line in drawing.sketch(self._notation, self._width, self._ascii):
            yield "".join(self._colored(self._text(text), role) for text, role in line)

    def _table(self, table: Table) -> Iterator[str]:
        if table.title is not None:
            yield from self._paragraph(self._text(table.title), "title")
        header = [self._text(column.header) for column in table.columns]
        aligns = [column.align for column in table.columns]
        source = ([self._text(cell) for cell in row] for row in rows(table))
        for piece in table_lines(header, aligns, source, self._inner):
            if piece.rule:
                yield from _indented(self._colored(line, "header") for line in piece.header)
                yield from _indented([self._colored(self._text(piece.rule), "rule")])
            yield from _indented(piece.body)

    def _colored(self, line: str, role: str) -> str:
        if not (self._color and role and line):
            return line
        from rich.color import ColorSystem
        from rich.style import Style

        return Style.parse(_COLORS[role]).render(line, color_system=ColorSystem.STANDARD)


def _indented(lines: Iterable[str]) -> list[str]:
    return [f"{INDENT}{line}" if line else line for line in lines]
