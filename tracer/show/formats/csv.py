"""A table as CSV, for programs: full precision, canonical names, a header and no prose.

One table a file: the records that `tracer.show.formats.selection` chooses, or the one that was asked
for. Numbers are the shortest text that reads back as the same float64, whatever digits the notation
shows. Text that a spreadsheet would take for a formula (`=HYPERLINK(…)` as a sample's name) has an
apostrophe before it.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable
from typing import TextIO

from tracer.show.document import Blank, Cell, Document, Name, Notation, Table, Value
from tracer.show.formats.common import plain, rows
from tracer.show.formats.medium import Medium
from tracer.show.symbols import to_ascii

_NOT_IN_HEADERS = re.compile(r"[^\w/+:.#@\[\],]+", re.ASCII)
# What begins a formula in a spreadsheet, which would run what a student has called a file.
_FORMULA = tuple("=+-@\t\r")
_NUMBER = re.compile(r"[+-]?(\d+[.,]?\d*|[.,]\d+)(e[+-]?\d+)?", re.ASCII | re.IGNORECASE)
# Signs of our own words, in "i1 → h1", "2×2", "w1–w4"; a neuron's name keeps its letters.
_SIGNS = str.maketrans({"→": "->", "×": "x", "–": "-", "−": "-", "·": "*"})


def write(document: Document, notation: Notation, stream: TextIO, medium: Medium) -> None:
    """Write the document's first table; nothing where it has none."""
    table = next((block for block in document if isinstance(block, Table)), None)
    if table is None:
        return
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(_distinct(_header(column.header, notation) for column in table.columns))
    writer.writerows([_cell(cell, notation) for cell in row] for row in rows(table))


def _header(cell: Cell, notation: Notation) -> str:
    """The header as a program likes it: `net input` → `net_input`, `∂E/∂w5` → `dE/dw5`."""
    return _NOT_IN_HEADERS.sub("_", to_ascii(_cell(cell, notation))).strip("_")


def _distinct(headers: Iterable[str]) -> list[str]:
    """The headers, each once: `ratio`, `ratio_2`; a nameless column is `what`."""
    found: list[str] = []
    for header in headers:
        name, number = header or "what", 1
        while name in found:
            number += 1
            name = f"{header}_{number}"
        found.append(name)
    return found


def _harmless(text: str) -> str:
    """Text that no spreadsheet takes for a formula; a number that somebody wrote stays one."""
    begins = text.startswith(_FORMULA) or text.lstrip().startswith(_FORMULA)
    return f"'{text}" if begins and not _NUMBER.fullmatch(text) else text


def _cell(cell: Cell, notation: Notation) -> str:
    match cell:
        case bool():
            return "true" if cell else "false"
        case float():
            return repr(float(cell))
        case Value():
            return cell.written or repr(float(cell.number))
        case Name():
            return notation.canonical(cell.label)
        case Blank():
            return ""
        case str():
            return _harmless(plain(cell, notation).translate(_SIGNS))
        case tuple():
            return _harmless("".join(_cell(part, notation) for part in cell))
        case _:
            return plain(cell, notation)
