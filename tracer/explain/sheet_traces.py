"""The iterations of a worksheet: those that a configuration means to be calculated by hand."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tracer.digits.rounding import Rounding
from tracer.engine.training import Run, train_through
from tracer.explain.byhand import by_hand
from tracer.explain.calculation import check_reached, timeline_of
from tracer.explain.worksheet import Sheeted, intended
from tracer.model.experiment import Experiment, GraphExperiment


def sheet_traces(
    experiment: Experiment | GraphExperiment,
    iterations: int | None = None,
    rounding: Rounding | None = None,
) -> Sequence[Sheeted]:
    """The first iterations, exactly or by hand; by itself only those that training comes to.

    Raises:
        UsageError: training doesn't come to so many iterations as are asked for.
        DivergedError: it meets an overflow before.
    """
    exact = timeline_of(experiment)
    wanted: Sequence[int] = range(1, (iterations or intended(experiment)) + 1)
    run: Run[Any] = train_through(exact, wanted)
    if iterations is not None:
        check_reached(run, wanted)
    wanted = run.reached(wanted)
    if not wanted:
        run.raise_end()
    timeline = by_hand(experiment, rounding) if rounding else exact
    return [timeline.trace(k) for k in wanted]
