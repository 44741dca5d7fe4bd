"""A progress bar for long work, on standard error, on a terminal only."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

_LONG = 0.5
"""Seconds after which work counts as long."""


@contextmanager
def progress(total: int, what: str) -> Iterator[Callable[[int], None] | None]:
    """A function to call with what is done so far; None where nobody would see a bar."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import Progress

    started = time.monotonic()
    bar = Progress(console=Console(stderr=True), transient=True)
    task = bar.add_task(what, total=total)

    def advance(done: int) -> None:
        if time.monotonic() - started > _LONG:
            bar.start()
        bar.update(task, completed=done)

    try:
        yield advance
    finally:
        bar.stop()
