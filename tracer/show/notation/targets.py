r"""What names, formulas and numbers look like in each target: Unicode, ASCII, LaTeX, MathML, HTML, SVG.

`w5⁺` and `∂E/∂w5` on the screen, `w5+` and `dE/dw5` in ASCII, `w_{5}^{+}` and
`\frac{\partial E}{\partial w_{5}}` in LaTeX, <msubsup> and <mfrac> in MathML, <sub> and <sup> in HTML.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from html import escape
from typing import Protocol

from tracer.digits.numbers import parts
from tracer.formula.nodes import Expression, Key
from tracer.formula.plain import plain
from tracer.show.notation.latex import latex, latex_number, latex_symbol
from tracer.show.notation.mathml import mathml, mathml_number, mathml_symbol
from tracer.show.notation.screen import text
from tracer.show.notation.spelling import Fraction, Spelled, Term
from tracer.show.notation.svg import SvgTarget

_SIMPLE = re.compile(r"[A-Za-z]?\d+(,\d+)*|[A-Za-z]")
_DIGITS = re.compile(r"\d+")
_RAISED = str.maketrans("0123456789+-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻")
_ASCII = {"δ": "delta", "η": "lr", "θ": "theta"}

WriteSymbol = Callable[[Key], str]
WriteNumber = Callable[[float], str]


class Target(Protocol):
    """One way of writing; `typeset` where signs are raised and lowered.

    `comma`: how a decimal comma is written.
    """

    typeset: bool
    comma: str

    def spelled(self, name: Spelled) -> str:
        """The name of a quantity."""
        ...

    def word(self, name: str, /) -> str:
        """A name as it is, made safe."""
        ...

    def formula(
        self,
        expression: Expression,
        /,
        *,
        symbol: WriteSymbol,
        number: WriteNumber,
        limit: int | None,
    ) -> str:
        """The formula; `symbol` writes a name and `number` a constant."""
        ...

    def number(self, text: str, /) -> str:
        """A number's text, with its sign and exponent as the target has them."""
        ...


class _UnicodeTarget:
    """One line for the screen."""

    typeset = False
    comma = ","
    partial = "∂"
    word = staticmethod(str)
    formula = staticmethod(text)
    number = staticmethod(str)

    def spelled(self, name: Spelled) -> str:
        body = name.body
        if isinstance(body, Fraction):
            written = self._ratio(self.term(body.upper), self.term(body.lower))
            written += f":{body.through}" if body.through else ""
        else:
            written = self.term(body)
        return f"{'mean_' if name.mean else ''}{written}{name.suffix}"

    def term(self, term: Term) -> str:
        letter = term.letter + "\u0302" * term.hat
        return f"{letter}{self._below(term)}{''.join(term.above).translate(_RAISED)}"

    def _below(self, term: Term) -> str:
        below = self.term(term.below) if isinstance(term.below, Term) else term.below
        return f"_{below}" if below else ""

    def _ratio(self, upper: str, lower: str) -> str:
        return f"{self.partial}{upper}/{self.partial}{lower}"


class _AsciiTarget(_UnicodeTarget):
    """One line in ASCII, as names are typed and formulas are parsed."""

    partial = "d"
    formula = staticmethod(plain)

    def term(self, term: Term) -> str:
        letter = term.letter if term.given else _ASCII.get(term.letter, term.letter)
        letter = term.typed or letter
        above = [f"[{part}]" if part.isdecimal() else part for part in term.above]
        return f"{letter}{self._below(term)}{''.join(above)}"


class _LatexTarget:
    """TeX's mathematics."""

    typeset = True
    comma = "{,}"
    word = staticmethod(latex_symbol)
    formula = staticmethod(latex)
    number = staticmethod(latex_number)

    def spelled(self, name: Spelled) -> str:
        body = name.body
        if isinstance(body, Fraction):
            written = self._ratio(self._term(body.upper), self._term(body.lower))
            if body.through:
                written = rf"\left.{written}\right|_{{{self._script(body.through)}}}"
        else:
            written = self._term(body)
        return rf"\overline{{{written}}}" if name.mean else written

    def _term(self, term: Term) -> str:
        letter = latex_symbol(term.letter)
        letter = rf"\hat{{{letter}}}" if term.hat else letter
        below = f"_{{{self._script(term.below)}}}" if term.below else ""
        return letter + below + (f"^{{{','.join(term.above)}}}" if term.above else "")

    def _script(self, below: str | Term) -> str:
        if isinstance(below, Term):
            return self._term(below)
        return below if _SIMPLE.fullmatch(below) else latex_symbol(below)

    def _ratio(self, upper: str, lower: str) -> str:
        return rf"\frac{{\partial {upper}}}{{\partial {lower}}}"


