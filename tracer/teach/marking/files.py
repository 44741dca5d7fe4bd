"""The files of a class: single ones, those in folders, those in zip files.

From what the teacher names to `Source`s. Nothing is unpacked: members of a zip file are read into
memory, so that a path in one is only a name; how many there are, and how large, has limits. A link in
a folder that leads out of it is left alone.
"""

from __future__ import annotations

import io
import os
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path, PurePosixPath

from tracer.config.files import STANDARD_INPUT, open_bytes, read_standard_input
from tracer.errors import BptraceError, ConfigError, Problem
from tracer.immutable import immutable

MOST_FILES = 10_000
"""Files in what was named, folders and zip files together."""
MOST_BYTES = 32 << 20
"""Of one file, unpacked."""
MOST_UNPACKED = 512 << 20
"""Of all zip files together."""
_DEEPEST = 3
_STANDARD_INPUT = "-"
_ZIP = ".zip"
_LITTER = frozenset({"__macosx", "thumbs.db", "desktop.ini"})
_ENCRYPTED = 0x1
_BROKEN = (
    zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError, OSError,
)  # fmt: skip


@immutable
class Source:
    """A file: `path` below what was named, `shown` its name in problems; `read` gives its content.

    `disk`: where it lies, if not in a zip file.
    """

    path: PurePosixPath
    shown: str
    read: Callable[[], bytes]
    disk: Path | None = None


@dataclass
class Gathering:
    """Gathers files within the limits; what can't be read goes to `problems`."""

    problems: list[Problem] = field(default_factory=list)
    files: int = 0
    unpacked: int = 0

    def sources(self, named: Iterable[Path]) -> list[list[Source]]:
        """The files of everything named, in the order of their names.

        Raises:
            BptraceError: something named doesn't exist; or there are too many files.
        """
        return [list(self._named(path)) for path in named]

    def _named(self, path: Path) -> Iterator[Source]:
        if str(path) == _STANDARD_INPUT:
            content = read_standard_input()
            yield Source(PurePosixPath("stdin"), STANDARD_INPUT, lambda: content)
        elif os.path.isdir(path):
            yield from self._folder(path)
        elif not os.path.exists(path):
            raise BptraceError(f"there is no file or folder '{path}'", "name files, folders, zips")
        elif path.suffix.casefold() == _ZIP:
            yield from self._zip_file(path, PurePosixPath())
        else:
            yield self._file(path, PurePosixPath(path.name))

    def _folder(self, folder: Path) -> Iterator[Source]:
        root = folder.resolve()
        for place, folders, names in os.walk(folder):
            folders[:] = sorted(name for name in folders if not is_litter(name))
            for name in sorted(names):
                path = Path(place, name)
                if is_litter(name) or not self._is_inside(path, root):
                    continue
                below = PurePosixPath(path.relative_to(folder).as_posix())
                if path.suffix.casefold() == _ZIP:
                    yield from self._zip_file(path, below.with_suffix(""))
                else:
                    yield self._file(path, below)

    def _is_inside(self, path: Path, root: Path) -> bool:
        """Whether it is a file, and no link that leads out of the folder."""
        if path.is_symlink() and not os.path.exists(path):
            self._complain(str(path), "a link to nothing", "copy the file into the folder")
            return False
        if path.is_symlink() and not path.resolve().is_relative_to(root):
            self._complain(str(path), "a link out of the folder", "copy the file into it")
            return False
        return path.is_file()

    def _file(self, path: Path, below: PurePosixPath) -> Source:
        self._count(str(path))
        return Source(below, str(path), lambda: _content(path), path)

    def _zip_file(self, path: Path, below: PurePosixPath) -> Iterator[Source]:
        try:
            content = _content(path)
        except ConfigError as error:
            self.problems += error.problems
            return
        yield from self._zip(content, str(path), below, 1)

    def _zip(
        self, content: bytes, shown: str, below: PurePosixPath, depth: int
    ) -> Iterator[Source]:
        try:
            archive = zipfile.ZipFile(io.BytesIO(content))
        except _BROKEN:
            self._complain(shown, "this zip file is broken", "download it again")
            return
        with archive:
            for info in sorted(archive.infolist(), key=lambda info: info.filename):
                parts = _parts(info.filename)
                if info.is_dir() or not parts or any(map(is_litter, parts)):
                    continue
                self._count(shown)
                yield from self._member(archive, info, shown, below.joinpath(*parts), depth)

    def _member(
        self,
        archive: zipfile.ZipFile,
        info: zipfile.ZipInfo,
        shown: str,
        below: PurePosixPath,
        depth: int,
    ) -> Iterator[Source]:
        name = f"{shown}:{PurePosixPath(*_parts(info.filename))}"
        content, problem = self._unpacked(archive, info, name)
        if problem is not None:
            yield Source(below, name, partial(_refuse, problem))
        elif below.suffix.casefold() != _ZIP:
            yield Source(below, name, lambda: content)
        elif depth < _DEEPEST:
            yield from self._zip(content, name, below.with_suffix(""), depth + 1)
        else:
            self._complain(name, f"zip files within zip files, {_DEEPEST} deep", "unpack them")

    def _unpacked(
        self, archive: zipfile.ZipFile, info: zipfile.ZipInfo, name: str
    ) -> tuple[bytes, Problem | None]:
        """The content of a member, or what is wrong with it, which its student's row will say."""
        if info.flag_bits & _ENCRYPTED:
            return b"", _problem(name, "it is encrypted", "unpack it with its password first")
        try:
            with archive.open(info) as stream:
                content = stream.read(MOST_BYTES + 1)
        except _BROKEN as error:
            return b"", _problem(name, f"it can't be unpacked: {error}", "download it again")
        self.unpacked += len(content)
        if self.unpacked > MOST_UNPACKED:
            raise BptraceError(
                f"{name}: more than {MOST_UNPACKED >> 20} MB when all is unpacked",
                "this isn't a class's answers",
            )
        return content, _problem(name, *_TOO_LARGE) if len(content) > MOST_BYTES else None

    def _count(self, shown: str) -> None:
        self.files += 1
        if self.files > MOST_FILES:
            raise BptraceError(
                f"{shown}: more than {MOST_FILES:,} files", "name the folder with the answers alone"
            )

    def _complain(self, shown: str, message: str, hint: str) -> None:
        self.problems.append(_problem(shown, message, hint))


def _problem(shown: str, message: str, hint: str) -> Problem:
    return Problem(shown, 0, 0, "", message, hint)


def _refuse(problem: Problem) -> bytes:
    raise ConfigError([problem])


_TOO_LARGE = (
    f"more than {MOST_BYTES >> 20} MB",
    "answers are text, or the arrays of a small network",
)


def is_litter(name: str) -> bool:
    """Whether the system has put the file or folder there, and nobody means it: `.DS_Store`."""
    return name.startswith(".") or name.casefold() in _LITTER


def _parts(name: str) -> list[str]:
    """The names in the path of a member, without what would lead out of its folder."""
    return [part for part in name.replace("\\", "/").split("/") if part not in ("", ".", "..")]


def _content(path: Path) -> bytes:
    """The file's content; ConfigError where it is too large, or can't be read."""
    limit = MOST_UNPACKED if path.suffix.casefold() == _ZIP else MOST_BYTES
    with open_bytes(path, str(path)) as stream:
        content = stream.read(limit + 1)
    if len(content) > limit:
        raise ConfigError([_problem(str(path), *_TOO_LARGE)])
    return content
