"""What training asks of what it trains, and of whoever looks on.

A network with its data (`tracer.engine.timeline`) and a graph (`tracer.graph.timeline`) go one way.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, Protocol

from tracer.engine.alone import RLock
from tracer.engine.kept import Kept
from tracer.model.experiment import Experiment, GraphExperiment, Resume, Stop
from tracer.model.network import State


class Timeline(Protocol):
    """What can be trained: a network with its data, or a graph. State k is the one after k updates."""

    @property
    def lock(self) -> RLock:
        """Held by the thread that trains it."""

    @property
    def start(self) -> State:
        """State 0."""

    @property
    def kept(self) -> Kept:
        """The states that stay at hand."""

    @property
    def stop(self) -> Stop | None:
        """When to stop before the last iteration."""

    @property
    def resume(self) -> Resume:
        """Where an earlier run stopped."""

    @property
    def trained(self) -> bool:
        """Whether there is any training."""

    @property
    def samples(self) -> int:
        """How many samples all of the data are; 0 where there are none."""

    @property
    def tells_whole_losses(self) -> bool:
        """Whether `advance` tells losses, and each is that over all of the data."""

    def check(self) -> None:
        """Raises UsageError where there is nothing to train."""

    def state(self, updates: int) -> State:
        """The state after so many updates."""

    def advance(
        self, state: State, done: int, count: int, losses: list[float] | None = None
    ) -> State:
        """The state after `count` updates more; each iteration's loss is appended to `losses`."""

    def calm(self, state: State) -> bool:
        """Whether no number can overflow there without a parameter that does."""

    def sound(self, state: State, done: int, count: int) -> int:
        """How many of the next `count` iterations have finite numbers only, up to the first other."""

    def next_loss(self, state: State, updates: int) -> float:
        """The loss of the iteration after so many updates, in that state."""

    def whole_loss(self, state: State) -> float:
        """The loss over all of the data in that state; NaN where it has no value."""

    def whole_pass(self, state: State, updates: int) -> Any:
        """The numbers of a pass over all of the data in that state, reached by so many updates."""

    def wrong(self, iteration: int) -> tuple[str, str]:
        """The name of what isn't finite in that iteration; what helps where that is known."""

    def untrained_wrong(self) -> tuple[str, str] | None:
        """The same of the passes without training, unless whoever calculates them raises it."""

    def trace(self, iteration: int) -> Any:
        """All the numbers of an iteration."""

    def continued(self, updates: int, losses: tuple[float, ...]) -> Experiment | GraphExperiment:
        """The experiment that goes on after so many updates."""


class Watch(Protocol):
    """Somebody who looks at states on the way, none of which is kept for that."""

    @property
    def marks(self) -> Collection[int]:
        """After how many updates to look."""

    @property
    def hears_losses(self) -> bool:
        """Whether to be told the loss of each iteration."""

    def look(self, state: State, updates: int, /) -> None:
        """Called in the order of the updates, once for each number of them."""

    def hear(self, losses: Sequence[float], /) -> None:
        """The losses of the iterations that come next, each before its update."""
