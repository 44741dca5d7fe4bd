"""Axes: linear or in powers of ten, with ticks at round numbers."""

from __future__ import annotations

import math
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tracer.show.pictures.axes import count_axis, value_axis

FINITE = st.floats(allow_nan=False, allow_infinity=False)


def test_an_axis_is_logarithmic_where_positive_numbers_span_decades() -> None:
    assert value_axis([0.01, 1.0]).log
    assert not value_axis([0.011, 1.0]).log
    assert not value_axis([-0.001, 1.0, 1000.0]).log
    assert value_axis([0.3, 0.003, 0.00003]).labels() == ["0.0001", "0.001", "0.01", "0.1"]


def test_zeros_have_no_place_on_a_logarithmic_axis_and_are_counted() -> None:
    axis = value_axis([0.0, 0.001, 1.0, 0.0])
    assert axis.log
    assert axis.left_out == 2
    assert axis.place(0.0) is None


@pytest.mark.parametrize(
    ("values", "labels"),
    [
        ([0.044, 0.957], ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]),
        ([-3, 0.3], ["-3", "-2", "-1", "0"]),
        ([5.0, 5.0], ["4.6", "4.8", "5.0", "5.2", "5.4"]),
        ([1e-9, 2e-9], ["1e-9", "1.2e-9", "1.4e-9", "1.6e-9", "1.8e-9", "2e-9"]),
        ([3, 29_990], ["10", "100", "1,000", "10,000"]),
        ([1e-5, 0.1], ["1e-5", "0.0001", "0.001", "0.01", "0.1"]),
    ],
)
def test_ticks_are_at_round_numbers(values: list[float], labels: list[str]) -> None:
    assert value_axis(values).labels() == labels


@pytest.mark.parametrize(
    ("last", "labels"),
    [(0, ["0", "1"]), (7, ["0", "2", "4", "6"]), (1208, ["0", "500", "1,000"])],
)
def test_updates_have_ticks_at_whole_numbers(last: int, labels: list[str]) -> None:
    assert count_axis(last).labels() == labels


@given(st.lists(FINITE, min_size=1))
@example([1.25e300])
@example([-1.7e308, 1.7e308])
def test_every_number_has_its_place_and_every_tick_too(values: list[float]) -> None:
    axis = value_axis(values)
    assert all((axis.place(x) is None) == (axis.log and x == 0) for x in values)
    assert all(axis.low * (1 - 1e-9) <= x <= axis.high for x in axis.ticks if axis.log)
    if max(map(abs, values)) < 1e300 and not axis.log:
        room = 1e-9 * (axis.high - axis.low)
        assert axis.low - room <= min(values) <= max(values) <= axis.high + room
        assert all(axis.low - room <= x <= axis.high + room for x in axis.ticks)
    assert 2 <= len(axis.ticks) <= 12
    assert len(set(axis.labels())) == len(axis.ticks)


@given(st.lists(FINITE, min_size=2, unique=True))
def test_larger_numbers_stand_higher(values: list[float]) -> None:
    axis = value_axis(values)
    places = [axis.place(x) for x in sorted(values) if x or not axis.log]
    assert all(a <= b + 1e-12 for a, b in pairwise(places) if a and b)


def test_a_logarithmic_axis_has_equal_steps_for_equal_factors() -> None:
    axis = value_axis([1e-6, 1.0])
    places = [axis.place(10.0**k) or math.nan for k in range(-6, 1)]
    steps = [b - a for a, b in pairwise(places)]
    assert steps == pytest.approx([steps[0]] * 6)
