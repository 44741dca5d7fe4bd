"""Answers in CSV: a name and a number a line, with or without the header `name,value`.

A header may have more columns, such as `iteration` and `after`, in any order.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from tracer.diagnose.answers.model import Entry, Leaf, Spot
from tracer.diagnose.answers.moments import Moment
from tracer.errors import Problem

_HEADER = ("name", "value")
_COLUMNS = {"quantity": "name", "given": "value", "answer": "value"}


def read_table(text: str, file: str) -> tuple[list[Entry], list[Problem]]:
    """The entries of the text, and what is wrong with the rest of it."""
    problems: list[Problem] = []
    header = list(_HEADER)
    entries = []
    for number, (line, cells) in enumerate(_rows(text, file, problems)):
        columns = [_COLUMNS.get(cell.casefold(), cell.casefold()) for cell in cells]
        if number == 0 and "name" in columns:
            header = columns
            if "value" not in header:
                problems.append(Spot(file, line, 1).problem("no column 'value'"))
                break
            continue
        entry = _entry(line, cells, header, file, problems)
        if entry is not None:
            entries.append(entry)
    return entries, problems


def _rows(text: str, file: str, problems: list[Problem]) -> Iterator[tuple[int, list[str]]]:
    """The lines that aren't blank and aren't remarks, their cells without spaces around."""
    lines = csv.reader(io.StringIO(text, newline=""), skipinitialspace=True, strict=True)
    try:
        for cells in lines:
            stripped = [cell.strip() for cell in cells]
            if any(stripped) and not stripped[0].startswith("# "):
                yield lines.line_num, stripped
    except csv.Error as error:
        problems.append(Spot(file, lines.line_num, 1).problem(f"not a CSV file: {error}"))


def _entry(
    line: int, cells: list[str], header: list[str], file: str, problems: list[Problem]
) -> Entry | None:
    """The entry of a line; None for a line without a value, or with a problem."""
    if len(cells) > len(header) and "[" in cells[0] and "]" not in cells[0]:
        cells = [f"{cells[0]},{cells[1]}", *cells[2:]]  # w[h1,i1] without quotes
    if len(cells) != len(header):
        hint = "a line is a name, a comma and a number"
        message = f"{len(cells)} cells, expected {len(header)}"
        problems.append(Spot(file, line, 1, cells[0]).problem(message, hint))
        return None
    row = dict(zip(header, cells, strict=True))
    column = header.index("value") + 1
    if not row["value"]:
        return None
    moment = _moment(row, Spot(file, line, 1, row["name"]), problems)
    leaf = Leaf(row["value"], Spot(file, line, column, row["name"]))
    return Entry(row["name"], Spot(file, line, 1, row["name"]), (leaf,), moment=moment)


def _moment(row: dict[str, str], spot: Spot, problems: list[Problem]) -> Moment | None:
    iteration, after = row.get("iteration", ""), row.get("after", "")
    for text, least in ((iteration, 1), (after, 0)):
        if text and not (text.isdecimal() and int(text) >= least):
            problems.append(spot.problem(f"found '{text}', expected a whole number from {least}"))
            return None
    if after:
        return Moment(None, int(after))
    return Moment(int(iteration)) if iteration else None
