from __future__ import annotations

import operator
from functools import reduce

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.expression_trees import NUMBERS, SYMBOLS
from tracer.formula import (
    Difference,
    Expression,
    Negative,
    Number,
    Power,
    Product,
    Quotient,
    Sum,
    Symbol,
    as_expression,
    product,
    total,
)

x, y, z = Symbol("x"), Symbol("y"), Symbol("z")


def test_operators_build_the_tree_with_numbers_on_either_side() -> None:
    assert x + 2 == Sum((x, Number(2.0)))
    assert 2 * x == Product((Number(2.0), x))
    assert 1 - x == Difference(Number(1.0), x)
    assert x / y == Quotient(x, y)
    assert x**2 == Power(x, Number(2.0))
    assert 2**x == Power(Number(2.0), x)
    assert -x == Negative(x)


def test_neutral_elements_disappear() -> None:
    for same in (x + 0, 0 + x, x - 0, x * 1, 1 * x, x / 1, x**1, -Negative(x)):
        assert same == x
    assert x * 0 == 0 * x == Number(0.0)
    assert 0 - x == Negative(x)
    assert x**0 == Number(1.0)


def test_numbers_are_folded_only_where_the_result_is_finite() -> None:
    assert Number(2.0) * 3 + 1 == Number(7.0)
    assert Number(1.0) / Number(0.0) == Quotient(Number(1.0), Number(0.0))
    assert Number(1e308) * 10 == Product((Number(1e308), Number(10.0)))
    assert Number(-8.0) ** 0.5 == Power(Number(-8.0), Number(0.5))


def test_sums_grow_flat_on_the_left_and_stay_nested_on_the_right() -> None:
    assert x * y + z + x == Sum((Product((x, y)), z, x))
    assert x + (y + z) == Sum((x, Sum((y, z))))
    assert x * (y * z) == Product((x, Product((y, z))))


@given(st.lists(st.one_of(SYMBOLS, NUMBERS), min_size=1, max_size=6))
def test_total_and_product_equal_repeated_operators(parts: list[Expression]) -> None:
    assert total(parts) == reduce(operator.add, parts)
    assert product(parts) == reduce(operator.mul, parts)


def test_total_of_nothing_is_zero_and_product_one() -> None:
    assert total([]) == Number(0.0)
    assert product([]) == Number(1.0)


def test_a_total_takes_many_terms() -> None:
    terms = [Symbol(f"w{index}") for index in range(40_000)]
    assert len(total(terms).terms) == 40_000  # type: ignore[attr-defined]


def test_nodes_are_immutable_hashable_and_equal_by_structure() -> None:
    assert {x + y: "sum"}[Symbol("x") + Symbol("y")] == "sum"
    with pytest.raises(AttributeError):
        x.key = "other"  # type: ignore[misc]


def test_other_types_are_left_to_the_other_operand() -> None:
    with pytest.raises(TypeError):
        x + "1"  # type: ignore[operator]
    with pytest.raises(TypeError):
        as_expression("1")  # type: ignore[arg-type]


def test_a_lone_symbol_and_an_array_multiply_element_by_element() -> None:
    symbols = np.array([[x, y]], dtype=object)
    numbers = np.array([2.0, 3.0])
    assert (z * symbols).tolist() == [[z * x, z * y]]
    assert (symbols - z).tolist() == [[x - z, y - z]]
    assert (z * numbers).tolist() == [z * 2, z * 3]
    assert np.float64(2.0) * x == 2 * x
    assert x * np.int64(2) == x * 2  # type: ignore[operator]


def test_matrix_products_of_symbols_work_as_they_are() -> None:
    weights = np.array([[x, y], [y, z]], dtype=object)
    values = np.array([2.0, 3.0])
    assert (weights @ values).tolist() == [x * 2 + y * 3, y * 2 + z * 3]
