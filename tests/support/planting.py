"""Sheets of numbers with known mistakes in them, on random networks: what `check` is tested with.

A sheet is what a careful learner would hand in: every number that is asked for, to so many significant
digits. Planting a mistake rewrites one formula of it, and everything after it follows from there.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from support.networks import parameters_named
from tracer.diagnose.answers import Answer, Moment
from tracer.diagnose.carried import Carried, Rewriting
from tracer.diagnose.check import check
from tracer.diagnose.mistakes import MISTAKES, Mistake, Site
from tracer.digits.numbers import Written
from tracer.explain.calculation import Calculation, calculations
from tracer.explain.worksheet import to_calculate
from tracer.formula import EvaluationError, Expression, evaluate
from tracer.graph.trace import GraphTrace
from tracer.model.experiment import Data, Experiment, GraphExperiment, Training
from tracer.model.network import Bias, Network
from tracer.model.quantity import Identity, Kind, Quantity

_NOISE = 1e-14
_ACTIVATIONS = ("sigmoid", "tanh", "softplus", "sigmoid", "relu")
_LOSSES = ("half_squared_error", "squared_error", "mean_squared_error")
_BIASES = (Bias.SHARED, Bias.EACH, Bias.SHARED, Bias.NONE, Bias.THRESHOLD)

OF_GRAPHS = {kind for kind in Kind if "NODE" in kind.name and kind is not Kind.NODE} | {
    Kind.LEARNING_RATE
}
"""The kinds of numbers in which a graph's training can go wrong."""
NEVER_IN_GRAPHS = {
    "updated_although_fixed": "nothing is fixed in a graph",
    "gradient_of_a_neighbour": "neighbours are those of a layer",
    "clipped_before_penalty": "a graph has no penalty",
    "decay_decoupled": "a graph has no penalty",
    "clipped_by_norm": "the norm is that of a network's arrays",
    "warmup_left_out": "no such schedule here",
}


@dataclass(frozen=True, slots=True)
class Planted:
    """A mistake in one number: the value that it gives there, and the right one."""

    quantity: Quantity
    formula: Expression
    value: float
    right: float


def random_experiment(rng: np.random.Generator) -> Experiment:
    """A network with a hidden layer or two, of the sizes that are done by hand."""
    sizes = [int(n) for n in rng.integers(2, 4, int(rng.integers(3, 5)))]
    matched = str(rng.choice(["", "", "sigmoid", "softmax"]))
    loss = {"sigmoid": "binary_cross_entropy", "softmax": "cross_entropy"}.get(
        matched, str(rng.choice(_LOSSES))
    )
    kinds = [str(rng.choice(_ACTIVATIONS)) for _ in sizes[1:-1]]
    kinds.append(matched or str(rng.choice(_ACTIVATIONS[:3])))
    layers = [
        ([f"n{layer}{n}" for n in range(1, size + 1)], kind, _BIASES[rng.integers(len(_BIASES))])
        for layer, (size, kind) in enumerate(zip(sizes[1:], kinds, strict=True), 1)
    ]
    network = Network.build([f"x{n}" for n in range(1, sizes[0] + 1)], layers, loss)
    parameters = tuple(
        (
            rng.uniform(0.1, 0.9, (len(layer.neurons), len(layer.inputs))).round(2),
            rng.uniform(0.1, 0.9, layer.bias_count).round(2) if layer.bias_count else None,
        )
        for layer in network.layers
    )
    samples = int(rng.choice([1, 1, 2, 3]))
    targets = rng.uniform(0.1, 0.9, (samples, sizes[-1])).round(2)
    if loss == "cross_entropy":
        shares = np.array(
            [[0.2, 0.8], [0.0, 1.0]] if sizes[-1] == 2 else [[0.2, 0.3, 0.5], [0, 1, 0]]
        )
        targets = shares[rng.integers(0, 2, samples)]
    inputs = rng.uniform(-0.9, 0.9, (samples, sizes[0])).round(2)
    first = network.layers[0].bias_names[:1]
    frozen = parameters_named(network, *first) if rng.random() < 0.5 else frozenset()
    order = str(rng.choice(["simultaneous", "simultaneous", "output_first"]))
    return Experiment(
        "random",
        network,
        parameters,
        str(rng.choice(["mean", "sum"])),
        Data(inputs, targets, (None,) * samples),
        training=Training(0.5, frozen=frozen, update_order=order),
    )


def varied(experiment: Experiment, rng: np.random.Generator) -> Experiment:
    """The same with weights of both signs, and hidden layers that leak or switch off below zero."""
    network, parameters = experiment.network, []
    for W, b in experiment.parameters:
        parameters.append((W * rng.choice([-1, 1, 1], W.shape), b))
    kinds = [str(rng.choice(["relu", "leaky_relu"])) for _ in network.layers[:-1]]
    layers = [
        (list(layer.neurons), kind, layer.bias)
        for layer, kind in zip(
            network.layers, [*kinds, network.layers[-1].activation.name], strict=True
        )
    ]
    changed = Network.build(list(network.inputs), layers, network.loss.name)
    return replace(experiment, network=changed, parameters=tuple(parameters))


