"""What there is in a network: from kinds and neurons to the stage of a quantity and its index there.

Between `tracer.model.spellings`, which takes names apart, and the quantities. Nothing here is text
but the letters w and b. A `Place` is a neuron's (layer, position in it), both counted from 0, where
layer 0 is the inputs. What a network doesn't have is None.
"""

from __future__ import annotations

from tracer.model.network import Bias, Layer, Network
from tracer.model.quantity import Kind, Stage

Place = tuple[int, int]
Found = tuple[Stage, tuple[int, ...]]

_OF_OUTPUTS = frozenset({Kind.TARGET, Kind.ERROR})
_LOSSES = frozenset({Kind.TOTAL, Kind.LOSS})
_AT_THE_END = _LOSSES | {Kind.PENALTY}
_GRADIENTS = {
    Kind.OUT: Kind.DE_DOUT,
    Kind.NET: Kind.DELTA,
    Kind.WEIGHT: Kind.WEIGHT_GRADIENT,
    Kind.BIAS: Kind.BIAS_GRADIENT,
}
"""The derivative of the loss by each kind; short names speak of E_total and of the cost alike."""


class Places:
    """The places of one network."""

    def __init__(self, network: Network) -> None:
        self.network = network

    def whole(self, kind: Kind) -> Found:
        """What there is once: a loss, the penalty, the learning rate."""
        return Stage(kind, self.network.depth if kind in _AT_THE_END else 0), ()

    def neuron(self, kind: Kind, place: Place) -> Found | None:
        """`net_h1`; an input's output is the input itself."""
        layer, index = place
        if layer == 0:
            return (Stage(Kind.INPUT, 0), (index,)) if kind is Kind.OUT else None
        if kind in _OF_OUTPUTS and layer != self.network.depth:
            return None
        twice = kind is Kind.SLOPE and self._layer(layer).activation.coupled
        return Stage(kind, layer), (index, index) if twice else (index,)

    def numbered(self, letter: str, number: int) -> Found | None:
        """`w5` or `b2`, numbered through the network from 1."""
        for layer in self.network.layers:
            offset = number - (layer.first_weight if letter == "w" else layer.first_bias)
            if letter == "w" and 0 <= offset < layer.weight_count:
                return Stage(Kind.WEIGHT, layer.number), divmod(offset, len(layer.inputs))
            if letter == "b" and not layer.has_thresholds and 0 <= offset < layer.bias_count:
                return Stage(Kind.BIAS, layer.number), (offset,)
        return None

    def weight(self, one: Place, other: Place) -> Found | None:
        """The weight between two neurons; which of them stands nearer the outputs is known."""
        (before, source), (after, to) = sorted((one, other))
        return (Stage(Kind.WEIGHT, after), (to, source)) if after == before + 1 else None

    def bias(self, place: Place) -> Found | None:
        """The bias of a neuron, which may be its layer's."""
        number, index = place
        if number == 0 or self._layer(number).bias in (Bias.NONE, Bias.THRESHOLD):
            return None
        shared = self._layer(number).bias is Bias.SHARED
        return Stage(Kind.BIAS, number), (0 if shared else index,)

    def only_bias(self, number: int) -> Found | None:
        """The bias of a layer that has one alone."""
        if not 1 <= number <= self.network.depth or self._layer(number).has_thresholds:
            return None
        alone = self._layer(number).bias_count == 1
        return (Stage(Kind.BIAS, number), (0,)) if alone else None

    def threshold(self, place: Place) -> Found | None:
        """The threshold of a neuron."""
        number, index = place
        if number == 0 or not self._layer(number).has_thresholds:
            return None
        return Stage(Kind.BIAS, number), (index,)

    def path(self, here: Place, through: Place) -> Found | None:
        """`dE/dout_h1:o1`, the part of ∂E/∂out that came back through a neuron of the next layer."""
        if here[0] == 0 or through[0] != here[0] + 1:
            return None
        return Stage(Kind.PATH, here[0]), (here[1], through[1])

    def derivative(self, upper: Found, lower: Found) -> Found | None:
        """The quantity that ∂upper/∂lower is."""
        (above, to), (below, by) = upper, lower
        if above.kind in _LOSSES and below.kind in _GRADIENTS:
            return Stage(_GRADIENTS[below.kind], below.layer), by
        if (above.kind, below.kind) == (Kind.ERROR, Kind.OUT):
            here = (below.layer, by[0])
            if (above.layer, to[0]) == here:
                return self.neuron(Kind.DE_DOUT, here)
            return self.path(here, (above.layer, to[0]))
        if (above.kind, below.kind) == (Kind.OUT, Kind.NET):
            return self._slope(above.layer, to[0], below.layer, by[0])
        if above.kind is Kind.NET:
            return self._by_which_net_changes((above.layer, to[0]), lower)
        return None

    def _slope(self, layer: int, out: int, of_net: int, net: int) -> Found | None:
        """∂out/∂net; of two neurons only where the activation couples their layer."""
        if layer != of_net:
            return None
        if out == net:
            return self.neuron(Kind.SLOPE, (layer, out))
        coupled = self._layer(layer).activation.coupled
        return (Stage(Kind.SLOPE, layer), (out, net)) if coupled else None

    def _by_which_net_changes(self, place: Place, lower: Found) -> Found | None:
        """∂net_o1/∂out_h1 is the weight between them, ∂net_o1/∂w5 the output that w5 multiplies."""
        stage, index = lower
        if stage.kind in (Kind.OUT, Kind.INPUT):
            return self.weight(place, (stage.layer, index[0])) if stage.layer < place[0] else None
        if stage.kind is Kind.WEIGHT and (stage.layer, index[0]) == place:
            return self.neuron(Kind.OUT, (stage.layer - 1, index[1]))
        return None

    def at(self, layer: int, position: int) -> Place | None:
        """The neuron in that position of a layer, counted from 1, where there is one."""
        inside = 0 <= layer <= self.network.depth and 1 <= position <= self.network.sizes[layer]
        return (layer, position - 1) if inside else None

    def _layer(self, number: int) -> Layer:
        return self.network.layers[number - 1]
