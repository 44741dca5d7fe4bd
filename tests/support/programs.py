"""Programs that `bptrace code` has written: run, and their numbers held against the engine's."""

from __future__ import annotations

import contextlib
import io
from dataclasses import replace
from typing import Any

import numpy as np

from tracer.diagnose.answers.model import Answer
from tracer.diagnose.answers.moments import traced
from tracer.diagnose.answers.reading import read_answers
from tracer.model.experiment import Experiment, GraphExperiment

NEAR = 1e-12


def run_python(source: str) -> str:
    """What the program prints, run in this process."""
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(source, "program.py", "exec"), {"__name__": "__main__"})
    return printed.getvalue()


def numbers(printed: str, experiment: Experiment | GraphExperiment) -> tuple[Any, Any]:
    """(printed numbers, the engine's own), as `check` reads what the program has printed."""
    answers = read_answers(printed.encode(), "program", experiment)
    calculations = traced(experiment, [answer.moment for answer in answers])
    ours: list[float] = []
    theirs: list[float] = []
    for answer in answers:
        trace = calculations[answer.moment].trace
        if isinstance(answer, Answer):
            ours.append(answer.value)
            theirs.append(trace.value(answer.identity))
        else:
            shape = answer.values.shape
            ours += answer.values.ravel().tolist()
            places = (trace.batch.quantity(answer.stage, place) for place in np.ndindex(shape))
            theirs += map(trace.value, places)
    return np.array(ours), np.array(theirs)


def varied(experiment: Experiment, number: int) -> Experiment:
    """The same with its samples in batches of one, of two in the order of the data, of two drawn."""
    training = experiment.training
    assert training is not None
    batch, shuffle = ((None, False), (1, False), (2, False), (2, True), (1, True))[number % 5]
    return replace(experiment, training=replace(training, batch=batch, shuffle=shuffle))


def assert_same(printed: str, experiment: Experiment | GraphExperiment, near: float = NEAR) -> int:
    """The printed numbers are the engine's; how many there are.

    What is next to nothing beside the largest of them may be lost in rounding.
    """
    ours, theirs = numbers(printed, experiment)
    scale = float(np.abs(theirs).max(initial=0.0))
    np.testing.assert_allclose(ours, theirs, rtol=near, atol=near * scale * 1e-3)
    return len(ours)