def exact_of(experiment: Experiment | GraphExperiment, iteration: int = 1) -> Calculation:
    """The right numbers of the first iteration, or of another."""
    return calculations(experiment, [iteration])[iteration]


def asked(exact: Calculation) -> list[Identity]:
    """The numbers of a whole sheet, in the order of the calculation."""
    if isinstance(exact.trace, GraphTrace):
        return [each for each in exact if exact.formula(each) is not None]
    return list(to_calculate(exact.trace))


def plants(exact: Calculation, row: Mistake, rng: np.random.Generator) -> Iterator[Planted]:
    """The mistake, once in every quantity where it can be made, in random order."""
    trace = exact.trace
    kinds = row.kinds | row.also
    quantities = [q for q in exact if isinstance(q, Quantity) and q.kind in kinds]
    for place in rng.permutation(len(quantities)):
        quantity = quantities[place]
        formula = exact.formula(quantity)
        if formula is None:
            continue
        variants = row.variants(Site(trace, quantity, formula))
        for number in rng.permutation(len(variants))[:1]:
            try:
                value, right = evaluate(variants[number], exact), exact.value(quantity)
            except EvaluationError:
                continue
            yield Planted(quantity, variants[number], value, right)


def _only(quantity: Quantity, formula: Expression) -> Rewriting:
    return lambda other, _: formula if other == quantity else None


def sheet(exact: Calculation, digits: int, planted: Planted | None = None) -> dict[Identity, str]:
    """Every number asked for, as a learner writes it who made that mistake and no other."""
    rewriting = _only(planted.quantity, planted.formula) if planted else None
    calculation = Carried(exact, {}, rewriting=rewriting)
    found = dict.fromkeys([*asked(exact), *([planted.quantity] if planted else [])])
    return {identity: written(calculation[identity], digits) for identity in found}


def written(value: float, digits: int) -> str:
    """The number to so many significant digits: `3.514e-05`; what should cancel is 0."""
    if abs(value) < _NOISE:
        return "0"
    return f"{value:.{digits - 1}e}"


def answers(texts: Mapping[Identity, str]) -> list[Answer]:
    """A sheet as answers, each of its own iteration."""
    return [
        Answer(Moment(identity.iteration), identity, Written.parse(text))
        for identity, text in texts.items()
    ]


def can_be_told(planted: Planted, digits: int) -> bool:
    """Whether the wrong number, so written, lies clearly apart from the right one.

    Zero isn't told of: it has no digits.
    """
    if not math.isfinite(planted.value) or abs(planted.value) < _NOISE:
        return False
    unit = Written.parse(written(planted.value, digits)).unit
    return abs(planted.value - planted.right) > 3 * unit


def right_sheet(exact: Calculation, rng: np.random.Generator) -> dict[Identity, str]:
    """A part of a right sheet: the numbers rounded, cut off, or each made of rounded ones."""
    digits, way = int(rng.integers(2, 9)), str(rng.choice(["rounded", "cut off", "by hand"]))
    if way == "by hand":
        return _by_hand(exact, digits)
    write = _cut if way == "cut off" else written
    some = [identity for identity in asked(exact) if rng.random() < 0.7]
    return {identity: write(exact.value(identity), digits) for identity in some}


def _by_hand(exact: Calculation, digits: int) -> dict[Identity, str]:
    """Each number made of the rounded ones before it, as far as that goes."""
    own: dict[Identity, float] = {}
    texts: dict[Identity, str] = {}
    for identity in asked(exact):
        try:
            texts[identity] = written(Carried(exact, own).recalculated(identity), digits)
        except EvaluationError:  # an output that was rounded to 1 has no logarithm
            break
        own[identity] = float(texts[identity])
    return texts


def _cut(value: float, digits: int) -> str:
    """Cut off after so many digits; 0.9252 is not 0.92519999999999991."""
    if abs(value) < _NOISE:
        return "0"
    mantissa, _, exponent = f"{float(f'{value:.13g}'):.14e}".partition("e")
    return f"{mantissa[: -(15 - digits)]}e{exponent}"


Exercise = tuple[Any, Calculation]
"""An experiment, a network's or a graph's, and the right numbers of one of its iterations."""


def found_where_planted(
    name: str, exercises: Iterable[Exercise], rng: np.random.Generator, digits: int, most: int
) -> int:
    """In how many of the exercises, `most` at the most, the mistake was planted and found by name.

    It is made in one number of each where it can be told; nothing else may be blamed.
    """
    found = 0
    for experiment, exact in exercises:
        plant = next(
            (p for p in plants(exact, MISTAKES[name], rng) if can_be_told(p, digits)), None
        )
        try:
            texts = sheet(exact, digits, plant) if plant else {}
        except EvaluationError:
            continue
        if plant is None:
            continue
        report = check(experiment, answers(texts))
        blamed = {f.identity: f for f in report.findings if f.blamed}
        assert list(blamed) == [plant.quantity]
        assert name in [match.name for match in blamed[plant.quantity].matches]
        found += 1
        if found == most:
            break
    return found
