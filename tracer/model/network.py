"""A network's structure and its parameters.

Symbols: n neurons in a layer, m in the layer before. `W` is (n, m): a row a neuron, a column an
input. `b` is (n,) with a bias for each neuron, (1,) with one bias that the layer shares, None without;
or θ (n,), the neurons' thresholds, which are biases of the other sign: net = Σ w·x − θ.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

import numpy as np
import numpy.typing as npt

from tracer.immutable import immutable
from tracer.model.activations import ACTIVATIONS, Activation
from tracer.model.losses import LOSSES, Loss
from tracer.model.quantity import Index, Kind, Quantity, Stage

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]

LayerParameters = tuple[Any, Any]
"""(W, b) of one layer: arrays of floats or of symbols; b is None for a layer without biases."""
Parameters = tuple[LayerParameters, ...]


@dataclass(frozen=True, slots=True, eq=False)
class State:
    """What training changes: the parameters, and the optimiser's own arrays, by their letters."""

    parameters: Parameters
    slots: Mapping[str, Parameters] = field(default_factory=dict)

    def arrays(self) -> tuple[Any, ...]:
        """W, b, W, b, …, then the same of each slot: the arrays that there are."""
        groups = (self.parameters, *self.slots.values())
        return tuple(a for group in groups for pair in group for a in pair if a is not None)

    def with_arrays(self, arrays: Sequence[Any]) -> State:
        """The state in which these arrays, as `arrays` gives them, stand in place of its own."""
        rest = iter(arrays)

        def filled(group: Parameters) -> Parameters:
            return tuple((next(rest), None if b is None else next(rest)) for _, b in group)

        return State(filled(self.parameters), {s: filled(g) for s, g in self.slots.items()})

    def numbers(self) -> tuple[float, ...]:
        """The elements of `arrays`, one after the other."""
        return tuple(number for array in self.arrays() for number in array.ravel().tolist())

    def with_numbers(self, numbers: Sequence[float]) -> State:
        """The state with these elements, as `numbers` gives them."""
        arrays, start = [], 0
        for own in self.arrays():
            arrays.append(np.array(numbers[start : start + own.size]).reshape(own.shape))
            start += own.size
        return self.with_arrays(arrays)


Free = tuple[bool | BoolArray, bool | BoolArray]
"""Which of (W, b) an update may change: all, none, or a mask of the array's shape."""


class Bias(Enum):
    """How a layer's neurons get their biases; `THRESHOLD`: each its own number, which is subtracted."""

    NONE = "none"
    SHARED = "shared"
    EACH = "each"
    THRESHOLD = "threshold"


@immutable
class Layer:
    """One layer: `number` 1 is the first after the inputs, whose names stand in `inputs`.

    `first_weight` and `first_bias` are the numbers of its first weight and bias, as in `w5`, `b2`;
    thresholds aren't numbered.
    """

    number: int
    inputs: tuple[str, ...]
    neurons: tuple[str, ...]
    activation: Activation
    bias: Bias
    first_weight: int
    first_bias: int

    @property
    def weight_count(self) -> int:
        """n·m."""
        return len(self.neurons) * len(self.inputs)

    @property
    def bias_count(self) -> int:
        """How many biases or thresholds the layer has: n, 1 or 0."""
        return {Bias.NONE: 0, Bias.SHARED: 1}.get(self.bias, len(self.neurons))

    @property
    def has_thresholds(self) -> bool:
        """Whether the layer has thresholds in place of biases."""
        return self.bias is Bias.THRESHOLD

    @property
    def weight_names(self) -> tuple[str, ...]:
        """`w1`, `w2`, …: numbered through the network."""
        return tuple(f"w{self.first_weight + offset}" for offset in range(self.weight_count))

    @property
    def bias_names(self) -> tuple[str, ...]:
        """`b1`, `b2`, …, numbered through the network; of thresholds `theta_h1`, by the neuron."""
        if self.has_thresholds:
            return tuple(f"theta_{neuron}" for neuron in self.neurons)
        return tuple(f"b{self.first_bias + offset}" for offset in range(self.bias_count))


