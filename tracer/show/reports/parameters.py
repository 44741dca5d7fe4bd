"""The parameters of a network one by one: name, the connection they belong to, place, value."""

from __future__ import annotations

from dataclasses import dataclass

from tracer.model.network import Bias, FloatArray, Layer, Network, Parameters
from tracer.show.reports.tables import listed


@dataclass(frozen=True, slots=True)
class Parameter:
    """`w1`, from `i1` to `h1`, of layer 1, at (0, 0) of W; or a bias, at (0,) of b."""

    name: str
    connection: str
    layer: int
    index: tuple[int, ...]

    @property
    def is_weight(self) -> bool:
        """Whether it stands in W, not in b."""
        return len(self.index) == 2

    def value(self, parameters: Parameters) -> float:
        """Its number among the network's parameters."""
        W, b = parameters[self.layer - 1]
        array: FloatArray = W if self.is_weight else b
        return float(array[self.index])


def parameter_at(network: Network, number: int) -> Parameter:
    """The parameter with this place, from 0, in the order of `parameter_names`."""
    for layer in network.layers:
        if number < layer.weight_count:
            return _weight(layer, number)
        number -= layer.weight_count
        if number < layer.bias_count:
            return _bias(layer, number)
        number -= layer.bias_count
    raise IndexError("the network has no such parameter")


def weight_at(layer: Layer, to: int, source: int) -> str:
    """The name of the weight into the layer's neuron `to` from its input `source`: `w5`."""
    return f"w{layer.first_weight + to * len(layer.inputs) + source}"


def _weight(layer: Layer, offset: int) -> Parameter:
    to, source = divmod(offset, len(layer.inputs))
    connection = f"{layer.inputs[source]} → {layer.neurons[to]}"
    return Parameter(weight_at(layer, to, source), connection, layer.number, (to, source))


def _bias(layer: Layer, offset: int) -> Parameter:
    if layer.bias is Bias.SHARED and len(layer.neurons) > 1:
        owner = f"shared: {listed(layer.neurons)}"
    else:
        owner = f"→ {layer.neurons[offset]}"
    return Parameter(f"b{layer.first_bias + offset}", owner, layer.number, (offset,))
