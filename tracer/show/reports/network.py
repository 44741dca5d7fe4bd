"""The network at a glance: its layers, the shapes and names of their parameters."""

from __future__ import annotations

from tracer.model.experiment import Experiment
from tracer.model.network import Bias, Layer
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
    return Table(_COLUMNS, rows, title, "network")


def _row(layer: Layer, frozen: frozenset[str]) -> Row:
    weights = _span("w", layer.first_weight, layer.weight_count)
    biases = _span("b", layer.first_bias, layer.bias_count)
    marks = []
    if layer.bias is Bias.SHARED and len(layer.neurons) > 1:
        marks.append("shared")
    return (
        layer.number,
        listed(layer.neurons),
        layer.activation.name,
        ", ".join([weights, *_fixed("w", layer.first_weight, layer.weight_count, frozen)]),
        f"{len(layer.neurons)}×{len(layer.inputs)}",
        ", ".join([biases, *marks, *_fixed("b", layer.first_bias, layer.bias_count, frozen)]),
        layer.weight_count + layer.bias_count,
    )


def _span(letter: str, first: int, count: int) -> str:
    """`w1–w4`, `b1`, or `none`."""
    if count == 0:
        return "none"
    return f"{letter}{first}" + (f"–{letter}{first + count - 1}" if count > 1 else "")


def _fixed(letter: str, first: int, count: int, frozen: frozenset[str]) -> list[str]:
    """`fixed` where all of the layer's weights or biases are, else which ones."""
    names = [f"{letter}{number}" for number in range(first, first + count)] if frozen else []
    fixed = [name for name in names if name in frozen]
    if not fixed:
        return []
    return ["fixed"] if len(fixed) == count else [f"fixed: {listed(fixed)}"]
