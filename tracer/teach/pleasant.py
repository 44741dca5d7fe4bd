"""What makes an iteration's numbers pleasant to calculate by hand, and telling.

Below `tracer.teach.exercise`, which draws numbers until there is no objection. The bounds are meant
for four decimals: each quantity shows there, differs there from its likes, and no mistake hides
there."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from tracer.diagnose.mistakes import MISTAKES, Site
from tracer.engine.timeline import NetworkTimeline
from tracer.engine.trace import IterationTrace
from tracer.formula import EvaluationError, Expression, evaluate
from tracer.model.experiment import Experiment
from tracer.model.network import FloatArray, Layer
from tracer.model.quantity import LETTERED, Kind, Quantity, Stage

NET_LIMIT = 1.5
"""Up to here a sigmoid gives 0.18 to 0.82 and tanh ±0.91: no neuron is saturated."""
NET_LEAST = 0.05
"""ReLU net inputs are at least as far from the kink, and no sigmoid gives 0.5."""
ERROR_LEAST = 0.1
"""|target − out|: an output that is right already has nothing to learn."""
_NOTHING = 1e-12

_BACKWARD = (Kind.DE_DOUT, Kind.DELTA, Kind.WEIGHT_GRADIENT, Kind.BIAS_GRADIENT)
_DISTINCT = (Kind.NET, Kind.OUT, Kind.DELTA, Kind.WEIGHT_GRADIENT, Kind.BIAS_GRADIENT)


@dataclass(frozen=True, slots=True)
class Bounds:
    """How small deltas and gradients may be, and how near to each other numbers of a kind.

    A mistake's number must be as far from the right one: in every quantity in which the mistake can
    be made, or (`everywhere` false, and in batches, where it is made once a sample) in one of them.
    """

    smallest: float
    apart: float
    everywhere: bool


PLEASANT = Bounds(smallest=0.002, apart=0.0002, everywhere=True)
BEARABLE = Bounds(smallest=0.001, apart=0.00016, everywhere=False)
"""For networks so deep or large that there are none better. Four decimals still tell the numbers
apart: `check` wants a unit and a half between a mistake's number and the right one."""


def objection(experiment: Experiment, bounds: Bounds) -> str | None:
    """The first thing that is wrong with the numbers, in words; None when all is well.

    Of later iterations, whose numbers nobody chose, it is asked only that they stay moderate.
    """
    timeline, training = NetworkTimeline(experiment), experiment.training
    first = timeline.trace(1, updated=False)
    for words, wrong in OBJECTIONS.items():
        if wrong(first, bounds):
            return words
    iterations = training.iterations if training else 1
    later = (timeline.trace(k, updated=False) for k in range(2, iterations + 1))
    words, immoderate = next(iter(OBJECTIONS.items()))
    return f"{words} later on" if any(immoderate(trace, bounds) for trace in later) else None


def is_moderate(nets: FloatArray) -> bool:
    """Whether no net input saturates its neuron, and none is nearly 0."""
    sizes = np.abs(nets)
    return bool(((sizes >= NET_LEAST) & (sizes <= NET_LIMIT)).all())


def _immoderate(trace: IterationTrace, _bounds: Bounds) -> bool:
    return not all(is_moderate(_nets(trace, layer)) for layer in _layers(trace))


def _switches_badly(trace: IterationTrace, _bounds: Bounds) -> bool:
    """Layers of neurons that switch: one on for each sample, all outputs on, a hidden one off.

    Where every ReLU is on, nobody can tell whether a learner knows of its slope.
    """
    off: list[bool] = []
    for layer in _layers(trace):
        if not layer.activation.switches:
            continue
        on = _nets(trace, layer) > (layer.activation.kink or 0.0)
        if not (on.all() if layer is _layers(trace)[-1] else on.any(axis=1).all()):
            return True
        off += [] if len(layer.neurons) == 1 or layer is _layers(trace)[-1] else [not on.all()]
    return bool(off) and not any(off)


