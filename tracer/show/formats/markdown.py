"""Documents as GitHub's Markdown: tables, names as code, derivations and matrices in fences."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TextIO

from tracer.show.document import (
    Align,
    Block,
    Cell,
    Derivation,
    Document,
    Formula,
    Heading,
    Items,
    Matrix,
    MatrixEquation,
    Name,
    Notation,
    Note,
    Table,
    Text,
    Warn,
)
from tracer.show.formats.common import plain, rows, write_blocks
from tracer.show.formats.latex import aligned
from tracer.show.formats.layout import derivation_lines, equation_lines
from tracer.show.formats.style import Style

_SPECIAL = re.compile(r"[\\`*_\[\]<>|~$&]")
# What makes a heading, a list, a rule or an underline of a line that begins with it.
_LINE_START = re.compile(r"^(\d*)([.)]|[-+#=]+)(?=\s|$)")
_RULES: dict[Align, str] = {"left": ":---", "right": "---:", "center": ":---:"}


def write(document: Document, notation: Notation, stream: TextIO, style: Style) -> None:
    """Write the blocks, an empty line between them."""
    write_blocks(document, stream, lambda block: _lines(block, notation, style))


def _lines(block: Block, notation: Notation, style: Style) -> Iterator[str]:
    match block:
        case Table():
            yield from _table(block, notation)
        case Heading():
            yield f"{'#' * block.level} {_inline(block.text, notation)}"
        case Text():
            yield _LINE_START.sub(r"\1\\\2", _inline(block.content, notation))
        case Items():
            for item in block.items:
                yield f"- {_inline(item, notation)}"
        case Note():
            yield f"> **Note:** {_inline(block.content, notation)}"
        case Warn():
            yield f"> **Warning:** {_inline(block.content, notation)}"
        case Derivation() if style.math is not None:
            yield from ("```math", *aligned(block, style.math, "aligned"), "```")
        case Derivation():
            yield from _fenced(derivation_lines(block, lambda cell: plain(cell, notation), None))
        case Matrix():
            yield from _lines(MatrixEquation((block,)), notation, style)
        case MatrixEquation():
            yield from _fenced(equation_lines(block, lambda cell: plain(cell, notation), None))


def _table(table: Table, notation: Notation) -> Iterator[str]:
    if table.title is not None:
        yield f"**{_inline(table.title, notation)}**"
        yield ""
    yield _row(tuple(column.header for column in table.columns), notation)
    yield "|" + "".join(f" {_RULES[column.align]} |" for column in table.columns)
    for row in rows(table):
        yield _row(row, notation)


def _row(cells: tuple[Cell, ...], notation: Notation) -> str:
    return "|" + "".join(f" {_inline(cell, notation, in_table=True)} |" for cell in cells)


def _inline(cell: Cell, notation: Notation, *, in_table: bool = False) -> str:
    if isinstance(cell, tuple):
        return "".join(_inline(part, notation, in_table=in_table) for part in cell)
    text = plain(cell, notation)
    if isinstance(cell, Name | Formula):
        return _code(text, in_table=in_table)
    return _SPECIAL.sub(r"\\\g<0>", text) if isinstance(cell, str) else text


def _code(text: str, *, in_table: bool) -> str:
    """The text between backticks, as many as it takes; `|` is escaped in tables only."""
    fence = "`" * (_longest_run(text) + 1)
    space = " " if text.startswith("`") or text.endswith("`") else ""
    if in_table:
        text = text.replace("|", r"\|")
    return f"{fence}{space}{text}{space}{fence}"


def _fenced(lines: list[str]) -> list[str]:
    fence = "`" * max(3, 1 + max(map(_longest_run, lines), default=0))
    return [f"{fence}text", *lines, fence]


def _longest_run(text: str) -> int:
    return max(map(len, re.findall("`+", text)), default=0)
