"""What the writers share: the walk over the blocks, a table's rows, cells as plain text."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TextIO

from tracer.language import decimals, say
from tracer.show.document import (
    Blank,
    Block,
    Cell,
    Document,
    Formula,
    Inline,
    Letter,
    Name,
    Notation,
    Table,
    Value,
)
from tracer.visible import printable

_BLANK = "____________"


def write_blocks(
    document: Document, stream: TextIO, lines: Callable[[Block], Iterable[str]]
) -> None:
    """Write each block's lines as they come, an empty line between blocks that have any."""
    begun = False
    for block in document:
        for number, line in enumerate(lines(block)):
            stream.write(f"\n{line}\n" if begun and number == 0 else f"{line}\n")
            begun = True


def rows(table: Table) -> Iterator[tuple[Cell, ...]]:
    """The table's rows; ValueError for one that has not as many cells as there are columns."""
    columns = len(table.columns)
    for row in table.rows:
        if len(row) != columns:
            raise ValueError(f"a row of {len(row)} cells in a table of {columns} columns")
        yield row


def plain(cell: Cell, notation: Notation) -> str:
    """The cell as one line of text; None is empty."""
    match cell:
        case float():
            return notation.number(cell)
        case None:
            return ""
        case bool():
            return say("yes") if cell else say("no")
        case int():
            return str(cell)
        case tuple():
            return "".join(_part(part, notation) for part in cell)
        case _:
            return _part(cell, notation)


def _part(part: Inline, notation: Notation) -> str:
    match part:
        case Value():
            return number(part, notation)
        case Blank():
            return _BLANK
        case Name():
            return printable(notation.name(part.label))
        case Letter():
            return notation.letter(part.kind)
        case Formula():
            return printable(notation.formula(part.expression))
        case _:
            return printable(part)


def number(value: Value, notation: Notation) -> str:
    """The value in the notation's digits; if exact, the shortest that reads back: `0.5`, `1`."""
    if value.written:
        return decimals(value.written)
    if value.exact:
        return decimals(repr(float(value.number)).removesuffix(".0"))
    return notation.number(value.number)
