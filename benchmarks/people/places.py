"""Where the numbers of a calculation stand, and in which order people get to them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from benchmarks.people.exercises import Exercise
from benchmarks.settings import RULES

BIAS = -1
SAMPLE_KINDS = ("net", "out", "E", "E_total", "dout", "path", "slope", "cross", "delta", "part")


@dataclass(frozen=True, slots=True)
class Place:
    """Which number: kind, layer, neuron, the other index (input, path's end), sample, iteration."""

    kind: str
    layer: int
    row: int
    column: int
    sample: int
    iteration: int


def order(exercise: Exercise) -> Iterator[Place]:
    """All the numbers, in the order in which a person calculates them."""
    layers = range(1, len(exercise.layers) + 1)
    for k in range(1, exercise.iterations + 1):
        batch = exercise.batch(k)
        for s in batch:
            for number in layers:
                rows = range(len(exercise.names(number)))
                yield from (Place("net", number, row, BIAS, s, k) for row in rows)
                yield from (Place("out", number, row, BIAS, s, k) for row in rows)
            yield from (Place("E", number, row, BIAS, s, k) for row in rows)
            yield Place("E_total", number, 0, BIAS, s, k)
        if exercise.settings and exercise.settings.penalty:
            yield Place("penalty", 0, 0, BIAS, 0, k)
        yield Place("loss", 0, 0, BIAS, 0, k)
        for number in reversed(layers):
            for s in batch:
                yield from _backward(exercise, number, s, k)
            for row, column in parameters(exercise, number):
                if len(batch) > 1:
                    yield from (Place("part", number, row, column, s, k) for s in batch)
                yield from _gradient(exercise, Place("grad", number, row, column, 0, k))
            if exercise.output_first:
                yield from _updates(exercise, number, k)
        yield from _before_updates(exercise, k)
        if not exercise.output_first:
            for number in layers:
                yield from _updates(exercise, number, k)


def _backward(exercise: Exercise, number: int, s: int, k: int) -> Iterator[Place]:
    rows = range(len(exercise.names(number)))
    if number < len(exercise.layers):
        ends = range(len(exercise.names(number + 1)))
        yield from (Place("path", number, row, end, s, k) for row in rows for end in ends)
    yield from (Place("dout", number, row, BIAS, s, k) for row in rows)
    yield from (Place("slope", number, row, BIAS, s, k) for row in rows)
    if exercise.layers[number - 1].activation == "softmax":
        yield from (Place("cross", number, row, o, s, k) for row in rows for o in rows if o != row)
    yield from (Place("delta", number, row, BIAS, s, k) for row in rows)


def parameters(exercise: Exercise, number: int) -> Iterator[tuple[int, int]]:
    """(neuron, input) of a layer's weights, then of its biases."""
    layer = exercise.layers[number - 1]
    for row in range(len(layer.names)):
        yield from ((row, column) for column in range(len(layer.weights[row])))
    yield from ((row, BIAS) for row in range(len(layer.biases)))


def _updates(exercise: Exercise, number: int, k: int) -> Iterator[Place]:
    for row, column in parameters(exercise, number):
        place = Place("new", number, row, column, 0, k)
        if column != BIAS or not exercise.freeze:
            yield from (replace(place, kind=kind) for kind in states(exercise))
        yield place


def states(exercise: Exercise) -> list[str]:
    """The kinds of numbers that an optimiser keeps of a parameter, and makes of them."""
    if not (settings := exercise.settings):
        return []
    kept = [f"{letter}+" for letter in settings.letters]
    corrects = "beta1" in RULES[settings.optimizer].defaults and settings.option("bias_correction")
    return kept + (["mhat", "vhat"] if corrects else [])


def penalised(exercise: Exercise, column: int) -> bool:
    """Whether a parameter of that column is in the penalty."""
    penalty = exercise.settings.penalty if exercise.settings else None
    return penalty is not None and (column != BIAS or penalty.of == "parameters")


def _gradient(exercise: Exercise, place: Place) -> Iterator[Place]:
    """The gradient, after its parts where there is a penalty."""
    if penalised(exercise, place.column):
        yield replace(place, kind="data")
        yield replace(place, kind="pen")
    yield place


def _before_updates(exercise: Exercise, k: int) -> Iterator[Place]:
    """The learning rate of a schedule, and the gradients that clipping leaves."""
    if not (settings := exercise.settings):
        return
    if settings.rate.schedule:
        yield Place("lr", 0, 0, BIAS, 0, k)
    for number in range(1, len(exercise.layers) + 1) if settings.clip else ():
        for row, column in parameters(exercise, number):
            if column != BIAS or not exercise.freeze:
                yield Place("clip", number, row, column, 0, k)
