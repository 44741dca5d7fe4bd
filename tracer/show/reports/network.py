"""The network at a glance: its layers, the shapes and names of their parameters."""

from __future__ import annotations

from collections.abc import Sequence

from tracer.model.experiment import Experiment
from tracer.model.network import Bias, Layer, offsets
from tracer.show.document import Block, Column, Table
from tracer.show.reports.tables import Row, listed

_COLUMNS = (
    Column("layer", "right"),
    Column("neurons"),
    Column("activation"),
    Column("weights"),
    Column("shape"),
    Column("biases"),
    Column("parameters", "right"),
)
_OFFSETS = 5
"""The column of biases, or of thresholds."""


def network_table(experiment: Experiment) -> Block:
    """A row a layer, the inputs as layer 0."""
    network = experiment.network
    training = experiment.training
    frozen = training.frozen if training else frozenset()
    inputs: Row = (0, listed(network.inputs), "", "", "", "", None)
    rows = [inputs, *(_row(layer, frozen) for layer in network.layers)]
    sizes = "-".join(map(str, network.sizes))
    count = network.parameter_count
    title = f"The {sizes} network, {count} parameter{'s' if count > 1 else ''}"
    columns = [*_COLUMNS]
    columns[_OFFSETS] = Column(offsets(network))
    return Table(tuple(columns), rows, title, "network")


def _row(layer: Layer, frozen: frozenset[str]) -> Row:
    weights, biases = _span(layer.weight_names), _span(layer.bias_names)
    marks = []
    if layer.bias is Bias.SHARED and len(layer.neurons) > 1:
        marks.append("shared")
    return (
        layer.number,
        listed(layer.neurons),
        layer.activation.name,
        ", ".join([weights, *_fixed(layer.weight_names, frozen)]),
        f"{len(layer.neurons)}×{len(layer.inputs)}",
        ", ".join([biases, *marks, *_fixed(layer.bias_names, frozen)]),
        layer.weight_count + layer.bias_count,
    )


def _span(names: Sequence[str]) -> str:
    """`w1–w4`, `b1`, or `none`."""
    return "–".join(dict.fromkeys((names[0], names[-1]))) if names else "none"


def _fixed(names: Sequence[str], frozen: frozenset[str]) -> list[str]:
    """`fixed` where all of the layer's weights or biases are, else which ones."""
    fixed = [name for name in names if name in frozen]
    if not fixed:
        return []
    return ["fixed"] if len(fixed) == len(names) else [f"fixed: {listed(fixed)}"]
