"""Whole numbers that somebody typed, of a size that can be counted with.

Python refuses to read very long ones with an error of its own; here they are no numbers.
"""

from __future__ import annotations

MOST = 2**53
"""The largest count: up to here float64 holds every whole number."""

MOST_AT_ONCE = 10_000
"""So many iterations or results are held at once, where they aren't shown as they are calculated."""
_LONGEST = len(str(MOST))


def whole(text: str) -> int | None:
    """The whole number in the text, from 0 to `MOST`; None for any other text."""
    digits = text.lstrip("0") or text[-1:]
    if not text.isdecimal() or len(digits) > _LONGEST:
        return None
    return number if (number := int(digits)) <= MOST else None
