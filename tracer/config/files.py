"""Text files: configurations and their data, read as UTF-8 or refused in plain words."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO, TypeVar

from tracer.errors import ConfigError, Problem, did_you_mean

T = TypeVar("T")

_MOST_BYTES = 2 * 2**30
"""What is read in one piece."""


def read_text(path: Path, shown: str) -> str:
    """The file's text, without a byte order mark; `shown` is its name in problems.

    Raises ConfigError for a file that is missing, is a folder, can't be read, or isn't UTF-8.
    """
    return decode(read_bytes(path, shown), shown)


def read_bytes(path: Path, shown: str) -> bytes:
    """The file's content; ConfigError for one that is missing, a folder, huge, or can't be read."""
    if _attempt(lambda: path.stat().st_size, path, shown) > _MOST_BYTES:
        message = f"the file is larger than {_MOST_BYTES / 2**30:g} GiB"
        raise _refused(shown, message, "save only the part that is needed")
    return _attempt(path.read_bytes, path, shown)


def open_bytes(path: Path, shown: str) -> BinaryIO:
    """The file's bytes, to be read piece by piece; ConfigError as `read_text`."""
    return _attempt(lambda: path.open("rb"), path, shown)


def _attempt(action: Callable[[], T], path: Path, shown: str) -> T:
    try:
        return action()
    except FileNotFoundError:
        raise _refused(shown, "no such file", _neighbour(path)) from None
    except IsADirectoryError:
        raise _refused(shown, "this is a folder", "name a file in it") from None
    except PermissionError:
        raise _refused(shown, "the file can't be read", "check its permissions") from None
    except (OSError, ValueError) as error:
        raise _refused(shown, f"the file can't be read: {error}") from None


def decode(content: bytes, shown: str) -> str:
    """UTF-8 bytes as text, without a byte order mark; ConfigError for anything else."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = content[: error.start]
        line = before.count(b"\n") + 1
        column = len(before.rpartition(b"\n")[2].decode("utf-8-sig")) + 1
        message = f"not UTF-8: byte {error.start} is 0x{content[error.start]:02x}"
        raise _refused(
            shown, message, "save the file with the encoding UTF-8", (line, column)
        ) from None


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
