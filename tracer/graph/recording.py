"""All the numbers of many iterations of a graph, block by block: what is recorded of its training."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from tracer.engine.recording import AT_ONCE, Block
from tracer.graph.calculation import GraphValueError
from tracer.graph.timeline import GraphTimeline
from tracer.model.quantity import at


class GraphRecording:
    """Every K-th iteration of a graph's training, K being `every`: K, 2K, …"""

    def __init__(self, timeline: GraphTimeline, every: int = 1) -> None:
        self._timeline, self._every = timeline, every
        self._at = self._reached = 0, timeline.start

    def blocks(self, updates: int) -> Iterator[Block]:
        """The iterations up to that update that haven't been taken yet."""
        timeline, every = self._timeline, self._every
        while self._at[0] // every < updates // every:
            done, state = self._at
            first = done - done % every + every
            count = min(AT_ONCE, (updates - first) // every + 1)
            iterations = range(first, first + count * every, every)
            found: list[float] = []
            if every == 1:
                found, state = timeline.numbers(state, done, count)
                done += count
            else:
                for iteration in iterations:
                    state = timeline.advance(state, done, iteration - 1 - done)
                    numbers, state = timeline.numbers(state, iteration - 1, 1)
                    found += numbers
                    done = iteration
            self._reached = done, state
            yield self._block(iterations, found)

    def take(self, block: Block) -> None:
        """The block is done with: the next one begins behind it."""
        assert block.iterations[-1] == self._reached[0]
        self._at = self._reached

    def _block(self, iterations: range, numbers: list[float]) -> Block:
        told = self._timeline.told
        if len(numbers) < len(iterations) * len(told):
            numbers = [x for iteration in iterations for x in self._one_by_one(iteration)]
        table = np.array(numbers, dtype=float).reshape(len(iterations), len(told)).T
        rows = np.empty((len(iterations), 0), dtype=np.intp)
        return Block(iterations, rows, dict(zip(told, table, strict=True)))

    def _one_by_one(self, iteration: int) -> Iterator[float]:
        """The numbers of an iteration, NaN for one that has no value."""
        trace = self._timeline.trace(iteration)
        for key in self._timeline.told:
            try:
                yield trace.value(at(key, iteration))
            except GraphValueError:
                yield math.nan
