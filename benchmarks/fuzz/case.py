"""A case: the words of a command line, what the files around it hold, and what is typed."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

_PLAIN = re.compile(r"[\w./+,:@#=-]+", re.ASCII)
_MANY = re.compile(rb"\d{5,}|\de\+?\d|0x[0-9a-f]", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Case:
    """One call of `bptrace` in a folder that holds `files`."""

    words: tuple[str, ...]
    files: Mapping[str, bytes] = field(default_factory=dict)
    typed: bytes = b""
    environment: Mapping[str, str] = field(default_factory=dict)

    def lay(self, folder: Path) -> None:
        """Write the files into the folder; names that no file can have are passed over."""
        for name, content in self.files.items():
            path = folder / name
            try:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content)
            except (OSError, ValueError):
                continue

    def takes_long(self) -> bool:
        """Whether somewhere a number is so large that the work may have no end."""
        said = [os.fsencode(word) for word in self.words if "\0" not in word]
        return any(_MANY.search(text) for text in (*said, self.typed, *self.files.values()))

    def __str__(self) -> str:
        lines = [f"# {name!a}: {content[:2000]!r}" for name, content in self.files.items()]
        lines += [f"# typed: {self.typed[:2000]!r}"] if self.typed else []
        words = [f"{name}={value[:2000]!a}" for name, value in self.environment.items()]
        words += [
            "bptrace",
            *(
                word if _PLAIN.fullmatch(word) else f"$'{ascii(word[:2000])[1:-1]}'"
                for word in self.words
            ),
        ]
        return "\n".join([*lines, " ".join(words)])