def _on_target(trace: IterationTrace, _bounds: Bounds) -> bool:
    depth = trace.experiment.network.depth
    error = trace.arrays[Stage(Kind.OUT, depth)] - trace.arrays[Stage(Kind.TARGET, depth)]
    return bool((np.abs(error) < ERROR_LEAST).any())


def _vanishing(trace: IterationTrace, bounds: Bounds) -> bool:
    """A number that is nearly 0; exactly 0 is what comes back through a ReLU that is off."""
    return any(
        ((array != 0) & (np.abs(array) < bounds.smallest)).any()
        for stage, array in trace.arrays.items()
        if stage.kind in _BACKWARD
    )


def _alike(trace: IterationTrace, bounds: Bounds) -> bool:
    return any(_close(_all_of(trace, kind), bounds.apart) for kind in _DISTINCT)


def _close(values: FloatArray, apart: float) -> bool:
    """Whether two of the values, zeros aside, can't be told apart."""
    ordered = np.sort(values[values != 0])
    return bool((np.diff(ordered) < apart).any())


def _hides_a_mistake(trace: IterationTrace, bounds: Bounds) -> bool:
    """A mistake that changes a number, but too little to show; one that changes nothing is none."""
    hidden, shown = set(), set()
    everywhere = bounds.everywhere and len(trace.rows) == 1
    for mistake, difference in _differences(trace):
        if difference >= bounds.apart:
            shown.add(mistake)
        elif difference > _NOTHING:
            hidden.add(mistake)
            if everywhere:
                return True
    return not hidden <= shown


def _differences(trace: IterationTrace) -> Iterator[tuple[str, float]]:
    """Every usual mistake wherever it can be made, and by how much it changes the number there."""
    numbers = {quantity: trace.value(quantity) for quantity in trace.quantities()}
    for quantity in trace.quantities():
        formula = trace.formula(quantity)
        if formula is None:
            continue
        site = Site(trace, quantity, formula)
        for row in MISTAKES.values():
            if not row.rare and quantity.kind in row.kinds | row.also:
                for variant in row.variants(site):
                    difference = _difference(variant, numbers, numbers[quantity])
                    yield row.name, difference * _magnified(quantity, numbers)


def _magnified(quantity: Quantity, numbers: Mapping[Quantity, float]) -> float:
    """States are worked out to significant digits, so that they count as if they began at 0.1."""
    size = abs(numbers[quantity])
    return 0.1 / size if quantity.kind in LETTERED and 0 < size < 0.1 else 1.0


def _difference(formula: Expression, numbers: Mapping[Quantity, float], right: float) -> float:
    """|value − right|; a formula that can't be calculated shows at once."""
    try:
        return abs(evaluate(formula, numbers) - right)
    except EvaluationError:
        return math.inf


def _all_of(trace: IterationTrace, kind: Kind) -> FloatArray:
    """Every number of a kind, in all the layers and of all the samples."""
    arrays = [array.ravel() for stage, array in trace.arrays.items() if stage.kind is kind]
    return np.concatenate([np.empty(0), *arrays])


def _nets(trace: IterationTrace, layer: Layer) -> FloatArray:
    return trace.arrays[Stage(Kind.NET, layer.number)]


def _layers(trace: IterationTrace) -> tuple[Layer, ...]:
    return trace.experiment.network.layers


OBJECTIONS: dict[str, Callable[[IterationTrace, Bounds], bool]] = {
    "a net input was nearly 0 or saturated its neuron": _immoderate,
    "the ReLUs were all on, or a layer of them all off": _switches_badly,
    "an output was on target already": _on_target,
    "a delta or a gradient was too small": _vanishing,
    "two quantities were the same to four decimals": _alike,
    "a mistake hardly changed a number": _hides_a_mistake,
}
"""What can be wrong, the quickest to find out first."""
