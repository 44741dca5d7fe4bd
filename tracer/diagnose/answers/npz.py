"""Answers from a program: the arrays of an `.npz` or `.npy` file, of whatever type of float.

Only the headers are read here. An array's numbers come when its name and shape have been found right.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import PurePath

from tracer.config.arrays import MOST_BYTES, ArrayError, ArrayFile
from tracer.diagnose.answers.foreign import foreign_archive
from tracer.diagnose.answers.model import Entry, Spot
from tracer.diagnose.answers.precision import of_dtype
from tracer.errors import ConfigError, Problem
from tracer.immutable import immutable
from tracer.model.network import FloatArray

_SUFFIX = ".npy"


_NO_ARRAYS = "there are no arrays in it", "write it with numpy.savez(FILE, W1=...)"


def read_npz(content: bytes, file: str) -> tuple[list[Entry], list[Problem]]:
    """The entries of the file, and what is wrong with the rest of it.

    Raises:
        ConfigError: it isn't an NPZ file.
    """
    arrays = _opened(content, Spot(file))
    if not arrays.names:
        foreign = foreign_archive(arrays.strangers)
        told = (foreign.message, foreign.hint) if foreign else _NO_ARRAYS
        raise ConfigError([Spot(file).problem(*told)])
    left = _Left()
    found = [_entry(name, name, arrays, file, left) for name in arrays.names]
    entries = [item for item in found if isinstance(item, Entry)]
    return entries, [item for item in found if isinstance(item, Problem)]


def read_npy(content: bytes, file: str) -> tuple[list[Entry], list[Problem]]:
    """The one array of the file, which is called after the file: `W1.npy`.

    Raises:
        ConfigError: it comes from standard input and has no name.
    """
    path = PurePath(file)
    if path.suffix != _SUFFIX:
        message = "the array has no name: the one of an .npy file is the file's, as in W1.npy"
        raise ConfigError([Spot(file).problem(message, "write numpy.savez('a.npz', W1=...)")])
    found = _entry(path.stem, "", _opened(content, Spot(file)), file, _Left())
    return ([found], []) if isinstance(found, Entry) else ([], [found])


@dataclass(slots=True)
class _Left:
    """How many bytes the arrays of a file may still take."""

    bytes: int = MOST_BYTES


@immutable
class _Reader:
    """Reads the array `key` of a file; `name` is what it is called, `size` how many bytes it takes.

    ConfigError when it can't be read, or takes more than is `left` of what all arrays of the file may
    take.
    """

    name: str
    key: str
    arrays: ArrayFile
    file: str
    size: int
    left: _Left

    def __call__(self) -> FloatArray:
        self.left.bytes -= self.size
        if self.left.bytes < 0:
            message = f"the arrays up to {self.name} take more than {MOST_BYTES / 2**30:g} GiB"
            raise ConfigError([Spot(self.file).problem(message, "save fewer iterations in a file")])
        try:
            return self.arrays.read(self.key)
        except ArrayError as error:
            spot = Spot(self.file, path=self.name)
            raise ConfigError([spot.problem(error.message, error.hint)]) from error


def _opened(content: bytes, spot: Spot) -> ArrayFile:
    try:
        return ArrayFile.open(io.BytesIO(content))
    except ArrayError as error:
        raise ConfigError([spot.problem(error.message, error.hint)]) from error


def _entry(name: str, key: str, arrays: ArrayFile, file: str, left: _Left) -> Entry | Problem:
    """The entry of an array by its header; a problem if it doesn't hold real numbers."""
    spot = Spot(file, path=name)
    try:
        header = arrays.header(key)
    except ArrayError as error:
        return spot.problem(error.message, error.hint)
    hint = "an .npy file bears its array's name: W1.npy" if file.endswith(_SUFFIX) else ""
    read = _Reader(name, key, arrays, file, header.count * 8, left)
    precision = of_dtype(header.dtype)
    return Entry(name, spot, shape=header.shape, read=read, precision=precision, hint=hint)
