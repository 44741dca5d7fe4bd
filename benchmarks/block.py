"""The block of a page that a program writes: what stands between two lines of comment."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

END = "<!-- until here -->"


def put(page: Path, begin: str, lines: Sequence[str]) -> None:
    """Put the lines between the page's markers, `begin` and the next `END`."""
    text = page.read_text(encoding="utf-8")
    before, found, rest = text.partition(begin)
    _, end, after = rest.partition(END)
    if not (found and end):
        sys.exit(f"{page} has no lines {begin} and {END}")
    page.write_text("\n".join([before + begin, *lines, "", END]) + after, encoding="utf-8")
