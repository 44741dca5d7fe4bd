"""The parameters of a network one by one: name, the connection they belong to, place, value."""

from __future__ import annotations

from tracer.engine.trace import IterationTrace
from tracer.immutable import immutable
from tracer.language import message, say
from tracer.model.network import Bias, FloatArray, Layer, Network, Parameters
from tracer.model.quantity import GRADIENT_OF, PART_OF, Kind, Quantity, Stage
from tracer.show.reports.tables import listed


@immutable
class Parameter:
    """`w1`, from `i1` to `h1`; or a bias, and the neurons that it belongs to."""

    quantity: Quantity
    connection: str

    def value(self, parameters: Parameters) -> float:
        """Its number among the network's parameters."""
        W, b = parameters[self.quantity.layer - 1]
        array: FloatArray = W if self.quantity.kind is Kind.WEIGHT else b
        return float(array[self.quantity.index])

    def part(self, trace: IterationTrace, position: int) -> float:
        """The part that a sample of the batch has in ∂loss/∂ this parameter."""
        stage = Stage(PART_OF[GRADIENT_OF[self.quantity.kind]], self.quantity.layer)
        return float(trace.arrays[stage][position][self.quantity.index])


def parameter_at(network: Network, number: int) -> Parameter:
    """The parameter with this place, from 0, in the order of `parameter_quantities`."""
    for layer in network.layers:
        if number < layer.weight_count:
            return _weight(layer, number)
        number -= layer.weight_count
        if number < layer.bias_count:
            return _bias(layer, number)
        number -= layer.bias_count
    raise IndexError("the network has no such parameter")


def _weight(layer: Layer, offset: int) -> Parameter:
    to, source = divmod(offset, len(layer.inputs))
    connection = f"{layer.inputs[source]} → {layer.neurons[to]}"
    return Parameter(Quantity(Stage(Kind.WEIGHT, layer.number), (to, source)), connection)


def _bias(layer: Layer, offset: int) -> Parameter:
    if layer.bias is Bias.SHARED and len(layer.neurons) > 1:
        owner = say("shared: {neurons}", neurons=listed(layer.neurons))
    else:
        owner = f"→ {layer.neurons[offset]}"
    return Parameter(Quantity(Stage(Kind.BIAS, layer.number), (offset,)), owner)


def offset_kinds(network: Network) -> list[str]:
    """What the layers have besides weights, a word each: bias, threshold; bias where it is nothing."""
    layers = [layer for layer in network.layers if layer.bias is not Bias.NONE]
    given = {"threshold" if layer.has_thresholds else "bias" for layer in layers}
    return sorted(given) or ["bias"]


_OFFSETS = {
    ("bias",): message("biases"),
    ("threshold",): message("thresholds"),
    ("bias", "threshold"): message("biases and thresholds"),
}


def offsets(network: Network) -> str:
    """The same for several: `biases and thresholds`."""
    return say(_OFFSETS[tuple(offset_kinds(network))])
