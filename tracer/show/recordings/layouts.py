"""What stands where in a recording: the names of its arrays, of its rows, of its objects.

Between the blocks of a recording, whose arrays count the iterations along their first axis, and the
files that they are written to. The order of rows and the keys of objects are those of `run`'s own
reports, which are given *places* in place of numbers: where each number stands among those of an
iteration, all arrays one behind the other.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Protocol

import numpy as np

from tracer.diagnose.answers.arrays import array_name, find_stage
from tracer.engine.batches import Batch
from tracer.engine.recording import Block
from tracer.engine.timeline import NetworkTimeline
from tracer.engine.trace import IterationTrace
from tracer.errors import UnknownNameError, UsageError
from tracer.graph.timeline import GraphTimeline
from tracer.immutable import immutable
from tracer.model.network import FloatArray, State
from tracer.model.quantity import AFTER, Identity, Index, Kind, Stage, at
from tracer.show.reports.objects import Object
from tracer.show.reports.records import quantities
from tracer.show.reports.run_objects import IterationObjects

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


@immutable
class Row:
    """A number of an iteration: at which place of the batch its sample stands, if it is one's own."""

    position: int | None
    name: str
    place: int


@immutable
class Shapes:
    """The arrays of one iteration, for look-ups."""

    of_arrays: tuple[tuple[Any, Index], ...]
    samples: int

    @staticmethod
    def of(block: Block) -> Shapes:
        """Those of a block's iterations."""
        shapes = ((key, array.shape[1:]) for key, array in block.arrays.items())
        return Shapes(tuple(shapes), block.rows.shape[1])

    def places(self) -> dict[Any, FloatArray]:
        """The arrays, with the place of each number in its stead."""
        found, start = {}, 0
        for key, shape in self.of_arrays:
            size = math.prod(shape)
            found[key] = np.arange(start, start + size, dtype=float).reshape(shape)
            start += size
        return found


class Layout(Protocol):
    """The numbers of a calculation that are recorded, in the forms that files want."""

    @property
    def samples(self) -> int:
        """How many samples a batch has at most; 0 where there are none."""

    def arrays(self, block: Block) -> Iterator[tuple[str, FloatArray]]:
        """(iterations, …) under the name of each part."""

    def empty(self) -> Iterator[tuple[str, tuple[int, ...]]]:
        """The names and shapes of the same in one iteration."""

    def rows(self, shapes: Shapes) -> Sequence[Row]:
        """The numbers of an iteration in the order of a table."""

    def object(self, shapes: Shapes, rows: tuple[int, ...], missing: frozenset[int]) -> Object:
        """An iteration with these samples as an object with places for numbers, but for the missing."""


def numbers(block: Block) -> FloatArray:
    """(iterations, places)"""
    count = len(block.iterations)
    return np.concatenate([a.reshape(count, -1) for a in block.arrays.values()], axis=1)


def layout_of(timeline: NetworkTimeline | GraphTimeline, names: Sequence[str]) -> Layout:
    """The layout for what the names mean; for everything without any.

    Raises:
        UnknownNameError: nothing is called so.
        UsageError: the name says an iteration or a sample, of which a recording has all.
    """
    for name in names:
        bare = name.partition("@")[0].partition("#")[0]
        if bare != name:
            raise UsageError(
                f"{name}: a recording has every iteration and sample", f"name it {bare}"
            )
    if isinstance(timeline, GraphTimeline):
        return GraphLayout(timeline, names)
    return NetworkLayout(timeline, names)


