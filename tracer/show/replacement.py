"""A file that comes whole or not at all, whatever happens: a killed process, a full disk, a crash.

What is written goes into a temporary file beside the target, onto the disk, and then takes the target's
name at once. A writer holds a lock on its temporary file; one without a lock is litter of a writer that
was killed, and the next one sweeps it away.
"""

from __future__ import annotations

import os
import re
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import lru_cache
from pathlib import Path
from typing import BinaryIO

from tracer.errors import OutputError

if sys.platform != "win32":
    import fcntl

_PREFIX, _SUFFIX = ".bptrace-", ".tmp"
_OURS = re.compile(rf"{re.escape(_PREFIX)}[0-9a-f]{{16}}{re.escape(_SUFFIX)}")


@contextmanager
def replacement(path: Path, force: bool) -> Iterator[BinaryIO]:
    """A stream for what becomes the file when the block ends well; a link to it stays a link.

    Raises OutputError as `check_target`.
    """
    target = check_target(path, force)
    swept(target.parent)
    temporary, file, lock = _temporary(target.parent)
    try:
        with file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        _become(temporary, target, path, force)
    finally:
        temporary.unlink(missing_ok=True)
        if lock is not None:
            os.close(lock)


def check_target(path: Path, force: bool) -> Path:
    """Where the file will be, behind all links.

    Raises OutputError for a folder, in a folder that isn't there, for a file that is there without
    `force`, or write-protected.
    """
    target = Path(os.path.realpath(path))
    if target.is_dir():
        raise OutputError(f"{path} is a folder", "name a file in it")
    if target.is_symlink():
        raise OutputError(f"{path} is a link to itself", "choose another file")
    if not target.parent.is_dir():
        if target.parent.exists():
            raise OutputError(f"{path.parent} is no folder", "choose another one")
        raise OutputError(f"the folder {path.parent} does not exist", "make it first")
    if target.exists():
        if not force:
            raise _exists(path)
        if not os.access(target, os.W_OK):
            raise OutputError(f"{path} is write-protected", "choose another file")
    return target


def try_folder(folder: Path) -> None:
    """OSError where no file can be made in the folder: only trying says that for certain."""
    temporary, file, lock = _temporary(folder)
    file.close()
    temporary.unlink(missing_ok=True)
    if lock is not None:
        os.close(lock)


def _exists(path: Path) -> OutputError:
    return OutputError(f"{path} exists already", "--force overwrites it")


def _temporary(folder: Path) -> tuple[Path, BinaryIO, int | None]:
    """A new file, its stream, and what holds the lock until it is closed."""
    while True:
        path = folder / f"{_PREFIX}{os.urandom(8).hex()}{_SUFFIX}"
        file = path.open("xb")
        if sys.platform == "win32":
            return path, file, None
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.close()  # somebody who sweeps was faster
            continue
        except OSError:
            pass  # a file system without locks, where nobody sweeps either
        if os.fstat(file.fileno()).st_nlink:
            return path, file, os.dup(file.fileno())
        file.close()


def _become(temporary: Path, target: Path, path: Path, force: bool) -> None:
    """Give the file its name; without `force` never that of another one, be it this moment's."""
    if not force:
        try:
            os.link(temporary, target)
        except FileExistsError:
            raise _exists(path) from None
        except OSError:
            check_target(path, force)  # a file system without links
        else:
            _settle(target.parent)
            return
    if target.exists():
        shutil.copymode(target, temporary)
    os.replace(temporary, target)
    _settle(target.parent)


def _settle(folder: Path) -> None:
    """Put the folder's new entry onto the disk, where the system can do that."""
    if sys.platform != "win32":
        with suppress(OSError):
            opened = os.open(folder, os.O_RDONLY)
            try:
                os.fsync(opened)
            finally:
                os.close(opened)


@lru_cache(maxsize=16)
def swept(folder: Path) -> None:
    """Remove what writers left that were killed; once a process, for a folder may be large."""
    if sys.platform == "win32":
        return
    with suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            if _OURS.fullmatch(entry.name) and entry.is_file(follow_symlinks=False):
                with suppress(OSError), open(entry.path, "rb+") as file:
                    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    os.unlink(entry.path)
