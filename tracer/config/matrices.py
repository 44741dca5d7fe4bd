"""Numbers from files for a configuration: arrays of NumPy's `.npz` and `.npy`, and rows of `.csv`.

What is wrong with them is told at the place in the YAML that names them; what is wrong within a CSV
file, at its line.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeAlias

import numpy as np

from tracer.config.arrays import ArrayError, ArrayFile, in_words
from tracer.config.files import open_bytes, open_lines
from tracer.config.nodes import KeyPath
from tracer.config.report import Report
from tracer.config.tables import MOST_PROBLEMS, cells_of, finite, report_file
from tracer.config.values import BiasFileModel
from tracer.errors import ConfigError, Problem
from tracer.model.network import FloatArray

Shape: TypeAlias = tuple[int, ...]
Fits: TypeAlias = Callable[[Shape], bool]
"""Whether an array of that shape is wanted; if not, it reports why."""


def read_numbers(
    model: BiasFileModel, place: KeyPath, report: Report, fits: Fits
) -> FloatArray | None:
    """The numbers of `{file: ..., array: ...}` at a place; None when there is something wrong."""
    file, array = model.file, model.array
    if file is None or (array is None and "array" in model.model_fields_set):
        return None
    if file.lower().endswith(".csv"):
        if array is not None:
            message = f"{report.folder / file}: a CSV file has no arrays"
            report.at((*place, "array"), message, "leave it out")
            return None
        found = _from_csv(file, place, report)
        return found if found is not None and fits(found.shape) else None
    with open_arrays(file, place, report) as opened:
        if opened is not None:
            return read_array(opened, file, array, (*place, "array"), report, fits)
    return None


@contextmanager
def open_arrays(file: str, place: KeyPath, report: Report) -> Iterator[ArrayFile | None]:
    """The array file that a mapping at the place names; None when it can't be opened."""
    shown = str(report.folder / file)
    try:
        stream = open_bytes(report.folder / file, shown)
    except ConfigError as error:
        report_file(error, shown, place, report)
        yield None
        return
    with stream:
        try:
            opened = ArrayFile.open(stream)
        except ArrayError as error:
            report.at((*place, "file"), f"{shown}: {error.message}", error.hint)
            opened = None
        yield opened


def read_array(
    opened: ArrayFile, file: str, name: str | None, place: KeyPath, report: Report, fits: Fits
) -> FloatArray | None:
    """The array that `name` at the place asks for, its numbers finite; None when it can't be had.

    Where there is no name, it is the only array of the file. One that doesn't fit is not read.
    """
    place = place if name is not None else (*place[:-1], "file")
    shown = str(report.folder / file)
    if name is None and len(opened.names) != 1:
        hint = f"there are {', '.join(opened.names)}" if opened.names else "it holds no arrays"
        report.at(place, f"{shown}: which of its arrays is meant isn't said", hint)
        return None
    if name is not None and opened.archive is None:
        report.at(place, f"{shown}: the array of an .npy file has no name", "leave it out")
        return None
    label = f"{name} in {shown}" if name in opened.names else shown
    try:
        chosen = opened.names[0] if name is None else name
        array = opened.read(chosen) if fits(opened.header(chosen).shape) else None
    except ArrayError as error:
        report.at(place, f"{label}: {error.message}", error.hint)
        return None
    if array is None:
        return None
    wrong = np.argwhere(~np.isfinite(array))
    if len(wrong):
        index = tuple(wrong[0].tolist())
        message = f"found {array[index]} at {list(index)}, expected finite numbers"
        report.at(place, f"{label}: {message}")
        return None
    return array


def _from_csv(file: str, place: KeyPath, report: Report) -> FloatArray | None:
    """Rows of numbers, separated by commas, without a header."""
    shown = str(report.folder / file)
    before = len(report.problems)
    found: FloatArray | None = None
    try:
        with open_lines(report.folder / file, shown) as lines:
            found = _rows(lines, shown, report)
    except ConfigError as error:
        report_file(error, shown, place, report)
    if len(report.problems) > before:
        return None
    if found is None:
        report.at((*place, "file"), f"{shown}: the file is empty", "write a row of numbers a line")
    return found


def _rows(lines: Iterator[str], shown: str, report: Report) -> FloatArray | None:
    """The numbers, a line a row; None where there are none. What is wrong goes to the report."""
    before, numbers, first = len(report.problems), array("d"), 0
    for line, cells in cells_of(lines, shown, report):
        first = first or len(cells)
        numbers.extend(_numbers(line, cells, shown, report))
        if len(cells) != first and len(report.problems) == before:
            message = f"the row has {len(cells)} cells, the first has {first}"
            report.problems.append(Problem(shown, line, 1, "", message))
        if len(report.problems) >= before + MOST_PROBLEMS:
            break
    if not first or len(report.problems) > before:
        return None
    return np.frombuffer(numbers).reshape(-1, first)


def _numbers(line: int, cells: list[str], shown: str, report: Report) -> list[float]:
    values = []
    for column, cell in enumerate(cells, 1):
        value = finite(cell.strip())
        if isinstance(value, str):
            hint = "a file of weights or biases has no header" if line == 1 else ""
            report.problems.append(Problem(shown, line, column, "", value, hint))
        else:
            values.append(value)
    return values


def shape_in_words(shape: Shape) -> str:
    """`an array of 2×3`."""
    return f"an array of {in_words(shape)}"
