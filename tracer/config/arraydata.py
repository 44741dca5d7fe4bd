"""Samples from NumPy's files: arrays of an `.npz` with a row a sample, or one `.npy` with them all.

Symbols: s samples, m inputs and n outputs of the network.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from functools import partial

import numpy as np

from tracer.config.arrays import ArrayFile, in_words
from tracer.config.matrices import Shape, open_arrays, read_array
from tracer.config.models import DataFileModel
from tracer.config.report import Report, counted
from tracer.immutable import immutable
from tracer.model.network import FloatArray

_SINGLE = ".npy"
SUFFIXES = (".npz", _SINGLE)
_PARTS = ("inputs", "targets", "class")


@immutable
class ArraySamples:
    """`inputs`: (s, m); `targets`: (s, n); `classes`: (s,); what the file doesn't have is None."""

    inputs: FloatArray
    targets: FloatArray | None = None
    classes: tuple[int, ...] | None = None


def read_samples(
    model: DataFileModel,
    key: str,
    sizes: tuple[int | None, int | None],
    predict: bool,
    report: Report,
    right_counts: Callable[[Mapping[str, int]], bool],
) -> ArraySamples | None:
    """The samples under a key; None when something is wrong with them. `sizes` are m and n.

    `right_counts`: whether parts have as many columns as they should, which it reports if not.
    """
    before = len(report.problems)
    if model.file is None:
        return None
    if model.names is not None:
        report.at((key, "names"), "names come from CSV files", "leave them out")
    with open_arrays(model.file, (key,), report) as opened:
        if opened is None:
            return None
        if opened.archive is not None and model.file.lower().endswith(_SINGLE):
            message = f"{model.file}: an archive, whose arrays have names"
            report.at((key, "file"), message, "call it .npz, and say which are meant: inputs: X")
            return None
        if opened.archive is None:
            found = _whole(opened, model, key, sizes, predict, report)
        else:
            found = _parts(opened, model, key, report, right_counts)
    return found if len(report.problems) == before else None


def _whole(
    opened: ArrayFile,
    model: DataFileModel,
    key: str,
    sizes: tuple[int | None, int | None],
    predict: bool,
    report: Report,
) -> ArraySamples | None:
    """The samples of an `.npy` file, (s, m + n): the inputs' columns, then the targets'."""
    hint = "its columns are the inputs, then the targets; arrays have names in .npz files"
    for part in _PARTS:
        if part in {name.rstrip("_") for name in model.model_fields_set}:
            report.at_key((key, part), "an .npy file has a single array", hint)
            return None
    m, n = sizes[0], 0 if predict else sizes[1]

    def fits(rows: int, columns: int) -> bool:
        if m is None or n is None:
            return False
        if columns == m + n:
            return True
        wanted = f"{m} of inputs" if predict else f"{m} of inputs and {n} of targets"
        report.at((key, "file"), f"{counted(columns, 'column')}, expected {wanted}")
        return False

    array = _rows(opened, model, None, (key, "file"), report, fits)
    if array is None:
        return None
    return ArraySamples(array[:, :m], None if predict else array[:, m:])


def _parts(
    opened: ArrayFile,
    model: DataFileModel,
    key: str,
    report: Report,
    right_counts: Callable[[Mapping[str, int]], bool],
) -> ArraySamples | None:
    given = {"inputs": model.inputs, "targets": model.targets, "class": model.class_}
    arrays: dict[str, FloatArray] = {}

    def fits(part: str, rows: int, columns: int) -> bool:
        inputs = arrays.get("inputs")
        if inputs is not None and rows != len(inputs):
            message = f"{counted(rows, 'row')}; the inputs have {len(inputs)}"
            report.at((key, part), message, "a row is a sample")
            return False
        if part == "class" and columns != 1:
            message = (
                f"found an array of {in_words((rows, columns))}, expected a class for each sample"
            )
            report.at((key, part), message, "with a row of targets for each sample, write targets:")
            return False
        return right_counts({part: columns})

    for part, names in given.items():
        if isinstance(names, list) and len(names) > 1:
            hint = f"name one with a row for each sample: {part}: X"
            report.at((key, part), f"{len(names)} arrays", hint)
        elif names is not None:
            name = names if isinstance(names, str) else names[0]
            array = _rows(opened, model, name, (key, part), report, partial(fits, part))
            if array is not None:
                arrays[part] = array
    inputs = arrays.get("inputs")
    if inputs is None:
        return None
    classes = arrays.get("class")
    return ArraySamples(
        inputs,
        arrays.get("targets"),
        None if classes is None else _classes(classes, (key, "class"), report),
    )


def _rows(
    opened: ArrayFile,
    model: DataFileModel,
    name: str | None,
    place: tuple[str, str],
    report: Report,
    fits: Callable[[int, int], bool],
) -> FloatArray | None:
    """An array with a row a sample; a vector is a column. `fits`: so many rows and columns."""

    def is_wanted(shape: Shape) -> bool:
        if len(shape) in (1, 2) and shape[0]:
            return fits(shape[0], math.prod(shape[1:]))
        message = f"found an array of {in_words(shape)}, expected a row for each sample"
        report.at(place, message, "reshape it to (samples, columns)")
        return False

    array = read_array(opened, model.file or "", name, place, report, is_wanted)
    return None if array is None else array.reshape(len(array), -1)


def _classes(array: FloatArray, place: tuple[str, str], report: Report) -> tuple[int, ...]:
    """The classes of an array (s, 1) of whole numbers."""
    wrong = np.flatnonzero((array[:, 0] < 0) | (array[:, 0] % 1 != 0))
    if len(wrong):
        message = f"sample {wrong[0] + 1}: found {array[wrong[0], 0]:g}, expected a class"
        report.at(place, message, "classes are counted from 0")
        return ()
    return tuple(map(int, array[:, 0]))
