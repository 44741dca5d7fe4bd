"""The places of numbers in a formula: what needs its brackets always, and what only below 0."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tracer.formula import Call, Expression, Symbol
from tracer.page.shown import with_places
from tracer.show.notation.mathml import mathml

X, Y = Symbol(0), Symbol(1)


def as_number(number: str) -> Callable[[int], str]:
    return lambda key: f"<x{key}>{number}</x>"


def placed(formula: Expression) -> str:
    positive, negative = as_number("<mn>1</mn>"), as_number("<mo>−</mo><mn>1</mn>")
    return with_places(mathml(formula, symbol=positive), mathml(formula, symbol=negative))


@pytest.mark.parametrize(
    "formula", [Call("max", (X, Y)), Call("min", (X, Call("max", (Y, X))))], ids=("max", "min max")
)
def test_each_argument_of_a_function_of_two_has_its_own_place(formula: Call) -> None:
    bare = mathml(formula, symbol=lambda key: f"§{key}§")
    assert placed(formula) == bare


def test_a_function_of_one_keeps_its_brackets_whatever_the_sign() -> None:
    assert placed(Call("log", (X,))) == mathml(Call("log", (X,)), symbol=lambda key: f"§{key}§")


def test_brackets_that_only_a_sign_needs_belong_to_the_place() -> None:
    assert "§1!§" in placed(X * Y)
