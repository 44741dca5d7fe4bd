"""A formula of whole arrays as an equation: each symbol a matrix, each operation a sign."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from tracer.formula import (
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
from tracer.show.document import Inline, Matrix, Value

Part = Inline | Matrix
WriteOperand = Callable[[Key], Part]

_CALLS = {"sqrt": ("√(", ")"), "abs": ("|", "|")}
"""What stands around the arguments of a function, where that isn't its name."""


def matrix_parts(formula: Expression, operand: WriteOperand) -> list[Part]:
    """The formula's parts in a row, element by element where it says · and /."""
    match formula:
        case Symbol(key):
            return [operand(key)]
        case Number(value):
            return [Value(value, exact=True)]
        case Sum(terms):
            return _joined(" + ", terms, operand)
        case Difference(left, right):
            return _joined(" − ", (left, right), operand)
        case Product(factors):
            return _joined(" · ", factors, operand)
        case Quotient(numerator, denominator):
            return _joined(" / ", (numerator, denominator), operand)
        case Power(base, exponent):
            return [*_bracketed(base, operand), " ^ ", *_bracketed(exponent, operand)]
        case Negative(inner):
            return ["−", *_bracketed(inner, operand)]
        case Call(function, arguments):
            before, after = _CALLS.get(function, (f"{function}(", ")"))
            return [before, *_joined(", ", arguments, operand), after]
    raise TypeError(f"not an expression: {type(formula).__name__}")


def _joined(sign: str, operands: Sequence[Expression], operand: WriteOperand) -> list[Part]:
    tight = sign in (" · ", " / ")
    parts: list[Part] = []
    for index, inner in enumerate(operands):
        behind_minus = sign == " − " and index > 0
        compound = isinstance(inner, Sum | Difference) and (tight or behind_minus)
        written = _bracketed(inner, operand) if compound else matrix_parts(inner, operand)
        parts += [sign, *written] if index else written
    return parts


def _bracketed(inner: Expression, operand: WriteOperand) -> list[Part]:
    parts = matrix_parts(inner, operand)
    return parts if isinstance(inner, Symbol | Number | Call) else ["(", *parts, ")"]
