"""How numbers are shown, rounded, and read as somebody wrote them.

Shown: `NumberFormat`; 9 decimals as in the classic worked example, and scientific notation where
that would show too little. Rounded as on paper: `round_decimal`. Read from a learner: `Written`.
"""

from __future__ import annotations

import math
import re
import sys
from decimal import ROUND_DOWN, ROUND_FLOOR, ROUND_HALF_EVEN, ROUND_HALF_UP, Context, Decimal
from typing import Literal

from tracer.immutable import immutable
from tracer.language import decimal_mark

_FEW_DIGITS = 4
_USUAL_DECIMALS = 9
_NOISE = 8 * 2.0**-52
_LARGE = 1e15  # from here on a float64 has no decimals to show
_CONTEXT = Context(prec=800)  # float64 needs at most 767 digits
_HALF = Decimal("0.5")
CANCELLED = 4e-16
"""Two units in the last place of 1: what a difference of numbers below 1 is off by."""
_MOST_SCALED = 300  # powers of ten beyond are no float64
_SMALLEST = math.ulp(0.0)
_LONGEST_POWER = 6
EDGE = 5e-7
"""So near to where rounding changes, in units of the last digit, a number may be counted as there."""
_WRITTEN = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?", re.ASCII)
COMMA = re.compile(r"[+\-−–]?\d*,\d+(e[+-]?\d+)?", re.ASCII | re.IGNORECASE)
"""A number with a decimal comma."""
THOUSANDS = re.compile(r"[+\-−–]?[1-9]\d{0,2},\d{3}", re.ASCII)
"""One whose comma may stand between thousands."""
_MODES = {"half-up": ROUND_HALF_UP, "half-even": ROUND_HALF_EVEN, "cut": ROUND_DOWN}

RoundingMode = Literal["half-up", "half-even", "cut"]
"""Where half a unit goes: away from zero, or to the even digit; or the digits are just cut off."""


def shortest(value: float) -> str:
    """The shortest decimal text that gives the same float64 back; whole numbers without a point."""
    return repr(float(value)).removesuffix(".0")


@immutable
class NumberFormat:
    """How many digits a number is shown with; never changes what is calculated.

    `digits` decimals; with `significant`, so many significant digits instead; with neither, the
    shortest text that gives the same float64 back.
    """

    digits: int | None = 9
    significant: int | None = None

    def text(self, value: float) -> str:
        """The number as text: `0.377500000`, or `3.510187783e-08` where decimals show too little.

        Too little is fewer than 4 significant digits at the usual 9 decimals, and one fewer for each
        decimal less: whoever asks for 4 decimals wants 0.0365 so.
        """
        value = float(value) or 0.0  # no minus sign before a zero
        if not math.isfinite(value):
            return str(value)
        if self.significant is not None:
            return _significant(value, self.significant)
        if self.digits is None:
            return shortest(value)
        fixed = f"{value:.{self.digits}f}"
        enough = max(1, min(_FEW_DIGITS, _FEW_DIGITS + self.digits - _USUAL_DECIMALS))
        if value != 0 and (abs(value) >= _LARGE or _digits_shown(fixed) < enough):
            return f"{value:.{self.digits}e}"
        return fixed

    def rounds(self, value: float) -> bool:
        """Whether the number is more than what is shown of it: ≈ rather than =.

        A few units in the last place of a float64 don't count: 0.15·0.05 + 0.385 is 0.3925 on paper
        and 0.39249999999999996 here.
        """
        shown = float(self.text(value))
        return math.isfinite(value) and abs(shown - value) > _NOISE * abs(value)

    def brief(self, value: float) -> NumberFormat:
        """This format, or the shortest text where that is the same number: 0.05 for 0.050000000."""
        return self if self.rounds(value) else NumberFormat(digits=None)


