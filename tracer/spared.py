"""Which files a command has read, so that no result takes their place, whatever leads to them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path

_File = tuple[int, int]
_read: ContextVar[set[_File] | None] = ContextVar("read", default=None)


@contextmanager
def noting() -> Iterator[None]:
    """In the block, what is read is spared."""
    token = _read.set(set())
    try:
        yield
    finally:
        _read.reset(token)


def note(status: os.stat_result) -> None:
    """The file with this status is read."""
    files = _read.get()
    if files is not None:
        files.add(_file(status))


def is_read(path: Path) -> bool:
    """Whether the file, by whatever links, has been read."""
    files = _read.get()
    try:
        return _file(path.stat()) in (files or ())
    except OSError:
        return False


def _file(status: os.stat_result) -> _File:
    return status.st_dev, status.st_ino
