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
import warnings
import zipfile
import zlib
from collections.abc import Collection, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import IO, Any, BinaryIO

import numpy as np

from tracer.config import memory
from tracer.errors import BptraceError, did_you_mean
from tracer.immutable import immutable
from tracer.model.network import FloatArray

MOST_BYTES = 2 * 2**30
"""What an array may take, as float64."""
MOST_COUNTED = 1e15
"""What an iteration, an update or a sample that an array counts is below."""
_SMALL = 2**20
"""Bytes for which nobody asks how much memory there is."""
_COPIES = 3
"""How many times an array is there at once while it is read, checked and taken apart."""
_MOST_ARRAYS, _MOST_DIRECTORY = 10_000, 8 * 2**20
"""How many arrays an archive may have, and how many bytes the list of them."""
_MOST_HEADER = 16 * 2**10
_LONGEST_NAME = 200
_MOST_AXES = 8

_HEADERS = {
    (1, 0): np.lib.format.read_array_header_1_0,
    (2, 0): np.lib.format.read_array_header_2_0,
}
_SIZES = {"f": (2, 4, 8), "i": (1, 2, 4, 8), "u": (1, 2, 4, 8)}
_ZIP = b"PK"
_END = struct.Struct("<4s4HLLH")
"""What an archive ends with: its signature, and at the place 5 the size of the list of its members."""
_END_SIGNATURE = b"PK\x05\x06"
_ENCRYPTED = 1
_SUFFIX = ".npy"
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
"""The ways of NumPy's own; others unpack a few bytes to gigabytes at a time, or not at all."""
_OTHER_METHODS = {9: "deflate64", zipfile.ZIP_BZIP2: "bzip2", zipfile.ZIP_LZMA: "lzma"}
_NOT_OURS = "__MACOSX/"
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


@immutable
class ArrayHeader:
    """What an array says of itself before its data: shape and type of number.

    `by_rows`: its numbers stand in the order of the axes.
    """

    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    by_rows: bool = True

    @property
    def count(self) -> int:
        """How many numbers there are."""
        return math.prod(self.shape)


