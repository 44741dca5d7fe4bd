"""The dialect of a file of answers, decided once and from its content: what cuts a line into cells.

YAML and JSON are no dialect: `tracer.diagnose.answers.tree` reads them. Everything else is a name and
a number a line, and a row of `_DIALECTS` says how people type that.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from tracer.diagnose.answers.model import Spot
from tracer.digits.numbers import COMMA, THOUSANDS, with_point
from tracer.errors import ConfigError
from tracer.immutable import immutable

_TREE = re.compile(r"\s*[\[{]|- |---|.*:(\s|$)")
_EQUAL = re.compile("[=≈]")
_RULE = re.compile(r"\s*\|(\s*:?-+:?\s*\|)+\s*")
_POINT = re.compile(r"[+\-−]?\d*\.\d+(e[+-]?\d+)?", re.ASCII | re.IGNORECASE)


@immutable
class Dialect:
    """`separator` cuts a line that `line` matches; `expected` says how one is written.

    Between the first and the last = of a line stands how the number came about.

    `decimal_comma`: the numbers of this file have commas, and none has a point.
    """

    separator: str
    line: re.Pattern[str]
    expected: str
    decimal_comma: bool = False

    def cells(self, line: str) -> list[str]:
        """The cells of a line that has no quotes, without spaces around."""
        match self.separator:
            case "|":
                inner = line.strip().removeprefix("|").removesuffix("|")
                return [cell.strip().strip("`").strip() for cell in inner.split("|")]
            case " ":
                return [*_without_remark(line).split(maxsplit=1), "", ""][:2]
            case "=":
                name, *rest = _EQUAL.split(_without_remark(line))
                return [name.strip(), rest[-1].strip()] if rest else [name]
        return [cell.strip().strip('"') for cell in line.split(self.separator)]

    def number(self, text: str) -> str:
        """A number with a point, whatever the mark is in this file."""
        return with_point(text, commas=self.decimal_comma)


_DIALECTS = (
    Dialect("|", re.compile(r"\s*\|"), "a row is | name | number |"),
    Dialect("=", re.compile(r"[^=≈]+[=≈]"), "a line is a name, = and a number"),
    Dialect(";", re.compile(r".+;"), "a line is a name, a semicolon and a number"),
    Dialect("\t", re.compile(r".*\S\s*\t"), "a line is a name, a tab and a number"),
    Dialect(
        " ", re.compile(r"\S*[^\s,]\s+[^\s,]\S*\s*$"), "a line is a name, a space and a number"
    ),
    Dialect(",", re.compile(r".+,"), "a line is a name, a comma and a number"),
)
"""The first that most lines fit is taken: `net_h1 = 0,3` has a comma too, but is none of CSV."""


def dialect_of(text: str, file: str) -> Dialect | None:
    """The dialect of the text; None for YAML and JSON.

    Raises:
        ConfigError: the lines are neither names with numbers nor YAML.
    """
    lines = [line for line in text.splitlines() if not is_remark(line)]
    if any(is_rule(line) for line in lines):
        lines = [line for line in lines if line.lstrip().startswith("|")]
    elif _is_tree(lines):
        return None
    fits = {row: sum(row.line.match(line) is not None for line in lines) for row in _DIALECTS}
    best = max(_DIALECTS, key=fits.__getitem__)
    others = [line for line in lines if not best.line.match(line) and len(line.split()) > 1]
    if not fits[best] or fits[best] < len(others):
        found = (others or lines)[0]
        message = f"found {_shortened(found)!r}, expected a name and a number"
        spot = Spot(file, text.splitlines().index(found) + 1, 1)
        raise ConfigError([spot.problem(message, "write net_h1: 0.3775")])
    cells = [cell for line in lines for cell in best.cells(line)[1:]]
    semicolons = best.separator == ";"
    return replace(best, decimal_comma=have_commas(cells, certain=semicolons))


def is_remark(line: str) -> bool:
    """Whether nothing stands in a line but spaces or a remark."""
    stripped = line.strip()
    return not stripped or stripped == "#" or stripped.startswith("# ")


def is_rule(line: str) -> bool:
    """Whether this is the line below the header of a Markdown table: `| --- | ---: |`."""
    return _RULE.fullmatch(line) is not None


def pipe_rows(lines: Sequence[str]) -> Iterator[tuple[int, str, bool]]:
    """The rows of Markdown tables with their places from 0, and whether each is a header."""
    for number, line in enumerate(lines):
        if line.lstrip().startswith("|") and not is_rule(line):
            yield number, line, number + 1 < len(lines) and is_rule(lines[number + 1])


def _is_tree(lines: Sequence[str]) -> bool:
    """Whether the first line is YAML's, and no more lines than are have an =."""
    if not lines or not _TREE.match(_without_remark(lines[0])):
        return not lines
    colons = sum(_TREE.match(_without_remark(line)) is not None for line in lines)
    return sum(_EQUAL.search(_without_remark(line)) is not None for line in lines) <= colons


def have_commas(numbers: Sequence[str], *, certain: bool = False) -> bool:
    """Whether these numbers have decimal commas, so that even `1,234` is 1.234 among them.

    None has a point, and, unless that is `certain`, not every comma could stand between thousands.
    """
    commas = [number for number in numbers if COMMA.fullmatch(number)]
    if not commas or any(_POINT.fullmatch(number) for number in numbers):
        return False
    return certain or not all(THOUSANDS.fullmatch(number) for number in commas)


def _without_remark(line: str) -> str:
    """`net_h1 = 0.3; # by hand` without what ends it; `net_h1#2` has no space before its #."""
    return re.sub(r"\s#\s.*", "", line).rstrip("; \t").lstrip()


def _shortened(line: str) -> str:
    return line.strip() if len(line) <= 40 else f"{line.strip()[:40]}…"
