"""A progress bar for long work, its rate and the time left: on a terminal only, on standard error."""

from __future__ import annotations

import shutil
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

_LONG = 0.5
"""Seconds after which work counts as long."""
_EVERY = 0.1
"""Seconds between two looks of the bar."""


@contextmanager
def progress(total: int, what: str) -> Iterator[Callable[[int], None] | None]:
    """A function to call with what is done so far; None where nobody would see a bar."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        Progress,
        TaskProgressColumn,
        TextColumn,
        TimeRemainingColumn,
    )

    started = time.monotonic()
    width, height = shutil.get_terminal_size()  # rich itself stumbles over COLUMNS=²
    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
        console=Console(stderr=True, width=width, height=height),
        transient=True,
        auto_refresh=False,  # `advance` draws it, so that no thread of rich's is needed
    )
    task = bar.add_task(what, total=total, rate="")

    shown = 0.0

    def advance(done: int) -> None:
        nonlocal shown
        took = time.monotonic() - started
        if took > _LONG and took - shown > _EVERY:
            shown = took
            bar.start()
            bar.update(task, completed=done, rate=_rate(done / took), refresh=True)

    try:
        yield advance
    finally:
        bar.stop()


def _rate(a_second: float) -> str:
    """`1.6 M/s`."""
    for power, letter in ((1e9, " G"), (1e6, " M"), (1e3, " k")):
        if a_second >= power:
            return f"{a_second / power:.1f}{letter}/s"
    return f"{a_second:.3g}/s"
