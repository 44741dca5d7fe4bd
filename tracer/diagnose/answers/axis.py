"""The iterations along the first axis of a file's arrays, where the file says which they are.

A recording says it by `iteration`, one number for each, and by `sample` which samples each batch has
(iterations, samples), 0 where a smaller batch leaves room. `iteration_` goes before, for a graph may
have a node that is called `iteration`. K iterations, S samples.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from tracer.config.arrays import MOST_COUNTED, counts_up, in_words
from tracer.diagnose.answers.model import Entry
from tracer.engine.batches import Batches
from tracer.errors import ConfigError
from tracer.immutable import immutable
from tracer.model.experiment import Experiment, GraphExperiment
from tracer.model.network import BoolArray, FloatArray
from tracer.model.quantity import PARTS, Stage

ITERATION, SAMPLE = "iteration", "sample"
_INSTEAD = f"{ITERATION}_"


@immutable
class Axis:
    """The K iterations of a file, of which those in `chosen` (from 0) are read; all without it.

    `batches`: the rows of the data that each of those has, none of a graph; `whole` is an iteration
    whose batch has as many samples as there are in any. `recorded`: the file says its samples, as a
    recording does, which leaves no axis out.
    """

    iterations: Sequence[int]
    chosen: Sequence[int]
    batches: Sequence[tuple[int, ...]]
    whole: int = 1
    recorded: bool = False

    @property
    def read(self) -> list[int]:
        """The numbers of the iterations that are read."""
        return [self.iterations[place] for place in self.chosen]

    def sizes(self, stage: Stage) -> list[int]:
        """How many samples an array of theirs has of each."""
        return [samples_of(stage, len(rows)) for rows in self.batches]

    def room(self, stage: Stage, shape: tuple[int, ...]) -> BoolArray:
        """(read, S, …): what smaller batches leave free of an array of samples."""
        room: BoolArray = np.arange(shape[1]) >= np.array(self.sizes(stage))[:, None]
        return room.reshape(*room.shape, *(1,) * (len(shape) - 2))


def samples_of(stage: Any, size: int) -> int:
    """How many samples an array has of a batch of that size; a single one has no parts of gradients."""
    return 0 if size == 1 and stage.kind in PARTS else size


def iterations_said(entries: list[Entry]) -> Sequence[int] | None:
    """The numbers of the iterations along the first axis of all arrays; None where no array says so.

    The array that does is taken out of the entries.

    Raises:
        ConfigError: they aren't whole numbers that rise.
    """
    named = {entry.name: entry for entry in entries if entry.read and len(entry.shape) == 1}
    entry = named.get(_INSTEAD) or named.get(ITERATION)
    if entry is None or entry.read is None or not entry.shape[0]:
        return None
    entries.remove(entry)
    numbers = entry.read()
    if not counts_up(numbers):
        message = "these are no numbers of iterations: whole numbers from 1 on, each above the last"
        raise ConfigError([entry.spot.problem(message)])
    return [int(number) for number in numbers]


def axis_of(
    entries: list[Entry],
    iterations: Sequence[int],
    chosen: Sequence[int] | None,
    experiment: Experiment | GraphExperiment,
) -> Axis:
    """The axis of these iterations; `sample` is taken out of the entries.

    Raises:
        ConfigError: `sample` holds no samples, or others than the experiment's batches.
    """
    chosen = range(len(iterations)) if chosen is None else chosen
    if not isinstance(experiment, Experiment):
        return Axis(iterations, chosen, ())
    data, training = experiment.data or experiment.predict, experiment.training
    earlier = training.resume.iterations if training else 0
    batches = Batches(len(data) if data else 0, training)
    rows = [batches.numbers(earlier + iterations[place] - 1) for place in chosen]
    entry = next((entry for entry in entries if entry.name == SAMPLE and entry.read), None)
    if entry is not None:
        entries.remove(entry)
        _check_samples(entry, (len(iterations), batches.size), iterations, chosen, rows)
    whole = 1 if batches.size_of(earlier) == batches.size else 2
    return Axis(iterations, chosen, rows, whole, entry is not None)


def _check_samples(
    entry: Entry,
    shape: tuple[int, int],
    iterations: Sequence[int],
    chosen: Sequence[int],
    rows: Sequence[tuple[int, ...]],
) -> None:
    """ConfigError unless the chosen iterations have these rows; `shape` is that of a recording."""
    assert entry.read
    if len(entry.shape) != 2 or entry.shape[0] != shape[0]:
        message = f"the shape is {in_words(entry.shape)}, expected iterations and samples"
        raise ConfigError([entry.spot.problem(f"{message}: {in_words(shape)}")])
    table: FloatArray = entry.read()[list(chosen)]
    counted = (table >= 0) & (table < MOST_COUNTED) & (table == np.trunc(table))
    for row, column in np.argwhere(~counted)[:1].tolist():
        message = f"{entry.name}[{chosen[row]}, {column}] is {table[row, column]:g}"
        raise ConfigError([entry.spot.problem(f"{message}, expected a sample's number, or 0")])
    numbers = [iterations[place] for place in chosen]
    for number, given, right in zip(numbers, table.tolist(), rows, strict=True):
        found = tuple(int(sample) - 1 for sample in given if sample)
        if found != right:
            message = f"iteration {number} has sample {_listed(found)}, expected {_listed(right)}"
            hint = "is CONFIG the one that was recorded?"
            raise ConfigError([entry.spot.problem(message, hint)])


def _listed(rows: Sequence[int]) -> str:
    most = 6
    shown = ", ".join(str(row + 1) for row in rows[:most])
    return f"{shown}, …" if len(rows) > most else shown
