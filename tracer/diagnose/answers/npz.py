"""Answers from a program: the arrays of an `.npz` or `.npy` file, whose numbers are float64 in full.

Only the headers are read here. An array's numbers come when its name and shape have been found right.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import PurePath
from typing import IO, Any

import numpy as np
import numpy.typing as npt

from tracer.diagnose.answers.model import Entry, Leaf, Spot
from tracer.errors import ConfigError, Problem, UsageError

_SUFFIX = ".npy"


def read_npz(content: bytes, file: str) -> tuple[list[Entry], list[Problem]]:
    """The entries of the file, and what is wrong with the rest of it.

    Raises:
        ConfigError: it isn't an NPZ file.
    """
    found: list[Entry | Problem] = []
    with _sound(_not_arrays(file, [])), zipfile.ZipFile(io.BytesIO(content)) as archive:
        members = archive.namelist()
        if not all(member.endswith(_SUFFIX) for member in members):
            raise ConfigError([_not_arrays(file, members)])
        for member in members:
            name = member.removesuffix(_SUFFIX)
            with archive.open(member) as stream:
                found.append(_entry(name, stream, file, _of_archive(content, name)))
    entries = [item for item in found if isinstance(item, Entry)]
    return entries, [item for item in found if isinstance(item, Problem)]


def read_npy(content: bytes, file: str) -> tuple[list[Entry], list[Problem]]:
    """The one array of the file, which is called after the file: `W1.npy`.

    Raises:
        ConfigError: it isn't an NPY file, or comes from standard input and has no name.
    """
    path = PurePath(file)
    if path.suffix != _SUFFIX:
        message = "the array has no name: the one of an .npy file is the file's, as in W1.npy"
        raise ConfigError([Spot(file).problem(message, "write numpy.savez('a.npz', W1=...)")])
    hint = "write it with numpy.save('W1.npy', W1)"
    with _sound(Spot(file).problem("not an NPY file of numbers", hint)):
        found = _entry(path.stem, io.BytesIO(content), file, lambda: np.load(io.BytesIO(content)))
    return ([found], []) if isinstance(found, Entry) else ([], [found])


@dataclass(frozen=True, slots=True)
class _Elements:
    """An array's numbers, row by row.

    ConfigError when they are asked for and can't be read, UsageError when one isn't finite.
    """

    name: str
    file: str
    load: Callable[[], npt.NDArray[Any]]

    def __iter__(self) -> Iterator[Leaf]:
        damaged = Spot(self.file, path=self.name).problem("the array is damaged", "write it anew")
        with _sound(damaged):
            array = np.asarray(self.load(), dtype=np.float64)
        for place in np.argwhere(~np.isfinite(array))[:1]:
            where, value = self._path(tuple(place.tolist())), array[tuple(place)]
            raise UsageError(f"{where} is {value}, expected a finite number")
        for index, value in zip(np.ndindex(array.shape), array.ravel().tolist(), strict=True):
            yield Leaf(repr(value), Spot(self.file, path=self._path(index)), index)

    def _path(self, index: tuple[int, ...]) -> str:
        """`W1[0, 1]`."""
        return f"{self.name}{list(index) or ''}"


@contextmanager
def _sound(problem: Problem) -> Iterator[None]:
    """Turns whatever a damaged file makes NumPy, zipfile and their parsers raise into the problem."""
    try:
        yield
    except ConfigError:
        raise
    except Exception as error:
        raise ConfigError([problem]) from error


def _entry(
    name: str, stream: IO[bytes], file: str, load: Callable[[], npt.NDArray[Any]]
) -> Entry | Problem:
    """The entry of an array by its header; a problem if it doesn't hold real numbers."""
    version = np.lib.format.read_magic(stream)
    read = np.lib.format.read_array_header_1_0
    if version != (1, 0):
        read = np.lib.format.read_array_header_2_0
    shape, _, kind = read(stream)
    spot = Spot(file, path=name)
    if kind.kind not in "fiu":
        return spot.problem(f"the array holds {kind}, expected numbers")
    hint = "an .npy file bears its array's name: W1.npy" if file.endswith(_SUFFIX) else ""
    return Entry(name, spot, _Elements(name, file, load), shape, floating=True, hint=hint)


def _of_archive(content: bytes, name: str) -> Callable[[], npt.NDArray[Any]]:
    def load() -> npt.NDArray[Any]:
        with np.load(io.BytesIO(content), allow_pickle=False) as archive:
            return np.asarray(archive[name])

    return load


def _not_arrays(file: str, members: list[str]) -> Problem:
    hint = "write it with numpy.savez(FILE, W1=..., dW1=...)"
    if any(member.startswith(("xl/", "content.xml")) for member in members):
        return Spot(file).problem("this is a spreadsheet, not an NPZ file", "save it as CSV")
    return Spot(file).problem("not an NPZ file of numbers", hint)
