"""A file of recorded iterations beside the run: which of them have other numbers than it.

The file and the run go by block by block, so that any number of iterations can be looked at. What is
the same as far as its type claims needs no judge; the other iterations are read as answers, as those of
any program are.
"""

from __future__ import annotations

import io
import math
from collections import Counter
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np

from tracer.config.arrays import ArrayFile
from tracer.diagnose.against import Against, against
from tracer.diagnose.answers.axis import ITERATION, SAMPLE, iterations_said, samples_of
from tracer.diagnose.answers.model import Supplied, Tolerance
from tracer.diagnose.answers.moments import most_together
from tracer.diagnose.answers.named import Named, part_of, recording_of
from tracer.diagnose.answers.npz import read_npz
from tracer.diagnose.answers.precision import FLOAT64, of_dtype
from tracer.diagnose.check import Unlisted
from tracer.engine.recording import Block
from tracer.engine.timeline import NetworkTimeline
from tracer.errors import BptraceError
from tracer.explain.calculation import timeline_of
from tracer.graph.timeline import GraphTimeline
from tracer.immutable import immutable
from tracer.model.experiment import Experiment, GraphExperiment
from tracer.model.network import BoolArray, FloatArray, State
from tracer.model.quantity import Stage

TOGETHER = 500
"""So many iterations that have other numbers are told at once."""

Readers = dict[str, Generator[FloatArray, int]]


@immutable
class RecordedRun:
    """The iterations of a file all of whose arrays are as a recording has them.

    `within`: how near its numbers have to be, if somebody says so.
    """

    timeline: NetworkTimeline | GraphTimeline
    file: ArrayFile
    iterations: Sequence[int]
    named: Named
    sample: bool
    within: Tolerance | None

    def differing(self, progress: Callable[[int], None] | None = None) -> Iterator[list[int]]:
        """The places, from 0, of iterations that are not plainly the same: some at once, rising.

        `progress` hears how many iterations have been looked at.
        """
        recording = recording_of(self.timeline, self.iterations[0])
        names = [name for name, _ in self.named.empty()] + [SAMPLE] * self.sample
        readers = {name: self.file.pieces(name) for name in names}
        for reader in readers.values():
            next(reader)
        done = 0
        for block in recording.blocks(self.iterations[-1]):
            recording.take(block)
            places = (np.flatnonzero(~self._same(block, readers)) + done).tolist()
            yield from (places[k : k + TOGETHER] for k in range(0, len(places), TOGETHER))
            done += len(block.iterations)
            if progress:
                progress(done)

    def numbers(self, iterations: Iterable[int]) -> int:
        """How many numbers the file has of these iterations."""
        if isinstance(self.timeline, GraphTimeline):
            return len(self.named.parts) * len(list(iterations))
        batches, earlier = self.timeline.batches, self.timeline.earlier - 1
        sizes = Counter(batches.size_of(earlier + number) for number in iterations)
        return sum(times * self._of_a_batch(size) for size, times in sizes.items())

    def _of_a_batch(self, size: int) -> int:
        """How many numbers there are of a batch of so many samples."""
        found = 0
        for part, (_, shape) in zip(self.named.parts, self.named.empty(), strict=True):
            stage = part.key
            sampled = isinstance(stage, Stage) and stage.of_a_sample
            found += math.prod(shape[1:]) * samples_of(stage, size) if sampled else math.prod(shape)
        return found

    def _same(self, block: Block, readers: Readers) -> BoolArray:
        """(iterations,) which of the block's have all of the run's numbers."""
        count = len(block.iterations)
        found = np.ones(count, dtype=bool)
        if self.sample:
            given, size = readers[SAMPLE].send(count), block.rows.shape[1]
            found &= (given[:, :size] == block.rows + 1).all(axis=1)
            found &= (given[:, size:] == 0).all(axis=1)
        for name, true in self.named.arrays(block):
            given = readers[name].send(count)
            near = self._near(name, given, true) | (np.isnan(given) & ~np.isfinite(true))
            found &= near.reshape(count, -1).all(axis=1)
        return found

    def _near(self, name: str, given: FloatArray, true: FloatArray) -> BoolArray:
        relative = (of_dtype(self.file.header(name).dtype) or FLOAT64).relative
        within = self.within or Tolerance(relative, 0.0)
        with np.errstate(all="ignore"):
            near: BoolArray = np.abs(given - true) <= within.absolute + within.relative * abs(true)
        return near


