"""Whether a number is what somebody wrote, to the digits that were written.

Between `notation.numbers`, which reads what was written, and the searches that compare it.
"""

from __future__ import annotations

import math
from enum import Enum

from tracer.digits.numbers import Written

_NOISE = 1e-9  # of a unit: the float64 of 0.0005 is not quite half of the float64 of 0.001
# Sums in another order, where all digits of a float64 are written: of the value, and after cancelling.
_LAST_BITS, _CANCELLED = 1e-14, 4e-16


class Agreement(Enum):
    """How a written number comes from a calculated one."""

    ROUNDED = "rounded"
    TRUNCATED = "truncated"


def agreement(written: Written, value: float) -> Agreement | None:
    """Whether the value gives the written number: rounded to its digits, or cut off after them.

    A value half-way between may have been rounded either way.
    """
    if not math.isfinite(value):
        return None
    noise = _LAST_BITS * abs(value) + _CANCELLED
    if abs(value - written.value) <= (0.5 + _NOISE) * written.unit + noise:
        return Agreement.ROUNDED
    beyond = abs(value) - abs(written.value)
    if value * written.value > 0 and 0 <= beyond < written.unit * (1 - _NOISE):
        return Agreement.TRUNCATED
    return None


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
    same = math.floor(-math.log10(2 * off)) if off else written.significant
    return min(max(same, 0), written.significant - 1)