class NetworkLayout:
    """A network's: arrays as `--save-arrays` calls them, rows and objects as `run` writes them."""

    def __init__(self, timeline: NetworkTimeline, names: Sequence[str]) -> None:
        self._experiment, self._start = timeline.experiment, timeline.start
        self.samples = timeline.batches.size
        outline = IterationTrace(self._experiment, Batch(range(self.samples)), self._start, None)
        self._outline = {s: a for s, a in outline.arrays.items() if s.kind is not Kind.SETTING}
        self._parts = [_part(timeline, name) for name in dict.fromkeys(names)] or [
            Part(array_name(stage, array.ndim, outline), stage)
            for stage, array in self._outline.items()
        ]

    def arrays(self, block: Block) -> Iterator[tuple[str, FloatArray]]:
        """(iterations, …); samples that a smaller batch doesn't have are NaN."""
        count = len(block.iterations)
        for part in self._parts:
            assert isinstance(part.key, Stage)
            array = block.arrays.get(part.key)
            if array is None or (part.key.of_a_sample and array.shape[1] < self.samples):
                array = _filled(array, (count, *self._outline[part.key].shape))
            yield part.name, part.of(array, 1)

    def empty(self) -> Iterator[tuple[str, tuple[int, ...]]]:
        """The names and shapes of one iteration's arrays."""
        for part in self._parts:
            assert isinstance(part.key, Stage)
            yield part.name, part.of(self._outline[part.key], 0).shape

    def rows(self, shapes: Shapes) -> Sequence[Row]:
        """Each sample's numbers, then those of the batch, as in `run --format csv`."""
        trace, wanted = self._trace(shapes, tuple(range(shapes.samples))), self._wanted(shapes)
        listed: Iterable[Any] = quantities([trace], None).table.rows
        return [
            Row(None if sample is None else sample - 1, trace.names.bare(name.label), int(place))
            for _, sample, name, place in listed
            if int(place) in wanted
        ]

    def object(self, shapes: Shapes, rows: tuple[int, ...], missing: frozenset[int]) -> Object:
        """The iteration as `run --format json` has it."""
        found = IterationObjects(self._experiment, None)(self._trace(shapes, rows))
        return _chosen(_held(found), self._wanted(shapes) - missing) or {}

    def _wanted(self, shapes: Shapes) -> frozenset[int]:
        """The places of what is recorded."""
        places = shapes.places()
        found = [part.of(places[part.key], 0) for part in self._parts if part.key in places]
        return frozenset(int(place) for array in found for place in array.ravel())

    def _trace(self, shapes: Shapes, rows: tuple[int, ...]) -> IterationTrace:
        """The trace of an iteration with places in place of numbers."""
        places = shapes.places()

        def state(weight: Kind, bias: Kind) -> State:
            layers = range(1, self._experiment.network.depth + 1)
            pairs = ((places[Stage(weight, n)], places.get(Stage(bias, n))) for n in layers)
            return State(tuple(pairs))

        before = state(Kind.WEIGHT, Kind.BIAS)
        after = state(AFTER[Kind.WEIGHT], AFTER[Kind.BIAS])
        trace = IterationTrace(self._experiment, Batch(rows), before, after)
        trace.arrays = places
        return trace


def _part(timeline: NetworkTimeline, name: str) -> Part:
    """What the name of a number, or of an array, means."""
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
    if quantity.kind is Kind.SETTING:
        raise UsageError(f"{name}: an option is the same in every iteration", "leave it out")
    stage, place = quantity.stage, trace.batch.place(quantity)
    index = place[1:] if stage.of_a_sample else place
    return Part(trace.names.bare(quantity), stage, index, stage.of_a_sample)


def _filled(array: FloatArray | None, shape: tuple[int, ...]) -> FloatArray:
    """The array in a larger one, beside NaN."""
    found = np.full(shape, math.nan)
    if array is not None:
        found[:, : array.shape[1]] = array
    return found


class GraphLayout:
    """A graph's: each number under its own name."""

    samples = 0

    def __init__(self, timeline: GraphTimeline, names: Sequence[str]) -> None:
        trace = timeline.outline(1)
        every = [key for key in trace.formulas if not _is_setting(key)]
        chosen = [at(trace.find(name), 1) for name in names] or every
        unknown = [name for name, key in zip(names, chosen, strict=False) if _is_setting(key)]
        if unknown:
            raise UsageError(f"{unknown[0]}: an option is the same in every iteration")
        self._parts = [Part(trace.names.bare(key), key) for key in dict.fromkeys(chosen)]

    def arrays(self, block: Block) -> Iterator[tuple[str, FloatArray]]:
        """(iterations,) for each number."""
        return ((part.name, block.arrays[part.key]) for part in self._parts)

    def empty(self) -> Iterator[tuple[str, tuple[int, ...]]]:
        """The names of the numbers."""
        return ((part.name, ()) for part in self._parts)

    def rows(self, shapes: Shapes) -> Sequence[Row]:
        """The numbers in the order of the calculation."""
        places = shapes.places()
        return [Row(None, part.name, int(places[part.key])) for part in self._parts]

    def object(self, shapes: Shapes, rows: tuple[int, ...], missing: frozenset[int]) -> Object:
        """The numbers by their names."""
        del rows
        places = {row.name: row.place for row in self.rows(shapes)}
        return {"quantities": {k: float(x) for k, x in places.items() if x not in missing}}


def _is_setting(key: Any) -> bool:
    return getattr(key, "kind", None) is Kind.SETTING


def _held(value: Any) -> Any:
    """An object whose lists can be read again."""
    if isinstance(value, Mapping):
        return {key: _held(part) for key, part in value.items()}
    return list(map(_held, value)) if isinstance(value, Iterator) else value


def _chosen(value: Any, wanted: frozenset[int]) -> Any:
    """The object with the wanted places only; None where it has none."""
    if isinstance(value, float):
        return value if int(value) in wanted else None
    if isinstance(value, dict):
        found = {key: _chosen(part, wanted) for key, part in value.items()}
        left = {key: part for key, part in found.items() if part is not None}
        return (
            left if any(isinstance(part, (float, dict, list)) for part in left.values()) else None
        )
    if isinstance(value, list):
        return [part for x in value if (part := _chosen(x, wanted)) is not None] or None
    return value
