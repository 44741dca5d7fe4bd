"""Names of whole arrays, `W1` or `delta2`, as a program has them: batch first, layers from 1.

A row of `_ROWS` says which spellings mean which kind of quantity; the first of them is the one that is
written. `mean_` in front means an array that has been averaged over the batch. The arrays' shapes are
the engine's (see `tracer.engine.passes`); a batch of one sample, or a bias, may come with axes of
length 1 more or less."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import product

import numpy as np

from tracer.engine.trace import IterationTrace
from tracer.errors import UnknownNameError, did_you_mean
from tracer.graph.trace import GraphTrace
from tracer.model.network import Bias, FloatArray, Layer, Network
from tracer.model.quantity import OF_A_BIAS, Kind, Quantity, Stage

_ROWS: tuple[tuple[Kind, tuple[str, ...], tuple[str, ...]], ...] = (
    (Kind.WEIGHT, ("W",), ("",)),
    (Kind.BIAS, ("b", "B"), ("",)),
    (Kind.NEW_WEIGHT, ("W",), ("+", "_new")),
    (Kind.NEW_BIAS, ("b", "B"), ("+", "_new")),
    (Kind.WEIGHT_GRADIENT, ("dW", "dE/dW", "grad_W"), ("",)),
    (Kind.BIAS_GRADIENT, ("db", "dB", "dE/db", "grad_b"), ("",)),
    (Kind.NET, ("net", "z", "Z"), ("",)),
    (Kind.OUT, ("out", "a", "A"), ("",)),
    (Kind.DE_DOUT, ("dout", "dE/dout", "dE/da", "da"), ("",)),
    (Kind.SLOPE, ("slope", "dout/dnet", "da/dz"), ("",)),
    (Kind.DELTA, ("delta", "dE/dnet", "dE/dz", "dz", "dZ"), ("",)),
)
_THRESHOLD_ROWS: tuple[tuple[Kind, tuple[str, ...], tuple[str, ...]], ...] = (
    (Kind.BIAS, ("theta", "θ"), ("",)),
    (Kind.NEW_BIAS, ("theta", "θ"), ("+", "_new")),
    (Kind.BIAS_GRADIENT, ("dtheta", "dE/dtheta", "grad_theta"), ("",)),
)
"""The same of layers with thresholds in place of biases."""
_SINGLE = {
    "inputs": Kind.INPUT,
    "X": Kind.INPUT,
    "targets": Kind.TARGET,
    "E": Kind.ERROR,
    "E_total": Kind.TOTAL,
}
"""Arrays of which there is one, so that their names have no layer."""

_KINDS = {
    (before, after): kind
    for kind, befores, afters in _ROWS + _THRESHOLD_ROWS
    for before, after in product(befores, afters)
}
_WRITTEN = {kind: (befores[0], afters[0]) for kind, befores, afters in _ROWS}
_WRITTEN_THRESHOLDS = {kind: (befores[0], afters[0]) for kind, befores, afters in _THRESHOLD_ROWS}
_WRITTEN_SINGLE = {kind: name for name, kind in reversed(_SINGLE.items())}
_MEAN = "mean_"
_NAME = re.compile(r"(?P<before>.*?)(?P<layer>[1-9]\d{0,5})(?P<after>\+|_new)?")
_SUGGESTED = ("W", "b", "net", "out", "delta", "dW", "db")


def find_stage(name: str, trace: IterationTrace) -> Stage:
    """The stage whose array `name` means.

    Raises:
        UnknownNameError: no array is called so, or this calculation doesn't have it.
    """
    network = trace.experiment.network
    stage = _stage(name.removeprefix(_MEAN), network.depth)
    if stage is None:
        known = [f"{letter}{number}" for number in _numbers(network) for letter in _SUGGESTED]
        hint = did_you_mean(name, known) or f"arrays are called {', '.join(known[:7])}"
        raise UnknownNameError(f"there is no array '{name}'", hint)
    stage = replace(stage, mean=name.startswith(_MEAN))
    if stage.kind in OF_A_BIAS:
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


def _stage(name: str, depth: int) -> Stage | None:
    if name in _SINGLE:
        kind = _SINGLE[name]
        return Stage(kind, 0 if kind is Kind.INPUT else depth)
    match = _NAME.fullmatch(name)
    found = _KINDS.get((match["before"], match["after"] or "")) if match else None
    if match is None or found is None or int(match["layer"]) > depth:
        return None
    return Stage(found, int(match["layer"]))


def named_arrays(trace: IterationTrace | GraphTrace) -> Iterator[tuple[str, FloatArray]]:
    """The numbers of an iteration under the names by which answers are read: `W1`, `dW1@2`.

    Matrices, vectors and single numbers, those of a graph as arrays without axes. What comes apart
    by sample *and* connection (each sample's own part of a gradient, the paths of ∂E/∂out) is left out.
    """
    suffix = f"@{trace.number}" if trace.number != 1 else ""
    if isinstance(trace, GraphTrace):
        for identity in trace.order():
            yield trace.names.bare(identity) + suffix, np.asarray(trace.value(identity))
        return
    for stage, array in trace.arrays.items():
        network = trace.experiment.network
        name = _written(stage, network) if array.ndim else trace.names.bare(Quantity(stage))
        if name:
            yield name + suffix, array


def _written(stage: Stage, network: Network) -> str:
    """The name of a stage's array; empty where `find_stage` knows none."""
    mean = _MEAN if stage.mean else ""
    if stage.kind in _WRITTEN_SINGLE:
        return mean + _WRITTEN_SINGLE[stage.kind]
    subtracted = stage.kind in OF_A_BIAS and network.layers[stage.layer - 1].has_thresholds
    found = (_WRITTEN_THRESHOLDS if subtracted else _WRITTEN).get(stage.kind)
    return f"{mean}{found[0]}{stage.layer}{found[1]}" if found else ""


def elements(stage: Stage, shape: tuple[int, ...], trace: IterationTrace) -> Iterator[Quantity]:
    """An array's numbers, row by row, if it has that shape.

    Raises:
        ValueError: the stage's array has another shape; the message says which.
    """
    true = trace.arrays[stage].shape
    if _squeezed(shape) != _squeezed(true):
        transposed = _squeezed(shape) == _squeezed(true)[::-1]
        raise ValueError(
            f"the shape is {_spelled(shape)}, expected {_spelled(true)}"
            + (": transposed?" if transposed else "")
        )
    return trace.batch.quantities(stage, true)


def _squeezed(shape: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(n for n in shape if n != 1)


def _spelled(shape: tuple[int, ...]) -> str:
    return "×".join(map(str, shape))


def _numbers(network: Network) -> range:
    return range(1, network.depth + 1)
