"""A marking scheme: how many points a number is worth, and what each verdict earns of them.

Read from YAML by `tracer.config.marking`; `tracer.teach.marking` gives points by it. Everything is a
fraction of whole numbers until the sum is rounded once, as a decimal: no sum ever shows 6.999999.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import field
from decimal import Decimal
from fractions import Fraction
from types import MappingProxyType

from tracer.immutable import immutable
from tracer.language import counted, say

EACH = "each"
"""Stands for every number that has no points of its own."""


@immutable
class Share:
    """A verdict, and which part of a number's points it earns where the scheme says nothing else.

    `words`: the numbers with this verdict, in a sentence that says what they earn.
    """

    verdict: str
    part: Fraction
    words: Callable[[], str]


_ROWS = (
    Share("right", Fraction(1), lambda: say("right")),
    Share("rounding", Fraction(1), lambda: say("right within rounding")),
    Share("follows", Fraction(1), lambda: say("follows from an earlier slip, the method is right")),
    Share("mistake", Fraction(1, 2), lambda: say("wrong with a known mistake")),
    Share("wrong", Fraction(0), lambda: say("wrong")),
    Share("coarse", Fraction(0), lambda: say("too coarse to tell")),
)
SHARES: Mapping[str, Share] = MappingProxyType({row.verdict: row for row in _ROWS})
"""The only list of what a verdict earns."""


@immutable
class Worth:
    """The points of the numbers that `of` means: a name, a pattern with `*`, a phase, or `each`.

    `line` and `column` say where that stands in the scheme's file.
    """

    of: str
    points: Fraction
    line: int = 0
    column: int = 0


@immutable
class Scheme:
    """How a sheet is marked. `shares`: of the verdicts that earn another part than their row says.

    `after_trivial`: what a number that follows from a trivial one keeps of what it would earn.
    `total`: what a sheet that is right throughout gets; None: the points of all its numbers. `step`:
    to multiples of it the points of a sheet are rounded, half a step up. `file`: where it stands.
    """

    shares: Mapping[str, Fraction] = field(default_factory=dict)
    after_trivial: Fraction = Fraction(0)
    worths: tuple[Worth, ...] = ()
    total: Fraction | None = None
    step: Fraction = Fraction(1, 100)
    file: str = ""

    def share(self, verdict: str) -> Fraction:
        """The part of a number's points that the verdict earns."""
        return self.shares.get(verdict, SHARES[verdict].part)

    def rounded(self, points: Fraction) -> Decimal:
        """The points as a decimal number, a multiple of the step."""
        return decimal(math.floor(points / self.step + Fraction(1, 2)) * self.step)

    def words(self) -> Iterator[str]:
        """The scheme in sentences, for those who are marked by it."""
        parts = dict.fromkeys(sorted(map(self.share, SHARES), reverse=True))
        for part in parts:
            verdicts = ", ".join(
                r.words() for r in SHARES.values() if self.share(r.verdict) == part
            )
            yield _earns(part, verdicts)
        if self.share("follows"):
            yield _after_trivial(self.after_trivial)
        if self.total is not None:
            total = decimal(self.total)
            yield counted(
                total,
                "A sheet that is right throughout has {total} point.",
                "A sheet that is right throughout has {total} points.",
                total=total,
            )
        step = decimal(self.step)
        yield say("Points are rounded once, at the end, to multiples of {step}.", step=step)


def _earns(part: Fraction, verdicts: str) -> str:
    if part == 1:
        return say("All of a number's points: {verdicts}.", verdicts=verdicts)
    if part == 0:
        return say("None of them: {verdicts}, not supplied.", verdicts=verdicts)
    percent = decimal(part * 100)
    return say("{percent} % of them: {verdicts}.", percent=percent, verdicts=verdicts)


def _after_trivial(kept: Fraction) -> str:
    if kept == 0:
        return say(
            "What follows from a wrong number that is 0, 1, copied from the exercise or far from any "
            "plausible value shows no method, and has no points for it."
        )
    return say(
        "What follows from a wrong number that is 0, 1, copied from the exercise or far from any "
        "plausible value shows less method, and has {percent} % of the points for it.",
        percent=decimal(kept * 100),
    )


def decimal(number: Fraction, places: int = 6) -> Decimal:
    """The number with so many decimals at most, half up, and no zeros at the end: 0.5, 7, 0.333333."""
    scaled = math.floor(abs(number) * 10**places + Fraction(1, 2))
    found = Decimal(scaled).scaleb(-places).normalize()
    found = found.quantize(Decimal(1)) if found == found.to_integral_value() else found
    return -found if number < 0 else found
