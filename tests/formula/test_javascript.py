"""Formulas as JavaScript: what is calculated there is what `evaluate` calculates."""

from __future__ import annotations

import math

import pytest

from support.node import needs_node, run_javascript
from tracer.formula import (
    PRIMITIVES,
    Expression,
    Symbol,
    evaluate,
    if_positive,
    parse,
)
from tracer.formula.javascript import javascript_functions, to_javascript

POINTS = (-700.0, -30.0, -3.0, -2.5, -1.25, -1e-9, 0.0, 1e-9, 0.3, 1.0, 2.5, 2.6, 7.0, 30.0, 700.0)
FORMULAS = (
    "-x**2 + y**3 - (x - y) - -x",
    "(-x)**2/(1 - y)/2*x",
    "exp(-x**2) + 2**x*y",
    "x/(y*x)*1e-08 + 1e300*x",
    "max(x, y) - min(x, -y) + abs(x - y)",
    "sigmoid(x)*tanh(y) + softplus(-x)",
    "log(1 + x**2) + log2(3) + log10(2 + y**2) + sqrt(abs(x)) + log1p(x**2) + expm1(-y)",
    "erf(x)*sign(y) + sin(x)*cos(y)",
)


def _formulas() -> list[Expression]:
    x, y = Symbol("x"), Symbol("y")
    return [
        *map(parse, FORMULAS),
        if_positive(x - y, x**2, -(y**2)) * 2,
        -((-x - y) ** 3) * (x - 1),
    ]


@pytest.mark.parametrize("name", [row.name for row in PRIMITIVES.values() if row.composed])
def test_a_function_made_of_others_is_as_exact(name: str) -> None:
    row = PRIMITIVES[name]
    assert row.composed is not None
    formula = row.composed(Symbol("x"))
    for x in (*POINTS, *(k / 37 for k in range(-200, 200))):
        assert math.isclose(evaluate(formula, {"x": x}), row.scalar(x), rel_tol=1e-15), x


@needs_node
def test_node_calculates_what_evaluate_does() -> None:
    formulas = _formulas()
    points = [(x, y) for x in (-3.0, -0.4, 0.25, 2.7) for y in (-1.5, 0.5, 4.0)]
    functions = ",".join(f"(x, y) => {to_javascript(formula, str)}" for formula in formulas)
    found = run_javascript(
        f"{javascript_functions()} const formulas = [{functions}];"
        "return formulas.map(f => given.map(([x, y]) => f(x, y)));",
        points,
    )
    for formula, row in zip(formulas, found, strict=True):
        for (x, y), value in zip(points, row, strict=True):
            assert math.isclose(value, evaluate(formula, {"x": x, "y": y}), rel_tol=1e-13)


@needs_node
def test_node_has_every_function() -> None:
    rows = [row for row in PRIMITIVES.values() if row.arity == 1]
    calls = ",".join(f"x => {to_javascript(row(Symbol('x')), str)}" for row in rows)
    points = [0.25, 0.5, 1.75]
    found = run_javascript(
        f"{javascript_functions()} return [{calls}].map(f => given.map(f));", points
    )
    for row, values in zip(rows, found, strict=True):
        for x, value in zip(points, values, strict=True):
            assert math.isclose(value, row.scalar(x), rel_tol=1e-14), row.name
