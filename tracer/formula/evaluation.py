"""The value of a formula at given values of its names.

Floats for numbers; complex values give complex results, for derivatives by a complex step. Sums
and products are calculated from left to right, as the code that `to_python` writes does it, so that
both agree to the last bit.
"""

from __future__ import annotations

import cmath
import math
import operator
from collections.abc import Mapping
from functools import reduce
from typing import overload

from tracer.formula.errors import EvaluationError, MissingValue
from tracer.formula.nodes import (
    Call,
    Difference,
    Expression,
    Key,
    Negative,
    Number,
    Power,
    Product,
    Quotient,
    Sum,
    Symbol,
)
from tracer.formula.primitive import Primitive
from tracer.formula.primitives import PRIMITIVES, if_positive
from tracer.formula.rewriting import children, rebuild

_OVERFLOW = "overflow: the result is too large for a floating-point number"


@overload
def evaluate(expression: Expression, values: Mapping[Key, float]) -> float: ...
@overload
def evaluate(expression: Expression, values: Mapping[Key, complex]) -> complex: ...
def evaluate(expression: Expression, values: Mapping[Key, complex]) -> complex:
    """The expression's value where each symbol has the value given.

    Raises MissingValue for a symbol without one, EvaluationError where there is no finite result:
    division by zero, a logarithm or root outside its domain, overflow. Of `a if x > 0 else b` only
    the branch that holds is calculated.
    """
    match expression:
        case Number(value):
            return value
        case Symbol(key):
            if key not in values:
                raise MissingValue(key)
            return values[key]
        case Call(if_positive.name, (condition, positive, otherwise)):
            chosen = positive if evaluate(condition, values).real > 0 else otherwise
            return evaluate(chosen, values)
    operands = _operand_values(expression, values)
    result = _apply(expression, operands)
    if not cmath.isfinite(result) and all(map(cmath.isfinite, operands)):
        raise EvaluationError(expression, operands, _OVERFLOW)
    return result


def value_or_none(expression: Expression, values: Mapping[Key, float]) -> float | None:
    """The expression's value; None where it has no finite one, or something it uses has none."""
    try:
        value = evaluate(expression, values)
    except ArithmeticError:
        return None
    return value if math.isfinite(value) else None


def holding(expression: Expression, values: Mapping[Key, float]) -> Expression:
    """The expression with the branch that holds in place of each `a if x > 0 else b`.

    Raises what `evaluate` raises for the conditions.
    """
    if isinstance(expression, Call) and expression.function == if_positive.name:
        condition, positive, otherwise = expression.arguments
        return holding(positive if evaluate(condition, values) > 0 else otherwise, values)
    operands = children(expression)
    held = tuple([holding(operand, values) for operand in operands])
    return expression if held == operands else rebuild(expression, held)


def _operand_values(expression: Expression, values: Mapping[Key, complex]) -> tuple[complex, ...]:
    return tuple([evaluate(child, values) for child in children(expression)])


def _apply(expression: Expression, operands: tuple[complex, ...]) -> complex:
    """The expression's own operation, given its operands' values."""
    result: complex
    match expression:
        case Sum():
            result = reduce(operator.add, operands)
        case Product():
            result = reduce(operator.mul, operands)
        case Difference():
            result = operands[0] - operands[1]
        case Negative():
            result = -operands[0]
        case Quotient():
            if operands[1] == 0:
                raise EvaluationError(expression, operands, "division by zero")
            result = operands[0] / operands[1]
        case Power():
            result = _power(expression, operands)
        case Call(function):
            result = _call(expression, PRIMITIVES[function], operands)
        case _:
            raise TypeError(f"not an expression: {type(expression).__name__}")
    return result


def _power(expression: Power, operands: tuple[complex, ...]) -> complex:
    base, exponent = operands
    if exponent == 2:
        return base * base
    if base == 0 and (exponent.real < 0 or (exponent.real == 0 and exponent.imag)):
        raise EvaluationError(expression, operands, "division by zero: zero to a negative power")
    if base == 0 and exponent.imag:
        return 0j  # as |0|**x has it, which Python doesn't
    whole = exponent.imag == 0 and float(exponent.real).is_integer()
    if base.real < 0 and not whole:
        reason = "a negative number to a power that is not a whole number"
        raise EvaluationError(expression, operands, reason)
    try:
        result: complex = base**exponent
    except OverflowError:
        raise EvaluationError(expression, operands, _OVERFLOW) from None
    return result


def _call(expression: Call, row: Primitive, operands: tuple[complex, ...]) -> complex:
    problem = row.domain(*(operand.real for operand in operands)) if row.domain else None
    function = row.complex_value if any(isinstance(o, complex) for o in operands) else row.scalar
    if function is None:
        problem = f"{row.name} has no value at a complex number"
    if problem or function is None:
        raise EvaluationError(expression, operands, str(problem))
    try:
        return function(*operands)
    except OverflowError:
        raise EvaluationError(expression, operands, _OVERFLOW) from None
