"""Documents as text for people: terminals, files, pipes.

One layout serves ten rows and a million: rows are measured and written a chunk at a time. (rich's
tables take 0.45 ms a row and keep every row, and they cut cells off; here no markup is read and no
cell is cut.) Meaning stands in words and lines; colour only helps the eye.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import TextIO

from tracer.document import (
    Block,
    Cell,
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
from tracer.writers.common import plain, write_blocks
from tracer.writers.layout import (
    CellText,
    cell_width,
    derivation_lines,
    equation_lines,
    fold,
    table_lines,
)
from tracer.writers.style import Style, can_encode
from tracer.writers.symbols import to_ascii

INDENT = "  "
BOLD, DIM, YELLOW = "1", "2", "33"


def write(document: Document, notation: Notation, stream: TextIO, style: Style) -> None:
    """Write the blocks, an empty line between them; in ASCII if the stream can't encode more."""
    ascii = style.ascii or not can_encode(stream)
    terminal = _Terminal(notation, style.width, style.color, ascii)
    write_blocks(document, stream, terminal.lines)


class _Terminal:
    """The blocks as lines of text."""

    def __init__(self, notation: Notation, width: int | None, color: bool, ascii: bool) -> None:
        self._color = color
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
                yield from fold(self._text(block.content), self._width)
            case Items():
                for item in block.items:
                    first, *rest = fold(self._text(item), self._inner)
                    yield from (first, *_indented(rest))
            case Note():
                yield from self._marked("Note: ", block.content, DIM)
            case Warn():
                yield from self._marked("Warning: ", block.content, YELLOW)
            case Derivation():
                yield from _indented(derivation_lines(block, self._text, self._inner))
            case Matrix():
                yield from self.lines(MatrixEquation((block,)))
            case MatrixEquation():
                lines = equation_lines(block, self._text, self._inner, ascii=self._ascii)
                yield from _indented(lines)

    def _table(self, table: Table) -> Iterator[str]:
        if table.title is not None:
            yield from self._colored(fold(self._text(table.title), self._width), BOLD)
        rule = "-" if self._ascii else "─"
        chunks = table_lines(table, self._text, self._inner, rule=rule)
        *header, line = next(chunks)
        yield from _indented([*self._colored(header, BOLD), line])
        yield from chain.from_iterable(map(_indented, chunks))

    def _heading(self, heading: Heading) -> list[str]:
        """The words, underlined by their level: ═, ─, or nothing."""
        lines = fold(self._text(heading.text), self._width)
        underline = {1: "═", 2: "─"}.get(heading.level, "")
        underline = self._text(underline) * max(map(cell_width, lines))
        return [*self._colored(lines, BOLD), *([underline] if underline else [])]

    def _marked(self, mark: str, content: Cell, color: str) -> list[str]:
        return self._colored(fold(mark + self._text(content), self._width), color)

    def _colored(self, lines: list[str], code: str) -> list[str]:
        return [f"\x1b[{code}m{line}\x1b[0m" for line in lines] if self._color else lines


def _indented(lines: list[str]) -> list[str]:
    return [f"{INDENT}{line}" if line else line for line in lines]
