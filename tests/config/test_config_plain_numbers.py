"""Cells of a data file that are converted together mean what each of them means alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracer.config.tables import _plain_numbers, finite

ODD = (
    "", " ", "1_000", "nan", "inf", "-Infinity", "1e400", "-1e999", "0x10", "0o17", "1 2", "1e",
    ".", "+", "--1", "1e5.5", "٣", "１", "1,5", "true", "9" * 400, "9" * 5000,
)  # fmt: skip
PLAIN = ("1", "-0", "+.5e-3", "1.", " 2.5", "2.5 ", "1E5", "007", "5e-324", "0.1", "9" * 30)


@pytest.mark.parametrize("cell", ODD)
def test_an_odd_cell_is_left_to_be_read_alone(cell: str) -> None:
    assert _plain_numbers(["1", cell, "0.5"]) is None


@pytest.mark.parametrize("cell", PLAIN)
def test_a_plain_cell_is_the_same_number(cell: str) -> None:
    alone = finite(cell.strip())
    assert isinstance(alone, float)
    together = _plain_numbers([cell])
    assert together == [alone]


@given(st.lists(st.text("0123456789+-.eE _nx", max_size=8), min_size=1, max_size=4))
def test_whatever_is_converted_together_is_so_alone(cells: list[str]) -> None:
    together = _plain_numbers(cells)
    if together is not None:
        assert together == [finite(cell.strip()) for cell in cells]


def test_numbers_whose_sum_is_no_number_are_read_alone() -> None:
    assert _plain_numbers(["1e308", "1e308"]) is None
    assert finite("1e308") == 1e308
