"""How numbers are written in a picture where no option says so: few digits, since they have to fit."""

from __future__ import annotations

from tracer.digits.numbers import NumberFormat, shortest
from tracer.immutable import immutable

PICTURE_DIGITS = 4


@immutable
class BriefNumbers(NumberFormat):
    """Significant digits without needless zeros: `0.5933`, `0.05`."""

    def text(self, value: float) -> str:
        """The number as text."""
        full = NumberFormat(self.digits, self.significant)
        shown = full.text(value)
        return shown if full.rounds(value) else shortest(float(shown))


PICTURE_NUMBERS = BriefNumbers(None, PICTURE_DIGITS)
"""The number format of pictures."""
