"""The network of a configuration: its layers' sizes, names and kinds of bias, checked.

Every check asks only for what it needs, so that a problem in one place doesn't hide those in others.
"""

from __future__ import annotations

from collections.abc import Sequence

from tracer.config import memory
from tracer.config.models import LayerModel, NetworkModel
from tracer.config.neurons import NameRow, name_all
from tracer.config.nodes import KeyPath
from tracer.config.parameters import Given, read_biases, read_weights
from tracer.config.report import Report
from tracer.immutable import immutable
from tracer.model.activations import ACTIVATIONS
from tracer.model.losses import LOSSES
from tracer.model.network import Bias, Network

_NAMED = 3
"""So many activations are named in a hint."""


@immutable
class NetworkOutline:
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


def read_outline(network: NetworkModel | None, report: Report) -> NetworkOutline:
    """The outline of the network; what is wrong with it goes to the report."""
    if network is None:
        return NetworkOutline()
    layers = network.layers or [None]
    sizes = (_size(network.inputs), *(_size(layer.neurons if layer else None) for layer in layers))
    biases = tuple(_bias(layer) for layer in layers)
    weights, offsets = [], []  # an offset is a bias or a threshold
    for index, layer in enumerate(layers):
        path: KeyPath = ("network", "layers", index)
        m, n = sizes[index], sizes[index + 1]
        weights.append(
            read_weights(layer.weights if layer else None, n, m, (*path, "weights"), report)
        )
        offsets.append(_offset(layer, biases[index], n, path, report))
        if layer:
            _check_one_offset(layer, path, report)
            _check_coupled(layer.activation, index == len(layers) - 1, n, path, report)
    known = [size for size in sizes if size is not None]
    small = len(known) == len(sizes) and _fits(
        known, [bias or Bias.NONE for bias in biases], report
    )
    names = name_all(network, known if small else None, report)
    activations = tuple(layer.activation if layer else None for layer in layers)
    return NetworkOutline(sizes, activations, biases, names, tuple(weights), tuple(offsets))


def _size(neurons: int | list[str] | None) -> int | None:
    return len(neurons) if isinstance(neurons, list) else neurons


def _bias(layer: LayerModel | None) -> Bias | None:
    if layer and "threshold" in layer.model_fields_set:
        return Bias.THRESHOLD if layer.threshold is not None else None
    match layer.bias if layer else None:
        case None:
            return None
        case "none":
            return Bias.NONE
        case float():
            return Bias.SHARED
    return Bias.EACH


def _offset(
    layer: LayerModel | None, kind: Bias | None, neurons: int | None, path: KeyPath, report: Report
) -> Given | None:
    """The values of the layer's biases or thresholds."""
    if layer is None:
        return None
    if kind is Bias.THRESHOLD:
        return read_biases(layer.threshold, neurons, (*path, "threshold"), report)
    return read_biases(layer.bias, neurons, (*path, "bias"), report)


def _check_one_offset(layer: LayerModel, path: KeyPath, report: Report) -> None:
    """Reports a layer with both a bias and a threshold."""
    if {"bias", "threshold"} <= layer.model_fields_set:
        hint = "leave one of them out: a bias is added to the net input, a threshold subtracted"
        report.at_key((*path, "threshold"), "both bias and threshold", hint)


def _fits(sizes: Sequence[int], biases: Sequence[Bias], report: Report, **kept: int) -> bool:
    """Whether there is memory for them; `kept` as `memory.needed` has it."""
    parameters, needed = memory.needed(sizes, biases, **kept)
    available = memory.available()
    if needed <= available:
        return True
    message = (
        f"the network's {parameters:,} parameters would take {memory.in_words(needed)} in training; "
        f"this machine has {memory.in_words(available)} of memory"
    )
    smaller = "fewer neurons, fewer samples or a smaller batch" if kept else "fewer neurons"
    report.at_key(("network",), message, f"use {smaller}")
    return False


def check_fits(network: Network, slots: int, samples: int, batch: int, report: Report) -> None:
    """Reports a training that memory has no room for, with its data and what the optimiser keeps."""
    biases = [layer.bias for layer in network.layers]
    _fits(network.sizes, biases, report, slots=slots, samples=samples, batch=batch)


def _check_coupled(
    activation: str | None, last: bool, neurons: int | None, path: KeyPath, report: Report
) -> None:
    """Reports an activation that couples its layer on a hidden one, or on a single neuron."""
    row = ACTIVATIONS.get(activation or "")
    if row is None or not row.coupled:
        return
    path = (*path, "activation")
    if not last:
        others = [other.name for other in ACTIVATIONS.values() if not other.coupled][:_NAMED]
        hint = f"{row.name} belongs to the output layer; use {_either(others)} here"
        report.at(path, f"{row.name} on a hidden layer", hint)
    elif neurons == 1 and row.alone:
        hint = "give two outputs, or take another activation"
        report.at(path, f"{row.name} over a single neuron is {row.alone}", hint)


def check_loss(loss: str | None, activations: Sequence[str | None], report: Report) -> None:
    """Reports a loss that doesn't go with the activation of the output layer."""
    row, activation = LOSSES.get(loss or ""), activations[-1]
    if row is None or not row.outputs or not activation or activation in row.outputs:
        return
    message = f"{row.name} needs {_either(row.outputs)} outputs; the output layer has {activation}"
    alike = [other for other in LOSSES.values() if other.family is row.family and other.outputs]
    hints = [f"for {_either(o.outputs)} outputs use {o.name}" for o in alike if o is not row]
    report.at(("loss",), message, ", ".join(hints))


def _either(names: Sequence[str]) -> str:
    """`a`, `a or b`, `a, b or c`."""
    *most, last = names
    return f"{', '.join(most)} or {last}" if most else last
