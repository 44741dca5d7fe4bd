"""The notations: how a document's names, formulas and numbers are written.

`QuantityNotation` for networks, `PlainNotation` for computation graphs; both implement
`tracer.show.document.Notation`, stand between the views and the writers, and are chosen by the command
line: style (net-out or z-a), target (unicode, ascii, latex, mathml), digits.
"""

from __future__ import annotations

import re

from tracer.digits.numbers import NumberFormat
from tracer.formula.nodes import Expression
from tracer.model.names import Names
from tracer.show.notation.spelling import Speller
from tracer.show.notation.targets import TARGETS, Target

LIMIT = 8
"""A sum or product of more operands than this is shortened."""

_RATIO = re.compile(r"d(\w+)/d(\w+)(.*)")


class QuantityNotation:
    r"""`delta_o1` → `δ_o1`, in LaTeX `\delta_{o1}`; the names of one network.

    What is not the name of a quantity is written as it is, made safe for the target. Sums and
    products of more than `limit` operands are shortened, never if `limit` is None.
    """

    def __init__(
        self,
        names: Names,
        style: str = "net-out",
        target: str = "unicode",
        numbers: NumberFormat | None = None,
        limit: int | None = LIMIT,
    ) -> None:
        self._target = TARGETS[target]
        self._speller = Speller(names, style, typeset=self._target.typeset)
        self._numbers = numbers or NumberFormat()
        self._limit = limit

    def name(self, name: str, /) -> str:
        """The written form of a canonical name."""
        spelled = self._speller.spell(name)
        return self._target.spelled(spelled) if spelled else self._target.word(name)

    def formula(self, expression: Expression, /) -> str:
        """The formula; numbers in it without needless zeros: `0.05`, not `0.050000000`."""
        return self._target.formula(
            expression,
            self.name,
            lambda value: _brief(self._target, self._numbers, value),
            self._limit,
        )

    def number(self, value: float, /) -> str:
        """The number with the digits that were asked for."""
        return self._target.number(self._numbers, value)


class PlainNotation:
    """Names as they are, and `dtotal/dapple` → `∂total/∂apple`; for computation graphs."""

    def __init__(
        self,
        target: str = "unicode",
        numbers: NumberFormat | None = None,
        limit: int | None = LIMIT,
    ) -> None:
        self._target = TARGETS[target]
        self._numbers = numbers or NumberFormat()
        self._limit = limit

    def name(self, name: str, /) -> str:
        """The written form of a node's name or of a derivative."""
        ratio = _RATIO.fullmatch(name)
        if ratio is None:
            return self._target.word(name)
        upper, lower = self._target.word(ratio[1]), self._target.word(ratio[2] + ratio[3])
        return self._target.ratio(upper, lower)

    def formula(self, expression: Expression, /) -> str:
        """The formula; numbers in it without needless zeros."""
        return self._target.formula(
            expression,
            self.name,
            lambda value: _brief(self._target, self._numbers, value),
            self._limit,
        )

    def number(self, value: float, /) -> str:
        """The number with the digits that were asked for."""
        return self._target.number(self._numbers, value)


def _brief(target: Target, numbers: NumberFormat, value: float) -> str:
    """The number in its format, or the shortest text where that format doesn't round it."""
    shown = float(numbers.text(value))
    return target.number(numbers.brief(value), value if numbers.rounds(value) else shown)
