"""Formulas on one line of Unicode, for the screen: `w1 · i1 + w2 · i2 + b1`, `x²`."""

from __future__ import annotations

import re
from collections.abc import Callable

from tracer.digits.numbers import shortest
from tracer.formula.nodes import Expression, Key, Power
from tracer.formula.primitive import Binding, Pattern, Primitive
from tracer.formula.writing import FormulaStyle, write
from tracer.language import say
from tracer.show.notation.arguments import apart

_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
_SMALL_WHOLE = re.compile(r"-?\d{1,2}")


def text(
    expression: Expression,
    *,
    symbol: Callable[[Key], str] = str,
    number: Callable[[float], str] = shortest,
    limit: int | None = None,
) -> str:
    """The formula in Unicode for people: `w1 · i1 + w2 · i2 + b1`, `x²`; options as for `plain`."""
    return write(expression, _ScreenStyle(symbol, lambda value: _signed(number(value)), limit))


def _signed(number: str) -> str:
    return f"−{number[1:]}" if number.startswith("-") else number


class _ScreenStyle(FormulaStyle):
    """Unicode on one line."""

    minus = " − "
    times = " · "
    negated = Binding.PRODUCT

    def power(self, base: str, exponent: str, _node: Power) -> str:
        if _SMALL_WHOLE.fullmatch(exponent):
            return base + exponent.translate(_SUPERSCRIPTS)
        return f"{base}^{_signed(exponent)}"

    def negative(self, operand: str) -> str:
        return f"−{operand}"

    def ellipsis(self, count: int) -> str:
        return f"… ({say('{count} more', count=count)}) …"

    def pattern(self, primitive: Primitive) -> Pattern:
        return apart(primitive.patterns.text)
