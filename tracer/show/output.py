"""Where results go: standard output, or a file that is written whole or not at all.

Used by the command line around every writer and exporter; opens nothing for reading.
"""

from __future__ import annotations

import errno
import io
import os
import re
import secrets
import shutil
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Literal, TextIO

from tracer.errors import OutputError, UsageError
from tracer.show.symbols import ENCODING_ERRORS

_FIELD = re.compile(r"\{(.*?)\}")


def output_paths(
    pattern: Path | None, results: Sequence[Mapping[str, object]]
) -> list[Path | None]:
    """The file of each result: the pattern with its fields filled in; None for standard output.

    A result's mapping says what stands for `{name}`, `{seed}`, …

    Raises:
        UsageError: an unknown field, or one file for several results.
    """
    if pattern is None and len(results) == 1:
        return [None]
    paths = [_filled(str(pattern or ""), fields) for fields in results]
    if len(set(paths)) < len(paths):
        fields = " or ".join(f"{{{field}}}" for field in results[0])
        raise UsageError(
            f"{len(results)} results need {len(results)} files",
            f"name them with --output, and {fields} in the name",
        )
    return [Path(path) for path in paths]


def _filled(pattern: str, fields: Mapping[str, object]) -> str:
    def value(found: re.Match[str]) -> str:
        if found[1] not in fields:
            known = ", ".join(f"{{{field}}}" for field in fields)
            raise UsageError(f"--output {pattern}: there is no {found[0]}", f"there is {known}")
        return str(fields[found[1]])

    return _FIELD.sub(value, pattern)


@contextmanager
def open_output(path: Path | None, force: bool = False) -> Iterator[TextIO]:
    """A stream for text: standard output for None or `-`, else the file, in UTF-8.

    The file appears when the block ends well, and not before; an existing one is replaced only with
    `force`, and keeps its permissions. When the reader of standard output has gone (`| head`),
    what is still written is dropped without a word. Raises OutputError where it can't be written.
    """
    if path is None or str(path) == "-":
        with _standard_output() as stream:
            yield stream
        return
    with _worded(path):
        if path.exists() and not path.is_file() and not path.is_dir():
            with _open(path, "w") as device:  # /dev/null, a named pipe
                yield device
            return
        with _replacement(path, force) as temporary, _open(temporary, "x") as file:
            yield file


@contextmanager
def open_binary_output(path: Path, force: bool = False) -> Iterator[BinaryIO]:
    """A stream for bytes into a file, which appears and is replaced as by `open_output`."""
    with _worded(path), _replacement(path, force) as temporary, temporary.open("xb") as file:
        yield file


def _open(path: Path, mode: Literal["w", "x"]) -> TextIO:
    return path.open(mode, encoding="utf-8", newline="", errors=ENCODING_ERRORS)


@contextmanager
def _standard_output() -> Iterator[TextIO]:
    stream = sys.stdout
    if isinstance(stream, io.TextIOWrapper):
        stream.reconfigure(errors=ENCODING_ERRORS)
    try:
        with _worded(None):
            yield stream
            stream.flush()
    except BrokenPipeError:
        discard(stream)
    except OutputError:
        discard(stream)
        raise


def discard(stream: TextIO) -> None:
    """Send the rest to nowhere, lest Python complains about it once more when it exits."""
    null = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(null, stream.fileno())
    except io.UnsupportedOperation:
        return  # not a file: nothing is left in a buffer
    finally:
        os.close(null)


@contextmanager
def _replacement(path: Path, force: bool) -> Iterator[Path]:
    """A name in the target's folder for the new file, which becomes the target in the end."""
    target = Path(os.path.realpath(path))  # through a link, so that the link stays one
    _check(path, target, force)
    temporary = target.with_name(f".bptrace-{secrets.token_hex(8)}.tmp")
    try:
        yield temporary
        _check(path, target, force)  # it may have appeared meanwhile
        if target.exists():
            shutil.copymode(target, temporary)
        os.replace(temporary, target)
    finally:
        temporary.unlink(missing_ok=True)


def _check(path: Path, target: Path, force: bool) -> None:
    if target.is_dir():
        raise OutputError(f"{path} is a folder", "name a file in it")
    if not target.parent.is_dir():
        raise OutputError(f"the folder {path.parent} does not exist", "make it first")
    if not target.exists():
        return
    if not force:
        raise OutputError(f"{path} exists already", "--force overwrites it")
    if not os.access(target, os.W_OK):
        raise OutputError(f"{path} is write-protected", "choose another file")


@contextmanager
def _worded(path: Path | None) -> Iterator[None]:
    """Turn the system's refusals into OutputError, and nothing else that happens while writing.

    A failed write bears no file name; opening and renaming bear ours. Any other file's error is
    not an output error.
    """
    try:
        yield
    except OSError as error:
        if isinstance(error, BrokenPipeError) and path is None:
            raise
        if isinstance(error.filename, str) and not _beside(error.filename, path):
            raise
        raise refused(path, error) from error


def refused(path: Path | None, error: OSError) -> OutputError:
    """The system's refusal to write to a file, or to standard output, in words."""
    where = "standard output" if path is None else str(path)
    why = "it is closed" if error.errno == errno.EBADF else error.strerror or error
    return OutputError(f"can't write to {where}: {why}")


def _beside(name: str, path: Path | None) -> bool:
    """Whether the named file stands in the folder of `path`."""
    if path is None:
        return False
    return os.path.dirname(os.path.realpath(name)) == os.path.dirname(os.path.realpath(path))
