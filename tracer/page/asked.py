"""What a page is asked to be: an exercise, or not. Light, since the command line's help needs it."""

from __future__ import annotations

from tracer.immutable import immutable

REVEAL = {
    "after-try": "after an answer that isn't right",
    "always": "whenever somebody asks",
    "never": "not at all",
}
"""When an exercise shows a right value, in words."""
DEFAULT_REVEAL = "after-try"


@immutable
class Asked:
    """An exercise: `ask` are the names of what is asked for, all without; `reveal`: of `REVEAL`."""

    ask: tuple[str, ...] = ()
    reveal: str = DEFAULT_REVEAL