def round_decimal(
    value: float,
    decimals: int | None = None,
    significant: int | None = None,
    mode: RoundingMode = "half-up",
) -> float:
    """The value rounded as on paper, to so many decimals or so many significant digits.

    The shortest decimal form of the value is rounded, exactly: 0.285 to two decimals is 0.29 half
    up, although the float64 lies just below. A sum of decimals that a float64 misses by its last bits
    counts as that sum: 0.0554 − 0.0191 cut off is 0.0363. With neither count the value comes back as
    it is.
    """
    exact = Decimal(repr(float(value)))
    if not exact.is_finite() or exact == 0:
        return value
    if significant is not None:
        decimals = significant - 1 - exact.adjusted()
    if decimals is None:
        return value
    units = exact.scaleb(decimals, _CONTEXT)
    step = units.to_integral_value(ROUND_HALF_EVEN if mode == "cut" else ROUND_FLOOR)
    edge = step if mode == "cut" else step + _HALF
    if abs(units - edge) <= _missed(value, decimals):
        units = edge
    whole = units.to_integral_value(_MODES[mode])
    return float(whole.scaleb(-decimals, _CONTEXT)) + 0.0  # no minus before a zero


def _missed(value: float, decimals: int) -> float:
    """By how many units of the last decimal a float64 may miss a sum of decimals of about its size."""
    if abs(decimals) > _MOST_SCALED:
        return 0.0
    return min(1e-9 + CANCELLED * (1 + abs(value)) * 10.0**decimals, EDGE)


@immutable
class Written:
    """A number as a learner wrote it, with the precision that this claims.

    `decimals` after the point, `significant` digits from the first that isn't zero, and `unit`, the
    worth of one unit of the last digit: 0.0001 for 0.3850, 1e-6 for 3.5e-5, 1 for 12.
    """

    text: str
    value: float
    decimals: int
    significant: int
    unit: float

    @classmethod
    def parse(cls, text: str) -> Written:
        """The number in the text, with a point or a decimal comma.

        `text` gets a point. ValueError if there is no number, or none that a float64 can hold, or one
        whose comma may stand between thousands.
        """
        text = with_point(text.strip())
        plain = text.lower().replace("−", "-").replace("–", "-")
        if not _WRITTEN.fullmatch(plain):
            raise ValueError(_no_number(text))
        mantissa, _e, power = plain.partition("e")
        whole, _point, fraction = mantissa.lstrip("+-").partition(".")
        digits = (whole + fraction).lstrip("0")
        value = float(plain)
        far = len(power.lstrip("+-0")) > _LONGEST_POWER
        if math.isinf(value) or (value == 0 and digits) or far:
            raise ValueError(f"{text!r} is outside the range of floating-point numbers")
        last_place = int(power or 0) - len(fraction)
        unit = min(max(float(f"1e{last_place}"), _SMALLEST), sys.float_info.max)
        return cls(text, value, max(-last_place, 0), len(digits) or 1, unit)


def with_point(text: str, *, commas: bool = False) -> str:
    """The number with a point for its decimal comma; any other text as it is.

    `1,234` may be a thousand: it is read so only where the language in force has a decimal comma, or
    where all of its neighbours have (`commas`).
    """
    sure = commas or not THOUSANDS.fullmatch(text) or decimal_mark() == ","
    return text.replace(",", ".") if sure and COMMA.fullmatch(text) else text


def _no_number(text: str) -> str:
    if THOUSANDS.fullmatch(text):
        point, whole = text.replace(",", "."), text.replace(",", "")
        return f"{text!r} may be {point} or {whole}; write a point, not a comma"
    return f"{text!r} is not a number{'; write a point, not a comma' if ',' in text else ''}"


def _significant(value: float, count: int) -> str:
    """So many significant digits, zeros at the end included."""
    if value == 0:
        return "0"
    mantissa, separator, exponent = f"{value:#.{count}g}".partition("e")
    return mantissa.removesuffix(".") + separator + exponent


def _digits_shown(fixed: str) -> int:
    return len(fixed.lstrip("-0.").replace(".", ""))


def parts(text: str) -> tuple[str, int | None]:
    """Mantissa and exponent; the exponent is None where the text isn't in scientific notation."""
    mantissa, separator, exponent = text.partition("e")
    return mantissa, int(exponent) if separator else None
