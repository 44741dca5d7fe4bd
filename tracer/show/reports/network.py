"""The network at a glance: its layers, the shapes and names of their parameters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tracer.language import counted, message, say
from tracer.model.experiment import Experiment
from tracer.model.names import Names
from tracer.model.network import Bias, Layer
from tracer.model.quantity import Kind, Stage
from tracer.show.document import Block, Column, Table
from tracer.show.reports.parameters import offsets
from tracer.show.reports.tables import Row, listed

_COLUMNS = (
    Column(message("layer"), "right"),
    Column(message("neurons")),
    Column(message("activation")),
    Column(message("weights")),
    Column(message("shape")),
    Column(message("biases")),
    Column(message("parameters"), "right"),
)
_OFFSETS = 5
"""The column of biases, or of thresholds."""


def network_table(experiment: Experiment) -> Block:
    """A row a layer, the inputs as layer 0."""
    network = experiment.network
    fixed = _fixed_names(experiment)
    inputs: Row = (0, listed(network.inputs), "", "", "", "", None)
    rows = [inputs, *(_row(layer, fixed) for layer in network.layers)]
    sizes = "-".join(map(str, network.sizes))
    count = network.parameter_count
    title = counted(
        count,
        "The {sizes} network, {count} parameter",
        "The {sizes} network, {count} parameters",
        sizes=sizes,
    )
    columns = [*_COLUMNS]
    columns[_OFFSETS] = Column(offsets(network))
    return Table(tuple(columns), rows, title, "network")


def _row(layer: Layer, fixed: Mapping[Stage, Sequence[str]]) -> Row:
    weights, biases = _span(layer.weight_names), _span(layer.bias_names)
    fixed_weights, fixed_biases = (
        fixed.get(Stage(kind, layer.number), ()) for kind in (Kind.WEIGHT, Kind.BIAS)
    )
    marks = []
    if layer.bias is Bias.SHARED and len(layer.neurons) > 1:
        marks.append(say("shared"))
    return (
        layer.number,
        listed(layer.neurons),
        layer.activation.name,
        ", ".join([weights, *_fixed(fixed_weights, layer.weight_count)]),
        f"{len(layer.neurons)}×{len(layer.inputs)}",
        ", ".join([biases, *marks, *_fixed(fixed_biases, layer.bias_count)]),
        layer.weight_count + layer.bias_count,
    )


def _span(names: Sequence[str]) -> str:
    """`w1–w4`, `b1`, or `none`."""
    return "–".join(dict.fromkeys((names[0], names[-1]))) if names else say("none")


def _fixed_names(experiment: Experiment) -> dict[Stage, list[str]]:
    """The names of the frozen parameters of each array."""
    names, found = Names(experiment.network), dict[Stage, list[str]]()
    for quantity in experiment.training.frozen_in_order() if experiment.training else ():
        found.setdefault(quantity.stage, []).append(names.bare(quantity))
    return found


def _fixed(names: Sequence[str], count: int) -> list[str]:
    """`fixed` where all of the layer's weights or biases are, else which ones."""
    if not names:
        return []
    return [say("fixed") if len(names) == count else say("fixed: {names}", names=listed(names))]