@immutable
class Network:
    """Layers from the inputs to the outputs, and the loss at the end."""

    inputs: tuple[str, ...]
    layers: tuple[Layer, ...]
    loss: Loss

    @property
    def outputs(self) -> tuple[str, ...]:
        """Names of the output neurons."""
        return self.layers[-1].neurons

    @property
    def depth(self) -> int:
        """L, the number of the output layer."""
        return len(self.layers)

    @property
    def sizes(self) -> tuple[int, ...]:
        """Neurons a layer, the inputs first: (2, 2, 2)."""
        return (len(self.inputs), *(len(layer.neurons) for layer in self.layers))

    @property
    def matched(self) -> bool:
        """Whether loss and output activation go together so that delta = out − target."""
        return self.loss.matched == self.layers[-1].activation.name

    def delta_is_difference(self, layer: int) -> bool:
        """Whether the layer's delta is out − target: at the outputs, where the loss matches them."""
        return self.matched and layer == self.depth

    def cancels(self, stage: Stage) -> bool:
        """Whether these are factors of such a delta: nobody needs them, and they may overflow."""
        factor = stage.kind in (Kind.DE_DOUT, Kind.SLOPE) and not stage.mean
        return factor and self.delta_is_difference(stage.layer)

    @property
    def parameter_count(self) -> int:
        """How many weights and biases there are."""
        return sum(layer.weight_count + layer.bias_count for layer in self.layers)

    def neurons(self, layer: int) -> tuple[str, ...]:
        """Names of the neurons of a layer; layer 0 is the inputs."""
        return self.layers[layer - 1].neurons if layer else self.inputs

    @staticmethod
    def build(
        inputs: Sequence[str],
        layers: Sequence[tuple[Sequence[str], str, Bias]],
        loss: str,
    ) -> Network:
        """A network from its input names, (neurons, activation, bias) a layer, and its loss."""
        before, built, weight, bias = tuple(inputs), [], 1, 1
        for number, (neurons, activation, mode) in enumerate(layers, 1):
            layer = Layer(
                number, before, tuple(neurons), ACTIVATIONS[activation], mode, weight, bias
            )
            built.append(layer)
            weight += layer.weight_count
            bias += 0 if layer.has_thresholds else layer.bias_count
            before = layer.neurons
        return Network(tuple(inputs), tuple(built), LOSSES[loss])


def free_masks(network: Network, frozen: frozenset[Quantity]) -> tuple[Free, ...]:
    """For each layer which of its weights and biases may change."""
    fixed: dict[Stage, list[Index]] = {}
    for quantity in frozen:
        fixed.setdefault(quantity.stage, []).append(quantity.index)

    def mask(kind: Kind, layer: Layer, *shape: int) -> bool | BoolArray:
        if Stage(kind, layer.number) not in fixed:
            return True
        free = np.ones(shape, bool)
        for index in fixed[Stage(kind, layer.number)]:
            free[index] = False
        return free if free.any() else False

    return tuple(
        (
            mask(Kind.WEIGHT, layer, len(layer.neurons), len(layer.inputs)),
            mask(Kind.BIAS, layer, layer.bias_count),
        )
        for layer in network.layers
    )


def parameter_quantities(network: Network) -> Iterator[Quantity]:
    """w1, w2, …, b1, b2, …: layer by layer, a layer's weights before its biases."""
    for layer in network.layers:
        weights = np.ndindex(len(layer.neurons), len(layer.inputs))
        yield from (Quantity(Stage(Kind.WEIGHT, layer.number), index) for index in weights)
        biases = range(layer.bias_count)
        yield from (Quantity(Stage(Kind.BIAS, layer.number), (index,)) for index in biases)


def parameters_of(network: Network, kind: Kind) -> frozenset[Quantity]:
    """All weights, or all biases."""
    return frozenset(found for found in parameter_quantities(network) if found.kind is kind)


def parameter_names(network: Network) -> Iterator[str]:
    """The same, by their names."""
    for layer in network.layers:
        yield from layer.weight_names
        yield from layer.bias_names


def zeros_like(parameters: Parameters) -> Parameters:
    """Zeros in the shapes of the parameters."""
    return tuple((np.zeros_like(W), None if b is None else np.zeros_like(b)) for W, b in parameters)


def flatten(parameters: Parameters) -> list[float]:
    """The parameters' values in the order of `parameter_names`."""
    values: list[float] = []
    for W, b in parameters:
        values += W.ravel().tolist()
        if b is not None:
            values += b.tolist()
    return values
