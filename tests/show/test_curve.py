"""A curve of characters: its dots are where the numbers are."""

from __future__ import annotations

import math

import pytest

from support.notations import PlainNotation
from tracer.show.document import Lines
from tracer.show.pictures.axes import count_axis, value_axis
from tracer.show.pictures.curve import HEIGHT, CurveSketch, curve_lines

FALLING = [(k, 0.3 * math.exp(-k / 12)) for k in range(101)]
WAVE = [(k, math.sin(k / 9)) for k in range(101)]


def text(lines: Lines) -> list[str]:
    return ["".join(span for span, _ in line) for line in lines]


def drawn(lines: Lines) -> list[str]:
    """The characters of the curve itself, line by line."""
    return [span for line in lines for span, role in line if role == "drawn"]


def dots(lines: Lines) -> set[tuple[int, int]]:
    """The dots of the braille signs, counted from the upper left."""
    order = [(0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2), (0, 3), (1, 3)]
    return {
        (2 * column + x, 4 * row + y)
        for row, line in enumerate(drawn(lines))
        for column, sign in enumerate(line)
        if sign != " "
        for bit, (x, y) in enumerate(order)
        if (ord(sign) - 0x2800) >> bit & 1
    }


@pytest.mark.parametrize("points", [FALLING, WAVE])
def test_the_dots_of_braille_are_at_the_numbers(points: list[tuple[int, float]]) -> None:
    found = dots(curve_lines("loss", points, None))
    updates, values = count_axis(100), value_axis([x for _, x in points], 5)
    width, height = 2 * 72, 4 * HEIGHT
    for k, value in points:
        x, y = (updates.place(k) or 0.0) * width, (1 - (values.place(value) or 0.0)) * height
        near = {(int(x) + dx, int(y) + dy) for dx in (-1, 0) for dy in (-1, 0, 1)}
        assert near & found, (k, value)
    assert len({x for x, _ in found}) == width  # without a gap


def test_stars_stand_where_ascii_is_all_there_is() -> None:
    lines = curve_lines("loss", FALLING, 60, ascii=True)
    assert all(line.isascii() for line in text(lines))
    columns = max(map(len, drawn(lines)))
    values = value_axis([x for _, x in FALLING], 5)
    for k, value in FALLING[::10]:
        row = min(HEIGHT - 1, int((1 - (values.place(value) or 0.0)) * HEIGHT))
        column = min(columns - 1, int(k / 100 * columns))
        assert drawn(lines)[row].ljust(columns)[column] == "*", k


def test_the_axes_say_what_they_are() -> None:
    first, *rest, below, numbers = text(curve_lines("The loss", FALLING, None))
    assert first == "The loss (log axis)"
    ticks = [line.partition("┤")[0].strip() for line in rest if "┤" in line]
    assert ticks == ["0.1", "0.01", "0.001", "0.0001"]
    assert below.count("┬") == 6
    assert numbers.split() == ["0", "20", "40", "60", "80", "100", "updates"]
    assert text(curve_lines("wave", WAVE, None))[0] == "wave"


@pytest.mark.parametrize("width", [36, 40, 60, 80, 100])
@pytest.mark.parametrize("ascii", [False, True])
def test_no_line_is_wider_than_the_terminal(width: int, ascii: bool) -> None:
    lines = text(curve_lines("loss", FALLING, width, ascii=ascii))
    assert len(lines) == HEIGHT + 3
    assert max(map(len, lines)) <= width


def test_nothing_is_drawn_of_one_number_or_without_room() -> None:
    assert curve_lines("loss", FALLING[:1], 80) == []
    assert curve_lines("loss", FALLING, 20) == []
    assert CurveSketch("loss", FALLING)(PlainNotation(), 20, False) == []


def test_a_zero_is_a_gap_on_a_logarithmic_axis() -> None:
    points = [(k, 0.0 if 40 <= k < 60 else 10.0 ** -(k % 4)) for k in range(100)]
    columns = {x // 2 for x, _ in dots(curve_lines("loss", points, None))}
    assert not columns & set(range(31, 42))
    assert {5, 25, 50, 70} <= columns
