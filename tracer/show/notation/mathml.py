"""Formulas in presentation MathML: one element, to stand inside <math>."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from html import escape

from tracer.digits.numbers import parts, shortest
from tracer.formula.nodes import Expression, Key, Power
from tracer.formula.primitive import Binding, Pattern, Primitive
from tracer.formula.writing import FormulaStyle, write
from tracer.language import decimals, say
from tracer.show.notation.arguments import apart

_RAISING = re.compile(r"<(msup|msubsup|mfrac)\b")
_TAG = re.compile(r"<[^>]*>")


def mathml(
    expression: Expression,
    *,
    symbol: Callable[[Key], str] | None = None,
    number: Callable[[float], str] | None = None,
    limit: int | None = None,
) -> str:
    """The formula as one MathML element.

    `symbol` and `number` give one element for a name or a constant; sums and products of more than
    `limit` operands are shortened, and say by how many.
    """
    return write(expression, _MathMLStyle(symbol or mathml_symbol, number or _constant, limit))


def mathml_symbol(name: str) -> str:
    """<mi>name</mi>, with everything escaped that XML would take for markup or not at all."""
    return f"<mi>{escape(''.join(letter for letter in name if letter.isprintable()))}</mi>"


def _constant(value: float) -> str:
    return mathml_number(decimals(shortest(value)))


class _MathMLStyle(FormulaStyle):
    """Presentation MathML; each piece is one element."""

    plus = "<mo>+</mo>"
    minus = "<mo>−</mo>"
    times = "<mo>·</mo>"
    stacked_fractions = True
    raised_exponents = True
    negated = Binding.PRODUCT
    compound = Binding.POWER

    def join(self, operator: str, operands: Sequence[str]) -> str:
        return f"<mrow>{operator.join(operands)}</mrow>"

    def quotient(self, numerator: str, denominator: str) -> str:
        return f"<mfrac>{numerator}{denominator}</mfrac>"

    def power(self, base: str, exponent: str, _node: Power) -> str:
        return f"<msup>{base}{exponent}</msup>"

    def negative(self, operand: str) -> str:
        return f"<mrow><mo>−</mo>{operand}</mrow>"

    def brackets(self, inside: str) -> str:
        return f"<mrow><mo>(</mo>{inside}<mo>)</mo></mrow>"

    def ellipsis(self, count: int) -> str:
        return f"<mtext>… ({say('{count} more', count=count)}) …</mtext>"

    def whole(self, value: float) -> str:
        return _constant(value)

    def pattern(self, primitive: Primitive) -> Pattern:
        return apart(primitive.patterns.mathml)

    def visible(self, text: str) -> str:
        # A raised sign or a fraction is written by its tag, not by a character.
        return _TAG.sub("", text) + ("^" if _RAISING.search(text) else "")


def mathml_number(text: str) -> str:
    """A number's text in MathML, one element; a minus sign is an operator there."""
    mantissa, exponent = parts(text)
    digits = f"<mn>{mantissa.lstrip('-')}</mn>"
    row = f"<mo>−</mo>{digits}" if mantissa.startswith("-") else digits
    if exponent is not None:
        sign = "<mo>−</mo>" if exponent < 0 else ""
        power = f"<msup><mn>10</mn><mrow>{sign}<mn>{abs(exponent)}</mn></mrow></msup>"
        row += f"<mo>×</mo>{power}"
    return row if row == digits else f"<mrow>{row}</mrow>"
