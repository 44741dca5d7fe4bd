"""Answers from a program: the arrays of an `.npz` file, whose numbers are float64 in full."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import numpy as np
import numpy.typing as npt

from tracer.diagnose.answers.model import Entry, Leaf, Spot
from tracer.errors import ConfigError, Problem


def read_npz(content: bytes, file: str) -> tuple[list[Entry], list[Problem]]:
    """The entries of the file, and what is wrong with the rest of it.

    Raises:
        ConfigError: it isn't an NPZ file.
    """
    entries: list[Entry] = []
    problems: list[Problem] = []
    try:
        with np.load(io.BytesIO(content), allow_pickle=False) as archive:
            for name in archive.files:
                entry = _entry(name, np.asarray(archive[name]), Spot(file, path=name))
                if isinstance(entry, Entry):
                    entries.append(entry)
                else:
                    problems.append(entry)
    except (ValueError, OSError, zipfile.BadZipFile, AttributeError):
        hint = "write it with numpy.savez(FILE, W1=..., dW1=...)"
        raise ConfigError([Spot(file).problem("not an NPZ file of numbers", hint)]) from None
    return entries, problems


def _entry(name: str, array: npt.NDArray[Any], spot: Spot) -> Entry | Problem:
    if array.dtype.kind not in "fiu":
        return spot.problem(f"the array holds {array.dtype}, expected numbers")
    leaves = tuple(
        Leaf(repr(float(array[index])), Spot(spot.file, path=f"{name}{list(index) or ''}"), index)
        for index in np.ndindex(array.shape)
    )
    return Entry(name, spot, leaves, array.shape, floating=True)
