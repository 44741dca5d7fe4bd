"""Bars of characters: their lengths are the numbers' logarithms."""

from __future__ import annotations

import math

import pytest

from support.cli import ended, forked, run
from support.notations import PlainNotation
from tracer.show.pictures.bars import BarSketch, bar_of

EIGHTHS = " ▏▎▍▌▋▊▉█"


def length(bar: str) -> float:
    """The bar's length in columns."""
    return sum(EIGHTHS.index(sign) / 8 for sign in bar)


@pytest.mark.parametrize("value", [0.001, 0.0013, 0.02, 0.3, 0.9, 1.0])
def test_a_bar_is_as_long_as_the_logarithm_says(value: float) -> None:
    expected = max(1 / 8, 40 * math.log10(value / 0.001) / 3)
    assert length(bar_of(value, 0.001, 1.0, 40)) == pytest.approx(expected, abs=1 / 16 + 1e-9)
    stars = bar_of(value, 0.001, 1.0, 40, ascii=True)
    assert stars == "#" * max(1, round(40 * math.log10(value / 0.001) / 3))


def test_zero_has_no_bar() -> None:
    assert bar_of(0.0, 0.001, 1.0, 40) == ""
    lines = BarSketch("Sizes", [("a", 0.0), ("b", 0.02)])(PlainNotation(), 60, False)
    assert [span for span, role in lines[1] if role == "drawn"] == [""]
    assert lines[0][0][0] == "Sizes (log scale, from 0.01)"


def test_nothing_is_drawn_without_room_or_numbers() -> None:
    assert BarSketch("Sizes", [("a", 1.0)])(PlainNotation(), 14, False) == []
    assert BarSketch("Sizes", [("a", 0.0)])(PlainNotation(), 80, False) == []
    assert BarSketch("Sizes", [])(PlainNotation(), 80, False) == []


def test_the_layers_have_bars_on_a_terminal_and_none_in_a_pipe() -> None:
    child = forked("run", "mazur", "--view", "layers")
    assert ended(child) == 0
    assert "Sizes as bars (log scale, from 0.001)" in child.before
    assert "█" in child.before
    assert "\n\n\n" not in child.before.replace("\r", "")
    piped = run("run", "mazur", "--view", "layers").stdout
    assert "bars" not in piped
    assert "\n\n\n" not in piped
