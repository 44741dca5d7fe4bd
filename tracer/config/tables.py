"""Samples from a CSV file: comma-separated, with a header row.

Problems within the file are told as FILE:LINE:COLUMN, where the column is counted in cells.
"""

from __future__ import annotations

import csv
import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from tracer.config.models import DataFileModel
from tracer.config.nodes import KeyPath
from tracer.config.report import Report
from tracer.config.scalars import number
from tracer.errors import ConfigError, Problem, did_you_mean

MOST_PROBLEMS = 20
"""A file with more problems than this isn't read to its end."""
RANGE = ".."
"""Between the first and the last of a range of columns."""

_LISTED = 20
_PLAIN = re.compile("[-+.0-9eE ]*")
"""What decimal numbers are written with; of such text `float` takes what is a number to us."""


class CsvRow(NamedTuple):
    """One sample of a file; `number` is its class, and what the file doesn't have is None."""

    line: int
    inputs: list[float]
    targets: list[float] | None
    number: int | None
    name: str | None


@dataclass(slots=True)
class CsvTable:
    """A file that is being read; `columns` has the places of each part's cells, from 0."""

    shown: str
    header: list[str]
    columns: dict[str, list[int]]
    report: Report
    refused: int = 0

    def complain(self, line: int, column: int, message: str, hint: str = "") -> None:
        """A problem with the cell in a column counted from 0."""
        name = self.header[column] if column < len(self.header) else ""
        problem = Problem(self.shown, line, column + 1, name, message, hint)
        self.report.problems.append(problem)
        self.refused += 1

    def row(self, line: int, cells: Sequence[str]) -> CsvRow | None:
        """The sample in a row; None, and a complaint for each problem, when something is wrong."""
        if len(cells) != len(self.header):
            message = f"the row has {len(cells)} cells, the header has {len(self.header)}"
            self.complain(line, min(len(cells), len(self.header)), message)
            return None
        refused = self.refused
        inputs = self._numbers(line, cells, "inputs")
        targets = self._numbers(line, cells, "targets") if "targets" in self.columns else None
        classes = self._numbers(line, cells, "class")
        if classes and not (classes[0].is_integer() and classes[0] >= 0):
            message = f"found '{cells[self.columns['class'][0]]}', expected a class"
            self.complain(line, self.columns["class"][0], message, "classes are counted from 0")
        if refused != self.refused:
            return None
        names = [cells[column].strip() for column in self.columns.get("names", [])]
        chosen = int(classes[0]) if classes else None
        return CsvRow(line, inputs, targets, chosen, names[0] if names else None)

    def _numbers(self, line: int, cells: Sequence[str], part: str) -> list[float]:
        columns = self.columns.get(part)
        if not columns:
            return []
        plain = _plain_numbers([cells[column] for column in columns])
        if plain is not None:
            return plain
        values = []
        for column in columns:
            value = finite(cells[column].strip())
            if isinstance(value, str):
                self.complain(line, column, value)
            else:
                values.append(value)
        return values


def _plain_numbers(cells: Sequence[str]) -> list[float] | None:
    """The numbers in cells that Python reads as we do, as most are; None where one may be another."""
    if not _PLAIN.fullmatch("".join(cells)):
        return None
    try:
        values = [*map(float, cells)]
    except ValueError:
        return None
    return values if math.isfinite(sum(values)) else None


def finite(text: str) -> float | str:
    """The number in a cell; or, as text, why there is none."""
    value = number(text)
    if not text:
        return "the cell is empty, expected a number"
    if value is None:
        return f"found '{text}', expected a number"
    try:
        real = float(value)
    except OverflowError:
        real = math.inf
    return real if math.isfinite(real) else f"found {text}, expected a finite number"


