"""Answers a line each: a name and a number, with or without the header `name,value`.

A header may have more columns, such as `iteration`, `after` and `sample`, in any order, and stands
above several pairs of name and value in a worksheet. What separates the cells: `Dialect`.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence

from tracer.diagnose.answers.dialect import Dialect, is_remark, pipe_rows
from tracer.diagnose.answers.model import Entry, Leaf, Spot
from tracer.diagnose.answers.moments import Moment
from tracer.digits.whole import whole
from tracer.errors import Problem
from tracer.immutable import immutable
from tracer.language import meant

_HEADER = ("name", "value")
_COLUMNS = {
    **{title: title for title in (*_HEADER, "iteration", "after", "sample")},
    **{"quantity": "name", "given": "value", "answer": "value"},
}
"""What the titles mean, also in every other language that sheets are printed in."""
_QUOTED = ",;\t"


def read_table(text: str, file: str, dialect: Dialect) -> tuple[list[Entry], list[Problem]]:
    """The entries of the text, and what is wrong with the rest of it."""
    reader = _TableReader(file, dialect, [])
    return list(reader.entries(text)), reader.problems


@immutable
class _TableRow:
    """A line's cells; of a Markdown table, `header` says whether a rule stands below it."""

    line: int
    cells: Sequence[str]
    header: bool | None = None


@immutable
class _TableReader:
    file: str
    dialect: Dialect
    problems: list[Problem]

    def entries(self, text: str) -> Iterator[Entry]:
        """The entries of every table in the text."""
        header: Sequence[str] = _HEADER
        for number, row in enumerate(self._rows(text)):
            may_be = number == 0 if row.header is None else row.header
            columns = _columns(row.cells) if may_be else ()
            titled = "name" in columns if row.header is None else row.header
            if titled:
                header = columns
                if "name" in header and "value" not in header:
                    hint = "the numbers stand below value, given or answer"
                    self._complain(row.line, "", "no column 'value'", hint)
                    return
            elif "name" in header:
                yield from self._of_row(row, header)

    def _rows(self, text: str) -> Iterator[_TableRow]:
        """The lines that aren't blank and aren't remarks."""
        if self.dialect.separator in _QUOTED:
            yield from self._quoted(text)
        elif self.dialect.separator == "|":
            lines = text.splitlines()
            has_rule = any(header for _, _, header in pipe_rows(lines))
            for number, line, header in pipe_rows(lines):
                cells = self.dialect.cells(line)
                yield _TableRow(number + 1, cells, header if has_rule else None)
        else:
            for number, line in enumerate(text.splitlines(), 1):
                if not is_remark(line):
                    yield _TableRow(number, self.dialect.cells(line))

    def _quoted(self, text: str) -> Iterator[_TableRow]:
        lines = csv.reader(
            io.StringIO(text, newline=""),
            delimiter=self.dialect.separator,
            skipinitialspace=True,
            strict=True,
        )
        try:
            for cells in lines:
                stripped = [cell.strip() for cell in cells]
                if any(stripped) and not is_remark(stripped[0] or "-"):
                    yield _TableRow(lines.line_num, stripped)
        except csv.Error as error:
            self._complain(lines.line_num, "", f"not a CSV file: {error}")

    def _of_row(self, row: _TableRow, header: Sequence[str]) -> Iterator[Entry]:
        """An entry for each pair of name and value that isn't empty."""
        cells = row.cells
        if len(cells) > len(header) and "[" in cells[0] and "]" not in cells[0]:
            cells = [f"{cells[0]},{cells[1]}", *cells[2:]]  # w[h1,i1] without quotes
        if len(cells) != len(header):
            count = f"{len(cells)} cell{'' if len(cells) == 1 else 's'}"
            message = f"{count}, expected {len(header)}"
            self._complain(row.line, cells[0], message, self._expected(cells))
            return
        starts = [column for column, title in enumerate(header) if title == "name"][1:]
        for start, end in zip([0, *starts], [*starts, len(header)], strict=True):
            named = dict(zip(header[start:end], cells[start:end], strict=True))
            column = start + header[start:end].index("value") + 1 if "value" in named else 0
            if named.get("value", "").strip("_"):
                yield from self._entry(row.line, column, named)

    def _expected(self, cells: Sequence[str]) -> str:
        """How a row is written; how one with a decimal comma is, where a comma has cut it."""
        *_, whole, fraction = ("", *cells)
        if self.dialect.separator == "," and whole[-1:].isdecimal() and fraction.isdecimal():
            row = f"{cells[0]};{whole},{fraction}"
            return f"a decimal comma stands in quotes, or behind a semicolon: {row}"
        return self.dialect.expected

    def _entry(self, line: int, column: int, named: dict[str, str]) -> Iterator[Entry]:
        name, sample = named["name"], named.get("sample", "")
        if sample and "#" not in name:
            name += f"#{sample}"
        moment = self._moment(named, Spot(self.file, line, 1, name))
        place = Spot(self.file, line, column, name)
        if named["value"].startswith("["):
            hint = f"arrays stand in YAML: {name}: [[...], [...]]"
            self.problems.append(place.problem("found a list, expected a number", hint))
            return
        leaf = Leaf(self.dialect.number(named["value"]), place)
        yield Entry(name, Spot(self.file, line, 1, name), (leaf,), moment=moment)

    def _moment(self, named: dict[str, str], spot: Spot) -> Moment | None:
        numbers: dict[str, int] = {}
        for part, least in (("iteration", 1), ("after", 0)):
            if text := named.get(part, ""):
                number = whole(text)
                if number is None or number < least:
                    message = f"found '{text}', expected a whole number from {least}"
                    self.problems.append(spot.problem(message))
                    return None
                numbers[part] = number
        if "after" in numbers:
            return Moment(None, numbers["after"])
        return Moment(numbers["iteration"]) if numbers else None

    def _complain(self, line: int, name: str, message: str, hint: str = "") -> None:
        self.problems.append(Spot(self.file, line, 1, name).problem(message, hint))


def _columns(cells: Sequence[str]) -> list[str]:
    """What the titles mean; one of another language is looked for only where all may be titles."""
    found = [_COLUMNS.get(cell.casefold(), cell.casefold()) for cell in cells]
    if all(column in _COLUMNS for column in found) or any(map(_has_digit, cells)):
        return found
    titles = (meant(cell, _COLUMNS) for cell in cells)
    return [_COLUMNS.get(title, title.casefold()) for title in titles]


def _has_digit(cell: str) -> bool:
    return any(sign.isdigit() for sign in cell)
