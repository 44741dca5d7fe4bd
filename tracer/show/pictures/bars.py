"""Bars of characters: how large numbers are, to an eighth of a column, or to a whole one in ASCII."""

from __future__ import annotations

import math
from collections.abc import Sequence

from tracer.immutable import immutable
from tracer.language import decimals, say
from tracer.show.document import Lines, Notation, Span
from tracer.show.formats.layout import cell_width
from tracer.show.symbols import to_ascii

_WIDEST, _NARROWEST = 48, 12
_EIGHTHS = " ▏▎▍▌▋▊▉"
_FULL, _STAR = "█", "#"
_INDENT = "  "


@immutable
class BarSketch:
    """A bar for each number: (label, number), the numbers finite and not negative."""

    title: str
    rows: Sequence[tuple[str, float]]

    def __call__(self, notation: Notation, width: int | None, ascii: bool, /) -> Lines:
        """The lines; none where there is no room or no number to draw."""
        labels = [to_ascii(label) if ascii else label for label, _ in self.rows]
        numbers = [notation.number(value) for _, value in self.rows]
        positive = [value for _, value in self.rows if value > 0]
        margin = len(_INDENT) + max(map(cell_width, labels), default=0) + 2
        room = (width or 100) - margin - 2 - max(map(len, numbers), default=0)
        if not positive or room < _NARROWEST:
            return []
        low, high = 10.0 ** math.floor(math.log10(min(positive))), max(positive)
        lines: list[Sequence[Span]] = [[(self._titled(low), "title")]]
        for label, number, (_, value) in zip(labels, numbers, self.rows, strict=True):
            bar = bar_of(value, low, high, min(room, _WIDEST), ascii=ascii)
            gap = " " * (margin - len(_INDENT) - cell_width(label))
            lines.append([(f"{_INDENT}{label}{gap}", ""), (bar, "drawn"), (f" {number}", "")])
        return lines

    def _titled(self, low: float) -> str:
        scale = decimals(f"{low:g}")
        return say("{title} (log scale, from {number})", title=self.title, number=scale)


def bar_of(value: float, low: float, high: float, columns: int, *, ascii: bool = False) -> str:
    """A bar from `low` to the value, on a logarithmic scale on which `high` fills the columns.

    Nothing for 0; whatever is more than that has an eighth of a column at least, a whole one in ASCII.
    """
    if value <= 0:
        return ""
    place = math.log(value / low) / math.log(high / low) if high > low else 1.0
    if ascii:
        return _STAR * max(1, round(place * columns))
    whole, eighths = divmod(max(1, round(place * columns * 8)), 8)
    return _FULL * whole + _EIGHTHS[eighths].strip()
