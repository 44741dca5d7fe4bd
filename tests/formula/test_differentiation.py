from __future__ import annotations

import pytest
from hypothesis import assume, given

from support.expression_trees import POINTS, SMOOTH, TREES
from tracer.formula import (
    EvaluationError,
    Expression,
    derivative,
    derivatives,
    evaluate,
    parse,
    symbols,
)
from tracer.formula.plain import plain


@given(SMOOTH, POINTS)
def test_derivatives_agree_with_central_differences_and_the_complex_step(
    expression: Expression, values: dict[str, float]
) -> None:
    for name, slope in derivatives(expression).items():
        exact = evaluate(slope, values)
        step = 1e-6 * max(1.0, abs(values[name]))
        above = evaluate(expression, values | {name: values[name] + step})
        below = evaluate(expression, values | {name: values[name] - step})
        numeric = (above - below) / (2 * step)
        scale = 1 + abs(exact) + abs(above)
        assert abs(exact - numeric) < 1e-5 * scale, (plain(expression), name, exact, numeric)
        shifted = evaluate(expression, values | {name: complex(values[name], 1e-20)})
        by_step = shifted.imag / 1e-20
        assert abs(exact - by_step) < 1e-11 * scale, (plain(expression), name, exact, by_step)


@given(TREES)
def test_every_formula_has_a_derivative_by_each_of_its_names(expression: Expression) -> None:
    assume(" if " not in plain(expression))  # a name in a condition alone has none
    assert set(derivatives(expression)) == set(symbols(expression))


@pytest.mark.parametrize(
    ("text", "name", "expected"),
    [
        ("w1*i1 + w2*i2 + b1", "w2", "i2"),
        ("w1*i1 + w2*i2 + b1", "b1", "1"),
        ("0.5*(target - out)**2", "out", "-(target - out)"),
        ("1/(1 + exp(-net))", "net", "exp(-net)/(1 + exp(-net))**2"),
        ("tanh(net)", "net", "1 - tanh(net)**2"),
        ("net if net > 0 else 0.01*net", "net", "(1 if net > 0 else 0.01)"),
        ("net if net > 0 else net", "net", "1"),
        ("-t*log(o) - (1 - t)*log(1 - o)", "o", "-(t/o) + (1 - t)/(1 - o)"),
        ("a/b", "b", "-(a/b**2)"),
        ("x**y", "y", "x**y*log(x)"),
        ("x + y", "z", "0"),
    ],
)
def test_derivatives_are_written_as_one_would_by_hand(text: str, name: str, expected: str) -> None:
    assert plain(derivative(parse(text), name)) == expected


def test_the_branch_that_does_not_hold_needs_no_slope() -> None:
    guarded = parse("sqrt(x) if x > 0 else 0*x")
    assert evaluate(derivative(guarded, "x"), {"x": 0.0}) == 0.0
    assert evaluate(derivative(guarded, "x"), {"x": 4.0}) == 0.25


def test_an_undefined_slope_is_an_error() -> None:
    slope = derivative(parse("sqrt(x)"), "x")
    with pytest.raises(EvaluationError, match="division by zero"):
        evaluate(slope, {"x": 0.0})
