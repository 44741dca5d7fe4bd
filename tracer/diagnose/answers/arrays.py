"""Names of whole arrays, `W1` or `delta2`, as a program has them: batch first, layers from 1.

`array_names` says which spellings mean which kind of quantity. `mean_` in front means an array that
has been averaged over the batch. The arrays' shapes are the engine's (see `tracer.engine.passes`); a
batch of one sample, or a bias, may come with axes of length 1 more or less, and a weight matrix with a
row for each input. A file may count its layers from 0, or from 2 (the inputs are layer 1), where all
its names together can't be meant otherwise.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

import numpy as np

from tracer.diagnose.answers.array_names import AFTERS, meaning, written
from tracer.engine.trace import IterationTrace
from tracer.errors import UnknownNameError, did_you_mean
from tracer.graph.trace import GraphTrace
from tracer.immutable import immutable
from tracer.model.network import Bias, FloatArray, Layer, Network
from tracer.model.quantity import OF_A_BIAS, OF_A_WEIGHT, PARTS, Kind, Quantity, Stage

_SINGLE = {
    "inputs": Kind.INPUT,
    "X": Kind.INPUT,
    "x": Kind.INPUT,
    "targets": Kind.TARGET,
    "Y": Kind.TARGET,
    "y": Kind.TARGET,
    "E": Kind.ERROR,
    "E_total": Kind.TOTAL,
}
"""Arrays of which there is one, so that their names have no layer."""
_WRITTEN_SINGLE = {kind: name for name, kind in reversed(_SINGLE.items())}
_MEAN = "mean_"
_APART = frozenset({Kind.PATH, *PARTS})
"""What comes apart by sample and connection."""
_NAME = re.compile(
    rf"(?P<before>.*?)(?P<layer>0|[1-9]\d{{0,5}})(?P<after>{'|'.join(map(re.escape, AFTERS))})?"
)
_SUGGESTED = ("W", "b", "net", "out", "delta", "dW", "db")


@immutable
class Numbering:
    """How a file counts: the number of the first layer's parameters, and of its neurons' arrays."""

    parameters: int = 1
    neurons: int = 1

    @staticmethod
    def of(names: Iterable[str], depth: int) -> Numbering:
        """From 1, unless the names of a file together can only be meant otherwise."""
        found: dict[Kind, set[int]] = {}
        for name in names:
            match = _NAME.fullmatch(name.partition("@")[0].removeprefix(_MEAN))
            meant = meaning(match["before"], match["after"] or "") if match else None
            if match is not None and meant is not None:
                found.setdefault(meant[0], set()).add(int(match["layer"]))
        parameters = _union(found[kind] for kind in found if _is_parameter(kind))
        neurons = _union(found[kind] for kind in found if not _is_parameter(kind))
        # a0, or a1 where layers count from 2, are the inputs: outputs alone say nothing of that.
        telling = _union(
            numbers
            for kind, numbers in found.items()
            if not _is_parameter(kind) and kind is not Kind.OUT
        )
        first = _first(parameters, parameters, depth)
        if first == 2:
            return Numbering(2, 1 if 0 in neurons or 1 in telling else 2)
        return Numbering(first, _first(telling if first else neurons, neurons, depth))

    @property
    def first(self) -> int:
        """What the file calls its first layer, where that isn't 1."""
        return self.neurons if self.parameters == 1 else self.parameters

    def layer(self, kind: Kind, number: int) -> int:
        """The engine's layer, which counts from 1 and has the inputs for 0."""
        return number + 1 - (self.parameters if _is_parameter(kind) else self.neurons)


def _first(telling: set[int], numbers: set[int], depth: int) -> int:
    """From which number such arrays count."""
    if 0 in telling and depth not in numbers:
        return 0
    return 2 if depth + 1 in numbers and 1 not in telling and 0 not in numbers else 1


def _union(sets: Iterable[set[int]]) -> set[int]:
    return set().union(*sets)


_USUAL = Numbering()


def _is_parameter(kind: Kind) -> bool:
    return kind in OF_A_WEIGHT or kind in OF_A_BIAS


