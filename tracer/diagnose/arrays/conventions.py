"""Conventions of a whole file of arrays: which way round, from which layer on, and factors throughout.

What a convention of single numbers (`tracer.diagnose.sheets`) makes of a sample of an array's numbers,
the same factor for all of them, is made of the array.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from tracer.diagnose.answers.model import Answer, ArrayAnswer, Tolerance
from tracer.diagnose.sheets import SheetConvention
from tracer.digits.numbers import Written, shortest
from tracer.engine.trace import IterationTrace
from tracer.explain.calculation import Calculation
from tracer.model.quantity import Identity, Quantity, Stage

_SAMPLE = 24
"""So many numbers of an array are asked for a convention of the sheet."""
_SAME = 1e-9


def _without_answers(*_: object) -> dict[Identity, Answer]:
    """Nothing in single answers is restated."""
    return {}


STORED_BY_INPUT = SheetConvention(
    "weights_stored_by_input",
    "Here a row of a weight matrix belongs to an input and a column to a neuron, net = out_before·W: "
    "these arrays were read so.",
    _without_answers,
)
COUNTED_FROM = {
    first: SheetConvention(f"layers_counted_from_{first}", words, _without_answers)
    for first, words in {
        0: "Here layers are counted from 0: the first layer behind the inputs has W0.",
        2: "Here layers are counted from 2, the inputs being layer 1: the first weights are W2.",
    }.items()
}


def oriented(exact: Calculation, answers: Sequence[ArrayAnswer]) -> list[ArrayAnswer]:
    """The arrays, those whose shape can't tell in whichever way round more numbers are right."""
    open_ones = [answer for answer in answers if answer.by_input is None]
    right = sum(_right(exact, answer) for answer in open_ones)
    if sum(_right(exact, answer.turned()) for answer in open_ones) <= right:
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


def sampled(exact: Calculation, answers: Sequence[ArrayAnswer]) -> dict[Identity, Answer]:
    """Some numbers of each array, as single answers; not those that are 0."""
    trace: IterationTrace = exact.trace
    found: dict[Identity, Answer] = {}
    for answer in answers:
        true = trace.arrays[answer.stage]
        places = np.argwhere((answer.values != 0) & (true != 0))
        for place in map(tuple, places[:: max(-(-len(places) // _SAMPLE), 1)].tolist()):
            identity, value = trace.batch.quantity(answer.stage, place), answer.values[place]
            slack = answer.slack(true[place], 16 * answer.precision.epsilon * abs(true[place]))
            written = Written(shortest(value), float(value), 17, 17, 0.0)
            tolerance = Tolerance(0.0, float(slack))
            found[identity] = Answer(answer.moment, identity, written, tolerance)
    return found


def with_factors(
    answers: Sequence[ArrayAnswer],
    sample: Mapping[Identity, Answer],
    changed: Mapping[Identity, Answer],
) -> tuple[list[ArrayAnswer], dict[Stage, float]]:
    """The arrays in this program's words, and what each was multiplied by for that."""
    ratios: dict[Stage, list[float]] = {}
    for identity, answer in sample.items():
        if isinstance(identity, Quantity):
            now = changed.get(identity, answer)
            ratios.setdefault(identity.stage, []).append(now.value / answer.value)
    factors = {
        stage: found[0]
        for stage, found in ratios.items()
        if abs(found[0] - 1) > _SAME and np.ptp(found) <= _SAME * abs(found[0])
    }
    turned = [
        replace(answer, values=answer.values * factors[answer.stage])
        if answer.stage in factors
        else answer
        for answer in answers
    ]
    return turned, factors
