"""Whole numbers from outside: of any length, and never an error of Python's."""

from __future__ import annotations

import pytest

from tracer.digits.whole import MOST, whole

LONG = "9" * 5000


@pytest.mark.parametrize(
    ("text", "number"),
    [("0", 0), ("007", 7), (str(MOST), MOST), (str(MOST + 1), None), (LONG, None), ("0" * 5000, 0),
     ("", None), ("-1", None), ("1.0", None), ("²", None), ("a", None), ("٣", 3)],
)  # fmt: skip
def test_whole_numbers_are_read_up_to_the_largest_count(text: str, number: int | None) -> None:
    assert whole(text) == number
