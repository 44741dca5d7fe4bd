"""Writes a formula with the fewest brackets that are right, in any format.

`write` knows where brackets belong; a `FormulaStyle` knows what the pieces look like. The base style is
Python's own grammar on one line; `tracer.show.notation` adds Unicode, LaTeX and MathML, and
`tracer.formula.python` source that runs.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from tracer.digits.numbers import shortest
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
from tracer.formula.primitive import Binding, Pattern, Primitive
from tracer.formula.primitives import PRIMITIVES

_SCIENTIFIC = re.compile(r"[\d.,]+e[+-]?\d+")
_RAISED = re.compile("[⁰¹²³⁴-⁾]")
# What the first operand of a row needs, and what the others do.
_TERMS = (Binding.SUM, Binding.PRODUCT)
_FACTORS = (Binding.PRODUCT, Binding.FACTOR)
_OPERATOR = re.compile(r"[/+\-−*·×^\s]")


class FormulaStyle:
    """How the pieces of a formula look; this one writes Python's grammar in ASCII.

    `symbol` writes a symbol's key, `number` a constant (whole exponents are part of the formula's
    shape and always written shortest). A sum or product longer than `limit` shows its first terms,
    how many are left out, and its last.
    """

    plus = " + "
    minus = " - "
    times = "*"
    stacked_fractions = False
    raised_exponents = False
    negated: Binding = Binding.POWER
    compound = Binding.FACTOR

    def __init__(
        self,
        symbol: Callable[[Key], str] = str,
        number: Callable[[float], str] = shortest,
        limit: int | None = None,
    ) -> None:
        self.symbol = symbol
        self.number = number
        self.limit = limit

    def join(self, operator: str, operands: Sequence[str]) -> str:
        """operand operator operand operator …"""
        return operator.join(operands)

    def quotient(self, numerator: str, denominator: str) -> str:
        """numerator / denominator."""
        return f"{numerator}/{denominator}"

    def power(self, base: str, exponent: str, _node: Power) -> str:
        """base ** exponent."""
        return f"{base}**{exponent}"

    def negative(self, operand: str) -> str:
        """-operand."""
        return f"-{operand}"

    def brackets(self, inside: str) -> str:
        """(inside)."""
        return f"({inside})"

    def ellipsis(self, count: int) -> str:
        """What stands for `count` operands that are not shown."""
        return f"... ({count} more) ..."

    def whole(self, value: float) -> str:
        """A whole-numbered exponent."""
        return shortest(value)

    def pattern(self, primitive: Primitive) -> Pattern:
        """How a call of the primitive is written."""
        return primitive.patterns.plain

    def visible(self, text: str) -> str:
        """What a reader sees of a written name or number."""
        return text

    def binding(self, text: str) -> Binding:
        """How tightly a written name or number holds together: `dE/dw5` less than `w5`."""
        visible = self.visible(text)
        if visible.startswith(("-", "−")):
            return Binding.FACTOR
        if _SCIENTIFIC.fullmatch(visible):
            return Binding.POWER
        if _OPERATOR.search(visible):
            return self.compound
        return Binding.POWER if _RAISED.search(visible) else Binding.ATOM


def write(
    expression: Expression, style: FormulaStyle, need: Binding = Binding.SUM, leads: bool = True
) -> str:
    """The expression in that style, in brackets where its place needs a tighter binding.

    `leads` is False to the right of an operator, where a minus sign needs brackets too.
    """
    if isinstance(expression, (Number, Symbol)):
        return _atom(expression, style, need, leads)
    signed = isinstance(expression, Negative) and not leads
    if signed or _binding(expression, style) < need:
        return style.brackets(_composite(expression, style, leads=True))
    return _composite(expression, style, leads)


def _atom(expression: Number | Symbol, style: FormulaStyle, need: Binding, leads: bool) -> str:
    if isinstance(expression, Number):
        text = style.number(expression.value)
    else:
        text = style.symbol(expression.key)
    signed = not leads and style.visible(text).startswith(("-", "−"))
    return style.brackets(text) if signed or style.binding(text) < need else text


def _binding(expression: Expression, style: FormulaStyle) -> Binding:
    match expression:
        case Sum() | Difference():
            return Binding.SUM
        case Product():
            return Binding.PRODUCT
        case Quotient():
            return Binding.POWER if style.stacked_fractions else Binding.PRODUCT
        case Negative():
            return Binding.FACTOR
        case Call(function):
            return style.pattern(PRIMITIVES[function]).binding
    return Binding.POWER


def _composite(expression: Expression, style: FormulaStyle, leads: bool) -> str:
    match expression:
        case Sum(terms):
            text = _row(style.plus, terms, style, _TERMS, leads)
        case Difference(left, right):
            text = _row(style.minus, (left, right), style, _TERMS, leads)
        case Product(factors):
            text = _row(style.times, factors, style, _FACTORS, leads)
        case Quotient(numerator, denominator):
            text = _quotient(numerator, denominator, style, leads)
        case Power():
            text = _power(expression, style)
        case Negative(operand):
            text = style.negative(write(operand, style, style.negated, leads=False))
        case Call(function, arguments):
            pattern = style.pattern(PRIMITIVES[function])
            leads = not pattern.follows
            written = [write(argument, style, leads=leads) for argument in arguments]
            text = re.sub(r"\$(\d)", lambda hit: written[int(hit[1]) - 1], pattern.template)
        case _:
            raise TypeError(f"not an expression: {type(expression).__name__}")
    return text


def _row(
    operator: str,
    operands: Sequence[Expression],
    style: FormulaStyle,
    needs: tuple[Binding, Binding],
    leads: bool,
) -> str:
    """The operands with the operator between them; `needs`: of the first, of the others."""
    limit = len(operands) if style.limit is None else max(style.limit, 2)
    hidden = len(operands) - limit
    shown = operands if hidden <= 0 else (*operands[: limit - 1], operands[-1])
    written = [write(shown[0], style, needs[0], leads)]
    written += [write(operand, style, needs[1], leads=False) for operand in shown[1:]]
    if hidden > 0:
        written.insert(-1, style.ellipsis(hidden))
    return style.join(operator, written)


def _quotient(
    numerator: Expression, denominator: Expression, style: FormulaStyle, leads: bool
) -> str:
    if style.stacked_fractions:
        return style.quotient(write(numerator, style), write(denominator, style))
    return style.quotient(
        write(numerator, style, Binding.PRODUCT, leads),
        write(denominator, style, Binding.POWER, leads=False),
    )


def _power(power: Power, style: FormulaStyle) -> str:
    base = write(power.base, style, Binding.ATOM)
    exponent = power.exponent
    if isinstance(exponent, Number) and exponent.value.is_integer():
        whole = style.whole(exponent.value)
        return style.power(base, whole, power)
    if style.raised_exponents:
        need = Binding.SUM
    else:
        need = Binding.FACTOR if isinstance(exponent, Number) else Binding.POWER
    return style.power(base, write(exponent, style, need), power)
