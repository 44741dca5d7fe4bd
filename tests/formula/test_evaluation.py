from __future__ import annotations

import math

import pytest

from tracer.formula import (
    Call,
    EvaluationError,
    MissingValue,
    Number,
    Quotient,
    Symbol,
    erf,
    evaluate,
    parse,
)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1/(1 + exp(-x))", 1 / (1 + math.exp(-0.3))),
        ("x**2 - x*3/2", 0.3 * 0.3 - 0.3 * 3 / 2),
        ("max(x, 1) + abs(-x)", 1.3),
        ("x if x > 0 else 1/0", 0.3),
        ("2 if x - 1 > 0 else -x", -0.3),
        ("0**0", 1.0),
    ],
)
def test_values_are_those_of_python(text: str, value: float) -> None:
    assert evaluate(parse(text), {"x": 0.3}) == value


@pytest.mark.parametrize(
    ("text", "operands", "reason"),
    [
        ("1/(x - x)", (1.0, 0.0), "division by zero"),
        ("log(-x)", (-0.3,), "logarithm of a number that is not positive"),
        ("log(0*x)", (0.0,), "logarithm"),
        ("sqrt(x - 1)", (-0.7,), "square root of a negative"),
        ("exp(1000)", (1000.0,), "overflow"),
        ("1e308*10*x", (1e308, 10.0, 0.3), "overflow"),
        ("10**400", (10.0, 400.0), "overflow"),
        ("0**-1", (0.0, -1.0), "zero to a negative power"),
        ("(-8)**(1/3)", (-8.0, 1 / 3), "negative number to a power"),
        ("log1p(-1)", (-1.0,), "log1p"),
    ],
)
def test_a_failure_names_the_subexpression_its_operands_and_the_reason(
    text: str, operands: tuple[float, ...], reason: str
) -> None:
    with pytest.raises(EvaluationError, match=reason) as caught:
        evaluate(5 + parse(text), {"x": 0.3})
    assert caught.value.values == pytest.approx(operands)
    assert caught.value.expression == parse(text)


def test_the_message_shows_the_operands() -> None:
    error = EvaluationError(Quotient(Number(1.0), Number(0.0)), (1.0, 0.0), "division by zero", "q")
    assert str(error) == "q: division by zero (operands: 1.0, 0.0)"


def test_a_name_without_a_value_is_reported() -> None:
    with pytest.raises(MissingValue, match="no value for 'w9'") as caught:
        evaluate(parse("x*w9"), {"x": 1.0})
    assert caught.value.name == "w9"


def test_names_may_be_any_text() -> None:
    assert evaluate(Symbol("dE/dw5") * Symbol("[red]"), {"dE/dw5": 2.0, "[red]": 3.0}) == 6.0


def test_a_complex_step_gives_the_derivative_to_full_precision() -> None:
    sigmoid = parse("1/(1 + exp(-x))")
    out = evaluate(sigmoid, {"x": 0.3})
    slope = evaluate(sigmoid, {"x": 0.3 + 1e-20j}).imag / 1e-20
    assert slope == pytest.approx(out * (1 - out), rel=1e-15)


@pytest.mark.parametrize("text", ["log(x)", "sqrt(x)", "x**0.5"])
def test_complex_values_stay_inside_the_real_domain(text: str) -> None:
    with pytest.raises(EvaluationError):
        evaluate(parse(text), {"x": -1 + 1e-20j})


def test_a_function_without_complex_values_is_an_error_of_its_own() -> None:
    with pytest.raises(EvaluationError, match="no value at a complex number") as caught:
        evaluate(erf(Symbol("x")), {"x": 1j})
    assert caught.value.expression == Call("erf", (Symbol("x"),))
