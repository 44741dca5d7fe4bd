"""Formulas on one line of ASCII, for machines and for `parse`."""

from __future__ import annotations

from collections.abc import Callable

from tracer.digits.numbers import shortest
from tracer.formula.nodes import Expression, Key
from tracer.formula.writing import FormulaStyle, write


def plain(
    expression: Expression,
    *,
    symbol: Callable[[Key], str] = str,
    number: Callable[[float], str] = shortest,
    limit: int | None = None,
) -> str:
    """The formula in ASCII, as `parse` reads it: `w1*i1 + w2*i2 + b1`, `x**2`.

    `symbol` writes a symbol's key, `number` a constant; sums and products of more than `limit`
    operands are shortened, and say by how many.
    """
    return write(expression, FormulaStyle(symbol, number, limit))
