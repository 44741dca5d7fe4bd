"""Rounding at every step: fast, and exactly what is done on paper."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracer.digits.numbers import RoundingMode
from tracer.digits.rounding import Rounding, parse_rounding
from tracer.errors import UsageError

MODES = st.sampled_from(["half-up", "half-even", "cut"])
ROUNDINGS = st.builds(Rounding, st.integers(1, 15), st.booleans(), MODES)


@given(ROUNDINGS, st.floats())
def test_the_fast_way_gives_what_the_exact_way_gives(rounding: Rounding, value: float) -> None:
    fast, exact = rounding.function()(value), rounding.exact(value)
    assert fast == exact or (math.isnan(fast) and math.isnan(exact))


@given(ROUNDINGS, st.integers(-(10**6), 10**6), st.integers(1, 8))
def test_ties_go_where_the_mode_says(rounding: Rounding, whole: int, decimals: int) -> None:
    value = float(f"{whole}.5e-{decimals}")
    assert rounding.function()(value) == rounding.exact(value)


def test_half_goes_up_or_to_the_even_digit() -> None:
    assert Rounding(2).function()(0.285) == 0.29
    assert Rounding(2, mode="half-even").function()(0.285) == 0.28
    assert Rounding(2).function()(-0.285) == -0.29
    assert Rounding(3, significant=True).function()(0.0021465) == 0.00215


def test_cutting_off_goes_towards_zero() -> None:
    cut = Rounding(2, mode="cut")
    assert cut.function()(0.289) == 0.28
    assert cut.function()(-0.289) == -0.28
    assert cut.function()(0.29) == 0.29  # 28.999999999999996 hundredths in floats
    assert math.copysign(1, cut.function()(-0.009)) == 1  # no minus before a zero
    three = Rounding(3, significant=True, mode="cut").function()
    assert three(0.0021469) == 0.00214
    assert three(9.999) == 9.99


@given(st.integers(-(10**5), 10**5), st.integers(-(10**5), 10**5), st.integers(1, 7), MODES)
def test_sums_of_decimals_are_decimals(a: int, b: int, decimals: int, mode: RoundingMode) -> None:
    x, y, right = (float(f"{whole}e-{decimals}") for whole in (a, b, a + b))
    assert Rounding(decimals, mode=mode).function()(x + y) == right


def test_a_tie_that_floats_miss_is_a_tie() -> None:
    assert 0.25 * 0.05 + 0.3 * 0.1 + 0.35 < 0.3925
    assert Rounding(3).function()(0.25 * 0.05 + 0.3 * 0.1 + 0.35) == 0.393


def test_tiny_numbers_are_not_taken_for_zero() -> None:
    assert Rounding(4, significant=True, mode="cut").function()(1.23987e-17) == 1.239e-17
    assert Rounding(4, significant=True).function()(1.23987e-17) == 1.24e-17


def test_arrays_keep_their_shape() -> None:
    rounded = Rounding(1).array(np.array([[0.14, 0.16], [np.inf, -2.25]]))
    assert rounded.tolist() == [[0.1, 0.2], [math.inf, -2.3]]


@pytest.mark.parametrize(
    ("text", "rounding"),
    [("4dp", Rounding(4)), (" 3SF ", Rounding(3, significant=True)), ("0dp", Rounding(0))],
)
def test_it_is_read_as_it_is_written(text: str, rounding: Rounding) -> None:
    assert parse_rounding(text) == rounding
    assert str(rounding) == text.strip().lower()


@pytest.mark.parametrize("text", ["", "4", "dp", "0sf", "16dp", "-1dp", "4 dp", "4df"])
def test_what_cannot_be_rounded_to_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="cannot round to"):
        parse_rounding(text)


def test_a_unit_is_one_of_the_last_digit_kept() -> None:
    assert Rounding(4).unit(12.3) == 1e-4
    assert Rounding(4, significant=True).unit(0.03851) == 1e-5
    assert Rounding(4, significant=True).unit(3851.0) == 1.0
    assert Rounding(4, significant=True).unit(0.0) == 1.0


def test_it_says_itself_in_words() -> None:
    assert Rounding(1).words == "1 decimal"
    assert Rounding(4, significant=True).words == "4 significant digits"
    assert Rounding(4).done == "rounded to 4 decimals"
    assert Rounding(4, mode="cut").done == "cut off after 4 decimals"
