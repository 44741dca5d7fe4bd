"""All the numbers of many iterations at once: what is recorded of a training.

The engine runs once for a block of iterations, on arrays whose first axis counts them
(`tracer.arrays.StackedArray`), from the states in which they begin: the numbers are those that the
trace of each iteration has. K iterations, S samples.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Protocol

import numpy as np

from tracer.arrays import StackedArray
from tracer.engine.batches import Table
from tracer.engine.passes import step
from tracer.engine.rule import Moment, Rule
from tracer.engine.timeline import NetworkTimeline
from tracer.engine.trace import KeepingObserver
from tracer.immutable import immutable
from tracer.model.activations import Array
from tracer.model.network import FloatArray, State
from tracer.model.quantity import AFTER, Kind, Stage

AT_ONCE, BYTES_AT_ONCE = 4096, 1 << 23
"""How many iterations one block has at most, and how much room its numbers take if it has several."""


@immutable
class Block:
    """The numbers of some iterations.

    `rows`: (K, S), the samples of each one's batch as rows of the data; `arrays`: (K, …) for each
    stage, or for each number of a graph, in the order of the calculation.
    """

    iterations: range
    rows: Table
    arrays: Mapping[Any, FloatArray]


class Recording(Protocol):
    """The iterations of a training, block by block."""

    def blocks(self, updates: int, /) -> Iterator[Block]:
        """The iterations up to that update that haven't been taken yet."""

    def take(self, block: Block, /) -> None:
        """The block is done with: the next one begins behind it."""


class NetworkRecording:
    """Every K-th iteration of a training, K being `every`: K, 2K, …"""

    def __init__(self, timeline: NetworkTimeline, every: int = 1) -> None:
        self._timeline, self._every = timeline, every
        self._rule = Rule.of(timeline.experiment)
        self._at = self._reached = 0, timeline.start
        self._most = _affordable(timeline)

    def blocks(self, updates: int) -> Iterator[Block]:
        """The iterations up to that update that haven't been taken yet."""
        while self._at[0] // self._every < updates // self._every:
            block, self._reached = self._next(updates)
            yield block

    def take(self, block: Block) -> None:
        """The block is done with: the next one begins behind it."""
        assert block.iterations[-1] == self._reached[0]
        self._at = self._reached

    def _next(self, updates: int) -> tuple[Block, tuple[int, State]]:
        """The next block of batches of one size, and where it ends."""
        timeline, every, (done, state) = self._timeline, self._every, self._at
        first = done - done % every + every
        count = min(self._most, (updates - first) // every + 1)
        earlier = timeline.earlier - 1
        rows = timeline.batches.table(
            range(first + earlier, first + earlier + count * every, every)
        )
        iterations = range(first, first + count * every, every)[: len(rows)]
        before, after = self._states(state, done, iterations)
        arrays = _stacked(timeline, self._rule, iterations, rows, (before, after))
        return Block(iterations, rows, arrays), (iterations[-1], state.with_numbers(after[-1]))

    def _states(self, state: State, done: int, iterations: range) -> tuple[FloatArray, FloatArray]:
        """The numbers of the states before and after each of the iterations."""
        timeline, own = self._timeline, np.array(state.numbers())
        if self._every == 1:
            after = timeline.states(state, done, len(iterations))
            return np.concatenate([own[None], after[:-1]]), after
        before, after = np.empty((2, len(iterations), own.size))
        for place, iteration in enumerate(iterations):
            state = timeline.advance(state, done, iteration - 1 - done)
            before[place] = state.numbers()
            state, done = timeline.advance(state, iteration - 1, 1), iteration
            after[place] = state.numbers()
        return before, after


def _affordable(timeline: NetworkTimeline) -> int:
    """How many iterations a block has, by what one of them takes."""
    numbers = len(timeline.outline(1))
    return max(1, min(AT_ONCE, BYTES_AT_ONCE // (8 * numbers)))


def _stacked(
    timeline: NetworkTimeline,
    rule: Rule,
    iterations: range,
    rows: Table,
    states: tuple[FloatArray, FloatArray],
) -> dict[Stage, FloatArray]:
    """Every stage's array as a trace has it, with an axis in front that counts the iterations."""
    experiment, start, data = timeline.experiment, timeline.start, timeline.data
    before, after = (_split(start, numbers) for numbers in states)
    record = _Stacking(len(rows))
    inputs = record(Stage(Kind.INPUT, 0), StackedArray(data.inputs[rows]))
    targets = record(Stage(Kind.TARGET, experiment.network.depth), StackedArray(data.targets[rows]))
    record.state(before)
    moment = _moment(rule, iterations, record)
    with np.errstate(all="ignore"):
        step(experiment.network, rule, before, inputs, targets, record, moment)
    record.state(after, AFTER)
    return record.arrays


def _split(start: State, numbers: FloatArray) -> State:
    """The states whose numbers are (K, numbers), as one of stacked arrays."""
    arrays, place = [], 0
    for own in start.arrays():
        part = numbers[:, place : place + own.size]
        arrays.append(StackedArray(part.reshape(len(numbers), *own.shape)))
        place += own.size
    return start.with_arrays(arrays)


def _moment(rule: Rule, iterations: range, record: _Stacking) -> Moment:
    """What the iterations are given."""
    fixed = rule.moment(1, lambda _, value: np.asarray(value, dtype=float))
    if not rule.varies:
        record(Stage(Kind.LEARNING_RATE, 0), fixed.learning_rate)
        return fixed
    rates, t = np.array(list(rule.timed(iterations))).T
    rate = record(Stage(Kind.LEARNING_RATE, 0), StackedArray(np.ascontiguousarray(rates)))
    return replace(fixed, learning_rate=rate, t=StackedArray(np.ascontiguousarray(t)))


class _Stacking(KeepingObserver):
    """The observer that keeps each stage's stacked array."""

    def __init__(self, count: int) -> None:
        super().__init__()
        self._count = count

    def __call__(self, stage: Stage, array: Array) -> Array:
        """Keep the array, and go on with it."""
        if isinstance(array, StackedArray):
            self.arrays[stage] = array.stack
        else:  # the same in every iteration
            self.arrays[stage] = np.broadcast_to(array, (self._count, *np.shape(array)))
        return array
