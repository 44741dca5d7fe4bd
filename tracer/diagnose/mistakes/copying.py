"""Slips of the pen and of the pocket calculator: digits copied wrongly, every step rounded.

These are told by comparing what was written with a value's own digits, not by rewriting a formula.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal
from itertools import pairwise

from tracer.digits.numbers import Written
from tracer.digits.rounding import Rounding
from tracer.engine.observers import Altered
from tracer.engine.trace import IterationTrace

_CONTEXT = Context(prec=800)


@dataclass(frozen=True, slots=True)
class CopyingSlip:
    """One row: whether the text that was written comes from the value by this slip."""

    name: str
    explains: Callable[[Written, float], bool]
    help: str


ROUNDED = "every_step_rounded"
ROUNDED_HELP = (
    "This is what comes out when every step is rounded; keep more digits until the last one."
)


def _text(value: float, decimals: int) -> str:
    """The size of the value, rounded to so many decimals."""
    unit = Decimal((0, (1,), -decimals))
    return f"{abs(Decimal(repr(value))).quantize(unit, ROUND_HALF_UP, _CONTEXT):f}"


def _size(written: Written) -> Decimal:
    return abs(Decimal(written.text.replace("−", "-")))


def _same_sign(written: Written, value: float) -> bool:
    return written.value * value > 0


def _transposed(written: Written, value: float) -> bool:
    swapped = map(Decimal, _swaps(_text(value, written.decimals)))
    return _same_sign(written, value) and _size(written) in swapped


def _swaps(text: str) -> Iterator[str]:
    """The text with two neighbouring digits exchanged; a point between them stays."""
    places = [place for place, sign in enumerate(text) if sign.isdigit()]
    for a, b in pairwise(places):
        if text[a] != text[b]:
            signs = list(text)
            signs[a], signs[b] = signs[b], signs[a]
            yield "".join(signs)


def _dropped(written: Written, value: float) -> bool:
    """A digit before the point is missing, or one behind it with the later ones moved up."""
    before = _drops(_text(value, written.decimals), before_point=True)
    behind = _drops(_text(value, written.decimals + 1), before_point=False)
    dropped = set(map(Decimal, (*before, *behind)))
    dropped.discard(Decimal(_text(value, written.decimals)))  # a zero at the end is no loss
    return _same_sign(written, value) and _size(written) in dropped


def _drops(text: str, *, before_point: bool) -> Iterator[str]:
    """The text without one of its digits; never without the last one, which is rounding."""
    point = text.find(".") if "." in text else len(text)
    places = range(point) if before_point else range(point + 1, len(text) - 1)
    for place in places if not before_point or point > 1 else ():
        yield text[:place] + text[place + 1 :]


_ROWS = (
    CopyingSlip(
        "digits_transposed",
        _transposed,
        "Two neighbouring digits have changed places in copying.",
    ),
    CopyingSlip(
        "digit_dropped",
        _dropped,
        "A digit was dropped in copying.",
    ),
)

SLIPS = {row.name: row for row in _ROWS}
"""The slips of the pen, by name."""


def roundings(written: Written) -> tuple[Rounding, ...]:
    """The degrees of rounding that leave a number with these digits."""
    found = [Rounding(written.decimals)] if written.decimals <= 15 else []
    if written.significant <= 15:
        found.append(Rounding(written.significant, significant=True))
    return tuple(found)


def rounded(trace: IterationTrace, rounding: Rounding) -> IterationTrace:
    """The same iteration with every step rounded."""
    return trace.recalculated(Altered(rounding, free=trace.rule.free or ()))
