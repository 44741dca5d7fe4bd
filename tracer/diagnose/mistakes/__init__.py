"""Known mistakes, one row each: which quantities, how the formula is rewritten, a sentence of help.

`MISTAKES` holds them all by name: `forward`, `backward` and `update` rewrite formulas, `copying` has
slips of the pen and rounding. `search` finds the rows that match a wrong number. A new mistake is
a new row.
"""

from tracer.diagnose.mistakes import backward, forward, update
from tracer.diagnose.mistakes.copying import ROUNDED, ROUNDED_HELP, SLIPS
from tracer.diagnose.mistakes.row import Mistake, Site

__all__ = ["HELP", "MISTAKES", "Mistake", "Site"]

MISTAKES: dict[str, Mistake] = {
    row.name: row for row in (*forward.ROWS, *backward.ROWS, *update.ROWS)
}
"""The mistakes that rewrite a formula, in the order of the calculation."""

HELP: dict[str, str] = {
    **{row.name: row.help for row in MISTAKES.values()},
    ROUNDED: ROUNDED_HELP,
    **{slip.name: slip.help for slip in SLIPS},
}
"""What to say about every mistake, those of copying and rounding included."""
