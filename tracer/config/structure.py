"""The network of a configuration: its layers' sizes, names and kinds of bias, checked.

Every check asks only for what it needs, so that a problem in one place doesn't hide those in others.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tracer.config import memory
from tracer.config.models import LayerModel, NetworkModel
from tracer.config.neurons import NameRow, name_all
from tracer.config.nodes import Path
from tracer.config.parameters import Given, read_biases, read_weights
from tracer.config.report import Report
from tracer.model.network import Bias, Network


@dataclass(frozen=True, slots=True)
class Plan:
    """What is known of a network; None stands where the file has a problem.

    `sizes` are the neurons a layer, the inputs first, and `names` their names. `biases` are the
    kinds of bias, `offsets` their values.
    """

    sizes: tuple[int | None, ...] = (None, None)
    activations: tuple[str | None, ...] = (None,)
    biases: tuple[Bias | None, ...] = (None,)
    names: tuple[NameRow, ...] | None = None
    weights: tuple[Given | None, ...] = (None,)
    offsets: tuple[Given | None, ...] = (None,)

    def network(self, loss: str) -> Network | None:
        """The network, if all of it is known."""
        if self.names is None:
            return None
        kinds = zip(self.activations, self.biases, strict=True)
        known = [(activation, bias) for activation, bias in kinds if activation and bias]
        if len(known) < len(self.biases):
            return None
        layers = [(names, *kind) for names, kind in zip(self.names[1:], known, strict=True)]
        return Network.build(self.names[0], layers, loss)


def plan(network: NetworkModel | None, report: Report) -> Plan:
    """The plan of the network; what is wrong with it goes to the report."""
    if network is None:
        return Plan()
    layers = network.layers or [None]
    sizes = (_size(network.inputs), *(_size(layer.neurons if layer else None) for layer in layers))
    biases = tuple(_bias(layer) for layer in layers)
    weights, offsets = [], []
    for index, layer in enumerate(layers):
        path: Path = ("network", "layers", index)
        m, n = sizes[index], sizes[index + 1]
        given = (layer.weights, layer.bias) if layer else (None, None)
        weights.append(read_weights(given[0], n, m, (*path, "weights"), report))
        offsets.append(read_biases(given[1], n, (*path, "bias"), report))
        if layer and layer.activation == "softmax":
            _check_softmax(index == len(layers) - 1, n, (*path, "activation"), report)
    known = [size for size in sizes if size is not None]
    small = len(known) == len(sizes) and _fits(
        known, [bias or Bias.NONE for bias in biases], report
    )
    names = name_all(network, known if small else None, report)
    activations = tuple(layer.activation if layer else None for layer in layers)
    return Plan(sizes, activations, biases, names, tuple(weights), tuple(offsets))


def _size(neurons: int | list[str] | None) -> int | None:
    return len(neurons) if isinstance(neurons, list) else neurons


def _bias(layer: LayerModel | None) -> Bias | None:
    match layer.bias if layer else None:
        case None:
            return None
        case "none":
            return Bias.NONE
        case float():
            return Bias.SHARED
    return Bias.EACH


def _fits(sizes: list[int], biases: list[Bias], report: Report) -> bool:
    parameters, needed = memory.needed(sizes, biases)
    available = memory.available()
    if needed <= available:
        return True
    message = (
        f"the network's {parameters:,} parameters would take {memory.in_words(needed)}; "
        f"this machine has {memory.in_words(available)} of memory"
    )
    report.at_key(("network",), message, "use fewer neurons")
    return False


def _check_softmax(last: bool, neurons: int | None, path: Path, report: Report) -> None:
    if not last:
        hint = "softmax belongs to the output layer; use relu, tanh or sigmoid here"
        report.at(path, "softmax on a hidden layer", hint)
    elif neurons == 1:
        hint = "use sigmoid, or two outputs"
        report.at(path, "softmax over a single neuron is always 1", hint)


_GOES_WITH = {
    "cross_entropy": ("softmax", "for sigmoid outputs use binary_cross_entropy"),
    "binary_cross_entropy": ("sigmoid", "for softmax outputs use cross_entropy"),
}


def check_loss(loss: str | None, activations: Sequence[str | None], report: Report) -> None:
    """Reports a loss that doesn't go with the activation of the output layer."""
    activation = activations[-1]
    if loss in _GOES_WITH and activation and activation != _GOES_WITH[loss][0]:
        needed, hint = _GOES_WITH[loss]
        message = f"{loss} needs {needed} outputs; the output layer has {activation}"
        report.at(("loss",), message, hint)
