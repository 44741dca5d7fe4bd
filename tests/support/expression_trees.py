"""Random formulas, and comparisons of what they come to, for the tests of expressions."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping

from hypothesis import strategies as st

from tracer.formula import (
    Call,
    Difference,
    EvaluationError,
    Expression,
    Negative,
    Number,
    Power,
    Product,
    Quotient,
    Sum,
    Symbol,
    cos,
    evaluate,
    exp,
    if_positive,
    maximum,
    sin,
    softplus,
    tanh,
)

NAMES = ("x", "y", "net_h1", "δ_o1")
POINTS = st.fixed_dictionaries({name: st.floats(-3, 3) for name in NAMES})
SYMBOLS = st.sampled_from(NAMES).map(Symbol)
NUMBERS = st.one_of(
    st.sampled_from([0.0, 1.0, -1.0, 2.0, -3.0, 0.5, 1e-7, -2.5e-12, 1e16]),
    st.floats(-10, 10),
).map(Number)


def _operations(parts: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
    several = st.lists(parts, min_size=2, max_size=4).map(tuple)
    return st.one_of(
        several.map(Sum),
        several.map(Product),
        st.builds(Difference, parts, parts),
        st.builds(Quotient, parts, parts),
        st.builds(Power, parts, parts),
        # -3 is a number of its own, never the negative of 3.
        parts.map(lambda a: -a if isinstance(a, Number) else Negative(a)),
        st.builds(
            lambda name, a: Call(name, (a,)), st.sampled_from(["exp", "log", "tanh", "abs"]), parts
        ),
        st.builds(lambda a, b: Call("max", (a, b)), parts, parts),
        st.builds(lambda x, a, b: Call("if_positive", (x, a, b)), parts, parts, parts),
    )


def _built(parts: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
    operators: list[Callable[[Expression, Expression], Expression]] = [
        operator.add,
        operator.sub,
        operator.mul,
        operator.truediv,
        operator.pow,
    ]
    return st.one_of(
        st.builds(lambda apply, a, b: apply(a, b), st.sampled_from(operators), parts, parts),
        st.builds(exp, parts),
    )


def _smooth(parts: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
    functions: list[Callable[[Expression], Expression]] = [tanh, sin, cos, softplus, operator.neg]
    return st.one_of(
        st.builds(lambda a, b: a + b, parts, parts),
        st.builds(lambda a, b: a - b, parts, parts),
        st.builds(lambda a, b: tanh(a) * tanh(b) * 2.0, parts, parts),
        st.builds(lambda a, b: tanh(a) / (1.5 + sin(b)), parts, parts),
        st.builds(lambda a: (2.0 + cos(a)) ** -0.5, parts),
        st.builds(lambda a, b: (2.0 + cos(a)) ** tanh(b), parts, parts),
        st.builds(lambda function, a: function(a), st.sampled_from(functions), parts),
    )


# Any tree that the constructors allow.
TREES = st.recursive(st.one_of(SYMBOLS, NUMBERS), _operations, max_leaves=12)
# Trees of names alone, as Python's operators build them.
BUILT = st.recursive(SYMBOLS, _built, max_leaves=10)
SIGNED = st.recursive(
    SYMBOLS,
    lambda parts: st.one_of(
        _built(parts),
        parts.map(operator.neg),
        st.builds(maximum, parts, parts),
        st.builds(if_positive, parts, parts, parts),
    ),
    max_leaves=10,
)
# Trees with moderate values and slopes everywhere.
SMOOTH = st.recursive(SYMBOLS, _smooth, max_leaves=6)


def outcome(expression: Expression, values: Mapping[str, float]) -> str:
    """The value to the last bit, or the reason why there is none."""
    try:
        return float(evaluate(expression, values)).hex()
    except EvaluationError as error:
        return error.reason
