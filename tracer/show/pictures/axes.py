"""Axes: from numbers to places between 0 and 1, with ticks at round numbers.

Shared by everything that draws curves or bars, on a page or in a terminal.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from itertools import pairwise

from tracer.immutable import immutable
from tracer.language import grouped

_DECADES = 2
"""From so many powers of ten on, a logarithmic axis shows more."""
_ROUND = (1.0, 2.0, 5.0, 10.0)
_PLAIN = (1e-4, 1e6)
"""Within these limits ticks are written without an exponent."""
_MARGIN = 0.04
_NEAR = 0.4
_SMALLEST, _LARGEST = 1e-290, 1e300
"""An axis is longer than the one and reaches no farther than the other, so that nothing overflows."""
_SAME = 1e-12
"""Numbers that differ by less, relatively, are the same but for what float64 rounds away."""


@immutable
class Axis:
    """`low` and `high` are the ends, `ticks` numbers between them; `log`: in powers of ten.

    `left_out`: how many of the numbers are 0 and so have no place on a logarithmic axis.
    """

    low: float
    high: float
    ticks: tuple[float, ...]
    log: bool = False
    left_out: int = 0

    def place(self, value: float) -> float | None:
        """0 at the low end, 1 at the high one; None where the axis has no place for the number."""
        if not self.log:
            return _within((value - self.low) / (self.high - self.low))
        if value <= 0:
            return None
        low, high = math.log10(self.low), math.log10(self.high)
        return _within((math.log10(value) - low) / (high - low))

    def labels(self) -> list[str]:
        """The ticks as text, all in one form."""
        if self.log:
            return [_power(round(math.log10(tick))) for tick in self.ticks]
        return tick_texts(self.ticks)


def _within(place: float) -> float:
    """The place, or the end of the axis for what is farther away than it reaches."""
    return min(1.0, max(0.0, place))


def value_axis(numbers: Iterable[float], ticks: int = 5) -> Axis:
    """The axis for these finite numbers: logarithmic where none is negative and they span decades."""
    values = list(numbers)
    positive = [x for x in values if x > 0]
    if positive and min(values) >= 0:
        low, high = min(positive), max(positive)
        if math.log10(high) - math.log10(low) >= _DECADES:
            return _log_axis(low, high, ticks, len(values) - len(positive))
    return _linear_axis(values, ticks)


def count_axis(last: int, ticks: int = 6) -> Axis:
    """The axis from 0 to `last`, ticks at whole numbers."""
    last = max(1, last)
    step = max(1, round(_step(last, ticks)))
    return Axis(0, last, tuple(range(0, last + 1, step)))


def _linear_axis(values: Sequence[float], ticks: int) -> Axis:
    low, high = _clamped(min(values, default=0.0)), _clamped(max(values, default=1.0))
    if high - low <= max(_SAME * max(abs(low), abs(high)), _SMALLEST):
        half = abs(low) * 0.1 if abs(low) > _SMALLEST else 1.0
        low, high = low - half, high + half
    step = _step(high - low, ticks)
    low, high = -_end(-low, step), _end(high, step)
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return Axis(low, high, tuple(k * step + 0.0 for k in range(first, last + 1)))


def _clamped(value: float) -> float:
    return max(-_LARGEST, min(_LARGEST, value))


def _end(value: float, step: float) -> float:
    """The end of an axis beyond the number: a tick if one is near, else a little room."""
    tick = math.ceil(value / step - 1e-9) * step
    return tick if tick - value < _NEAR * step else value + _MARGIN * step


def _log_axis(low: float, high: float, ticks: int, left_out: int) -> Axis:
    below, above = math.log10(low), math.log10(high)
    room = (above - below) * _MARGIN
    first, last = math.ceil(below - room), math.floor(above + room)
    stride = max(1, math.ceil((last - first + 1) / ticks))
    chosen = [k for k in range(first, last + 1) if k % stride == 0 and -308 < k < 308]
    bottom, top = 10.0 ** max(below - room, -320.0), 10.0 ** min(above + room, 308.0)
    return Axis(bottom, top, tuple(10.0**k for k in chosen), True, left_out)


def _step(span: float, ticks: float) -> float:
    """The round number next above the span divided by so many ticks."""
    raw = span / ticks
    power = 10.0 ** math.floor(math.log10(raw))
    return next(digit for digit in _ROUND if digit * power >= raw * (1 - 1e-9)) * power


def tick_texts(ticks: Sequence[float]) -> list[str]:
    """The numbers with as many decimals as it takes to tell neighbours apart: 0, 0.05, 0.10."""
    largest = max(map(abs, ticks), default=0.0)
    if largest and not _PLAIN[0] <= largest < _PLAIN[1] and not _whole(ticks):
        return [f"{tick:.15g}" if tick == 0 else _scientific(tick) for tick in ticks]
    step = min((b - a for a, b in pairwise(ticks)), default=largest or 1.0)
    decimals = max(0, -math.floor(math.log10(step) + 1e-9))
    return [grouped(f"{tick:,.{decimals}f}") for tick in ticks]


def _whole(ticks: Sequence[float]) -> bool:
    return all(isinstance(tick, int) for tick in ticks)


def _scientific(value: float) -> str:
    mantissa, _, exponent = f"{value:.6e}".partition("e")
    return grouped(f"{mantissa.rstrip('0').rstrip('.')}e{int(exponent)}")


def _power(exponent: int) -> str:
    plain = -4 <= exponent <= 5
    return grouped(f"{10.0**exponent:,.{max(0, -exponent)}f}") if plain else f"1e{exponent}"
