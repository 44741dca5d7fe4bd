"""What is recorded of a training under a name: an array of each iteration, or a number in it.

Between the blocks of a recording (`tracer.engine.recording`), whose arrays count the iterations along
their first axis, and the files that it is written to, or read from.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from tracer.diagnose.answers.arrays import array_name, find_stage
from tracer.engine.batches import Batch
from tracer.engine.recording import Block, NetworkRecording, Recording
from tracer.engine.timeline import NetworkTimeline
from tracer.engine.trace import IterationTrace
from tracer.errors import UnknownNameError, UsageError
from tracer.graph.recording import GraphRecording
from tracer.graph.timeline import GraphTimeline
from tracer.immutable import immutable
from tracer.model.network import FloatArray
from tracer.model.quantity import Identity, Index, Kind, Stage, at

Key = Stage | Identity
"""What a block knows an array by."""


@immutable
class Part:
    """What is recorded of an array under this name: all of it, or what stands at `index`.

    `sampled`: the array's first axis counts samples, all of which are recorded.
    """

    name: str
    key: Key
    index: Index = ()
    sampled: bool = False

    def of(self, array: FloatArray, before: int) -> FloatArray:
        """The part, of an array with so many axes in front."""
        place: tuple[Any, ...] = (slice(None),) * (before + self.sampled) + self.index
        found: FloatArray = array[place]
        return found


class Named:
    """The arrays that are recorded under these names, of everything without any.

    `samples`: how many a batch has at most, 0 where there are none; `outline` has the arrays of an
    iteration of a network, none of a graph, whose numbers stand alone.

    Raises:
        UnknownNameError: nothing is called as one of the names.
        UsageError: one is an option, which is the same in every iteration.
    """

    def __init__(self, timeline: NetworkTimeline | GraphTimeline, names: Sequence[str]) -> None:
        self.samples = 0
        self.outline: Mapping[Any, FloatArray] = {}
        chosen = [part_of(timeline, name) for name in names]
        self.parts = list(dict.fromkeys(chosen)) or list(self._every(timeline))
        if isinstance(timeline, NetworkTimeline):
            self.samples = timeline.batches.size
            self.outline = _outline(timeline).arrays

    @staticmethod
    def _every(timeline: NetworkTimeline | GraphTimeline) -> Iterator[Part]:
        """Everything but the options."""
        if isinstance(timeline, GraphTimeline):
            graph = timeline.outline(1)
            keys = (key for key in graph.formulas if not _is_setting(key))
            yield from (Part(graph.names.bare(key), key) for key in keys)
            return
        trace = _outline(timeline)
        for stage, array in trace.arrays.items():
            if not _is_setting(stage):
                yield Part(array_name(stage, array.ndim, trace), stage)

    def arrays(self, block: Block) -> Iterator[tuple[str, FloatArray]]:
        """(iterations, …) under each name; samples that a smaller batch doesn't have are NaN."""
        count = len(block.iterations)
        for part in self.parts:
            array, whole = block.arrays.get(part.key), self.outline.get(part.key)
            if whole is not None and (array is None or array.shape[1:] != whole.shape):
                array = _filled(array, (count, *whole.shape))
            assert array is not None
            yield part.name, part.of(array, 1)

    def empty(self) -> Iterator[tuple[str, tuple[int, ...]]]:
        """The names and shapes of the same in one iteration."""
        for part in self.parts:
            whole = self.outline.get(part.key)
            yield part.name, () if whole is None else part.of(whole, 0).shape


def _outline(timeline: NetworkTimeline) -> IterationTrace:
    """An iteration with a whole batch."""
    batch = Batch(range(timeline.batches.size))
    return IterationTrace(timeline.experiment, batch, timeline.start, None)


def _filled(array: FloatArray | None, shape: tuple[int, ...]) -> FloatArray:
    """The array in a larger one, beside NaN."""
    found = np.full(shape, math.nan)
    if array is not None:
        found[:, : array.shape[1]] = array
    return found


def recording_of(timeline: NetworkTimeline | GraphTimeline, every: int) -> Recording:
    """Every K-th iteration of a training, K being `every`."""
    if isinstance(timeline, GraphTimeline):
        return GraphRecording(timeline, every)
    return NetworkRecording(timeline, every)


def part_of(timeline: NetworkTimeline | GraphTimeline, name: str) -> Part:
    """What the name of a number, or of a network's array, means.

    Raises:
        UnknownNameError: nothing is called so.
        UsageError: it is an option, which is the same in every iteration.
    """
    if isinstance(timeline, GraphTimeline):
        graph = timeline.outline(1)
        key = at(graph.find(name), 1)
        _refuse_setting(name, key)
        return Part(graph.names.bare(key), key)
    trace = timeline.outline(1, whole=True)
    try:
        quantity = trace.find(name)
        trace.value(quantity)
    except UnknownNameError as unknown:
        try:
            stage = find_stage(name, trace)
        except UnknownNameError:
            raise unknown from None
        return Part(array_name(stage, 1, trace), stage)
    _refuse_setting(name, quantity)
    stage, place = quantity.stage, trace.batch.place(quantity)
    index = place[1:] if stage.of_a_sample else place
    return Part(trace.names.bare(quantity), stage, index, stage.of_a_sample)


def _is_setting(key: Any) -> bool:
    """Whether it is an option of the training."""
    return getattr(key, "kind", None) is Kind.SETTING


def _refuse_setting(name: str, key: Any) -> None:
    if _is_setting(key):
        raise UsageError(f"{name}: an option is the same in every iteration", "leave it out")
