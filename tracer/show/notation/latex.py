r"""Formulas in LaTeX's mathematics: `\frac{1}{1 + e^{-net}}`, to stand between dollar signs."""

from __future__ import annotations

from collections.abc import Callable

from tracer.digits.numbers import parts, shortest
from tracer.formula.nodes import Expression, Key, Power
from tracer.formula.primitive import Binding, Pattern, Primitive
from tracer.formula.writing import FormulaStyle, write
from tracer.language import decimals, say
from tracer.show.notation.arguments import apart
from tracer.show.symbols import SYMBOLS

_ESCAPES = {character: f"\\{character}" for character in "_#$%&{} "} | {
    "\\": r"\backslash{}",
    "^": r"\text{\^{}}",
    "~": r"\text{\~{}}",
}


def latex(
    expression: Expression,
    *,
    symbol: Callable[[Key], str] | None = None,
    number: Callable[[float], str] | None = None,
    limit: int | None = None,
) -> str:
    r"""The formula in LaTeX, with names as they are in upright letters: `\mathrm{net\_h1}`.

    `symbol` writes a name otherwise, `number` a constant; sums and products of more than `limit`
    operands are shortened, and say by how many.
    """
    return write(expression, _LatexStyle(symbol or latex_symbol, number or _constant, limit))


def latex_symbol(name: str) -> str:
    """The name as it is, with everything escaped that LaTeX would take for a command.

    Greek letters and raised digits become commands; other scripts stay, for XeLaTeX or LuaLaTeX.
    """
    if len(name) == 1 and name.isalpha():
        return SYMBOLS[name][1] if name in SYMBOLS else name
    return rf"\mathrm{{{''.join(map(_safe, name))}}}"


def _safe(letter: str) -> str:
    if letter in SYMBOLS:
        return f"{{{SYMBOLS[letter][1]}}}"
    return _ESCAPES.get(letter, letter) if letter.isprintable() else ""


def _constant(value: float) -> str:
    return latex_number(decimals(shortest(value)).replace(",", "{,}"))


class _LatexStyle(FormulaStyle):
    """Mathematics as TeX sets it."""

    times = r" \cdot "
    stacked_fractions = True
    raised_exponents = True
    negated = Binding.PRODUCT
    compound = Binding.POWER

    def quotient(self, numerator: str, denominator: str) -> str:
        return rf"\frac{{{numerator}}}{{{denominator}}}"

    def power(self, base: str, exponent: str, _node: Power) -> str:
        return f"{base}^{{{exponent}}}"

    def brackets(self, inside: str) -> str:
        return rf"\left({inside}\right)"

    def ellipsis(self, count: int) -> str:
        return rf"\dots \text{{ ({say('{count} more', count=count)}) }} \dots"

    def pattern(self, primitive: Primitive) -> Pattern:
        return apart(primitive.patterns.latex)

    def visible(self, text: str) -> str:
        # A fraction or a prime holds together no better than an operator or a raised sign.
        return text.replace(r"\frac", "/").replace("'", "^").replace(r"\_", "_")


def latex_number(text: str) -> str:
    r"""A number's text in LaTeX: `3.51e-05` is `3.51 \times 10^{-5}`."""
    mantissa, exponent = parts(text)
    return mantissa if exponent is None else rf"{mantissa} \times 10^{{{exponent}}}"
