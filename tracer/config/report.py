"""The problems of one file, gathered so that all of them are told at once."""

from __future__ import annotations

from pathlib import Path

from tracer.config.nodes import KeyPath, Node, Position, spell
from tracer.errors import ConfigError, Problem


class Report:
    """Gathers problems; `root` is the file's content, and says where a path stands."""

    def __init__(self, file: str, root: Node) -> None:
        self.file = file
        self.root = root
        self.problems: list[Problem] = []

    @property
    def folder(self) -> Path:
        """Where the paths in the file start."""
        return Path(self.file).parent

    def at(self, path: KeyPath, message: str, hint: str = "") -> None:
        """A problem with the value at `path`."""
        self._add(self.root.find(path).position, path, message, hint)

    def at_key(self, path: KeyPath, message: str, hint: str = "") -> None:
        """A problem with the key that `path` ends with."""
        self._add(self.root.position_of_key(path), path, message, hint)

    def raise_if_any(self) -> None:
        """ConfigError with every problem gathered so far; nothing when there is none."""
        if self.problems:
            raise ConfigError(self.problems)

    def _add(self, position: Position, path: KeyPath, message: str, hint: str) -> None:
        self.problems.append(Problem(self.file, *position, spell(path), message, hint))


def counted(number: int, one: str, several: str = "") -> str:
    """`1 row`, `3 rows`."""
    return f"{number} {one if number == 1 else several or one + 's'}"