def recorded_run(
    content: bytes, experiment: Experiment | GraphExperiment, within: Tolerance | None
) -> RecordedRun | None:
    """The file beside the run; None where it has to be read like any other file of numbers."""
    try:
        entries, problems = read_npz(content, ITERATION)
        iterations = iterations_said(entries)
        if problems or iterations is None:
            return None
        timeline = timeline_of(experiment)
        timeline.check()
        arrays = {entry.name: entry.shape for entry in entries}
        sample = arrays.pop(SAMPLE, None) if isinstance(timeline, NetworkTimeline) else None
        named = _named(timeline, arrays)
    except BptraceError:
        return None
    first, count = iterations[0], len(iterations)
    wanted = {name: (count, *shape) for name, shape in named.empty()}
    regular = list(iterations) == list(range(first, first * count + 1, first))
    if wanted != arrays or not regular or sample not in (None, (count, named.samples)):
        return None
    file = ArrayFile.open(io.BytesIO(content))
    if not all(file.header(name).by_rows for name in (*arrays, *[SAMPLE] * bool(sample))):
        return None
    return RecordedRun(timeline, file, iterations, named, sample is not None, within)


def _named(
    timeline: NetworkTimeline | GraphTimeline, arrays: Mapping[str, tuple[int, ...]]
) -> Named:
    """What is recorded under the names: the array, or the number that is called so as well, as `b1`."""
    named = Named(timeline, ())
    every = zip(named.parts, named.empty(), strict=True)
    axes = {part.name: (part, 1 + len(shape)) for part, (_, shape) in every}
    named.parts = [
        axes[name][0] if name in axes and axes[name][1] == len(shape) else part_of(timeline, name)
        for name, shape in arrays.items()
    ]
    return named


def against_recorded(
    run: RecordedRun,
    answers: Callable[[Sequence[int]], Sequence[Supplied]],
    progress: Callable[[int], None] | None = None,
    states: Sequence[tuple[int, State]] = (),
) -> Against:
    """The run beside the file, as `tracer.diagnose.against` has it, up to the first difference.

    `answers` gives those of the file in the iterations at some places; `states` as there.
    """
    experiment = run.timeline.experiment
    for places in run.differing(progress):
        found = against(experiment, answers(places), states=states)
        if found.difference:
            return _counted(run, found)
    return _counted(run, against(experiment, answers([len(run.iterations) - 1]), states=states))


def _counted(run: RecordedRun, found: Against) -> Against:
    """With all iterations of the file up to the last that was looked at."""
    count = found.moment.updates // run.iterations[0] + 1
    arrays, numbers = found.arrays // found.moments * count, run.numbers(run.iterations[:count])
    given = len(run.iterations)
    return replace(found, arrays=arrays, numbers=numbers, moments=count, given=given)


def chosen_of(
    run: RecordedRun, progress: Callable[[int], None] | None = None
) -> tuple[list[int] | None, Unlisted]:
    """The places of the iterations to judge: the first one, and those that are not plainly the same.

    None where all can be judged together.
    """
    most = most_together(run.timeline.experiment)
    if len(run.iterations) <= most:
        return None, Unlisted()
    places, left = [0], list[int]()
    for some in run.differing(progress):
        room = most - len(places)
        places += [place for place in some[:room] if place]
        left += some[room:]
    listed = {*places, *left}
    right = [number for place, number in enumerate(run.iterations) if place not in listed]
    return places, Unlisted(len(right), run.numbers(right), len(left))
