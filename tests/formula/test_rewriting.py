from __future__ import annotations

import pytest
from hypothesis import given

from support.expression_trees import TREES
from tracer.formula import (
    Expression,
    Number,
    Product,
    Sum,
    Symbol,
    children,
    evaluate,
    parse,
    rebuild,
    replace,
    rewrite,
    symbols,
    walk,
    without_factor,
    without_term,
)

x, y, z = Symbol("x"), Symbol("y"), Symbol("z")


@given(TREES)
def test_a_tree_is_its_operation_on_its_children(expression: Expression) -> None:
    assert rebuild(expression, children(expression)) == expression
    assert rewrite(expression, lambda _node: None) is expression


def test_walk_goes_from_the_top_and_from_left_to_right() -> None:
    product = x * y
    assert list(walk(product + z)) == [product + z, product, x, y, z]


def test_symbols_are_distinct_and_in_order_of_appearance() -> None:
    assert symbols(parse("w2*i1 + w1*i1 + exp(-w2)")) == ("w2", "i1", "w1")


def test_replace_puts_numbers_in_and_keeps_the_shape() -> None:
    replaced = replace(x * y + z, {"x": Number(1.0), "z": Number(0.0)})
    assert replaced == Sum((Product((Number(1.0), y)), Number(0.0)))
    assert evaluate(replaced, {"y": 5.0}) == 5.0


def test_rewrite_works_from_the_bottom_up() -> None:
    def sum_is_product(node: Expression) -> Expression | None:
        return Product(node.terms) if isinstance(node, Sum) else None

    assert rewrite((x + y) * (x + (y + z)), sum_is_product) == Product(
        (Product((x, y)), Product((x, Product((y, z)))))
    )


def test_what_stands_in_many_places_is_rewritten_once() -> None:
    doubled: Expression = x
    for _ in range(50):
        doubled = Product((doubled, doubled))
    seen = 0

    def x_is_y(node: Expression) -> Expression | None:
        nonlocal seen
        seen += 1
        return y if node is x else None

    whole = rewrite(doubled, x_is_y)
    assert seen == 51
    for _ in range(50):
        whole = children(whole)[1]
    assert whole == y


def test_a_factor_can_be_dropped() -> None:
    assert without_factor(x * y * z, y) == x * z
    assert without_factor(x * y, y) == x
    assert without_factor(x * y * y, y) == x * y
    assert without_factor(x, x) == Number(1.0)
    assert without_factor(-(x * y), y) == -x
    assert without_factor(x * y / z, y) == x / z


def test_a_term_can_be_dropped() -> None:
    assert without_term(x + y + z, y) == x + z
    assert without_term(x, x) == Number(0.0)
    assert without_term(x - y, -y) == x
    assert without_term(x - y, x) == -y
    assert without_term(x + y - z, y) == x - z


@pytest.mark.parametrize("drop", [without_factor, without_term])
def test_dropping_what_is_not_there_is_an_error(drop: object) -> None:
    assert callable(drop)
    with pytest.raises(ValueError, match="not a"):
        drop(x * y + x, z)
