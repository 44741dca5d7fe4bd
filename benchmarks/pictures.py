"""The pictures of README and docs, as the command line draws them into a folder."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from typer.testing import CliRunner

from tracer.cli import application

FILES: dict[str, tuple[str, ...]] = {
    "mazur-forward.svg": ("run", "mazur"),
    "mazur-backward.svg": ("run", "mazur", "--view", "backward"),
    "apples-oranges.svg": ("graph", "apples-oranges"),
}
"""Each picture, and the command that draws it."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Draw all of them into a folder."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.pictures", description=__doc__)
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args(arguments).folder
    folder.mkdir(parents=True, exist_ok=True)
    for name in FILES:
        (folder / name).write_text(drawn(name), encoding="utf-8")


def drawn(name: str) -> str:
    """The picture's text, as the command prints it."""
    result = CliRunner().invoke(application(), [*FILES[name], "--format", "svg"])
    if result.exit_code:
        raise RuntimeError(result.output)
    return result.stdout


if __name__ == "__main__":
    main()
