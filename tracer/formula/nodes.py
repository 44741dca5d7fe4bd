"""The expression tree: what a formula is made of.

Everything else stands on it: the engine run on symbols builds these nodes, `evaluate` and
`backpropagate` calculate with them, `tracer.show.notation` writes them.

Nodes are immutable, hashable and equal when they have the same structure. Python's operators build
them, and simplify lightly while they do: x + 0, x - 0, x*1, x/1, x**1 are x; 0*x is 0; 0 - x is -x;
numbers are folded where the result is finite; sums and products that grow to the right stay flat,
so that w1*i1 + w2*i2 + b1 is one sum of three terms. A sum or product is calculated from left to
right, which is why one that stands on the *right* of an operator is left as it is.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Iterable
from typing import Any, TypeAlias

from tracer.immutable import immutable

Operand: TypeAlias = "Expression | float"
Key: TypeAlias = Any
"""What identifies a quantity: hashable, and equal where the quantity is the same.

Formulas ask no more of it: a `Quantity`, a derivative, the text of a name that was just parsed.
"""


class Expression:
    """Base of all nodes; gives them Python's operators.

    An operator returns NotImplemented for anything but expressions and numbers, so that an array
    of expressions on the other side takes over and applies it element by element.
    """

    __slots__ = ()

    def __add__(self, other: Operand) -> Expression:
        return _add(self, _coerced(other)) if isinstance(other, _OPERANDS) else NotImplemented

    def __radd__(self, other: Operand) -> Expression:
        return _add(_coerced(other), self) if isinstance(other, _OPERANDS) else NotImplemented

    def __sub__(self, other: Operand) -> Expression:
        return _subtract(self, _coerced(other)) if isinstance(other, _OPERANDS) else NotImplemented

    def __rsub__(self, other: Operand) -> Expression:
        return _subtract(_coerced(other), self) if isinstance(other, _OPERANDS) else NotImplemented

    def __mul__(self, other: Operand) -> Expression:
        return _multiply(self, _coerced(other)) if isinstance(other, _OPERANDS) else NotImplemented

    def __rmul__(self, other: Operand) -> Expression:
        return _multiply(_coerced(other), self) if isinstance(other, _OPERANDS) else NotImplemented

    def __truediv__(self, other: Operand) -> Expression:
        return _divide(self, _coerced(other)) if isinstance(other, _OPERANDS) else NotImplemented

    def __rtruediv__(self, other: Operand) -> Expression:
        return _divide(_coerced(other), self) if isinstance(other, _OPERANDS) else NotImplemented

    def __pow__(self, other: Operand) -> Expression:
        return _raise(self, _coerced(other)) if isinstance(other, _OPERANDS) else NotImplemented

    def __rpow__(self, other: Operand) -> Expression:
        return _raise(_coerced(other), self) if isinstance(other, _OPERANDS) else NotImplemented

    def __neg__(self) -> Expression:
        if isinstance(self, Number):
            return Number(-self.value)
        return self.operand if isinstance(self, Negative) else Negative(self)


_OPERANDS = (Expression, int, float)


@immutable
class Number(Expression):
    """A constant, float64."""

    value: float


@immutable
class Symbol(Expression):
    """A quantity, by its identity; how it is called is known to whoever writes the formula."""

    key: Key


@immutable
class Sum(Expression):
    """terms[0] + terms[1] + …, two terms or more."""

    terms: tuple[Expression, ...]


@immutable
class Product(Expression):
    """factors[0] * factors[1] * …, two factors or more."""

    factors: tuple[Expression, ...]


@immutable
class Difference(Expression):
    """left - right."""

    left: Expression
    right: Expression


@immutable
class Quotient(Expression):
    """numerator / denominator."""

    numerator: Expression
    denominator: Expression


@immutable
class Power(Expression):
    """base ** exponent."""

    base: Expression
    exponent: Expression


@immutable
class Negative(Expression):
    """-operand."""

    operand: Expression


@immutable
class Call(Expression):
    """function(arguments), where `function` names a row of the table of primitives."""

    function: str
    arguments: tuple[Expression, ...]


ZERO = Number(0.0)
ONE = Number(1.0)


def as_expression(value: Operand) -> Expression:
    """The value itself if it is an expression, else a Number; TypeError for anything else."""
    if not isinstance(value, _OPERANDS):
        raise TypeError(f"not an expression or a number: {type(value).__name__}")
    return _coerced(value)


def total(terms: Iterable[Operand]) -> Expression:
    """terms[0] + terms[1] + …: the same as repeated `+`, in linear time."""
    flat: list[Expression] = []
    for term in map(as_expression, terms):
        if is_number(term, 0.0):
            continue
        if not flat and isinstance(term, Sum):
            flat.extend(term.terms)
        elif len(flat) == 1 and (folded := _folded(operator.add, flat[0], term)):
            flat = [] if folded.value == 0 else [folded]
        else:
            flat.append(term)
    return Sum(tuple(flat)) if len(flat) > 1 else (flat[0] if flat else ZERO)


def product(factors: Iterable[Operand]) -> Expression:
    """factors[0] * factors[1] * …: the same as repeated `*`, in linear time."""
    flat: list[Expression] = []
    for factor in map(as_expression, factors):
        if is_number(factor, 0.0):
            return ZERO
        if is_number(factor, 1.0):
            continue
        if not flat and isinstance(factor, Product):
            flat.extend(factor.factors)
        elif len(flat) == 1 and (folded := _folded(operator.mul, flat[0], factor)):
            if folded.value == 0:
                return ZERO
            flat = [] if folded.value == 1 else [folded]
        else:
            flat.append(factor)
    return Product(tuple(flat)) if len(flat) > 1 else (flat[0] if flat else ONE)


def is_number(expression: Expression, value: float) -> bool:
    """Whether the expression is the constant `value`."""
    return isinstance(expression, Number) and expression.value == value


def _coerced(value: Operand) -> Expression:
    return value if isinstance(value, Expression) else Number(float(value))


def _folded(
    operation: Callable[[float, float], object], left: Expression, right: Expression
) -> Number | None:
    """The number that `operation` gives for two numbers, None if there is no finite real one."""
    if not (isinstance(left, Number) and isinstance(right, Number)):
        return None
    try:
        value = operation(left.value, right.value)
    except ArithmeticError:
        return None
    return Number(value) if isinstance(value, float) and math.isfinite(value) else None


def _add(left: Expression, right: Expression) -> Expression:
    if is_number(left, 0.0):
        return right
    if is_number(right, 0.0):
        return left
    if isinstance(left, Sum):
        return Sum((*left.terms, right))
    return _folded(operator.add, left, right) or Sum((left, right))


def _subtract(left: Expression, right: Expression) -> Expression:
    if is_number(right, 0.0):
        return left
    if is_number(left, 0.0):
        return -right
    return _folded(operator.sub, left, right) or Difference(left, right)


def _multiply(left: Expression, right: Expression) -> Expression:
    if is_number(left, 0.0) or is_number(right, 0.0):
        return ZERO
    if is_number(left, 1.0):
        return right
    if is_number(right, 1.0):
        return left
    if isinstance(left, Product):
        return Product((*left.factors, right))
    return _folded(operator.mul, left, right) or Product((left, right))


def _divide(left: Expression, right: Expression) -> Expression:
    if is_number(right, 1.0):
        return left
    return _folded(operator.truediv, left, right) or Quotient(left, right)


def _raise(base: Expression, exponent: Expression) -> Expression:
    if is_number(exponent, 1.0):
        return base
    if is_number(exponent, 0.0):
        return ONE
    return _folded(operator.pow, base, exponent) or Power(base, exponent)
