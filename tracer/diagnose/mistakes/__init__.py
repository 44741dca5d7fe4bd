"""Known mistakes, one row each: which quantities, how the formula is rewritten, a sentence of help.

`MISTAKES` holds those that rewrite a formula, a file for each phase from `forward` to `update`, and for
what an update may have besides: `penalties`, `states`, `optimizers`, `schedules`. The slips of the pen,
and rounding, are in `copying`. `search` finds the rows that match a wrong number.
A new mistake is a new row.
"""

from tracer.diagnose.mistakes import (
    activation,
    backward,
    errors,
    forward,
    gradients,
    optimizers,
    penalties,
    schedules,
    states,
    update,
)
from tracer.diagnose.mistakes.row import Mistake, Site

__all__ = ["MISTAKES", "Mistake", "Site"]

_PARTS = (
    forward,
    activation,
    errors,
    backward,
    gradients,
    penalties,
    update,
    states,
    optimizers,
    schedules,
)

MISTAKES: dict[str, Mistake] = {row.name: row for part in _PARTS for row in part.ROWS}
"""The mistakes that rewrite a formula, in the order of the calculation."""
