"""A worksheet that judges what is put in: what each blank takes for right, and for which mistake.

Between the sheet and what `tracer.teach.expected` knows; for formats with a judge of their own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from tracer.diagnose.mistakes.table import MistakenNumbers
from tracer.digits.rounding import Rounding
from tracer.explain.calculation import Calculation
from tracer.language import say
from tracer.model.quantity import Identity
from tracer.show.document import Blank, Inline, Judged
from tracer.show.words import worded
from tracer.teach.expected import Wrong, mistaken, unit_asked

NEAR, NEAR_PERCENT = 5, 50
"""So many units beside the right number are rounding on the way, and are worth so much."""


def judging_blanks(
    iterations: Mapping[int, Calculation], asked: Rounding | None
) -> Callable[[Any, Identity], Blank]:
    """What makes the blank of a number of these iterations; `asked`: the digits, None the usual ones.

    The right number with one unit of its last digit either way; each mistake that can be told from it;
    then whatever is nearly right.
    """
    tables = {number: MistakenNumbers(exact) for number, exact in iterations.items()}

    def blank(trace: Any, identity: Identity) -> Blank:
        value = trace.value(identity)
        unit = unit_asked(value, asked)
        wrong = mistaken(tables[trace.number], identity, unit)
        right = Judged(value, unit, 100, say("Right."))
        near = say("Nearly: its last digits are off. Keep more digits on the way.")
        return Blank((right, *map(_judged, wrong), Judged(value, NEAR * unit, NEAR_PERCENT, near)))

    return blank


def digits_wanted(asked: Rounding | None) -> str:
    """What the sheet says of the digits that it wants."""
    if asked is None:
        return say(
            "Give four decimals, of numbers below 0.001 two significant digits; "
            "the last digit may be off by one."
        )
    return say("Give {digits}; the last digit may be off by one.", digits=asked.words)


def _judged(wrong: Wrong) -> Judged:
    first, *others = (worded(say(words)) for words in wrong.helps)
    feedback: list[Inline] = [*first]
    for other in others:
        feedback += [f" {say('Or:')} ", *other]
    return Judged(wrong.value, wrong.tolerance, 0, tuple(feedback))
