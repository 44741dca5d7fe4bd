"""Names of whole arrays, `W1` or `delta2`, as a program has them: batch first, layers from 1.

A row of `_ROWS` says which spellings mean which kind of quantity. The arrays' shapes are the
engine's (see `tracer.engine.passes`); a batch of one sample, or a bias, may come with axes of
length 1 more or less."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import product

from tracer.engine.trace import IterationTrace
from tracer.errors import UnknownNameError, did_you_mean
from tracer.model.network import Bias, Layer, Network
from tracer.model.quantity import OF_A_BIAS, Kind, Quantity, Stage

_ROWS: tuple[tuple[Kind, tuple[str, ...], tuple[str, ...]], ...] = (
    (Kind.WEIGHT, ("W",), ("",)),
    (Kind.BIAS, ("b", "B"), ("",)),
    (Kind.NEW_WEIGHT, ("W",), ("+", "_new")),
    (Kind.NEW_BIAS, ("b", "B"), ("+", "_new")),
    (Kind.WEIGHT_GRADIENT, ("dW", "dE/dW", "grad_W"), ("",)),
    (Kind.BIAS_GRADIENT, ("db", "dB", "dE/db", "grad_b"), ("",)),
    (Kind.BIAS, ("theta", "θ"), ("",)),
    (Kind.NEW_BIAS, ("theta", "θ"), ("+", "_new")),
    (Kind.BIAS_GRADIENT, ("dtheta", "dE/dtheta", "grad_theta"), ("",)),
    (Kind.NET, ("net", "z", "Z"), ("",)),
    (Kind.OUT, ("out", "a", "A"), ("",)),
    (Kind.DE_DOUT, ("dE/dout", "dE/da", "da", "dout"), ("",)),
    (Kind.SLOPE, ("dout/dnet", "da/dz", "slope"), ("",)),
    (Kind.DELTA, ("delta", "dE/dnet", "dE/dz", "dz", "dZ"), ("",)),
)
_SINGLE = {"E_total": Kind.TOTAL, "E": Kind.ERROR}

_KINDS = {
    (before, after): kind
    for kind, befores, afters in _ROWS
    for before, after in product(befores, afters)
}
_NAME = re.compile(r"(?P<before>.*?)(?P<layer>[1-9]\d{0,5})(?P<after>\+|_new)?")
_SUGGESTED = ("W", "b", "net", "out", "delta", "dW", "db")


def find_stage(name: str, trace: IterationTrace) -> Stage:
    """The stage whose array `name` means.

    Raises:
        UnknownNameError: no array is called so, or this calculation doesn't have it.
    """
    network = trace.experiment.network
    match = _NAME.fullmatch(name)
    kind = _KINDS.get((match["before"], match["after"] or "")) if match else _SINGLE.get(name)
    layer = int(match["layer"]) if match else network.depth
    if kind is None or layer > network.depth:
        known = [f"{letter}{number}" for number in _numbers(network) for letter in _SUGGESTED]
        hint = did_you_mean(name, known) or f"arrays are called {', '.join(known[:7])}"
        raise UnknownNameError(f"there is no array '{name}'", hint)
    stage = Stage(kind, layer)
    if match and kind in OF_A_BIAS:
        _check_sign(name, match["before"], network.layers[layer - 1])
    if stage not in trace.arrays:
        raise UnknownNameError(f"'{name}': this calculation has no {kind.words}")
    return stage


def _check_sign(name: str, before: str, layer: Layer) -> None:
    """Refuses b1 for thresholds, and theta1 for biases: they are of opposite signs."""
    if layer.bias is not Bias.NONE and layer.has_thresholds != before.endswith(("theta", "θ")):
        has = "thresholds, which are subtracted" if layer.has_thresholds else "biases"
        called = f"theta{layer.number}" if layer.has_thresholds else f"b{layer.number}"
        message = f"'{name}': layer {layer.number} has {has}"
        raise UnknownNameError(message, f"their array is called {called}")


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
