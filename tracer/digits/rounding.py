"""Rounding at every step, as on paper: `4dp` is four decimals, `4sf` four significant digits.

Low on the data's way: the compiled formulas call it for every number, so it is fast where that is
safe (far from where the next multiple of the unit begins) and exact, in decimal, everywhere else.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from functools import cache

import numpy as np
import numpy.typing as npt

from tracer.digits.numbers import EDGE, RoundingMode, round_decimal
from tracer.errors import UsageError
from tracer.immutable import immutable
from tracer.language import counted, say

_WRITTEN = re.compile(r"(?P<digits>\d{1,2})(?P<unit>dp|sf)")
_MOST = 15  # a float64 has no more decimal digits that it keeps
_POWERS = tuple(10.0**n for n in range(23))  # the powers of ten that a float64 holds exactly
_SAFE = 1e9  # up to here a scaled number is off by less than _TIE
_TIE = 2 * EDGE  # so near to a tie, or to a whole number when cutting off, only decimal knows


@immutable
class Rounding:
    """So many decimals, or so many significant digits.

    `mode` says where half a unit goes, or that what comes after the last digit is cut off.
    """

    digits: int
    significant: bool = False
    mode: RoundingMode = "half-up"

    def __str__(self) -> str:
        return f"{self.digits}{'sf' if self.significant else 'dp'}"

    @property
    def words(self) -> str:
        """`4 decimals` or `4 significant digits`."""
        if self.significant:
            return counted(self.digits, "{count} significant digit", "{count} significant digits")
        return counted(self.digits, "{count} decimal", "{count} decimals")

    @property
    def done(self) -> str:
        """What happens to a number: `rounded to 4 decimals`, `cut off after 4 decimals`."""
        if self.mode == "cut":
            return say("cut off after {digits}", digits=self.words)
        return say("rounded to {digits}", digits=self.words)

    def exact(self, value: float) -> float:
        """The value rounded in decimal; what isn't finite stays as it is."""
        if self.significant:
            return round_decimal(value, significant=self.digits, mode=self.mode)
        return round_decimal(value, self.digits, mode=self.mode)

    def array(self, values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Every element rounded."""
        rounded = map(self.function(), values.ravel().tolist())
        return np.fromiter(rounded, float, values.size).reshape(values.shape)

    def unit(self, value: float) -> float:
        """The worth of one unit of the last digit that a rounded value has: 0.0001 for 4dp.

        Never less than the smallest float64. A zero and what isn't finite have no significant digit;
        theirs is 1.
        """
        if not self.significant:
            return float(f"1e-{self.digits}")
        if value == 0 or not math.isfinite(value):
            return 1.0
        unit = float(f"1e{math.floor(math.log10(abs(value))) - self.digits + 1}")
        return max(unit, math.ulp(0.0))

    def settled(self, ends: tuple[float, float], *, cut: bool) -> tuple[float, float]:
        """Where a number between the ends may lie once it has been rounded, or with `cut` cut off."""
        (low, high), (down, up) = ends, (self._settled(ends[0], cut), self._settled(ends[1], cut))
        return min(low, down[0]), max(high, up[1])

    def _settled(self, value: float, cut: bool) -> tuple[float, float]:
        """The least and the greatest number that the value may become; a tie goes either way."""
        if value == 0 or not math.isfinite(value):
            return value, value
        unit = self.unit(value)
        count = value / unit
        if abs(count) > _SAFE:
            return value - unit, value + unit
        found = [math.ceil(count - 0.5 - _TIE), math.floor(count + 0.5 + _TIE)]
        if cut:
            found.append(math.floor(abs(count) + _TIE) * (1 if value > 0 else -1))
        return min(found) * unit, max(found) * unit

    def function(self) -> Callable[[float], float]:
        """`exact`, to the last bit, but some ten times as fast."""
        return _significant(self) if self.significant else _decimals(self)


def parse_rounding(text: str, mode: RoundingMode = "half-up") -> Rounding:
    """The rounding that `4dp` or `4sf` means.

    Raises:
        UsageError: the text is neither, or asks for no digit or for more than a float64 has.
    """
    match = _WRITTEN.fullmatch(text.strip().lower())
    significant = match is not None and match["unit"] == "sf"
    digits = int(match["digits"]) if match else -1
    if not int(significant) <= digits <= _MOST:
        raise UsageError(
            f"cannot round to '{text}'",
            f"4dp rounds to four decimals, 4sf to four significant digits; {_MOST} is the most",
        )
    return Rounding(digits, significant, mode)


@cache
def _decimals(rounding: Rounding) -> Callable[[float], float]:
    scale, exact, floor = _POWERS[rounding.digits], rounding.exact, math.floor
    safe, sure = _SAFE, 0.5 - _TIE

    def rounded(value: float) -> float:  # `_nearest`, without another call
        scaled = value * scale
        if -safe < scaled < safe:
            whole = floor(scaled + 0.5)
            if -sure < scaled - whole < sure:
                return whole / scale
        return exact(value)

    def cut(value: float) -> float:
        scaled = value * scale
        whole = _cut(scaled) if -safe < scaled < safe else None
        return exact(value) if whole is None else whole / scale

    return cut if rounding.mode == "cut" else rounded


@cache
def _significant(rounding: Rounding) -> Callable[[float], float]:
    last, exact, floor, log10 = rounding.digits - 1, rounding.exact, math.floor, math.log10
    whole_units = _WHOLE[rounding.mode]
    if rounding.digits > int(log10(_SAFE)):
        return exact

    def rounded(value: float) -> float:
        if not 0 < abs(value) < math.inf:
            return exact(value)
        places = last - floor(log10(abs(value)))
        if not 0 <= places < len(_POWERS):
            return exact(value)
        scale = _POWERS[places]
        whole = whole_units(value * scale)
        return exact(value) if whole is None else whole / scale

    return rounded


def _nearest(scaled: float) -> int | None:
    """The nearest whole number; None where it may be a tie."""
    whole = math.floor(scaled + 0.5)
    return whole if abs(scaled - whole) < 0.5 - _TIE else None


def _cut(scaled: float) -> int | None:
    """The whole number next to it towards zero; None where it may be a whole number itself."""
    whole = int(scaled)
    return whole if _TIE < abs(scaled - whole) < 1 - _TIE else None


_WHOLE = {"half-up": _nearest, "half-even": _nearest, "cut": _cut}
