"""What may come to be written in place of a number: the right one, and what known mistakes make of it.

For question banks, which judge a number by itself and by nothing else on the sheet. From the table of
`tracer.diagnose.mistakes`, with the right numbers put into its formulas.
"""

from __future__ import annotations

from tracer.diagnose.mistakes.table import MistakenNumbers, Slip
from tracer.digits.rounding import Rounding
from tracer.immutable import immutable
from tracer.model.quantity import Identity

USUAL = Rounding(4)
"""What people who calculate by hand work with."""
LEAST = Rounding(2, significant=True)
"""So many digits of a number that the usual decimals show too little of."""
APART, RARE_APART = 1.5, 3.0
"""How many units of the last digit a mistake's value must be from the right one, as in `check`."""


@immutable
class Wrong:
    """A wrong value, give or take `tolerance`; `helps`: what is said of the mistakes behind it."""

    value: float
    tolerance: float
    helps: tuple[str, ...]


def unit_asked(value: float, asked: Rounding | None) -> float:
    """The worth of one unit of the last digit that is asked for of a number; None: the usual ones."""
    if asked is None:
        return min(USUAL.unit(value), LEAST.unit(value))
    return asked.unit(value) if value else 10.0**-asked.digits


def mistaken(numbers: MistakenNumbers, identity: Identity, unit: float) -> list[Wrong]:
    """The values that known mistakes lead to, in the number's own formula, the usual ones first.

    Left out is a mistake whose value can't be told from the right one; those whose values can't be told
    from each other are one. No tolerance reaches half-way to the next value.
    """
    right = numbers.exact.value(identity)
    found: dict[float, dict[str, None]] = {}
    for slip in sorted(numbers.near(identity), key=lambda slip: slip.row.rare):
        value = _told(slip, right, unit)
        if value is not None:
            alike = next((other for other in found if abs(other - value) <= unit), value)
            found.setdefault(alike, {})[slip.row.help] = None
    return [
        Wrong(value, _reach(value, [*found], unit), tuple(helps)) for value, helps in found.items()
    ]


def _told(slip: Slip, right: float, unit: float) -> float | None:
    """The slip's value, where it can be told from the right one."""
    apart = RARE_APART if slip.row.rare else APART
    if slip.value is None or abs(slip.value - right) <= apart * unit:
        return None
    return slip.value


def _reach(value: float, all_of_them: list[float], unit: float) -> float:
    """A unit, or half of the way to the next value where that is less."""
    return min([unit, *(abs(value - other) / 2 for other in all_of_them if other != value)])
