"""Sheets of numbers with known mistakes in them, on random networks: what `check` is tested with.

A sheet is what a careful learner would hand in: every number that is asked for, to so many significant
digits. Planting a mistake rewrites one formula of it, and everything after it follows from there.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from tracer.diagnose.answers import Answer, Moment
from tracer.diagnose.answers.moments import untrained
from tracer.diagnose.calculation import Calculation, Source
from tracer.diagnose.mistakes import Mistake, Scene
from tracer.digits.numbers import Written
from tracer.explain.explanation import NetworkNumbers
from tracer.explain.worksheet import is_asked
from tracer.formula import EvaluationError, Expression
from tracer.model.experiment import Data, Experiment, Training
from tracer.model.network import Bias, Network

_NOISE = 1e-14
_ACTIVATIONS = ("sigmoid", "tanh", "softplus", "sigmoid", "relu")
_LOSSES = ("half_squared_error", "squared_error", "mean_squared_error")
_BIASES = (Bias.SHARED, Bias.EACH, Bias.SHARED, Bias.NONE)


@dataclass(frozen=True, slots=True)
class Planted:
    """A mistake at one name: the value that it gives there, and the right one."""

    name: str
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
        ([f"n{layer}{n}" for n in range(1, size + 1)], kind, _BIASES[rng.integers(4)])
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
    frozen = frozenset({"b1"}) if rng.random() < 0.5 else frozenset()
    order = str(rng.choice(["simultaneous", "simultaneous", "output_first"]))
    return Experiment(
        "random",
        network,
        parameters,
        str(rng.choice(["mean", "sum"])),
        Data(inputs, targets, (None,) * samples),
        training=Training(0.5, frozen=frozen, update_order=order),
    )


def source_of(experiment: Experiment) -> Source:
    """The right numbers of the first iteration."""
    return Source(untrained(experiment, Moment()))


def asked(source: Source) -> list[str]:
    """The names of a whole sheet, in the order of the calculation."""
    assert isinstance(source.numbers, NetworkNumbers)
    trace = source.numbers.trace
    return [trace.names.name(q) for q in trace.quantities() if is_asked(trace, q)]


def plants(source: Source, row: Mistake, rng: np.random.Generator) -> Iterator[Planted]:
    """The mistake, once in every quantity where it can be made, in random order."""
    assert isinstance(source.numbers, NetworkNumbers)
    trace = source.numbers.trace
    names = [name for name in trace if source.formula(name) is not None]
    for place in rng.permutation(len(names)):
        name = names[place]
        quantity, formula = trace.find(name), source.formula(name)
        if formula is None or quantity.kind not in row.kinds | row.also:
            continue
        variants = row.variants(Scene(trace, quantity, formula))
        for number in rng.permutation(len(variants))[:1]:
            changed = Calculation(source, {}, rewriting=_only(name, variants[number]))
            try:
                yield Planted(name, variants[number], changed[name], source.value(name))
            except EvaluationError:
                continue


def _only(name: str, formula: Expression) -> Callable[[str, Expression], Expression | None]:
    return lambda other, _: formula if other == name else None


def sheet(source: Source, digits: int, planted: Planted | None = None) -> dict[str, str]:
    """Every number asked for, as a learner writes it who made that mistake and no other."""
    rewriting = _only(planted.name, planted.formula) if planted else None
    calculation = Calculation(source, {}, rewriting=rewriting)
    names = dict.fromkeys([*asked(source), *([planted.name] if planted else [])])
    return {name: written(calculation[name], digits) for name in names}


def written(value: float, digits: int) -> str:
    """The number to so many significant digits: `3.514e-05`; what should cancel is 0."""
    if abs(value) < _NOISE:
        return "0"
    return f"{value:.{digits - 1}e}"


def answers(texts: Mapping[str, str]) -> list[Answer]:
    """A sheet as answers."""
    return [Answer(Moment(), name, Written.parse(text)) for name, text in texts.items()]


def can_be_told(planted: Planted, digits: int) -> bool:
    """Whether the wrong number, so written, lies clearly apart from the right one."""
    if not math.isfinite(planted.value):
        return False
    unit = Written.parse(written(planted.value, digits)).unit
    return abs(planted.value - planted.right) > 3 * unit


def right_sheet(source: Source, rng: np.random.Generator) -> dict[str, str]:
    """A part of a right sheet: the numbers rounded, cut off, or each made of rounded ones."""
    digits, way = int(rng.integers(2, 9)), str(rng.choice(["rounded", "cut off", "by hand"]))
    if way == "by hand":
        return _by_hand(source, digits)
    write = _cut if way == "cut off" else written
    names = [name for name in asked(source) if rng.random() < 0.7]
    return {name: write(source.value(name), digits) for name in names}


def _by_hand(source: Source, digits: int) -> dict[str, str]:
    """Each number made of the rounded ones before it, as far as that goes."""
    own: dict[str, float] = {}
    texts: dict[str, str] = {}
    for name in asked(source):
        try:
            texts[name] = written(Calculation(source, own).recalculated(name), digits)
        except EvaluationError:  # an output that was rounded to 1 has no logarithm
            break
        own[name] = float(texts[name])
    return texts


def _cut(value: float, digits: int) -> str:
    """Cut off after so many digits; 0.9252 is not 0.92519999999999991."""
    if abs(value) < _NOISE:
        return "0"
    mantissa, _, exponent = f"{float(f'{value:.13g}'):.14e}".partition("e")
    return f"{mantissa[: -(15 - digits)]}e{exponent}"
