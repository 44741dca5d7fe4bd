"""What is said to the person at the keyboard: all of standard error but the progress bar."""

from __future__ import annotations

import sys

from tracer.show.output import discard
from tracer.visible import printable_lines


def tell(text: str) -> None:
    """The text on standard error; control characters are visible, whatever it quotes.

    Where nobody can be told any more, the exit code has to do.
    """
    try:
        sys.stderr.write(f"{printable_lines(text)}\n")
        sys.stderr.flush()
    except OSError:
        discard(sys.stderr)
