"""A document's tables and matrices as CSV, for programs: full precision, canonical names, no prose.

Tables stand one after another, an empty line between them. A table that has a name holds it in a
first column `table`, so the columns don't depend on how many tables there are. Numbers are the
shortest text that reads back as the same float64, whatever digits the notation shows. A matrix is
its rows, each after its label.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from typing import TextIO

from tracer.show.document import (
    Blank,
    Cell,
    Document,
    Matrix,
    MatrixEquation,
    Name,
    Notation,
    Table,
    Value,
)
from tracer.show.formats.common import plain, rows
from tracer.show.formats.style import Style
from tracer.show.formats.symbols import to_ascii

_NOT_IN_HEADERS = re.compile(r"[^\w/+:.#@\[\],]+", re.ASCII)


def write(document: Document, notation: Notation, stream: TextIO, style: Style) -> None:
    """Write the tables and matrices; headings, texts and derivations have no cells."""
    writer = csv.writer(stream, lineterminator="\n")
    for index, part in enumerate(_parts(document)):
        if index:
            stream.write("\n")
        writer.writerows(
            _table(part, notation) if isinstance(part, Table) else _matrix(part, notation)
        )


def _parts(document: Document) -> Iterator[Table | Matrix]:
    for block in document:
        parts = block.parts if isinstance(block, MatrixEquation) else (block,)
        yield from (part for part in parts if isinstance(part, Table | Matrix))


def _table(table: Table, notation: Notation) -> Iterator[list[str]]:
    header = [_header(column.header, notation) for column in table.columns]
    yield ["table", *header] if table.name else header
    lead = [table.name] if table.name else []
    for row in rows(table):
        yield lead + [_cell(cell, notation) for cell in row]


def _matrix(matrix: Matrix, notation: Notation) -> Iterator[list[str]]:
    columns = max(map(len, matrix.rows), default=0)
    yield ["matrix", *map(str, range(1, columns + 1))]
    label = _cell(matrix.label, notation)
    for row in matrix.rows:
        yield [label, *(_cell(cell, notation) for cell in row)]


def _header(cell: Cell, notation: Notation) -> str:
    """The header as a program likes it: `net input` → `net_input`, `∂E/∂w5` → `dE/dw5`."""
    return _NOT_IN_HEADERS.sub("_", to_ascii(_cell(cell, notation))).strip("_")


def _cell(cell: Cell, notation: Notation) -> str:
    match cell:
        case bool():
            return "true" if cell else "false"
        case float():
            return repr(float(cell))
        case Value():
            return repr(float(cell.number))
        case Name():
            return notation.canonical(cell.label)
        case Blank():
            return ""
        case tuple():
            return "".join(_cell(part, notation) for part in cell)
        case _:
            return plain(cell, notation)