def read_table(
    lines: Iterator[str], shown: str, model: DataFileModel, place: KeyPath, report: Report
) -> tuple[CsvTable, Iterator[CsvRow]] | None:
    """The table, and its rows as they are taken; None when there is no use in checking them."""
    rows = cells_of(lines, shown, report)
    _, header = next(rows, (0, []))
    header = [name.strip() for name in header]
    if not header:
        report.at((*place, "file"), f"{shown}: the file is empty", "a header row comes first")
        return None
    if len(header) == 1 and ";" in header[0]:
        hint = "separate them with commas, and write decimals with a point"
        report.at((*place, "file"), f"{shown}: semicolons separate the columns", hint)
        return None
    columns = _columns(model, header, shown, place, report)
    if columns is None:
        return None
    table = CsvTable(shown, header, columns, report)
    return table, _samples(table, rows, place)


def _samples(
    table: CsvTable, rows: Iterator[tuple[int, list[str]]], place: KeyPath
) -> Iterator[CsvRow]:
    empty = True
    for line, cells in rows:
        sample = table.row(line, cells)
        if sample is not None:
            empty = False
            yield sample
        if table.refused >= MOST_PROBLEMS:
            table.complain(
                line + 1, 0, "not read any further", "mend the problems before this line"
            )
            break
    if empty and not table.refused:
        table.report.at((*place, "file"), f"{table.shown}: the file has a header and no rows")


def cells_of(text: Iterator[str], shown: str, report: Report) -> Iterator[tuple[int, list[str]]]:
    """The rows that aren't blank, each with its line."""
    lines = csv.reader(text, skipinitialspace=True, strict=True)
    try:
        for cells in lines:
            if any(cell.strip() for cell in cells):
                yield lines.line_num, cells
    except csv.Error as error:
        message = f"not a CSV file: {error}"
        report.problems.append(Problem(shown, max(lines.line_num, 1), 1, "", message))


def report_file(error: ConfigError, shown: str, place: KeyPath, report: Report) -> None:
    """Why a file can't be read: at its own line, or where the configuration names it."""
    for problem in error.problems:
        if problem.line:
            report.problems.append(problem)
        else:
            report.at((*place, "file"), f"{shown}: {problem.message}", problem.hint)


def _columns(
    model: DataFileModel, header: list[str], shown: str, place: KeyPath, report: Report
) -> dict[str, list[int]] | None:
    """The places of the columns that are asked for; None when one is missing or stands twice."""
    wanted = {
        "inputs": model.inputs,
        "targets": model.targets,
        "class": model.class_,
        "names": model.names,
    }
    before = len(report.problems)
    columns: dict[str, list[int]] = {}
    for part, names in wanted.items():
        if isinstance(names, str):
            columns[part] = list(_places(names, header, shown, (*place, part), report))
        elif names is not None:
            columns[part] = []
            for index, name in enumerate(names):
                spot = (*place, part, index)
                columns[part] += _places(name, header, shown, spot, report)
    return columns if len(report.problems) == before else None


def _places(
    name: str, header: list[str], shown: str, spot: KeyPath, report: Report
) -> Sequence[int]:
    """Where a column stands, or those from one to another: `x1..x9`."""
    if name in header or RANGE not in name:
        return _place(name, header, shown, spot, report)
    ends = [end.strip() for end in name.split(RANGE, 1)]
    if not all(ends):
        report.at(spot, f"'{name}' has a single end", "a range of columns is x1..x9")
        return []
    places = [_place(end, header, shown, spot, report) for end in ends]
    if not all(places):
        return []
    (first,), (last,) = places
    if first > last:
        message = f"'{ends[0]}' comes after '{ends[1]}' in {shown}"
        report.at(spot, message, f"write {ends[1]}{RANGE}{ends[0]}")
    return range(first, last + 1)


def _place(name: str, header: list[str], shown: str, spot: KeyPath, report: Report) -> list[int]:
    if name not in header:
        columns = header if len(header) <= _LISTED else [*header[:_LISTED], "…"]
        hint = did_you_mean(name, header) or f"its columns are {', '.join(columns)}"
        report.at(spot, f"no column '{name}' in {shown}", hint)
        return []
    if header.count(name) > 1:
        report.at(spot, f"{header.count(name)} columns of {shown} are called '{name}'")
        return []
    return [header.index(name)]
