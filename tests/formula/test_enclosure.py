"""Interval arithmetic: no value escapes its enclosure."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest

from support.networks import shipped, shipped_networks
from support.planting import exact_of, random_experiment
from tracer.formula import (
    EVERYTHING,
    EvaluationError,
    Expression,
    Interval,
    Symbol,
    absolute,
    cos,
    enclosure,
    evaluate,
    exp,
    log,
    sigmoid,
    sin,
    symbols,
    tanh,
)

x, y = Symbol("x"), Symbol("y")


def enclosed(formula: Expression, x: Interval, y: Interval = (0.0, 0.0)) -> Interval:
    return enclosure(formula, {"x": x, "y": y}.__getitem__)


@pytest.mark.parametrize(
    ("formula", "ends"),
    [
        (x * y, (-6.0, 3.0)),
        (x - y, (-2.0, 5.0)),
        (x**2, (0.0, 4.0)),
        (x**3, (-1.0, 8.0)),
        (absolute(x), (0.0, 2.0)),
        (1 / (y + 4), (0.2, 1.0)),
        (1 / x, EVERYTHING),
        (exp(x), (math.exp(-1), math.exp(2))),
    ],
)
def test_each_operation_is_enclosed(formula: Expression, ends: Interval) -> None:
    assert enclosed(formula, (-1.0, 2.0), (-3.0, 1.0)) == pytest.approx(ends)


def test_functions_that_turn_are_enclosed_at_their_turns() -> None:
    assert enclosed(sin(x), (1.0, 2.0)) == pytest.approx((math.sin(1.0), 1.0))
    assert enclosed(cos(x), (-20.0, 20.0)) == pytest.approx((-1.0, 1.0))
    assert enclosed(log(x), (-1.0, 1.0)) == (-math.inf, 0.0)


@pytest.mark.parametrize("function", [sin, cos, tanh, sigmoid, absolute])
def test_no_value_of_a_function_escapes(function: Callable[[Expression], Expression]) -> None:
    for low in np.linspace(-4, 4, 9):
        for width in (0.1, 1.0, 7.0):
            found = enclosed(function(x), (low, low + width))
            for at in np.linspace(low, low + width, 50):
                value = evaluate(function(x), {"x": float(at)})
                assert found[0] - 1e-12 <= value <= found[1] + 1e-12


def test_no_number_of_a_network_escapes_where_its_inputs_are_only_known_within_bounds() -> None:
    rng = np.random.default_rng(0)
    for experiment in (
        *map(shipped, shipped_networks()[::3]),
        *(random_experiment(rng) for _ in range(5)),
    ):
        exact = exact_of(experiment)
        some = [q for q in exact if (f := exact.formula(q)) is not None and symbols(f)][:60]
        for quantity in some:
            formula = exact.formula(quantity)
            assert formula is not None
            ends = {key: sorted(exact[key] + rng.uniform(-0.1, 0.1, 2)) for key in symbols(formula)}
            low, high = enclosure(formula, lambda key, ends=ends: tuple(ends[key]))  # type: ignore[misc]
            try:
                value = evaluate(formula, {key: float(rng.uniform(*e)) for key, e in ends.items()})
            except EvaluationError:
                continue
            assert low - 1e-9 <= value <= high + 1e-9


def test_what_stands_inside_a_formula_may_be_rounded() -> None:
    ends = {"x": (2.0, 2.0), "y": (3.0, 3.0)}
    bounds = ends.__getitem__

    def settle(interval: Interval) -> Interval:
        return interval[0] - 0.5, interval[1] + 0.5

    assert enclosure(x * y + y * x, bounds, settle) == (11.0, 13.0)
    assert enclosure(x * y, bounds, settle) == (6.0, 6.0)
