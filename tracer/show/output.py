"""Where results go: standard output, or a file that is written whole or not at all.

Used by the command line around every writer and exporter; opens nothing for reading.
"""

from __future__ import annotations

import errno
import io
import os
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, TextIO

from tracer.errors import OutputError, UsageError
from tracer.show.replacement import check_target, replacement, try_folder
from tracer.show.symbols import ENCODING_ERRORS
from tracer.spared import is_read
from tracer.visible import printable

_NOT_IN_NAMES = re.compile(r'[/\\:*?"<>|{}]')
_FIELD = re.compile(r"\{(.*?)\}")


def output_paths(
    pattern: Path | None, results: Sequence[Mapping[str, object]], option: str = "--output"
) -> list[Path | None]:
    """The file of each result: the pattern with its fields filled in; None for standard output.

    A result's mapping says what stands for `{name}`, `{seed}`, …; `option` is what they were named by.

    Raises:
        UsageError: an unknown field, or one file for several results.
    """
    if pattern is None and len(results) == 1:
        return [None]
    paths = [_filled(str(pattern or ""), fields, option) for fields in results]
    if len(set(paths)) < len(paths):
        fields = " or ".join(f"{{{field}}}" for field in results[0])
        raise UsageError(
            f"{len(results)} results need {len(results)} files",
            f"name them with {option}, and {fields} in the name",
        )
    return [Path(path) for path in paths]


def is_one_file(pattern: Path | None, *, always: bool = False) -> bool:
    """Whether the pattern names one file for all results; `always`: standard output is one, too."""
    return always if pattern is None else not _FIELD.search(str(pattern))


def _filled(pattern: str, fields: Mapping[str, object], option: str) -> str:
    def value(found: re.Match[str]) -> str:
        if found[1] not in fields:
            known = ", ".join(f"{{{field}}}" for field in fields)
            raise UsageError(f"{option} {pattern}: there is no {found[0]}", f"there is {known}")
        return str(fields[found[1]])

    return _FIELD.sub(value, pattern)


def safe_name(text: str) -> str:
    """The text as a part of a file's name, which leads to no other folder: `a/../b` → `a_.._b`."""
    name = _NOT_IN_NAMES.sub("_", printable(text)).strip()
    return f"_{name}" if name.startswith(".") or not name else name


def check_free(paths: Sequence[Path | None], force: bool) -> None:
    """OutputError where one of the files could not be written; before long work."""
    tried: set[Path] = set()
    for path in paths:
        if path is not None and str(path) != "-":
            with _worded(path):
                if not _is_place(path):
                    folder = check_target(path, force).parent
                    if folder not in tried:
                        try_folder(folder)
                    tried.add(folder)


@contextmanager
def open_output(
    path: Path | None, force: bool = False, *, over_input: bool = False
) -> Iterator[TextIO]:
    """A stream for text: standard output for None or `-`, else the file, in UTF-8.

    The file appears when the block ends well, and not before; an existing one is replaced only with
    `force`, and keeps its permissions; one that the command has read only with `over_input`. When the
    reader of standard output has gone (`| head`), what is still written is dropped without a word.
    Raises OutputError where it can't be written.
    """
    if path is None or str(path) == "-":
        with _standard_output() as stream:
            yield stream
        return
    with _bytes(path, force, over_input) as file:
        text = io.TextIOWrapper(file, "utf-8", ENCODING_ERRORS, newline="")
        yield text
        text.flush()
        text.detach()


@contextmanager
def open_binary_output(path: Path, force: bool = False) -> Iterator[BinaryIO]:
    """A stream for bytes into a file, which appears and is replaced as by `open_output`."""
    with _bytes(path, force, over_input=False) as file:
        yield file


@contextmanager
def _bytes(path: Path, force: bool, over_input: bool) -> Iterator[BinaryIO]:
    if not over_input and is_read(path):
        raise OutputError(f"{path} is what is read", "name another file")
    with _worded(path):
        if _is_place(path):
            with path.open("wb") as file:
                yield file
        else:
            with replacement(path, force) as file:
                yield file


def _is_place(path: Path) -> bool:
    """Whether this is where bytes go by themselves: /dev/null, a named pipe."""
    return path.exists() and not path.is_file() and not path.is_dir()


def check_targets(targets: Mapping[str, Path | None], force: bool) -> None:
    """Before there is any work: whether the files can be written, each for itself.

    `targets`: options and their files; `-` is standard output, None is nothing.

    Raises:
        OutputError: what can be said beforehand of a file that can't be written; one for two results.
    """
    found: dict[str, tuple[str, Path]] = {}
    for option, path in targets.items():
        if path is None:
            continue
        with _worded(path):
            if str(path) == "-":
                place = "standard output"
            elif _is_place(path):
                continue
            else:
                target = check_target(path, force)
                try_folder(target.parent)
                place = str(target)
        if place in found:
            other, first = found[place]
            raise OutputError(
                f"{other} {first} and {option} {path} are both {place}", "name two files"
            )
        found[place] = option, path


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
