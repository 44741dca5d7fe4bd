"""Lines of a program that are no longer than `WIDTH`: broken at spaces, within brackets."""

from __future__ import annotations

from collections.abc import Sequence

WIDTH = 100
INDENT = "    "


def pieces(text: str, width: int) -> list[str]:
    """The text in lines of at most so many letters, broken at its spaces."""
    return packed(text.split(" "), " ", width)


def packed(items: Sequence[str], between: str, width: int) -> list[str]:
    """The items in lines of at most so many letters, none of them broken."""
    lines: list[str] = []
    for item in items:
        if lines and len(lines[-1]) + len(between) + len(item) <= width:
            lines[-1] += f"{between}{item}"
        else:
            lines.append(item)
    return lines


def broken(line: str, indent: str) -> list[str]:
    """The line, its rest further in where it is too long."""
    if len(indent) + len(line) <= WIDTH:
        return [indent + line]
    first, *rest = pieces(line, WIDTH - len(indent) - len(INDENT))
    return [indent + first, *(indent + INDENT + more for more in rest)]


def spread(before: str, items: Sequence[str], after: str, indent: str) -> list[str]:
    """before item, item after: on one line, or the items on lines of their own further in."""
    line = f"{before}{', '.join(items)}{after}"
    if len(indent) + len(line) <= WIDTH:
        return [indent + line]
    inner = indent + INDENT
    rows = packed([f"{item}," for item in items], " ", WIDTH - len(inner))
    return [indent + before.rstrip(), *(inner + row for row in rows), indent + after.lstrip()]


def without_gap(lines: list[str]) -> list[str]:
    """The lines without a blank one at the beginning."""
    return lines[1:] if lines and not lines[0] else lines


def bracketed(before: str, source: str, indent: str) -> list[str]:
    """before source; in brackets over several lines of Python where it is too long for one."""
    if len(indent) + len(before) + len(source) <= WIDTH:
        return [f"{indent}{before}{source}"]
    rows = pieces(source, WIDTH - len(indent) - len(INDENT))
    return [f"{indent}{before}(", *(f"{indent}{INDENT}{row}" for row in rows), f"{indent})"]
