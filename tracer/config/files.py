"""Files from outside, with configurations, data, answers: regular ones of a sensible size.

A device or a pipe may have no end, or never begin: neither is read, unless it is standard input, and
that up to the same limits. Text is UTF-8, or refused in plain words.
"""

from __future__ import annotations

import codecs
import errno
import io
import stat
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, TextIO, TypeVar

from tracer.config.memory import in_words
from tracer.errors import ConfigError, Problem, did_you_mean
from tracer.spared import note

T = TypeVar("T")

STANDARD_INPUT = "<stdin>"
MOST_TEXT = 64 * 2**20
"""Bytes of a text that is read as a whole, such as a configuration; and of one line of any other."""
MOST_DATA = 4 * 2**30
"""Bytes of a file that is read piece by piece, such as samples, and of NumPy's files."""

_PIECE = 2**20
_ARRAYS = (b"PK\x03\x04", b"\x93NUMPY")
_MARK = codecs.BOM_UTF8
_KINDS = (
    (stat.S_ISFIFO, "a pipe"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
    (stat.S_ISSOCK, "a socket"),
)


def read_text(path: Path, shown: str) -> str:
    """The file's text, without a byte order mark; `shown` is its name in problems.

    Raises ConfigError for a file that is missing, is a folder, a pipe or a device, is larger than
    `MOST_TEXT`, can't be read, or isn't UTF-8.
    """
    return decode(read_bytes(path, shown), shown)


def read_bytes(path: Path, shown: str) -> bytes:
    """The file's content; ConfigError as `read_text`, but NumPy's files may have `MOST_DATA`."""
    with open_bytes(path, shown) as stream:
        return _attempt(lambda: _whole(stream, shown), path, shown)


def read_standard_input() -> bytes:
    """What comes from standard input; ConfigError as `read_bytes`."""
    return _attempt(lambda: _whole(sys.stdin.buffer, STANDARD_INPUT), Path(), STANDARD_INPUT)


def open_bytes(path: Path, shown: str) -> BinaryIO:
    """The file's bytes, to be read piece by piece; ConfigError as `read_text`."""
    found = _attempt(path.stat, path, shown)
    for is_one, what in _KINDS:
        if is_one(found.st_mode):
            raise _refused(shown, f"this is {what}", "copy what comes from it into a file")
    if found.st_size > MOST_DATA:
        raise _too_large(shown, MOST_DATA)
    stream = _attempt(lambda: path.open("rb"), path, shown)
    note(found)
    if found.st_size:
        return stream
    stream.close()  # of /proc/kmsg, which says that it is a file, the next line may never come
    return io.BytesIO()


@contextmanager
def open_lines(path: Path, shown: str) -> Iterator[Iterator[str]]:
    """The file's text line by line: a byte order mark is left out, line ends stay.

    Raises ConfigError as `read_text`, also when what can't be read turns up on the way.
    """
    with (
        open_bytes(path, shown) as stream,
        io.TextIOWrapper(stream, "utf-8-sig", newline="") as text,
    ):
        try:
            yield _lines(text, shown)
        except UnicodeDecodeError:
            stream.seek(0)
            raise _not_utf8(stream, shown) from None
        except OSError as error:
            raise _refused(shown, f"the file can't be read: {error.strerror}") from None


def _lines(text: TextIO, shown: str) -> Iterator[str]:
    while line := text.readline(MOST_TEXT):
        if len(line) == MOST_TEXT:
            raise _refused(shown, f"a line of more than {in_words(MOST_TEXT)}")
        yield line


def decode(content: bytes, shown: str) -> str:
    """UTF-8 bytes as text, without a byte order mark; ConfigError for anything else."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise _not_utf8(io.BytesIO(content), shown) from None


def _whole(stream: BinaryIO, shown: str) -> bytes:
    content, most = bytearray(), MOST_TEXT
    while piece := stream.read(_PIECE):
        if not content and piece.startswith(_ARRAYS):
            most = MOST_DATA
        content += piece
        if len(content) > most:
            raise _too_large(shown, most)
    return bytes(content)


def _attempt(action: Callable[[], T], path: Path, shown: str) -> T:
    try:
        return action()
    except FileNotFoundError:
        raise _refused(shown, "no such file", _neighbour(path)) from None
    except IsADirectoryError:
        raise _refused(shown, "this is a folder", "name a file in it") from None
    except PermissionError:
        raise _refused(shown, "the file can't be read", "check its permissions") from None
    except ValueError:  # a null character, or one that the system's encoding doesn't have
        why = "it is closed" if shown == STANDARD_INPUT else "no file can have this name"
        raise _refused(shown, why) from None
    except OSError as error:
        closed = error.errno == errno.EBADF
        why = "it is closed" if closed else f"the file can't be read: {error}"
        raise _refused(shown, why) from None


def _not_utf8(stream: BinaryIO, shown: str) -> ConfigError:
    """Where the first byte stands that isn't UTF-8, in the line and column of the text before it."""
    before = 0
    for number, line in enumerate(stream, 1):
        mark = len(_MARK) if number == 1 and line.startswith(_MARK) else 0
        try:
            line[mark:].decode()
        except UnicodeDecodeError as error:
            place = mark + error.start
            column = len(line[mark:place].decode()) + 1
            message = f"not UTF-8: byte {before + place} is 0x{line[place]:02x}"
            hint = "save the file with the encoding UTF-8"
            return _refused(shown, message, hint, (number, column))
        before += len(line)
    return _refused(shown, "the file changed while it was read")


def _too_large(shown: str, most: int) -> ConfigError:
    return _refused(shown, f"more than {in_words(most)}", "many numbers belong into .npz files")


def _refused(
    shown: str, message: str, hint: str = "", position: tuple[int, int] = (0, 0)
) -> ConfigError:
    return ConfigError([Problem(shown, *position, "", message, hint)])


def _neighbour(path: Path) -> str:
    """Files beside the missing one whose names are like its own."""
    try:
        return did_you_mean(path.name, sorted(file.name for file in path.parent.iterdir()))
    except OSError:
        return ""
