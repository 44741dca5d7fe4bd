"""The iterations of one calculation, trained as far as somebody has asked."""

from __future__ import annotations

from collections.abc import Callable, Collection
from functools import lru_cache
from typing import Any

from tracer.api.arguments import shown
from tracer.api.source import AnyExperiment
from tracer.engine.alone import RLock, alone
from tracer.engine.training import Run, train_through
from tracer.errors import BptraceError, UnknownNameError
from tracer.explain.calculation import Calculation, check_reached, iteration_said, timeline_of
from tracer.model.quantity import Identity

_AT_HAND = 64


def check_is_text(name: object) -> None:
    """UnknownNameError for what can't be a name, so that `in` is False for it."""
    if not isinstance(name, str):
        raise UnknownNameError(f"{shown(name)} is no name", "names are text, such as 'dE/dw1'")


class Iterations:
    """Gives the trace of any iteration, and any number by its name.

    `run` is the training so far. What lies beyond it is trained when it is asked for, and then twice
    as far, so that whoever asks for one iteration after the other does not begin anew each time.
    Threads that share a result wait for each other.
    """

    def __init__(self, experiment: AnyExperiment, run: Run[Any] | None = None) -> None:
        self.timeline = timeline_of(experiment) if run is None else run.timeline
        self.lock: RLock = self.timeline.lock
        self.run: Run[Any] = Run(self.timeline) if run is None else run
        self.names: Any = self.timeline.outline(1).names
        self.calculation = lru_cache(maxsize=_AT_HAND)(self._calculation)

    @alone
    def through(
        self, iterations: Collection[int], progress: Callable[[int], None] | None = None
    ) -> None:
        """Train as far as the last of these.

        Raises:
            DivergedError: training met an overflow before.
            UsageError: it stopped before, or there is none.
        """
        last = max(iterations)
        if last <= self.run.done:
            return
        further = [2 * self.run.done] if last <= 2 * self.run.done else []
        run: Run[Any] = train_through(self.timeline, [*iterations, *further], progress)
        check_reached(run, iterations)
        self.run = run

    @alone
    def run_to(self, iteration: int) -> Run[Any]:
        """The training up to an iteration, whatever has been asked for beyond it."""
        if not self.timeline.trained:
            return Run(self.timeline)
        self.through([iteration])
        ended = self.run.ended if self.run.done == iteration else "finished"
        return Run(self.timeline, iteration, ended, asked=iteration)

    def trace(self, iteration: int) -> Any:
        """All the numbers of an iteration; raises as `through` does."""
        return self.calculation(iteration).trace

    def _calculation(self, iteration: int) -> Calculation:
        self.through([iteration])
        return Calculation(self, self.timeline.trace(iteration))

    def find(self, name: str, iteration: int) -> tuple[Calculation, Identity]:
        """The number that a name means, of `iteration` where it says no other.

        Raises:
            UnknownNameError: nothing is called so, or not in that iteration.
        """
        check_is_text(name)
        self.names.parse(name)  # before a long training, not after it
        wanted = iteration_said(name, iteration)
        if wanted < 1:
            raise UnknownNameError(f"'{name}': iterations are counted from 1")
        calculation = self.calculation(wanted)
        return calculation, calculation.find(name)

    def has(self, name: str, iteration: int) -> bool:
        """Whether `find` would find it, in an iteration that is known of: nothing is trained.

        Known of are those that training has come to, or that the configuration asks for.
        """
        try:
            self.names.parse(name)
            wanted = iteration_said(name, iteration)
            if not 1 <= wanted <= self._last:
                return False
            Calculation(self.timeline, self.timeline.outline(wanted)).find(name)
        except BptraceError:
            return False
        return True

    @property
    def _last(self) -> int:
        training = self.timeline.experiment.training
        if not training or self.run.ended != "finished":
            return max(self.run.done, 1)
        return max(self.run.done, training.iterations, 1)