def is_array_name(name: str) -> bool:
    """Whether this is how arrays are called, whatever the network."""
    bare = name.removeprefix(_MEAN)
    match = _NAME.fullmatch(bare)
    return bare in _SINGLE or bool(match and meaning(match["before"], match["after"] or ""))


def find_stage(name: str, trace: IterationTrace, numbering: Numbering = _USUAL) -> Stage:
    """The stage whose array `name` means.

    Raises:
        UnknownNameError: no array is called so, or this calculation doesn't have it.
    """
    network = trace.experiment.network
    stage = _stage(name.removeprefix(_MEAN), network.depth, numbering)
    if stage is None:
        known = [f"{letter}{number}" for number in _numbers(network) for letter in _SUGGESTED]
        hint = did_you_mean(name, known) or f"arrays are called {', '.join(known[:7])}"
        raise UnknownNameError(f"there is no array '{name}'", hint)
    stage = replace(stage, mean=name.startswith(_MEAN))
    if stage.kind in OF_A_BIAS and stage.kind not in PARTS:
        _check_sign(name, network.layers[stage.layer - 1])
    if stage not in trace.arrays:
        raise UnknownNameError(f"'{name}': this calculation has no {stage.kind.words}")
    return stage


def _check_sign(name: str, layer: Layer) -> None:
    """Refuses b1 for thresholds, and theta1 for biases: they are of opposite signs."""
    if layer.bias is not Bias.NONE and layer.has_thresholds != ("theta" in name or "θ" in name):
        has = "thresholds, which are subtracted" if layer.has_thresholds else "biases"
        called = f"theta{layer.number}" if layer.has_thresholds else f"b{layer.number}"
        message = f"'{name}': layer {layer.number} has {has}"
        raise UnknownNameError(message, f"their array is called {called}")


def _stage(name: str, depth: int, numbering: Numbering) -> Stage | None:
    if name in _SINGLE:
        kind = _SINGLE[name]
        return Stage(kind, 0 if kind is Kind.INPUT else depth)
    match = _NAME.fullmatch(name)
    found = meaning(match["before"], match["after"] or "") if match else None
    if match is None or found is None:
        return None
    kind, slot = found
    layer = numbering.layer(kind, int(match["layer"]))
    if layer == 0 and kind is Kind.OUT:
        return Stage(Kind.INPUT, 0)
    return Stage(kind, layer, slot=slot) if 1 <= layer <= depth else None


def named_arrays(trace: IterationTrace | GraphTrace) -> Iterator[tuple[str, FloatArray]]:
    """The numbers of an iteration under the names by which answers are read: `W1`, `dW1@2`.

    Matrices, vectors and single numbers, those of a graph as arrays without axes. What comes apart
    by sample *and* connection (each sample's own part of a gradient, the paths of ∂E/∂out) is left out,
    and so are the options, which are the same in every iteration.
    """
    suffix = f"@{trace.number}" if trace.number != 1 else ""
    if isinstance(trace, GraphTrace):
        for identity in trace.order():
            yield trace.names.bare(identity) + suffix, np.asarray(trace.value(identity))
        return
    for stage, array in trace.arrays.items():
        if stage.kind in _APART:
            continue
        name = array_name(stage, array.ndim, trace)
        if name:
            yield name + suffix, array


def array_name(stage: Stage, axes: int, trace: IterationTrace) -> str:
    """The name of a stage's array; empty where `find_stage` knows none, and for options."""
    if stage.kind is Kind.SETTING:
        return ""
    network = trace.experiment.network
    return _written(stage, network) if axes else trace.names.bare(Quantity(stage))


def _written(stage: Stage, network: Network) -> str:
    mean = _MEAN if stage.mean else ""
    if stage.kind in _WRITTEN_SINGLE:
        return mean + _WRITTEN_SINGLE[stage.kind]
    subtracted = stage.kind in OF_A_BIAS and network.layers[stage.layer - 1].has_thresholds
    found = written(stage.kind, stage.slot, threshold=subtracted)
    return f"{mean}{found[0]}{stage.layer}{found[1]}" if found else ""


def _numbers(network: Network) -> range:
    return range(1, network.depth + 1)
