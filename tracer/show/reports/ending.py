"""Why a training ended before its time, in the language in force."""

from __future__ import annotations

from tracer.errors import DivergedError
from tracer.language import message, say

REMEDIES = (
    message("try smaller weights or inputs"),
    message("try a smaller learning rate"),
    message("its schedule makes it so large: let it grow less, or train for fewer iterations"),
    message("a mean of squares below the square of the mean: give epsilon more, or other states"),
    message("give the optimiser's epsilon more than 0"),
)
"""What an error says would help."""


def diverged(error: DivergedError) -> str:
    """Which number went first, the last good loss, and what would help."""
    values = {"number": error.iteration, "name": error.quantity}
    if error.last_loss is None:
        what = say(
            "training diverged in iteration {number}: {name} is not a finite number", **values
        )
    else:
        what = say(
            "training diverged in iteration {number}: {name} is not a finite number; the last good "
            "loss was {loss}",
            loss=error.last_loss,
            **values,
        )
    return f"{what}; {say(error.hint)}"
