"""Arrays of numbers in `.npz` and `.npy` files, checked before their data is read; and written.

An array's header says its shape and its type of number. What it would take is known from there, so a
huge, broken or foreign file is an error and neither an exhausted machine nor a traceback. Pickled
objects are never read. Nothing here knows what the numbers are for.

Format: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
"""

from __future__ import annotations

import io
import math
import struct
import tokenize
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, Any, BinaryIO

import numpy as np
import numpy.typing as npt

from tracer.errors import BptraceError, did_you_mean

FloatArray = npt.NDArray[np.float64]

MOST_BYTES = 2 * 2**30
"""What an array may take, as float64."""

_HEADERS = {
    (1, 0): np.lib.format.read_array_header_1_0,
    (2, 0): np.lib.format.read_array_header_2_0,
}
_SIZES = {"f": (2, 4, 8), "i": (1, 2, 4, 8), "u": (1, 2, 4, 8)}
_ZIP = b"PK"
_EPOCH = (1980, 1, 1, 0, 0, 0)
"""The date of every array in an archive, the first that there is: files don't depend on the clock."""
_BROKEN = (
    ArithmeticError, AttributeError, EOFError, LookupError, MemoryError, OSError, RuntimeError,
    SyntaxError, TypeError, ValueError, struct.error, tokenize.TokenError, zipfile.BadZipFile,
    zlib.error,
)  # fmt: skip
"""What NumPy and zipfile raise for contents that they don't understand."""


class ArrayError(BptraceError):
    """A file or an array that can't be read; the caller knows where it is named."""


@dataclass(frozen=True, slots=True)
class ArrayHeader:
    """What an array says of itself before its data: shape and type of number."""

    shape: tuple[int, ...]
    dtype: np.dtype[Any]

    @property
    def count(self) -> int:
        """How many numbers there are."""
        return math.prod(self.shape)


@dataclass(frozen=True, slots=True)
class ArrayFile:
    """The arrays of one file by their names; the one of an `.npy` file is called ''."""

    stream: BinaryIO
    archive: zipfile.ZipFile | None

    @staticmethod
    def open(stream: BinaryIO) -> ArrayFile:
        """The file in a stream that can be sought; ArrayError when it is neither `.npz` nor `.npy`."""
        start = stream.read(len(np.lib.format.MAGIC_PREFIX))
        stream.seek(0)
        if start == np.lib.format.MAGIC_PREFIX:
            return ArrayFile(stream, None)
        try:
            if start.startswith(_ZIP):
                return ArrayFile(stream, zipfile.ZipFile(stream))
        except _BROKEN:
            raise ArrayError("the archive is broken", "write it anew with numpy.savez") from None
        raise ArrayError(
            "neither an .npz nor an .npy file", "write it with numpy.savez or numpy.save"
        )

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the arrays, in the file's order."""
        if self.archive is None:
            return ("",)
        members = dict.fromkeys(self.archive.namelist())
        return tuple(name.removesuffix(".npy") for name in members if name.endswith(".npy"))

    @property
    def strangers(self) -> tuple[str, ...]:
        """What an archive holds besides arrays: those of a spreadsheet, say."""
        members = self.archive.namelist() if self.archive else []
        return tuple(name for name in members if not name.endswith(".npy"))

    def header(self, name: str = "") -> ArrayHeader:
        """The shape and type of an array; ArrayError when it isn't one of numbers."""
        return self._header(name)[0]

    def read(self, name: str = "") -> FloatArray:
        """The array as float64.

        ArrayError where `header` has one, for too large an array and for data that is broken.
        """
        header, rest = self._header(name)
        if header.count * 8 > MOST_BYTES:
            raise ArrayError(
                f"the array of {in_words(header.shape)} numbers would take more than "
                f"{MOST_BYTES / 2**30:g} GiB",
                "save only the part that is needed",
            )
        if header.count * header.dtype.itemsize > rest:
            raise ArrayError("the array is cut short", "write the file anew")
        with self._member(name) as (stream, _):
            array = np.lib.format.read_array(stream, allow_pickle=False)
        return np.asarray(array, dtype=float)

    def _header(self, name: str) -> tuple[ArrayHeader, int]:
        """The header, and how many bytes come behind it."""
        with self._member(name) as (stream, size):
            header = _header(stream)
            rest = size - stream.tell()
        _check(header)
        return header, rest

    @contextmanager
    def _member(self, name: str) -> Iterator[tuple[IO[bytes], int]]:
        """The bytes of an array, and how many there are."""
        if name not in self.names:
            named = [known for known in self.names if known]
            hint = did_you_mean(name, named) or f"there are {', '.join(named)}"
            raise ArrayError(f"no array '{name}'", hint if named else "it holds no arrays")
        try:
            if self.archive is None:
                size = self.stream.seek(0, io.SEEK_END)
                self.stream.seek(0)
                yield self.stream, size
            else:
                with self.archive.open(f"{name}.npy") as member:
                    yield member, self.archive.getinfo(f"{name}.npy").file_size
        except _BROKEN:
            raise ArrayError("the array can't be read", "write it anew with NumPy") from None


def write_arrays(stream: BinaryIO, arrays: Iterable[tuple[str, FloatArray]]) -> None:
    """An `.npz` file of arrays under their names, each written as it comes."""
    with zipfile.ZipFile(stream, "w") as archive:
        for name, array in arrays:
            with archive.open(
                zipfile.ZipInfo(f"{name}.npy", _EPOCH), "w", force_zip64=True
            ) as file:
                np.lib.format.write_array(file, array, allow_pickle=False)


def _header(stream: IO[bytes]) -> ArrayHeader:
    version = np.lib.format.read_magic(stream)
    if version not in _HEADERS:
        raise ValueError(version)  # of structured types alone, whose fields have names
    shape, _, dtype = _HEADERS[version](stream)
    return ArrayHeader(shape, dtype)


def _check(header: ArrayHeader) -> None:
    """ArrayError for what isn't numbers."""
    kind = header.dtype.kind
    if header.dtype.itemsize not in _SIZES.get(kind, ()):
        what = {
            "O": "objects",
            "b": "truth values",
            "c": "complex numbers",
            "U": "text",
            "S": "text",
        }
        found = what.get(kind, str(header.dtype))
        raise ArrayError(
            f"the array holds {found}, expected numbers (float16 to float64, or whole numbers)",
            "save it with astype(float)",
        )
    if any(size < 0 for size in header.shape):
        raise ArrayError("the array's shape is negative", "write it anew with NumPy")


def in_words(shape: tuple[int, ...]) -> str:
    """`2×3`; `1` for a single number."""
    return "×".join(map(str, shape)) or "1"
