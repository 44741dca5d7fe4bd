"""The derivatives of a formula, as formulas.

One pass from the top of the tree to its symbols (reverse mode): each node hands
upstream * (its own local derivative) to each operand, and what reaches the same name is added up.
"""

from __future__ import annotations

from tracer.formula.nodes import (
    ONE,
    ZERO,
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
    product,
)
from tracer.formula.primitives import PRIMITIVES, if_positive, log
from tracer.formula.rewriting import children

_Parts = dict[Key, list[Expression]]


def derivative(expression: Expression, by: Key) -> Expression:
    """d expression / d by, lightly simplified; zero where that quantity doesn't occur."""
    return derivatives(expression).get(by, ZERO)


def derivatives(expression: Expression) -> dict[Key, Expression]:
    """d expression / d key for each symbol in the expression."""
    parts: _Parts = {}
    _hand_down(expression, ONE, parts)
    return {key: _added(terms) for key, terms in parts.items()}


def _hand_down(expression: Expression, upstream: Expression, parts: _Parts) -> None:
    """Adds to `parts` what each symbol in the expression gets of the derivative upstream."""
    match expression:
        case Symbol(key):
            parts.setdefault(key, []).append(upstream)
        case Call(if_positive.name, (condition, positive, otherwise)):
            _hand_down_piecewise(condition, (positive, otherwise), upstream, parts)
        case _:
            for index, operand in enumerate(children(expression)):
                if not isinstance(operand, Number):
                    _hand_down(operand, _chain(upstream, _local(expression, index)), parts)


def _hand_down_piecewise(
    condition: Expression,
    branches: tuple[Expression, Expression],
    upstream: Expression,
    parts: _Parts,
) -> None:
    """The slope of the branch that holds: the other need not even have one there."""
    positive, otherwise = map(derivatives, branches)
    for key in positive | otherwise:
        slopes = (positive.get(key, ZERO), otherwise.get(key, ZERO))
        chosen = slopes[0] if slopes[0] == slopes[1] else if_positive(condition, *slopes)
        parts.setdefault(key, []).append(_chain(upstream, chosen))


def _local(expression: Expression, index: int) -> Expression:
    """d expression / d operand, for the operand at `index`."""
    result: Expression
    match expression:
        case Sum():
            result = ONE
        case Difference():
            result = Number(-1.0) if index else ONE
        case Negative():
            result = Number(-1.0)
        case Product(factors):
            result = product(factors[:index] + factors[index + 1 :])
        case Quotient(numerator, denominator):
            result = -(numerator / denominator**2) if index else 1 / denominator
        case Power(base, exponent):
            result = expression * log(base) if index else exponent * base ** (exponent - 1)
        case Call(function, arguments):
            result = PRIMITIVES[function].partials[index](*arguments)
        case _:
            raise TypeError(f"not an operation: {type(expression).__name__}")
    return result


def _chain(upstream: Expression, local: Expression) -> Expression:
    """upstream * local, with the sign in front, then the numbers: 0.5 * (2*x) is x."""
    (up_coefficient, up_rest), (coefficient, rest) = _split(upstream), _split(local)
    numbers = (Number(abs(up_coefficient)), Number(abs(coefficient)))
    result = product((*numbers, *_factors(_merged(up_rest, rest))))
    return -result if up_coefficient * coefficient < 0 else result


def _split(expression: Expression) -> tuple[float, Expression]:
    """(c, rest), where c * rest is the expression and c its sign and its leading number."""
    match expression:
        case Number(value):
            return value, ONE
        case Negative(operand):
            coefficient, rest = _split(operand)
            return -coefficient, rest
        case Product((Number(value), *others)):
            return value, product(others)
    return 1.0, expression


def _merged(left: Expression, right: Expression) -> Expression:
    """left * right, as one fraction where either is 1/x."""
    match left, right:
        case _, Quotient(Number(1.0), denominator):
            return left / denominator
        case Quotient(Number(1.0), denominator), _:
            return right / denominator
    return product((*_factors(left), *_factors(right)))


def _factors(expression: Expression) -> tuple[Expression, ...]:
    return expression.factors if isinstance(expression, Product) else (expression,)


def _added(terms: list[Expression]) -> Expression:
    """terms[0] + terms[1] + …, with a - b for a + (-b)."""
    first, *others = terms
    for term in others:
        first = first - term.operand if isinstance(term, Negative) else first + term
    return first
