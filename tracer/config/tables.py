"""Samples from a CSV file: comma-separated, with a header row.

Problems within the file are told as FILE:LINE:COLUMN, where the column is counted in cells.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tracer.config.files import read_text
from tracer.config.models import DataFileModel
from tracer.config.nodes import Path as Place
from tracer.config.report import Report
from tracer.config.scalars import number
from tracer.errors import ConfigError, Problem, did_you_mean

MOST_PROBLEMS = 20
"""A file with more problems than this isn't read to its end."""


@dataclass(frozen=True, slots=True)
class Row:
    """One sample of a file; `number` is its class, and what the file doesn't have is None."""

    line: int
    inputs: list[float]
    targets: list[float] | None
    number: int | None
    name: str | None


@dataclass(slots=True)
class Table:
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

    def row(self, line: int, cells: Sequence[str]) -> Row | None:
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
        return Row(line, inputs, targets, chosen, names[0] if names else None)

    def _numbers(self, line: int, cells: Sequence[str], part: str) -> list[float]:
        values = []
        for column in self.columns.get(part, []):
            text = cells[column].strip()
            value = number(text)
            if not text:
                self.complain(line, column, "the cell is empty, expected a number")
            elif value is None:
                self.complain(line, column, f"found '{text}', expected a number")
            elif not abs(value) < float("inf"):
                self.complain(line, column, f"found {text}, expected a finite number")
            else:
                values.append(float(value))
        return values


def read_table(
    model: DataFileModel, place: Place, folder: Path, report: Report
) -> tuple[Table, list[Row]] | None:
    """The table and its rows; None when there is no use in checking them any further."""
    if model.file is None or model.inputs is None:
        return None
    shown = str(folder / model.file)
    try:
        text = read_text(folder / model.file, shown)
    except ConfigError as error:
        for problem in error.problems:
            if problem.line:
                report.problems.append(problem)
            else:
                report.at((*place, "file"), f"{shown}: {problem.message}", problem.hint)
        return None
    return _parse(text, shown, model, place, report)


def _parse(
    text: str, shown: str, model: DataFileModel, place: Place, report: Report
) -> tuple[Table, list[Row]] | None:
    rows = _cells(text, shown, report)
    _, header = next(rows, (0, []))
    header = [name.strip() for name in header]
    if not header:
        report.at((*place, "file"), f"{shown}: the file is empty", "a header row comes first")
        return None
    columns = _columns(model, header, shown, place, report)
    if columns is None:
        return None
    table = Table(shown, header, columns, report)
    samples = []
    for line, cells in rows:
        sample = table.row(line, cells)
        if sample is not None:
            samples.append(sample)
        if table.refused >= MOST_PROBLEMS:
            table.complain(
                line + 1, 0, "not read any further", "mend the problems before this line"
            )
            break
    if not samples and not table.refused:
        report.at((*place, "file"), f"{shown}: the file has a header and no rows")
    return table, samples


def _cells(text: str, shown: str, report: Report) -> Iterator[tuple[int, list[str]]]:
    """The rows that aren't blank, each with its line."""
    lines = csv.reader(io.StringIO(text, newline=""), skipinitialspace=True, strict=True)
    try:
        for cells in lines:
            if any(cell.strip() for cell in cells):
                yield lines.line_num, cells
    except csv.Error as error:
        message = f"not a CSV file: {error}"
        report.problems.append(Problem(shown, max(lines.line_num, 1), 1, "", message))


def _columns(
    model: DataFileModel, header: list[str], shown: str, place: Place, report: Report
) -> dict[str, list[int]] | None:
    """The places of the columns that are asked for; None when one is missing or stands twice."""
    wanted: dict[str, list[str] | None] = {
        "inputs": model.inputs,
        "targets": model.targets,
        "class": [model.class_] if model.class_ is not None else None,
        "names": [model.names] if model.names is not None else None,
    }
    before = len(report.problems)
    for part, names in wanted.items():
        for index, name in enumerate(names or []):
            spot = (*place, part, index) if part in ("inputs", "targets") else (*place, part)
            if name not in header:
                hint = did_you_mean(name, header) or f"its columns are {', '.join(header)}"
                report.at(spot, f"no column '{name}' in {shown}", hint)
            elif header.count(name) > 1:
                report.at(spot, f"{header.count(name)} columns of {shown} are called '{name}'")
    if len(report.problems) > before:
        return None
    return {
        part: [header.index(name) for name in names]
        for part, names in wanted.items()
        if names is not None
    }
