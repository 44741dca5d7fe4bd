"""Modules → layers: which layer of the network each module of a file is.

Modules come in the order of the file, or by their numbers where nothing else tells them apart (`fc1`,
`fc2`; `dense`, `dense_1`), and each layer must have the shapes that its module has. Where the order
doesn't fit, as in a file that sorts its names, the shapes decide by themselves, if only one way fits.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice

from tracer.diagnose.answers.modules import ModuleArray
from tracer.model.network import Bias, Layer, Network
from tracer.model.quantity import Kind

Module = tuple[str, ...]
Shape = tuple[int, ...]
Place = tuple[Kind, int]
"""Weights or biases, and the layer that has them."""

_NUMBER = re.compile(r"[.]?(\d+)")
_MOST_TRIED = 8
"""So many modules are laid upon the layers in any order."""


class Layers:
    """The layers of a file's modules, by the names of its arrays and their shapes.

    `hint` says what to do about modules that could be more than one layer.
    """

    def __init__(self, arrays: Mapping[ModuleArray, Shape], network: Network) -> None:
        found: dict[Module, list[tuple[ModuleArray, Shape]]] = {}
        for array, shape in arrays.items():
            if array.parameter is not None:
                found.setdefault(array.module, []).append((array, shape))
        fitting = {module: _fitting(some, network) for module, some in found.items()}
        modules = _in_order([module for module, layers in fitting.items() if layers])
        self._parameters = parameters(network)
        self._found: Mapping[Module, int] = {}
        self.hint = ""
        ways = list(islice(_ways(modules, fitting, network.depth), 2))
        if len(ways) == 1:
            self._found = ways[0]
        elif modules:
            self.hint = _asked(modules, fitting, network.depth)

    def place(self, array: ModuleArray) -> Place | None:
        """Which parameter an array belongs to; None where nothing tells."""
        if array.place is not None:
            known = array.place < len(self._parameters)
            return self._parameters[array.place] if known else None
        layer = self._found.get(array.module)
        return None if layer is None or array.parameter is None else (array.parameter, layer)


def parameters(network: Network) -> list[Place]:
    """The parameters in the order in which frameworks list them: weights and biases, layer by layer."""
    return [
        (kind, layer.number)
        for layer in network.layers
        for kind in (Kind.WEIGHT, Kind.BIAS)
        if kind is Kind.WEIGHT or layer.bias is not Bias.NONE
    ]


def _fitting(arrays: Sequence[tuple[ModuleArray, Shape]], network: Network) -> list[int]:
    """The layers that have arrays of these shapes, the way round that their names say if there are."""
    ways = (
        [
            layer.number
            for layer in network.layers
            if all(_fits(array, shape, layer, strictly) for array, shape in arrays)
        ]
        for strictly in (True, False)
    )
    return next(filter(None, ways), [])


def _fits(array: ModuleArray, shape: Shape, layer: Layer, strictly: bool) -> bool:
    """Whether a layer's parameters can lie so, perhaps with iterations first."""
    n, m = len(layer.neurons), len(layer.inputs)
    if array.parameter is Kind.BIAS:
        return shape[-1:] == (n,) or shape[-2:] == (n, 1) or math.prod(shape) == 1
    ways = [(n, m), (m, n)]
    if strictly and array.by_input is not None:
        ways = [ways[array.by_input]]
    flat = 1 in (n, m) and shape[-1:] == (n * m,)
    return flat or shape[-2:] in ways


def _in_order(modules: Sequence[Module]) -> list[Module]:
    """By their numbers, where those alone tell the modules apart; else as the file has them."""
    names = [".".join(module) for module in modules]
    if len({_NUMBER.sub("", name) for name in names}) > 1:
        return list(modules)
    numbers = [tuple(map(int, _NUMBER.findall(name))) for name in names]
    return [modules[index] for index in sorted(range(len(names)), key=numbers.__getitem__)]


def _ways(
    modules: Sequence[Module], fitting: Mapping[Module, Sequence[int]], depth: int
) -> Iterator[Mapping[Module, int]]:
    """How the modules can be layers: in their order, or, where that doesn't do, in any."""
    first = _earliest(modules, fitting, range(1, depth + 1))
    if first is not None:
        yield first
        last = _earliest(modules[::-1], fitting, range(depth, 0, -1))
        if last is not None and last != first:
            yield last
    elif len(modules) <= _MOST_TRIED:
        yield from _any_order(modules, fitting)


def _earliest(
    modules: Sequence[Module], fitting: Mapping[Module, Sequence[int]], layers: Sequence[int]
) -> dict[Module, int] | None:
    """Each module on the first of the layers that are left which it fits."""
    found: dict[Module, int] = {}
    left = iter(layers)
    for module in modules:
        layer = next((layer for layer in left if layer in fitting[module]), None)
        if layer is None:
            return None
        found[module] = layer
    return found


def _any_order(
    modules: Sequence[Module], fitting: Mapping[Module, Sequence[int]]
) -> Iterator[dict[Module, int]]:
    if not modules:
        yield {}
        return
    for layer in fitting[modules[0]]:
        for rest in _any_order(modules[1:], fitting):
            if layer not in rest.values():
                yield {modules[0]: layer, **rest}


def _asked(modules: Sequence[Module], fitting: Mapping[Module, Sequence[int]], depth: int) -> str:
    """What to do where more than one way fits, or none."""
    if len(modules) > depth:
        return f"{len(modules)} modules have such shapes, and the network has {depth} layers"
    name, layers = ".".join(modules[0]) or "it", fitting[modules[0]]
    either = " or ".join(map(str, layers))
    return f"{name} could be layer {either}: save all layers, or call its weights W{layers[0]}"
