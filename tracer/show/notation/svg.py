"""Names and formulas as SVG text: indices in <tspan>s below and above the line.

`dy` moves the line and a later one moves it back, since few viewers know `baseline-shift`.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Sequence
from html import escape

from tracer.formula.nodes import Expression, Key
from tracer.show.notation.screen import text
from tracer.show.notation.spelling import Fraction, Spelled, Term
from tracer.show.symbols import escaped

_SMALL = 0.72
_SHIFT = {"": 0.0, "below": 0.24, "above": -0.36}
_FIRST_PRIVATE = 0xF0000
_PRIVATE = re.compile("([\U000f0000-\U000ffffd])")
_SHIFTS = re.compile(r'<tspan(?: class="\w+" (font-size)="[^"]*")?(?: dy="([^"]*)em")')

Run = tuple[str, str]
"""A piece of text, and where it stands: "", "below" or "above"."""


class SvgTarget:
    """One line of SVG's text."""

    typeset = True
    comma = ","
    word = staticmethod(escaped)

    def spelled(self, name: Spelled) -> str:
        """The name of a quantity, as content of a <text>."""
        mean = [("mean ", "")] if name.mean else []
        body = name.body
        if not isinstance(body, Fraction):
            return _markup([*mean, *_runs(body)])
        through = [(f":{body.through}", "")] if body.through else []
        runs = [("∂", ""), *_runs(body.upper), ("/∂", ""), *_runs(body.lower), *through]
        return _markup([*mean, *runs])

    def formula(
        self,
        expression: Expression,
        /,
        *,
        symbol: Callable[[Key], str],
        number: Callable[[float], str],
        limit: int | None,
    ) -> str:
        """The formula on one line, back on the line after each name's index."""
        names: dict[str, str] = {}

        def placed(key: Key) -> str:
            sign = chr(_FIRST_PRIVATE + len(names))
            names[sign] = symbol(key)
            return sign

        line = text(expression, symbol=placed, number=number, limit=limit)
        written, lowered = "", 0.0
        for piece in _PRIVATE.split(line):
            inside = names.get(piece) or escape(piece)
            shift = f' dy="{-lowered:.3g}em"' if lowered and inside else ""
            written += f"<tspan{shift}>{inside}</tspan>" if shift else inside
            lowered = _ends_at(inside) if piece in names else lowered if not inside else 0.0
        return written

    def number(self, written: str, /) -> str:
        """A number's text with a proper minus sign."""
        return written.replace("-", "−")


def _ends_at(markup: str) -> float:
    """How far below the line a name ends."""
    return math.fsum(
        float(dy) * (_SMALL if small else 1.0) for small, dy in _SHIFTS.findall(markup)
    )


def _runs(term: Term) -> Iterator[Run]:
    yield term.letter + "\u0302" * term.hat, ""
    if term.below:
        below = term.below
        flat = below if isinstance(below, str) else "".join(piece for piece, _ in _runs(below))
        yield flat, "below"
    if term.above:
        yield ",".join(term.above).replace("+", "⁺") if term.above != ("+",) else "+", "above"


def _markup(runs: Sequence[Run]) -> str:
    written, line = "", 0.0
    for words, place in _joined(runs):
        size, wanted = (_SMALL if place else 1.0), _SHIFT[place]
        moved = (wanted - line) / size
        line = wanted
        small = f' class="{place}" font-size="{_SMALL}em"' if place else ""
        shift = f' dy="{moved:.3g}em"' if moved else ""
        inside = escaped(words)
        written += f"<tspan{small}{shift}>{inside}</tspan>" if small or shift else inside
    return written


def _joined(runs: Sequence[Run]) -> Iterator[Run]:
    """Neighbours at the same height as one run."""
    words, at = "", ""
    for piece, place in runs:
        if place != at and words:
            yield words, at
            words = ""
        words, at = words + piece, place
    if words:
        yield words, at
