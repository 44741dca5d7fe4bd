from __future__ import annotations

from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracer.digits.numbers import NumberFormat, RoundingMode, Written, round_decimal
from tracer.show.notation.latex import latex_number
from tracer.show.notation.mathml import mathml_number

FINITE = st.floats(allow_nan=False, allow_infinity=False)


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0.3775, "0.377500000"),
        (0.00043856773447434685, "0.000438568"),
        (0.000001234, "0.000001234"),
        (3.510187782979e-08, "3.510187783e-08"),
        (-3.510187782979e-08, "-3.510187783e-08"),
        (715.0, "715.000000000"),
        (0.0, "0.000000000"),
        (-0.0, "0.000000000"),
        (2e20, "2.000000000e+20"),
        (float("nan"), "nan"),
    ],
)
def test_nine_decimals_or_scientific_where_they_show_too_little(value: float, shown: str) -> None:
    assert NumberFormat().text(value) == shown


def test_few_decimals_asked_for_are_enough() -> None:
    assert NumberFormat(digits=2).text(0.3775) == "0.38"
    assert NumberFormat(digits=2).text(0.0021) == "2.10e-03"
    assert NumberFormat(digits=4).text(0.0365) == "0.0365"
    assert NumberFormat(digits=6).text(0.0000365) == "0.000036"
    assert NumberFormat(digits=0).text(12.4) == "12"


@pytest.mark.parametrize(
    ("value", "shown"),
    [(0.5, "0.500"), (123456.0, "1.23e+05"), (123.4, "123"), (-0.0, "0"), (3.51e-7, "3.51e-07")],
)
def test_significant_digits_are_all_shown(value: float, shown: str) -> None:
    assert NumberFormat(significant=3).text(value) == shown


@given(FINITE)
def test_without_a_count_the_text_gives_the_number_back(value: float) -> None:
    shown = NumberFormat(digits=None).text(value)
    assert float(shown) == value


@given(st.floats(-1e300, 1e300), st.integers(0, 12))
def test_what_is_shown_is_near(value: float, digits: int) -> None:
    style = NumberFormat(digits)
    shown = style.text(value)
    assert float(shown) == pytest.approx(value, rel=0.5, abs=0.5 * 10.0**-digits)
    ElementTree.fromstring(mathml_number(style.text(value)))


def test_scientific_notation_in_every_format() -> None:
    style = NumberFormat(significant=3)
    assert latex_number(style.text(-3.51e-5)) == r"-3.51 \times 10^{-5}"
    element = ElementTree.fromstring(mathml_number(style.text(-3.51e-5)))
    assert "".join(element.itertext()) == "−3.51×10−5"
    assert mathml_number(style.text(0.5)) == "<mn>0.500</mn>"
    assert latex_number(style.text(0.5)) == "0.500"


@pytest.mark.parametrize(
    ("value", "decimals", "significant", "mode", "rounded"),
    [
        (0.285, 2, None, "half-up", 0.29),
        (-0.285, 2, None, "half-up", -0.29),
        (0.285, 2, None, "half-even", 0.28),
        (2.5, 0, None, "half-up", 3.0),
        (-2.59, 1, None, "cut", -2.5),
        (1299.0, None, 2, "cut", 1200.0),
        (0.0554 - 0.0191, 4, None, "cut", 0.0363),
        (2.5, 0, None, "half-even", 2.0),
        (9.996, None, 3, "half-up", 10.0),
        (0.00043856773, None, 4, "half-up", 0.0004386),
        (1234.0, None, 2, "half-up", 1200.0),
        (1e300, 9, None, "half-up", 1e300),
        (5e-324, 4, None, "half-up", 0.0),
        (0.1 + 0.2, None, None, "half-up", 0.1 + 0.2),
        (float("inf"), 2, None, "half-up", float("inf")),
        (0.0, None, 3, "half-up", 0.0),
    ],
)
def test_rounding_is_that_of_the_decimal_on_paper(
    value: float, decimals: int | None, significant: int | None, mode: RoundingMode, rounded: float
) -> None:
    assert round_decimal(value, decimals, significant, mode) == rounded


@pytest.mark.parametrize(
    ("text", "value", "decimals", "significant", "unit"),
    [
        ("0.3850", 0.385, 4, 4, 0.0001),
        ("12", 12.0, 0, 2, 1.0),
        ("3.5e-5", 3.5e-5, 6, 2, 1e-6),
        ("1E3", 1000.0, 0, 1, 1000.0),
        ("+.5", 0.5, 1, 1, 0.1),
        ("−0.019", -0.019, 3, 2, 0.001),
        ("5.", 5.0, 0, 1, 1.0),
        ("0.00", 0.0, 2, 1, 0.01),
    ],
)
def test_a_written_number_claims_a_precision(
    text: str, value: float, decimals: int, significant: int, unit: float
) -> None:
    assert Written.parse(f" {text} ") == Written(text, value, decimals, significant, unit)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("abc", "'abc' is not a number"),
        ("", "'' is not a number"),
        ("1_000", "'1_000' is not a number"),
        ("nan", "'nan' is not a number"),
        ("1,385", "'1,385' may be 1.385 or 1385; write a point, not a comma"),
        ("0,3,85", "'0,3,85' is not a number; write a point, not a comma"),
        ("1e999", "'1e999' is outside the range of floating-point numbers"),
        ("1e-999999999999999999999", "'1e-999999999999999999999' is outside the range"),
    ],
)
def test_what_is_not_a_number_is_said_plainly(text: str, message: str) -> None:
    with pytest.raises(ValueError, match=r"not|outside") as caught:
        Written.parse(text)
    assert str(caught.value).startswith(message)
