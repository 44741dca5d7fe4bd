"""When a number was calculated: in iteration k, or in a fresh forward pass after n updates.

Says which trace holds a moment's numbers, and trains as far as the last one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from tracer.engine.training import Run, check_iterations, train
from tracer.errors import UsageError
from tracer.explain.calculation import Calculation, timeline_of
from tracer.model.experiment import Experiment, GraphExperiment


@dataclass(frozen=True, slots=True)
class Moment:
    """Iteration `iteration`, or the forward pass after `after` updates; exactly one is set."""

    iteration: int | None = 1
    after: int | None = None

    @property
    def updates(self) -> int:
        """How many updates come before it."""
        return self.iteration - 1 if self.iteration is not None else self.after or 0

    @property
    def words(self) -> str:
        """`Iteration 1`, `After 10,000 updates`."""
        if self.iteration is not None:
            return f"Iteration {self.iteration:,}"
        return f"After {self.after:,} update{'' if self.after == 1 else 's'}"


def outline(experiment: Experiment | GraphExperiment, moment: Moment) -> Calculation:
    """What numbers the moment has; not their values, for nothing is trained.

    Raises:
        UsageError: the moment is a later one, and there is no training; or there are no samples.
    """
    timeline = timeline_of(experiment)
    check_iterations([moment.updates + 1], trained=timeline.trained)
    whole = moment.iteration is None
    return Calculation(timeline, timeline.outline(moment.updates + 1, whole=whole))


def traced(
    experiment: Experiment | GraphExperiment,
    moments: Iterable[Moment],
    progress: Callable[[int], None] | None = None,
) -> dict[Moment, Calculation]:
    """The numbers of each moment, after training as far as the last one needs.

    Raises:
        UsageError: training doesn't get that far, because there is none or it stops before.
        DivergedError: training met an overflow on the way.
    """
    wanted = sorted(set(moments), key=lambda m: (m.updates, m.after is not None))
    timeline = timeline_of(experiment)
    run: Run[Any] = Run(timeline)
    most = max((m.updates + (m.iteration is not None) for m in wanted), default=0)
    if timeline.trained and most:
        keep = {k for m in wanted for k in (m.updates, m.updates + 1)}
        run = train(timeline, most, keep, progress)
    return {moment: Calculation(timeline, _trace(run, moment)) for moment in wanted}


def _trace(run: Run[Any], moment: Moment) -> Any:
    timeline = run.timeline
    if timeline.trained and moment.updates > run.done:
        raise run.diverged or UsageError(
            f"training ended after {run.done:,} updates, before {moment.words.lower()}"
        )
    if moment.iteration is None:
        return timeline.forward(moment.updates)
    return timeline.trace(moment.iteration, updated=moment.iteration <= run.done)
