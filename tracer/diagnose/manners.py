"""How the numbers of a whole sheet were written, decided from all of them before any is judged.

Somebody who calculates by hand keeps exact numbers and rounds at the end; or rounds every step, to so
many decimals or significant digits, and goes on with that; or cuts off instead; or does now this, now
that. What may be right depends on it, and no single number tells: the sheet does.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial

from tracer.diagnose.answers.model import Answer
from tracer.diagnose.carried import Carried
from tracer.digits.agreement import Agreement, agreement, same
from tracer.digits.numbers import Written
from tracer.digits.rounding import Rounding
from tracer.formula.enclosure import Settle
from tracer.immutable import immutable
from tracer.language import say
from tracer.model.quantity import Identity

Answers = Mapping[Identity, Answer]
Place = tuple[int, Identity]
"""A number of a sheet: in which of its parts, and which."""

_MODES = ("half-up", "half-even", "cut")
_MOST_DIGITS = 12
_COMMON = 0.2
"""The part of a sheet's numbers that must have as many digits for that to be the sheet's own."""
SHOWN = 2
"""So many numbers at least must come out by a rounding and not exactly, for the sheet to be told so."""
MIXED = 0.7
"""Where a rounding explains less than this part of the numbers, others were treated otherwise."""


@immutable
class Manner:
    """One way to write a sheet.

    `steps`: to which digits a step may have been rounded before it was used; none: exact numbers were
    carried. `cut`: numbers may be off by a whole unit, and not half of one. `followed`: the rounding
    that the sheet shows, or that was stated. `digits`: those that the sheet's numbers have.
    """

    steps: Rounding | None = None
    cut: bool = False
    followed: Rounding | None = None
    digits: tuple[Rounding, ...] = ()

    @property
    def words(self) -> str:
        """`Rounded to 4 decimals at every step`; empty where the sheet shows nothing of the kind."""
        if self.followed is None:
            return ""
        done = self.followed.done
        if self.steps:
            done = say("{rounded} at every step", rounded=done)
        return f"{done[0].upper()}{done[1:]}"

    def inside(self, written: Written) -> Settle:
        """Where a term or a factor of that number may lie once it has been rounded.

        Nobody rounds them further than the number itself. Where exact numbers are carried, too, the
        products of a sum may have been written down on the way.
        """
        rounding = self.steps or Rounding(written.decimals)
        has = written.significant if rounding.significant else written.decimals
        finer = replace(rounding, digits=max(rounding.digits, has))
        return partial(finer.settled, cut=self.cut)

    @property
    def settle(self) -> Settle | None:
        """Where a step that was left out may lie, where steps were rounded at all."""
        return partial(self.steps.settled, cut=self.cut) if self.steps else None


EXACT = Manner()
"""Nothing is known of the sheet but that exact numbers are the simplest."""


@immutable
class Evidence:
    """Which numbers come out when exact numbers are carried, and which when steps are rounded."""

    rounding: Rounding
    exact: frozenset[Place]
    carried: frozenset[Place]

    @property
    def against(self) -> int:
        """How many come out exactly, but not by rounding every step."""
        return len(self.exact - self.carried)

    @property
    def shown(self) -> int:
        """How many come out by rounding every step, but not exactly."""
        return len(self.carried - self.exact)

    @property
    def is_shown(self) -> bool:
        """Whether the sheet speaks for rounded steps by itself."""
        return self.shown >= SHOWN and self.shown > self.against


def own_digits(answers: Collection[Answer]) -> tuple[Rounding, ...]:
    """The digits of the sheet: so many decimals, and so many significant digits.

    That is the most that a fair part of its numbers have; whoever drops zeros at the end has written
    others with fewer. Of a program's sheet a few short numbers tell nothing: it has no such digits.
    """
    texts = [answer.written for answer in answers if answer.tolerance is None]
    if 2 * len(texts) < len(answers):
        return ()
    found = []
    for significant in (False, True):
        some = [w for w in texts if w.value] if significant else texts  # 0.000 has no digit
        counts = Counter(w.significant if significant else w.decimals for w in some)
        least = min(max(2.0, _COMMON * len(some)), max(counts.values(), default=0))
        common = [n for n, count in counts.items() if count >= least]
        if common and significant <= max(common) <= _MOST_DIGITS:
            found.append(Rounding(max(common), significant))
    return tuple(found)


def cut_off(answers: Answers, exact: Mapping[Identity, float]) -> bool:
    """Whether the numbers that are right tell that what came after the last digit was cut off."""
    found = Counter(
        agreement(answer.written, exact[identity])
        for identity, answer in answers.items()
        if answer.tolerance is None and _tells_cutting(answer, exact[identity])
    )
    return (
        found[Agreement.TRUNCATED] >= SHOWN
        and found[Agreement.TRUNCATED] > found[Agreement.ROUNDED]
    )


def _tells_cutting(answer: Answer, value: float) -> bool:
    """Whether the value, rounded and cut off, is two different numbers."""
    off = abs(value) / answer.written.unit
    return answer.value != 0 and 0.5 < off % 1 < 1 - 1e-6  # NaN for units too small to count


def evidence(
    ways: Callable[[Rounding], Sequence[Sequence[Carried]]],
    answers: Sequence[Answers],
    degrees: Collection[Rounding],
    exact: frozenset[Place],
) -> Iterator[Evidence]:
    """For each degree and mode of rounding, the numbers that come out by it.

    `ways(rounding)`: for each part of `answers` the calculations that round every step.
    """
    for degree in degrees:
        for mode in _MODES:
            rounding = Rounding(degree.digits, degree.significant, mode)  # type: ignore[arg-type]
            calculations = ways(rounding)
            carried = frozenset(
                (place, identity)
                for place, (part, some) in enumerate(zip(answers, calculations, strict=True))
                for identity, answer in part.items()
                if any(_comes_out(way, identity, answer) for way in some)
            )
            yield Evidence(rounding, exact, carried)


def _comes_out(way: Carried, identity: Identity, answer: Answer) -> bool:
    """Whether the number, calculated with every step rounded, is the one written."""
    if answer.tolerance is not None or answer.value == 0 or way.formula(identity) is None:
        return False  # what comes of zeros shows nothing
    value = way.tried(identity)
    if value is None:
        return False
    return same(answer.value, value) or abs(value - answer.value) <= 1e-6 * answer.written.unit
