"""States of a training in a file, from which another process goes on to any iteration.

An `.npz` archive: `updates` says after how many updates each row of `states` was the state, in the
order of `State.numbers`; `experiment` are the bytes by which the configuration is known again.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any, BinaryIO

import numpy as np

from tracer.config.arrays import ArrayError, ArrayFile, counts_up, write_arrays
from tracer.config.writing import dump
from tracer.errors import UsageError
from tracer.explain.calculation import timeline_of
from tracer.model.experiment import Experiment, GraphExperiment
from tracer.model.network import FloatArray

AT_MOST, BYTES_AT_MOST = 1000, 1 << 26
"""So many states a file has where nobody says how often, and what all of them may take."""

_WHAT = ("experiment", "updates", "states")


def marks(timeline: Any, total: int, every: int | None) -> range:
    """After how many updates to keep a state: every K, or as often as is sensible.

    Raises:
        UsageError: the states would take too much room, or the training may stop by its criterion.
    """
    if timeline.stop is not None:
        raise UsageError(
            "a training with `stop` has no checkpoints",
            "where it ends depends on all the losses before; leave out `stop`",
        )
    most = max(1, min(AT_MOST, BYTES_AT_MOST // (8 * max(1, len(timeline.start.numbers())))))
    least = max(1, math.ceil(total / most))
    every = every or least
    if total // every * 8 * len(timeline.start.numbers()) > BYTES_AT_MOST:
        raise UsageError(
            f"--checkpoint-every {every}: the states would take more than {BYTES_AT_MOST >> 20} MB",
            f"keep one at most every {least} updates",
        )
    return range(every, total + 1, every)


def write(stream: BinaryIO, timeline: Any, updates: Iterable[int]) -> None:
    """The file of the states after so many updates each, which the timeline has at hand."""
    known = [*updates]
    states = np.array([timeline.state(k).numbers() for k in known], dtype=float)
    found = _fingerprint(timeline.experiment), np.array(known, dtype=float), states
    write_arrays(stream, zip(_WHAT, found, strict=True))


def read(stream: BinaryIO, experiment: Experiment | GraphExperiment) -> Iterator[tuple[int, Any]]:
    """(updates, state) of each of the file's.

    Raises:
        ArrayError: it is no such file.
        UsageError: it belongs to another configuration.
    """
    file = ArrayFile.open(stream)
    if not set(_WHAT) <= set(file.names):
        raise ArrayError("there are no checkpoints in it", "write them with step --checkpoints")
    mark, updates, states = map(file.read, _WHAT)
    if not np.array_equal(mark, _fingerprint(experiment)):
        raise UsageError(
            "these are the checkpoints of another configuration",
            "write them anew with step --checkpoints",
        )
    start = timeline_of(experiment).start
    shape = updates.size, len(start.numbers())
    if updates.ndim != 1 or (states.shape != shape and (states.size or updates.size)):
        raise ArrayError("the states have another shape", "write them anew")
    if not counts_up(updates):
        message = (
            "`updates` are no numbers of updates: whole numbers from 1 on, each above the last"
        )
        raise ArrayError(message, "write them anew")
    if not np.isfinite(states).all():
        place = np.argwhere(~np.isfinite(states))[0]
        message = f"states{place.tolist()} is {states[tuple(place)]}, expected a finite number"
        raise ArrayError(message, "write them anew")
    for number, row in zip(updates.tolist(), states.reshape(shape).tolist(), strict=True):
        yield int(number), start.with_numbers(row)


def _fingerprint(experiment: Experiment | GraphExperiment) -> FloatArray:
    """Bytes that are others for another calculation: of all that the configuration says of it."""
    training: Any = experiment.training
    training = training and replace(training, iterations=1)
    text = dump(replace(experiment, title="", source="", expected=(), training=training))
    return np.frombuffer(hashlib.sha256(text.encode()).digest(), np.uint8).astype(float)
