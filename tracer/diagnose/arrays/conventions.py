"""Conventions of a whole file of arrays: which way round, from which layer on, and factors throughout.

A convention of the whole sheet (`tracer.diagnose.sheets`) is looked for in a sample of each array's
numbers; its factor, the same for all of them, holds for the array.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from itertools import islice
from operator import itemgetter

import numpy as np

from tracer.diagnose.answers.model import Answer, ArrayAnswer, Saved, Tolerance
from tracer.diagnose.answers.moments import Moment
from tracer.diagnose.readings import Form
from tracer.diagnose.sheets import SheetConvention
from tracer.digits.numbers import Written, shortest
from tracer.engine.trace import IterationTrace
from tracer.explain.calculation import Calculation
from tracer.language import counted, message, say
from tracer.model.quantity import AFTER, BEFORE, Stage

_SAMPLE, _MOST_OPEN = 24, 200
"""So many numbers of an array are asked for a convention of the sheet, so many arrays how they lie."""


STORED_BY_INPUT = SheetConvention(
    "weights_stored_by_input",
    message(
        "Here a row of a weight matrix belongs to an input and a column to a neuron, net = "
        "out_before·W: these arrays were read so."
    ),
)
SAMPLES_IN_COLUMNS = SheetConvention(
    "samples_in_columns",
    message("Here a column of a batch is a sample and a row a neuron: these arrays were read so."),
)
TURNED = {False: STORED_BY_INPUT, True: SAMPLES_IN_COLUMNS}
"""Whether arrays of samples are turned round, or those of weights."""
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
    """The arrays, those whose shape or name can't tell in whichever way more numbers are right.

    Weights are turned round together, and so are samples.
    """
    found_so = partial(_whichever, found)
    for of_samples in (False, True):
        answers = found_so(answers, partial(_is_either, of_samples), ArrayAnswer.turned_round)
    return found_so(answers, _has_other, ArrayAnswer.otherwise)


def _is_either(of_samples: bool, answer: ArrayAnswer) -> bool:
    return answer.turned is None and answer.stage.of_a_sample is of_samples


def _has_other(answer: ArrayAnswer) -> bool:
    return answer.meaning is not None and answer.meaning.other is not None


def _whichever(
    found: Mapping[Moment, Calculation],
    answers: Sequence[ArrayAnswer],
    is_open: Callable[[ArrayAnswer], bool],
    other: Callable[[ArrayAnswer], ArrayAnswer],
) -> list[ArrayAnswer]:
    """The answers, the open ones read in the other way if more of their numbers are right so."""

    def right(answer: ArrayAnswer) -> int:
        return int(answer.near(found[answer.moment].trace.arrays[answer.stage]).sum())

    open_ones = list(islice(filter(is_open, answers), _MOST_OPEN))
    if sum(map(right, map(other, open_ones))) <= sum(map(right, open_ones)):
        return list(answers)
    return [other(answer) if is_open(answer) else answer for answer in answers]


def followed(answers: Sequence[ArrayAnswer]) -> Iterator[SheetConvention]:
    """The conventions of arrays that these follow."""
    turned = {answer.stage.of_a_sample for answer in answers if answer.turned}
    yield from (row for of_samples, row in TURNED.items() if of_samples in turned)
    first = {answer.first_layer for answer in answers}
    yield from (row for number, row in COUNTED_FROM.items() if number in first)
    yield from _named_layers(answers)
    yield from (_saved(saved) for saved in {a.saved for a in answers if a.saved and _is_assumed(a)})


def _named_layers(answers: Sequence[ArrayAnswer]) -> Iterator[SheetConvention]:
    """Which layers the modules of a framework are."""
    named = {a.meaning.module: a.stage.layer for a in answers if a.meaning and a.meaning.module}
    if named:
        layers = [
            say("{name} is layer {number}", name=name, number=number)
            for name, number in sorted(named.items(), key=itemgetter(1))
        ]
        words = say("Layers bear names here: {layers}.", layers=", ".join(layers))
        yield SheetConvention("layers_by_name", words)


def _is_assumed(answer: ArrayAnswer) -> bool:
    """Whether it was assumed that this is from before an update, or from after it, or after which."""
    assert answer.meaning is not None, "its name says no moment"
    changes = answer.stage.kind in AFTER or answer.stage.kind in BEFORE
    later = answer.saved is not None and answer.saved.iteration > 1
    return (changes and answer.meaning.after is None) or later


def _saved(saved: Saved) -> SheetConvention:
    """When the file was saved, as is assumed."""
    if saved.updates:
        times = counted(saved.updates, "{count} update", "{count} updates")
        words = say(
            "Names without a moment are read as after {times}; --after says otherwise.", times=times
        )
        return SheetConvention("saved_after_updates", words)
    words = say(
        "Names without a moment are read as before the first update; --after says otherwise."
    )
    return SheetConvention("saved_before_update", words)


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
