"""The notation of a result: how its names, formulas and numbers are written.

Between the reports, which name things by their identity, and the formats: chosen by the command line
as a style (net-out or z-a), a target (unicode, ascii, latex, mathml, svg) and digits.
"""

from __future__ import annotations

from tracer.digits.numbers import NumberFormat
from tracer.formula.nodes import Expression
from tracer.graph.names import GraphNames
from tracer.language import decimals
from tracer.model.names import Names
from tracer.model.quantity import Kind, Label
from tracer.show.notation.spelling import LETTERS, Speller
from tracer.show.notation.targets import TARGETS

LIMIT = 8
"""A sum or product of more operands than this is shortened."""

_CANONICAL = TARGETS["ascii"]


class QuantityNotation:
    r"""`delta_o1` → `δ_o1`, in LaTeX `\delta_{o1}`; the names of one network or graph.

    Text in the place of a name is written as it is, made safe for the target. Sums and products of
    more than `limit` operands are shortened, never if `limit` is None.
    """

    def __init__(
        self,
        names: Names | GraphNames,
        style: str = "net-out",
        target: str = "unicode",
        numbers: NumberFormat | None = None,
        limit: int | None = LIMIT,
    ) -> None:
        self._target = TARGETS[target]
        self._letters = LETTERS[style]
        self._total = "E_total" if style == "net-out" else self._letters[Kind.TOTAL]
        self._speller = Speller(names, style, typeset=self._target.typeset)
        self._plain = Speller(names, "net-out", typeset=False)
        self._numbers = numbers or NumberFormat()
        self._limit = limit

    def name(self, label: Label | str, /) -> str:
        """The written form of an identity."""
        if isinstance(label, str):
            return self._target.word(label)
        return self._target.spelled(self._speller.spell(label))

    def canonical(self, label: Label | str, /) -> str:
        """The canonical ASCII name, whatever the target."""
        return label if isinstance(label, str) else _CANONICAL.spelled(self._plain.spell(label))

    def letter(self, kind: Kind, /) -> str:
        """The letter of a kind of quantity, as plain text."""
        return self._total if kind is Kind.TOTAL else self._letters[kind]

    def formula(self, expression: Expression, /) -> str:
        """The formula; numbers in it without needless zeros: `0.05`, not `0.050000000`."""
        return self._target.formula(
            expression, symbol=self.name, number=self._brief, limit=self._limit
        )

    def number(self, value: float, /) -> str:
        """The number with the digits that were asked for."""
        return self._marked(self._target.number(self._numbers.text(value)))

    def _brief(self, value: float) -> str:
        """The number in its format, or the shortest text where that format doesn't round it."""
        numbers, shown = self._numbers, float(self._numbers.text(value))
        exact = value if numbers.rounds(value) else shown
        return self._marked(self._target.number(numbers.brief(value).text(exact)))

    def _marked(self, number: str) -> str:
        """A written number with the decimal mark of the language."""
        return decimals(number).replace(",", self._target.comma) if "." in number else number
