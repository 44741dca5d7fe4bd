"""A curve for the terminal: dots of braille, two by four a character, or stars in ASCII.

  0.1 ┤⠣⡀
 0.01 ┤ ⠈⠒⠤⣀
0.001 ┤     ⠉⠉⠒⠒⠒⠤⠤⠤⣀⣀
      └┬───────┬───────┬
       0      50     100  updates
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TypeAlias

from tracer.immutable import immutable
from tracer.language import message, say
from tracer.show.document import Lines, Notation, Role
from tracer.show.formats.layout import cell_width
from tracer.show.pictures.axes import Axis, count_axis, value_axis
from tracer.show.pictures.plot import Points

HEIGHT = 8
"""Lines of the curve itself."""
_WIDEST, _NARROWEST = 72, 16
"""Columns of the curve itself; in fewer none is drawn."""
_BRAILLE = 0x2800
_BITS = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))
"""The bit of each dot of a character, row by row."""
_INDENT = 2
_UNIT = message("updates")

Dots: TypeAlias = set[tuple[int, int]]
"""(column, row) of each dot that is set, counted from the upper left."""


@immutable
class Signs:
    """What is drawn with: `across` and `down` dots a character, and the signs of the axes."""

    across: int
    down: int
    character: Callable[[Dots, int, int], str]
    tick: str
    side: str
    corner: str
    mark: str
    line: str


def _braille(dots: Dots, column: int, row: int) -> str:
    bits = sum(
        bit
        for y, of_row in enumerate(_BITS)
        for x, bit in enumerate(of_row)
        if (2 * column + x, 4 * row + y) in dots
    )
    return chr(_BRAILLE + bits) if bits else " "


def _star(dots: Dots, column: int, row: int) -> str:
    return "*" if (column, row) in dots else " "


_UNICODE = Signs(2, 4, _braille, "┤", "│", "└", "┬", "─")
_ASCII = Signs(1, 1, _star, "+", "|", "+", "+", "-")


@immutable
class CurveSketch:
    """The curve of these points, as a picture of a document; `title` says what it shows."""

    title: str
    points: Points

    def __call__(self, notation: Notation, width: int | None, ascii: bool, /) -> Lines:
        """The lines; none where there is nothing to join or no room."""
        del notation
        return curve_lines(self.title, self.points, width, ascii=ascii)


def curve_lines(title: str, points: Points, width: int | None, *, ascii: bool = False) -> Lines:
    """The title, the curve with its axes, and the updates below it, in so many columns."""
    signs, values = _ASCII if ascii else _UNICODE, value_axis((x for _, x in points), ticks=5)
    labels = _labels(values)
    margin = _INDENT + max(map(len, labels.values()), default=0)
    beyond = cell_width(say(_UNIT)) + 2 + len(f"{points[-1][0]:,}") // 2 if points else 0
    columns = _WIDEST if width is None else min(_WIDEST, width - margin - 2 - beyond)
    if len(points) < 2 or columns < _NARROWEST:
        return []
    updates = count_axis(points[-1][0], ticks=columns // 12)
    dots = _joined(_placed(points, updates, values, columns * signs.across, HEIGHT * signs.down))
    said = say("{title} (log axis)", title=title) if values.log else title
    lines: list[Sequence[tuple[str, Role]]] = [[(said, "title")]]
    for row in range(HEIGHT):
        side = f"{labels.get(row, ''):>{margin}} {signs.tick if row in labels else signs.side}"
        drawn = "".join(signs.character(dots, column, row) for column in range(columns))
        lines.append([(side, "axis"), (drawn.rstrip(), "drawn")])
    lines += [[(line, "axis")] for line in _below(updates, columns, margin, signs)]
    return lines


def _labels(axis: Axis) -> dict[int, str]:
    """The labels of the ticks by the line on which they stand; no two on one."""
    found: dict[int, str] = {}
    for tick, label in zip(axis.ticks, axis.labels(), strict=True):
        found.setdefault(_dot(1 - (axis.place(tick) or 0.0), HEIGHT), label)
    return found


def _dot(place: float, count: int) -> int:
    """Which of so many dots in a row stands at a place from 0 to 1."""
    return min(count - 1, max(0, int(place * count)))


def _placed(
    points: Points, updates: Axis, values: Axis, width: int, height: int
) -> Iterator[tuple[int, int] | None]:
    """The dot of each point; None where the axis has no place for it."""
    for x, value in points:
        place = values.place(value)
        yield (
            None
            if place is None
            else (
                _dot(updates.place(x) or 0.0, width),
                _dot(1 - place, height),
            )
        )


def _joined(places: Iterator[tuple[int, int] | None]) -> Dots:
    """The dots and those on the straight lines between neighbours."""
    dots: Dots = set()
    before: tuple[int, int] | None = None
    for place in places:
        if place is not None:
            dots.update(_line(before or place, place))
        before = place
    return dots


def _line(begin: tuple[int, int], end: tuple[int, int]) -> Iterator[tuple[int, int]]:
    steps = max(abs(end[0] - begin[0]), abs(end[1] - begin[1]), 1)
    for step in range(steps + 1):
        x, y = (a + (b - a) * step / steps for a, b in zip(begin, end, strict=True))
        yield round(x), round(y)


def _below(axis: Axis, columns: int, margin: int, signs: Signs) -> Iterator[str]:
    """The axis of the updates: a line with marks, and the numbers below them."""
    at = [_dot(axis.place(tick) or 0.0, columns) for tick in axis.ticks]
    line = "".join(signs.mark if column in at else signs.line for column in range(columns))
    yield f"{'':>{margin}} {signs.corner}{line}"
    numbers = " " * (margin + 2 + columns + cell_width(say(_UNIT)))
    for column, label in zip(at, axis.labels(), strict=True):
        begin = max(0, min(margin + 2 + column - len(label) // 2, len(numbers) - len(label)))
        numbers = numbers[:begin] + label + numbers[begin + len(label) :]
    yield f"{numbers.rstrip()} {say(_UNIT)}"