@immutable
class ArrayFile:
    """The arrays of one file by their names; the one of an `.npy` file is called ''.

    `members`: where each stands in the archive, twice or more for a name that was given twice.
    """

    stream: BinaryIO
    archive: zipfile.ZipFile | None
    members: Mapping[str, Sequence[zipfile.ZipInfo]]

    @staticmethod
    def open(stream: BinaryIO) -> ArrayFile:
        """The file in a stream that can be sought.

        ArrayError when it is neither `.npz` nor `.npy`, or has more arrays than anybody saves.
        """
        start = stream.read(len(np.lib.format.MAGIC_PREFIX))
        stream.seek(0)
        if start == np.lib.format.MAGIC_PREFIX:
            return ArrayFile(stream, None, {"": ()})
        if not start.startswith(_ZIP):
            raise ArrayError(
                "neither an .npz nor an .npy file", "write it with numpy.savez or numpy.save"
            )
        _check_directory(stream)
        try:
            archive = zipfile.ZipFile(stream)
        except _BROKEN:
            raise ArrayError("the archive is broken", "write it anew with numpy.savez") from None
        members: dict[str, list[zipfile.ZipInfo]] = {}
        for info in archive.infolist():
            if info.filename.endswith(_SUFFIX) and not info.filename.startswith(_NOT_OURS):
                members.setdefault(info.filename.removesuffix(_SUFFIX), []).append(info)
        _check_names(members)
        return ArrayFile(stream, archive, members)

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the arrays, in the file's order."""
        return tuple(self.members)

    @property
    def strangers(self) -> tuple[str, ...]:
        """What an archive holds besides arrays: those of a spreadsheet, say."""
        members = self.archive.namelist() if self.archive else []
        return tuple(name for name in members if not name.endswith((_SUFFIX, "/")))

    def header(self, name: str = "") -> ArrayHeader:
        """The shape and type of an array; ArrayError when it isn't one of numbers."""
        return self._header(name)[0]

    def read(self, name: str = "") -> FloatArray:
        """The array as float64.

        ArrayError where `header` has one, for too large an array and for data that is broken.
        """
        header, rest = self._header(name)
        size = header.count * 8
        if size > _SMALL and size > (room := min(MOST_BYTES, memory.available() // _COPIES)):
            raise ArrayError(
                f"the array of {in_words(header.shape)} numbers would take more than "
                f"{memory.in_words(room)}",
                "save only the part that is needed",
            )
        if header.count * header.dtype.itemsize > rest:
            raise ArrayError("the array is cut short", "write the file anew")
        with self._member(name) as (stream, _):
            array = np.lib.format.read_array(stream, allow_pickle=False)
        return np.asarray(array, dtype=float)

    def pieces(self, name: str) -> Generator[FloatArray, int]:
        """Sent a number, it yields so many rows more, as float64, of an array written by rows.

        Its first yield is empty. ArrayError where `header` has one, and for data that is broken.
        """
        header = self.header(name)
        row, found = header.shape[1:], np.empty(0)
        with self._member(name) as (stream, _):
            _header(stream)  # which stands before the rows
            while True:
                count = yield found
                content = stream.read(math.prod(row) * header.dtype.itemsize * count)
                found = np.frombuffer(content, header.dtype).reshape(count, *row).astype(float)

    def _header(self, name: str) -> tuple[ArrayHeader, int]:
        """The header, and how many bytes come behind it."""
        with self._member(name) as (stream, size):
            start = io.BytesIO(stream.read(_MOST_HEADER))
            header = _header(start)
            rest = size - start.tell()
        _check(header)
        return header, rest

    @contextmanager
    def _member(self, name: str) -> Iterator[tuple[IO[bytes], int]]:
        """The bytes of an array, and how many there are."""
        if name not in self.members:
            named = [known for known in self.names if known]
            hint = did_you_mean(name, named) or f"there are {', '.join(named)}"
            raise ArrayError(f"no array '{name}'", hint if named else "it holds no arrays")
        for info in self.members[name]:
            _check_member(info, len(self.members[name]))
        try:
            if self.archive is None:
                size = self.stream.seek(0, io.SEEK_END)
                self.stream.seek(0)
                yield self.stream, size
            else:
                (info,) = self.members[name]
                with self.archive.open(info) as member:
                    yield member, info.file_size
        except _BROKEN:
            raise ArrayError("the array can't be read", "write it anew with NumPy") from None


def _check_directory(stream: BinaryIO) -> None:
    """ArrayError for a list of members that is longer than any of arrays; it is not read for that."""
    size = stream.seek(0, io.SEEK_END)
    stream.seek(max(size - _END.size - 2**16, 0))
    last = stream.read()
    stream.seek(0)
    place = last.rfind(_END_SIGNATURE)
    if place < 0 or len(last) - place < _END.size:
        return  # broken, as zipfile will say
    if _END.unpack_from(last, place)[5] > _MOST_DIRECTORY:
        raise _too_many()


def _check_names(names: Collection[str]) -> None:
    """ArrayError for more names, or longer ones, than anybody's arrays have."""
    if len(names) > _MOST_ARRAYS:
        raise _too_many()
    for name in names:
        if len(name) > _LONGEST_NAME:
            message = f"an array's name has {len(name):,} characters: {name[:40]!a}…"
            raise ArrayError(message, f"names have at most {_LONGEST_NAME}")
        if not name.isprintable():
            raise ArrayError(
                f"an array's name holds characters that can't be shown: {name!a}",
                "give it another name",
            )


def _too_many() -> ArrayError:
    return ArrayError(
        f"the archive has more than {_MOST_ARRAYS:,} arrays", "save only those that are needed"
    )


def _check_member(info: zipfile.ZipInfo, times: int) -> None:
    """ArrayError for an array that NumPy didn't write so."""
    if times > 1:
        raise ArrayError("there are two arrays of this name", "write the file anew")
    if info.flag_bits & _ENCRYPTED:
        raise ArrayError("the array is encrypted", "save it with numpy.savez")
    if info.compress_type not in _METHODS:
        how = _OTHER_METHODS.get(info.compress_type, f"method {info.compress_type}")
        raise ArrayError(
            f"the array is compressed by {how}", "save it with numpy.savez or savez_compressed"
        )


def write_arrays(stream: BinaryIO, arrays: Iterable[tuple[str, FloatArray]]) -> None:
    """An `.npz` file of arrays under their names, each written as it comes."""
    with zipfile.ZipFile(stream, "w") as archive:
        for name, array in arrays:
            with array_member(archive, name) as file:
                np.lib.format.write_array(file, array, allow_pickle=False)


def array_member(archive: zipfile.ZipFile, name: str) -> IO[bytes]:
    """A stream for an array of that name, in `.npy`'s format."""
    return archive.open(zipfile.ZipInfo(f"{name}.npy", _EPOCH), "w", force_zip64=True)


def write_header(stream: IO[bytes], shape: tuple[int, ...], dtype: np.dtype[Any]) -> None:
    """What stands before the data of an array, which are written row by row."""
    descr = np.lib.format.dtype_to_descr(dtype)
    head = {"descr": descr, "fortran_order": False, "shape": shape}
    np.lib.format.write_array_header_1_0(stream, head)


def _header(stream: IO[bytes]) -> ArrayHeader:
    version = np.lib.format.read_magic(stream)
    if version not in _HEADERS:
        raise ValueError(version)  # of structured types alone, whose fields have names
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of Python, that reads the header as source
        shape, by_columns, dtype = _HEADERS[version](stream)
    return ArrayHeader(shape, dtype, not by_columns)


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
            "V": "records",
        }
        found = what.get(kind, str(header.dtype))
        raise ArrayError(
            f"the array holds {found}, expected numbers (float16 to float64, or whole numbers)",
            "save it with astype(float)",
        )
    if any(size < 0 for size in header.shape):
        raise ArrayError("the array's shape is negative", "write it anew with NumPy")


def counts_up(numbers: FloatArray) -> bool:
    """Whether these are whole numbers from 1 on, each above the last: of iterations, of updates."""
    within = (numbers >= 1) & (numbers < MOST_COUNTED)
    return bool(within.all() and (numbers % 1 == 0).all() and (np.diff(numbers) > 0).all())


def in_words(shape: tuple[int, ...]) -> str:
    """`2×3`; `1` for a single number; `1×1×…×4` for more axes than anybody counts."""
    sizes = [str(size) for size in shape]
    if len(sizes) > _MOST_AXES:
        sizes[2:-1] = ["…"]
    return "×".join(sizes) or "1"
