from __future__ import annotations

from hypothesis import given

from support.expression_trees import NAMES, POINTS, TREES, outcome
from tracer.formula import Expression, Symbol, namespace, parse, to_python

VARIABLES = {name: f"v{index}" for index, name in enumerate(NAMES)}


@given(TREES, POINTS)
def test_the_code_calculates_the_same_to_the_last_bit(
    expression: Expression, values: dict[str, float]
) -> None:
    expected = outcome(expression, values)
    if not expected.lstrip("-").startswith("0x"):
        return  # no value: what the code does then is its runner's business
    source = to_python(expression, VARIABLES.__getitem__)
    variables = {VARIABLES[name]: value for name, value in values.items()}
    result = eval(source, namespace() | {"__builtins__": {}}, variables)
    assert float(result).hex() == expected


def test_squares_of_names_are_products() -> None:
    assert to_python(parse("x**2 + exp(-y)"), str) == "(x*x) + _exp(-y)"
    assert to_python(parse("(x + y)**2"), str) == "_square((x + y))"
    assert to_python(parse("x**3"), str) == "x**3"


def test_names_become_variables() -> None:
    assert to_python(Symbol("dE/dw5") * 0.5, lambda _name: "v7") == "v7*0.5"
