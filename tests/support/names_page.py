"""docs/names.md: the spellings that it promises."""

from __future__ import annotations

import re
from pathlib import Path

_PAGE = Path(__file__).parent.parent.parent / "docs" / "names.md"


def spellings(heading: str) -> list[tuple[str, str]]:
    """(canonical name, spelling) of each row of the table under that heading of the page."""
    text = _PAGE.read_text(encoding="utf-8")
    part = text.split(f"\n## {heading}\n")[1].split("\n## ")[0]
    rows = re.findall(r"^\| `([^`]+)` \|(?:.* \|)? (`.*) \|$", part, re.MULTILINE)
    found = [(name, text) for name, also in rows for text in re.findall("`([^`]+)`", also)]
    assert found, f"no table under {heading}"
    return found
