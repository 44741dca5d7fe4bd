"""Documents as GitHub's Markdown: tables, names as code, formulas in LaTeX between dollar signs.

Names stay code, in tables too: they can be read in the source, and copied to `explain`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import TextIO

from tracer.language import say
from tracer.show.document import (
    Align,
    Block,
    Cell,
    Derivation,
    Document,
    Formula,
    Grid,
    Heading,
    Items,
    Letter,
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
from tracer.show.formats.latex import aligned, equation
from tracer.show.formats.medium import Medium, Part

_SPECIAL = re.compile(r"[\\`*_\[\]<>|~$&]")
# What makes a heading, a list, a rule or an underline of a line that begins with it.
_LINE_START = re.compile(r"^(\d*)([.)]|[-+#=]+)(?=\s|$)")
_RULES: dict[Align, str] = {"left": ":---", "right": "---:", "center": ":---:"}
# What Markdown would take for itself inside of a formula: the edge of a cell, a tag.
_IN_MATH = {"|": r"\vert ", "<": r"\lt ", ">": r"\gt "}


def write(document: Document, notation: Notation, stream: TextIO, medium: Medium) -> None:
    """Write the blocks, an empty line between them."""
    writer = _MarkdownWriter(notation, medium.math or notation)
    write_blocks(document, stream, writer.lines)


def write_together(parts: Iterable[Part], stream: TextIO, medium: Medium) -> None:
    """Write several documents, a rule between them."""
    for place, part in enumerate(parts):
        if place:
            stream.write("\n---\n\n")
        write(part.document, part.notation, stream, replace(medium, math=part.math))


class _MarkdownWriter:
    """The blocks as lines; `math` writes the formulas."""

    def __init__(self, notation: Notation, math: Notation) -> None:
        self._notation, self._math = notation, math

    def lines(self, block: Block) -> Iterator[str]:
        """The block's lines, as they come."""
        match block:
            case Table():
                yield from self._table(block)
            case Grid():
                yield from self._table(block.table)
            case Heading():
                yield f"{'#' * block.level} {self._inline(block.text)}"
            case Text():
                yield _LINE_START.sub(r"\1\\\2", self._inline(block.content))
            case Items():
                for item in block.items:
                    yield f"- {self._inline(item)}"
            case Note():
                yield f"> **{say('Note:')}** {self._inline(block.content)}"
            case Warn():
                yield f"> **{say('Warning:')}** {self._inline(block.content)}"
            case Derivation():
                yield from _displayed(aligned(block, self._math, "aligned"))
            case Matrix():
                yield from self.lines(MatrixEquation((block,)))
            case MatrixEquation():
                yield from _displayed(equation(block, self._math))

    def _table(self, table: Table) -> Iterator[str]:
        if table.title is not None:
            yield f"**{self._inline(table.title)}**"
            yield ""
        yield self._row(tuple(column.header for column in table.columns))
        yield "|" + "".join(f" {_RULES[column.align]} |" for column in table.columns)
        for row in rows(table):
            yield self._row(row)

    def _row(self, cells: tuple[Cell, ...]) -> str:
        return "|" + "".join(f" {self._inline(cell, in_table=True)} |" for cell in cells)

    def _inline(self, cell: Cell, *, in_table: bool = False) -> str:
        match cell:
            case tuple():
                return "".join(self._inline(part, in_table=in_table) for part in cell)
            case Formula():
                return f"${_safe(plain(cell, self._math))}$"
            case Name():
                return _code(plain(cell, self._notation), in_table=in_table)
            case str() | Letter():
                return _SPECIAL.sub(r"\\\g<0>", plain(cell, self._notation))
            case _:
                return plain(cell, self._notation)


def _displayed(lines: list[str]) -> list[str]:
    return ["$$", *map(_safe, lines), "$$"]


def _safe(formula: str) -> str:
    for sign, command in _IN_MATH.items():
        formula = formula.replace(sign, command)
    return formula


def _code(text: str, *, in_table: bool) -> str:
    """The text between backticks, as many as it takes; `|` is escaped in tables only."""
    fence = "`" * (_longest_run(text) + 1)
    space = " " if text.startswith("`") or text.endswith("`") else ""
    if in_table:
        text = text.replace("|", r"\|")
    return f"{fence}{space}{text}{space}{fence}"


def _longest_run(text: str) -> int:
    return max(map(len, re.findall("`+", text)), default=0)
