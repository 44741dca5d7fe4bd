"""The bundled examples: where their files are and what they are called.

They are the top-level `configs/` of a checkout, and `tracer/configs/` in an installed wheel.
Nothing is parsed here, so that listing the examples stays instant.
"""

from __future__ import annotations

import os
from pathlib import Path

from tracer.errors import BptraceError, did_you_mean
from tracer.immutable import immutable

_PACKAGE = Path(__file__).resolve().parent


@immutable
class Example:
    """A bundled example: the name to type, and its file."""

    name: str
    path: Path

    def title(self) -> str:
        """The text of the file's `title:` line, or the name where there is none."""
        with self.path.open(encoding="utf-8") as lines:
            for line in lines:
                if line.startswith("title:"):
                    return line.removeprefix("title:").strip()
        return self.name


def examples() -> tuple[Example, ...]:
    """All bundled examples, by name."""
    installed = _PACKAGE / "configs"
    folder = installed if installed.is_dir() else _PACKAGE.parent / "configs"
    paths = sorted(folder.glob("*.yaml"), key=lambda path: path.stem)
    return tuple(Example(path.stem, path) for path in paths)


def find(name: str) -> Path | None:
    """The file of the example called `name`, or None."""
    return next((example.path for example in examples() if example.name == name), None)


def file_of(config: str | Path) -> Path:
    """The file that a path or the name of an example means; a file goes before an example.

    Raises:
        BptraceError: there is neither.
    """
    if os.path.exists(config):  # which says no, too, where a name is none that a file can have
        return Path(config)
    found = find(str(config))
    if found is None:
        known = [example.name for example in examples()]
        hint = did_you_mean(str(config), known) or "`bptrace examples` lists the bundled ones"
        raise BptraceError(f"there is no file or bundled example '{config}'", hint)
    return found
