"""What makes an iteration's numbers pleasant to calculate by hand, and telling.

Below `tracer.teach.exercise`, which draws numbers until there is no objection. The bounds are meant
for so many decimals, four as a rule: each quantity shows there, differs there from its likes, and no
mistake hides there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from types import MappingProxyType

import numpy as np

from tracer.engine.timeline import NetworkTimeline
from tracer.engine.trace import IterationTrace
from tracer.immutable import immutable
from tracer.model.experiment import Experiment
from tracer.model.network import FloatArray, Layer
from tracer.model.quantity import Kind, Stage
from tracer.teach.telling import NOTHING, Wanted, iterations_of, slips, untold

NET_LIMIT = 1.5
"""Up to here a sigmoid gives 0.18 to 0.82 and tanh ±0.91: no neuron is saturated."""
NET_LEAST = 0.05
"""ReLU net inputs are at least as far from the kink, and no sigmoid gives 0.5."""
ERROR_LEAST = 0.1
"""|target − out|: an output that is right already has nothing to learn."""

UNTOLD = "could not be told from"
"""A reason that stands last: without it, the draw would have done."""

_BACKWARD = (Kind.DE_DOUT, Kind.DELTA, Kind.WEIGHT_GRADIENT, Kind.BIAS_GRADIENT)
_DISTINCT = (Kind.NET, Kind.OUT, Kind.DELTA, Kind.WEIGHT_GRADIENT, Kind.BIAS_GRADIENT)


@immutable
class Bounds:
    """How small deltas and gradients may be, and how near to each other numbers of a kind.

    A mistake's number must be as far from the right one: in every quantity in which the mistake can
    be made, or (`everywhere` false, and in batches, where it is made once a sample) in one of them.
    """

    smallest: float
    apart: float
    everywhere: bool

    def at(self, digits: int) -> Bounds:
        """The same for so many decimals."""
        unit = 10.0 ** (_MEANT_FOR - digits)
        return replace(self, smallest=self.smallest * unit, apart=self.apart * unit)


_MEANT_FOR = 4
PLEASANT = Bounds(smallest=0.002, apart=0.0002, everywhere=True)
BEARABLE = Bounds(smallest=0.001, apart=0.00016, everywhere=False)
"""For networks so deep or large that there are none better. Four decimals still tell the numbers
apart: `check` wants a unit and a half between a mistake's number and the right one."""


def objection(
    experiment: Experiment, bounds: Bounds, wanted: Wanted = MappingProxyType({})
) -> str | None:
    """The first thing that is wrong with the numbers, in words; None when all is well.

    Of later iterations, whose numbers nobody chose, it is asked only that they stay moderate. `wanted`:
    mistakes each of which some number, of any iteration, must tell from all others.
    """
    timeline, training = NetworkTimeline(experiment), experiment.training
    first = timeline.trace(1, updated=False)
    for words, wrong in OBJECTIONS.items():
        if wrong(first, bounds):
            return words
    iterations = training.iterations if training else 1
    later = (timeline.trace(k, updated=False) for k in range(2, iterations + 1))
    words, immoderate = next(iter(OBJECTIONS.items()))
    if any(immoderate(trace, bounds) for trace in later):
        return f"{words} later on"
    lost = untold(iterations_of(experiment), wanted, bounds.apart) if wanted else None
    return f"{lost[0]} {UNTOLD} {lost[1]}" if lost else None


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
    for _, found in slips(trace):
        for mistake, differences in found.items():
            for difference in map(abs, differences):
                if difference >= bounds.apart:
                    shown.add(mistake)
                elif difference > NOTHING:
                    hidden.add(mistake)
        if everywhere and hidden:
            return True
    return not hidden <= shown


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
    "two quantities were the same in the decimals asked for": _alike,
    "a mistake hardly changed a number": _hides_a_mistake,
}
"""What can be wrong, the quickest to find out first."""
