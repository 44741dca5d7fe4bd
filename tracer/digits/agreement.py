"""Whether a number is what somebody wrote, to the digits that were written, and whether those tell.

Between `tracer.digits.numbers`, which reads what was written, and the searches that compare it.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from enum import Enum

from tracer.digits.numbers import CANCELLED, Written
from tracer.digits.rounding import Rounding

_NOISE = 1e-9  # of a unit: the float64 of 0.0005 is not quite half of the float64 of 0.001
_LAST_BITS = 1e-14  # of the value: sums in another order, where all digits of a float64 are written


class Agreement(Enum):
    """How a written number comes from a calculated one."""

    ROUNDED = "rounded"
    TRUNCATED = "truncated"


def agreement(written: Written, value: float) -> Agreement | None:
    """Whether the value gives the written number: rounded to its digits, or cut off after them.

    A value half-way between may have been rounded either way.
    """
    return _agreement(written.value, written.unit, value)


def _agreement(written: float, unit: float, value: float) -> Agreement | None:
    if not math.isfinite(value):
        return None
    noise = _LAST_BITS * abs(value) + CANCELLED
    if abs(value - written) <= (0.5 + _NOISE) * unit + noise:
        return Agreement.ROUNDED
    beyond = abs(value) - abs(written)
    if value * written >= 0 and 0 <= beyond < unit * (1 - _NOISE):
        return Agreement.TRUNCATED
    return None


def same(a: float, b: float) -> bool:
    """Whether two numbers are one but for the last bits of a float64."""
    return abs(a - b) <= CANCELLED * abs(b)


def tells(
    written: Written,
    value: float,
    usual: Iterable[Rounding] = (),
    required: Rounding | None = None,
) -> bool:
    """Whether what is written, and agrees with the value, can be told from half and double of it.

    `usual`: the digits of the sheet; whoever writes four decimals and drops the zeros at the end
    means 0.1000 by 0.1. `required`: to as many digits the value must have been written.
    """
    if abs(value) <= CANCELLED or abs(written.value - value) <= _LAST_BITS * abs(value):
        return True
    fine = [written.unit, *(r.unit(value) for r in usual if _is_rounded(written, value, r))]
    if required and min(fine) > required.unit(value) * (1 + _NOISE):
        return _is_rounded(written, value, required)
    number, unit = written.value, min(fine)
    kinds = {Agreement.ROUNDED, _agreement(number, unit, value)} - {None}
    return not any(_agreement(number, unit, other) in kinds for other in (value / 2, value * 2))


def _is_rounded(written: Written, value: float, rounding: Rounding) -> bool:
    """Whether the value, rounded so, is the number written."""
    return abs(rounding.function()(value) - written.value) <= _LAST_BITS * abs(value)


def digits_explained(written: Written, value: float) -> int:
    """How many of the significant digits written the value has: all of them when it agrees.

    The last digit of a truncated number doesn't count.
    """
    found = agreement(written, value)
    if found is Agreement.ROUNDED:
        return written.significant
    if not math.isfinite(value) or written.value == 0:
        return 0
    off = abs(value - written.value) / abs(written.value)
    most = written.significant - 1
    return math.floor(min(max(-math.log10(2 * off), 0), most)) if off else most
