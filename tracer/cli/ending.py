"""How a command leaves: its exit codes, and what happens when training did not come to its end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tracer.engine.training import Run

DISAGREE = 1
"""Exit code: the numbers disagree."""


def raise_end(run: Run[Any]) -> None:
    """Leave as a diverged or an interrupted run does; what it came to has been shown."""
    if run.diverged:
        raise run.diverged
    if run.ended == "interrupted":
        raise KeyboardInterrupt
