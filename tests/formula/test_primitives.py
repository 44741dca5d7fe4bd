from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.cli import python
from tracer.formula import (
    PRIMITIVES,
    Call,
    Number,
    Symbol,
    derivative,
    erf,
    evaluate,
    exp,
    if_positive,
    log,
    log1p,
    maximum,
    sigmoid,
    softplus,
)
from tracer.model.activations import ACTIVATIONS

x, y = Symbol("x"), Symbol("y")
POSITIVE_ONLY = {"log", "log1p", "log2", "log10", "sqrt"}
ONE_ARGUMENT = sorted(name for name, row in PRIMITIVES.items() if row.arity == 1)
STEP = 1e-6


def central_difference(function: Callable[[float], float], at: float) -> float:
    step = STEP * max(1.0, abs(at))
    return (function(at + step) - function(at - step)) / (2 * step)


@pytest.mark.parametrize("name", ONE_ARGUMENT)
@given(size=st.floats(0.05, 4.0), negative=st.booleans())
def test_slopes_agree_with_central_differences_and_the_complex_step(
    name: str, size: float, negative: bool
) -> None:
    row = PRIMITIVES[name]
    at = -size if negative and name not in POSITIVE_ONLY else size
    exact = evaluate(row.partials[0](x), {"x": at})
    numeric = central_difference(row.scalar, at)
    assert exact == pytest.approx(numeric, rel=1e-6, abs=1e-8), (name, at, exact, numeric)
    if row.complex_value is not None:
        step = row.complex_value(complex(at, 1e-20)).imag / 1e-20
        assert exact == pytest.approx(step, rel=1e-11, abs=1e-13), (name, at, exact, step)


@pytest.mark.parametrize("name", ["max", "min"])
@pytest.mark.parametrize("values", [(1.0, 2.0), (2.0, 1.0), (-1.0, 0.5)])
def test_max_and_min_hand_the_slope_to_the_argument_chosen(
    name: str, values: tuple[float, float]
) -> None:
    row = PRIMITIVES[name]
    slopes = [evaluate(partial(*map(Number, values)), {}) for partial in row.partials]
    assert slopes == [float(row.scalar(*values) == value) for value in values]
    assert row.kink is not None
    assert row.kink(*values) == abs(values[0] - values[1])


def test_at_a_tie_the_slopes_still_add_up_to_one() -> None:
    assert evaluate(derivative(maximum(x, x), "x"), {"x": 3.0}) == 1.0


@pytest.mark.parametrize("name", sorted(PRIMITIVES))
def test_scalars_arrays_complex_numbers_and_expressions_agree(name: str) -> None:
    row = PRIMITIVES[name]
    points = [0.7, 1.3, 0.2][: row.arity]
    expected = row(*points)
    arrays = [np.full((2, 3), value) for value in points]
    assert row(*arrays) == pytest.approx(np.full((2, 3), expected), rel=1e-15)
    named = [Symbol(f"a{index}") for index in range(row.arity)]
    values = {symbol.key: value for symbol, value in zip(named, points, strict=True)}
    assert row(*named) == Call(name, tuple(named))
    assert evaluate(row(*named), values) == expected
    if row.complex_value is not None:
        result = row(*(array.astype(complex) for array in arrays))
        assert result == pytest.approx(np.full((2, 3), expected), rel=1e-15)


def test_object_arrays_become_arrays_of_calls() -> None:
    nets = np.array([x, y], dtype=object)
    assert exp(nets).tolist() == [exp(x), exp(y)]
    assert maximum(nets, 0.0).tolist() == [maximum(x, 0), maximum(y, 0)]
    assert if_positive(nets, 1.0, x).tolist() == [if_positive(x, 1, x), if_positive(y, 1, x)]


class Lazy:
    """Stands for any array of symbols that builds its elements when they are asked for."""

    def __init__(self, element: Symbol) -> None:
        self.element = element

    def apply(self, function: Callable[..., Any], *others: Any) -> Any:
        elements = [other.element if isinstance(other, Lazy) else other for other in others]
        return function(self.element, *elements)


def test_a_lazy_array_in_any_place_takes_over() -> None:
    assert exp(Lazy(x)) == exp(x)
    assert maximum(0.5, Lazy(x)) == maximum(0.5, x)
    assert if_positive(1.0, Lazy(x), Lazy(y)) == if_positive(Number(1.0), x, y)


@pytest.mark.parametrize("huge", [-1e6, 1e6])
def test_softplus_is_stable_and_silent_at_both_ends(huge: float) -> None:
    assert softplus(huge) == max(huge, 0.0)
    assert softplus(np.array([huge])).tolist() == [max(huge, 0.0)]


@pytest.mark.parametrize("huge", [-1e6, 1e6])
def test_sigmoid_is_stable_and_silent_at_both_ends(huge: float) -> None:
    assert sigmoid(huge) == float(huge > 0)
    assert sigmoid(np.array([huge])).tolist() == [float(huge > 0)]


@pytest.mark.parametrize("net", [-40.0, -1.0, 0.0, 3.2])
def test_sigmoid_is_the_one_of_the_networks(net: float) -> None:
    assert sigmoid(net) == pytest.approx(ACTIVATIONS["sigmoid"].value(net), rel=1e-15)


def test_complex_log1p_keeps_its_digits_near_zero() -> None:
    assert log1p.complex_value is not None
    assert log1p.complex_value(1e-15 + 0j).real == pytest.approx(math.log1p(1e-15), rel=1e-14)


def test_a_function_without_complex_values_says_so() -> None:
    assert erf.complex_value is None
    with pytest.raises(TypeError, match="erf has no complex value"):
        erf(np.array([1j]))


def test_scalars_raise_as_math_does() -> None:
    with pytest.raises(OverflowError):
        exp(1000.0)
    with pytest.raises(ValueError, match=r"math domain error|positive"):
        log(-1.0)


def test_formulas_do_not_import_numpy() -> None:
    code = "import sys, tracer.formula, tracer.show.notation; sys.exit('numpy' in sys.modules)"
    assert python(code).returncode == 0