class _MathMLTarget:
    """Presentation MathML, one element a name."""

    typeset = True
    comma = ","
    word = staticmethod(mathml_symbol)
    formula = staticmethod(mathml)
    number = staticmethod(mathml_number)

    def spelled(self, name: Spelled) -> str:
        body = name.body
        if isinstance(body, Fraction):
            written = self._ratio(self._term(body.upper), self._term(body.lower))
            if body.through:
                bar = f"<mrow>{written}<mo>|</mo></mrow>"
                written = f"<msub>{bar}{mathml_symbol(body.through)}</msub>"
        else:
            written = self._term(body)
        return f"<mover>{written}<mo>¯</mo></mover>" if name.mean else written

    def _term(self, term: Term) -> str:
        letter = mathml_symbol(term.letter)
        letter = f"<mover>{letter}<mo>^</mo></mover>" if term.hat else letter
        lower = term.below
        below = self._term(lower) if isinstance(lower, Term) else _script(lower) if lower else ""
        above = _row([_script(part) for part in term.above], "<mo>,</mo>") if term.above else ""
        if below and above:
            return f"<msubsup>{letter}{below}{above}</msubsup>"
        if below:
            return f"<msub>{letter}{below}</msub>"
        return f"<msup>{letter}{above}</msup>" if above else letter

    def _ratio(self, upper: str, lower: str) -> str:
        return f"<mfrac><mrow><mo>∂</mo>{upper}</mrow><mrow><mo>∂</mo>{lower}</mrow></mfrac>"


class _HtmlTarget:
    """HTML among words and in tables: one line a name, its formulas in MathML."""

    typeset = True
    comma = ","

    def word(self, name: str, /) -> str:
        """A single letter is a variable, and slanted; more of them are a word."""
        variable = re.fullmatch("[A-Za-z]\u0302?", name)
        return f"<i>{_html(name)}</i>" if variable else _html(name)

    def spelled(self, name: Spelled) -> str:
        body = name.body
        if isinstance(body, Fraction):
            written = self._ratio(self._term(body.upper), self._term(body.lower))
            written += f":{_html(body.through)}" if body.through else ""
        else:
            written = self._term(body)
        return f'<span class="mean">{written}</span>' if name.mean else written

    def _term(self, term: Term) -> str:
        lower = term.below
        below = self._term(lower) if isinstance(lower, Term) else _html(lower)
        above = _html(",".join(term.above))
        letter = self.word(term.letter + "\u0302" * term.hat)
        lowered = f"<sub>{below}</sub>" if below else ""
        return letter + lowered + (f"<sup>{above}</sup>" if above else "")

    def _ratio(self, upper: str, lower: str) -> str:
        return f"∂{upper}/∂{lower}"

    def formula(
        self,
        expression: Expression,
        /,
        *,
        symbol: WriteSymbol,
        number: WriteNumber,
        limit: int | None,
    ) -> str:
        return mathml(
            expression,
            symbol=lambda key: f"<mtext>{symbol(key)}</mtext>",
            number=lambda value: f"<mtext>{number(value)}</mtext>",
            limit=limit,
        )

    def number(self, text: str, /) -> str:
        """`−3.5×10⁻⁵`: raised digits stay what they are when they are copied."""
        mantissa, exponent = parts(text)
        power = "" if exponent is None else f"×10{str(exponent).translate(_RAISED)}"
        return mantissa.replace("-", "−") + power


def _html(text: str) -> str:
    return escape("".join(letter for letter in text if letter.isprintable()))


def _script(below: str) -> str:
    """What stands below or above, one element: digits as a number, the rest as a name."""
    if _DIGITS.fullmatch(below):
        return f"<mn>{below}</mn>"
    return "<mo>+</mo>" if below == "+" else mathml_symbol(below)


def _row(elements: Sequence[str], separator: str) -> str:
    return elements[0] if len(elements) == 1 else f"<mrow>{separator.join(elements)}</mrow>"


TARGETS: dict[str, Target] = {
    "unicode": _UnicodeTarget(),
    "ascii": _AsciiTarget(),
    "latex": _LatexTarget(),
    "mathml": _MathMLTarget(),
    "svg": SvgTarget(),
    "html": _HtmlTarget(),
}
"""The targets by name."""
