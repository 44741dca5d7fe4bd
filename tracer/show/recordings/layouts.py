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

from tracer.diagnose.answers.named import Named
from tracer.engine.batches import Batch
from tracer.engine.recording import Block
from tracer.engine.timeline import NetworkTimeline
from tracer.engine.trace import IterationTrace
from tracer.errors import UsageError
from tracer.graph.timeline import GraphTimeline
from tracer.immutable import immutable
from tracer.model.network import FloatArray, State
from tracer.model.quantity import AFTER, Index, Kind, Stage
from tracer.show.reports.objects import Object
from tracer.show.reports.records import quantities
from tracer.show.reports.run_objects import IterationObjects


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


class NetworkLayout(Named):
    """A network's: arrays as `--save-arrays` calls them, rows and objects as `run` writes them."""

    def __init__(self, timeline: NetworkTimeline, names: Sequence[str]) -> None:
        super().__init__(timeline, names)
        self._experiment, self._start = timeline.experiment, timeline.start

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
        found = [part.of(places[part.key], 0) for part in self.parts if part.key in places]
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


class GraphLayout(Named):
    """A graph's: each number under its own name."""

    def rows(self, shapes: Shapes) -> Sequence[Row]:
        """The numbers in the order of the calculation."""
        places = shapes.places()
        return [Row(None, part.name, int(places[part.key])) for part in self.parts]

    def object(self, shapes: Shapes, rows: tuple[int, ...], missing: frozenset[int]) -> Object:
        """The numbers by their names."""
        del rows
        places = {row.name: row.place for row in self.rows(shapes)}
        return {"quantities": {k: float(x) for k, x in places.items() if x not in missing}}


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
