"""Known mistakes, one row each: which quantities, how the formula is rewritten, a sentence of help.

`MISTAKES` holds those that rewrite a formula, from `forward`, `backward` and `update`; the slips of
the pen, and rounding, are in `copying`. `search` finds the rows that match a wrong number. A new
mistake is a new row.
"""

from tracer.diagnose.mistakes import backward, forward, update
from tracer.diagnose.mistakes.row import Mistake, Site

__all__ = ["MISTAKES", "Mistake", "Site"]

MISTAKES: dict[str, Mistake] = {
    row.name: row for row in (*forward.ROWS, *backward.ROWS, *update.ROWS)
}
"""The mistakes that rewrite a formula, in the order of the calculation."""
