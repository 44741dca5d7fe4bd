"""A bar in a notebook while training takes long: the one module that imports IPython."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from html import escape

from tracer.language import grouped, say

_LONG = 0.5
"""Seconds after which work counts as long."""
_OFTEN = 0.1


@contextmanager
def bar(total: int) -> Iterator[Callable[[int], None] | None]:
    """A function to call with what is done so far; None where there is no notebook to show it."""
    if not _in_notebook():
        yield None
        return
    from IPython.display import HTML, display

    handle, started = None, time.monotonic()
    shown = started + _LONG - _OFTEN

    def advance(done: int) -> None:
        nonlocal handle, shown
        if time.monotonic() - shown < _OFTEN:
            return
        shown = time.monotonic()
        drawn = HTML(_drawn(done, total))
        if handle is None:
            handle = display(drawn, display_id=True)
        else:
            handle.update(drawn)

    try:
        yield advance
    finally:
        if handle is not None:
            handle.update(HTML(""))


def _drawn(done: int, total: int) -> str:
    counts = {"done": grouped(f"{done:,}"), "total": grouped(f"{total:,}")}
    label = escape(say("{done} of {total} updates", **counts))
    return f'<progress max="{total}" value="{done}" aria-label="{label}"></progress> {label}'


def _in_notebook() -> bool:
    """Whether a kernel runs this, which is asked only where IPython is loaded already."""
    if "IPython" not in sys.modules:
        return False
    from IPython.core.getipython import get_ipython

    return hasattr(get_ipython(), "kernel")
