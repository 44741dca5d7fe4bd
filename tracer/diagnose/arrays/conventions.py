"""Conventions of a whole file of arrays: which way round, from which layer on, and factors throughout.

A convention of the whole sheet (`tracer.diagnose.sheets`) is looked for in a sample of each array's
numbers; its factor, the same for all of them, holds for the array.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np

from tracer.diagnose.answers.model import Answer, ArrayAnswer, Tolerance
from tracer.diagnose.answers.moments import Moment
from tracer.diagnose.readings import Form
from tracer.diagnose.sheets import SheetConvention
from tracer.digits.numbers import Written, shortest
from tracer.engine.trace import IterationTrace
from tracer.explain.calculation import Calculation
from tracer.language import message
from tracer.model.quantity import Stage

_SAMPLE = 24
"""So many numbers of an array are asked for a convention of the sheet."""


STORED_BY_INPUT = SheetConvention(
    "weights_stored_by_input",
    message(
        "Here a row of a weight matrix belongs to an input and a column to a neuron, net = "
        "out_before·W: these arrays were read so."
    ),
)
COUNTED_FROM = {
    first: SheetConvention(f"layers_counted_from_{first}", words)
    for first, words in {
        0: message("Here layers are counted from 0: the first layer behind the inputs has W0."),
        2: message(
            "Here layers are counted from 2, the inputs being layer 1: the first weights are W2."
        ),
    }.items()
}


def oriented(
    found: Mapping[Moment, Calculation], answers: Sequence[ArrayAnswer]
) -> list[ArrayAnswer]:
    """The arrays, those whose shape can't tell in whichever way round more numbers are right."""
    open_ones = [answer for answer in answers if answer.by_input is None]
    right = sum(_right(found[answer.moment], answer) for answer in open_ones)
    if sum(_right(found[a.moment], a.turned()) for a in open_ones) <= right:
        return list(answers)
    return [answer.turned() if answer.by_input is None else answer for answer in answers]


def _right(exact: Calculation, answer: ArrayAnswer) -> int:
    true = exact.trace.arrays[answer.stage]
    with np.errstate(all="ignore"):
        near = np.abs(answer.values - true) <= answer.slack(true, answer.precision.epsilon)
    return int(near.sum())


def followed(answers: Sequence[ArrayAnswer]) -> tuple[SheetConvention, ...]:
    """The conventions of arrays that these follow."""
    rows = [STORED_BY_INPUT] if any(answer.by_input for answer in answers) else []
    first = {answer.first_layer for answer in answers}
    return (*rows, *(row for number, row in COUNTED_FROM.items() if number in first))


def sampled(
    found: Mapping[Moment, Calculation], answers: Sequence[ArrayAnswer]
) -> Iterator[Answer]:
    """Some numbers of each array, as single answers; not those that are 0."""
    for answer in answers:
        trace: IterationTrace = found[answer.moment].trace
        true = trace.arrays[answer.stage]
        places = np.argwhere((answer.values != 0) & (true != 0))
        for place in map(tuple, places[:: max(-(-len(places) // _SAMPLE), 1)].tolist()):
            identity, value = trace.batch.quantity(answer.stage, place), answer.values[place]
            slack = answer.slack(true[place], 16 * answer.precision.epsilon * abs(true[place]))
            written = Written(shortest(value), float(value), 17, 17, 0.0)
            yield Answer(answer.moment, identity, written, Tolerance(0.0, float(slack)))


def in_our_words(
    exact: Calculation, answers: Sequence[ArrayAnswer], readings: Sequence[Form]
) -> tuple[list[ArrayAnswer], dict[Stage, float]]:
    """The arrays as this program calls them, and what each was multiplied by for that."""
    trace: IterationTrace = exact.trace
    network, samples = trace.experiment.network, len(trace.rows)
    factors, read = {}, []
    for answer in answers:
        written = math.prod(form.factor(network, samples, answer.stage) for form in readings)
        if written != 1.0:
            factors[answer.stage] = 1 / written
        read.append(replace(answer, values=answer.values / written))
    return read, factors
