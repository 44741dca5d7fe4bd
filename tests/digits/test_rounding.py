"""Rounding at every step: fast, and exactly what is done on paper."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tracer.digits.rounding import Rounding, parse_rounding
from tracer.errors import UsageError

MODES = st.sampled_from(["half-up", "half-even"])
ROUNDINGS = st.builds(Rounding, st.integers(1, 15), st.booleans(), MODES)


@settings(deadline=None, max_examples=300)
@given(ROUNDINGS, st.floats())
def test_the_fast_way_gives_what_the_exact_way_gives(rounding: Rounding, value: float) -> None:
    fast, exact = rounding.function()(value), rounding.exact(value)
    assert fast == exact or (math.isnan(fast) and math.isnan(exact))


@settings(deadline=None, max_examples=300)
@given(ROUNDINGS, st.integers(-(10**6), 10**6), st.integers(1, 8))
def test_ties_go_where_the_mode_says(rounding: Rounding, whole: int, decimals: int) -> None:
    value = float(f"{whole}.5e-{decimals}")
    assert rounding.function()(value) == rounding.exact(value)


def test_half_goes_up_or_to_the_even_digit() -> None:
    assert Rounding(2).function()(0.285) == 0.29
    assert Rounding(2, mode="half-even").function()(0.285) == 0.28
    assert Rounding(2).function()(-0.285) == -0.29
    assert Rounding(3, significant=True).function()(0.0021465) == 0.00215


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
