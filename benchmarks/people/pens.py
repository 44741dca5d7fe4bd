"""How people write numbers down: exact, rounded, cut off, on the way or only at the end."""

from __future__ import annotations

import math
import zlib
from dataclasses import dataclass
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from random import Random

MODES = {"up": ROUND_HALF_UP, "even": ROUND_HALF_EVEN, "cut": ROUND_DOWN}


def shorten(number: float, digits: int, significant: bool, mode: str) -> Decimal:
    """The number with so many decimals or significant digits; the noise of binary floats is none."""
    exact = Decimal(f"{number:.14g}")
    exponent = exact.adjusted() + 1 - digits if significant and exact else -digits
    return exact.quantize(Decimal(1).scaleb(exponent), MODES[mode])


@dataclass(frozen=True, slots=True)
class Pen:
    """A person's way to write. `stepwise`: what is written is what the person goes on with.

    `mode` is up, even or cut (mixed: one or another); `terms` and `exponentials` say that products
    in sums and e^x are shortened too. The rest is which way a person takes: `difference` the short
    formula of an output's delta, `anew` a chain calculated in one go instead of from written parts.
    """

    digits: int
    significant: bool
    mode: str
    stepwise: bool
    terms: bool = False
    exponentials: bool = False
    difference: bool = True
    anew: bool = False
    seed: int = 0
    single: bool = False

    def keep(self, number: float, what: str = "") -> float:
        """What the person goes on with."""
        if self.single:
            return _single(number)
        return float(self._short(number, what)) if self.stepwise else number

    def text(self, number: float, what: str = "") -> str:
        """What is written."""
        if self.single:
            return repr(number)
        return f"{self._short(number, what):f}"

    def term(self, number: float) -> float:
        """A product within a sum."""
        return self.keep(number) if self.terms or self.single else number

    def exponential(self, number: float) -> float:
        """e^x."""
        power = math.exp(number)
        return self.keep(power) if self.exponentials and self.stepwise else power

    def _short(self, number: float, what: str) -> Decimal:
        mode = self.mode
        if mode == "mixed":
            draw = zlib.crc32(f"{self.seed} {what}".encode()) % 10
            mode = "cut" if draw < 3 else "up"
        return shorten(number, self.digits, self.significant, mode)


def _single(number: float) -> float:
    """As float32: 24 bits."""
    mantissa, exponent = math.frexp(number)
    return math.ldexp(round(math.ldexp(mantissa, 24)), exponent - 24)


def random_pen(rng: Random, manner: str) -> Pen:
    """A pen of a manner: one of `MANNERS`, or float64 and float32 of programs."""
    digits = rng.choice((3, 4, 4, 4, 4, 5, 5, 6)) if rng.random() > 0.04 else 2
    stepwise, mode = MANNERS.get(manner, (False, "up"))
    if mode == "round":
        mode = rng.choice(("up", "up", "up", "even"))
    single = manner == "float32"
    return Pen(
        digits=digits,
        significant=rng.random() < 0.3,
        mode=mode,
        stepwise=stepwise,
        terms=stepwise and rng.random() < 0.3,
        exponentials=stepwise and rng.random() < 0.3,
        difference=rng.random() < 0.7,
        anew=rng.random() < 0.3,
        seed=rng.randrange(1 << 30),
        single=single,
    )


MANNERS = {
    "exact, rounded at the end": (False, "round"),
    "every step rounded, carried on": (True, "round"),
    "exact, cut off": (False, "cut"),
    "cut off at every step, carried on": (True, "cut"),
    "some steps rounded, others cut off": (True, "mixed"),
}
