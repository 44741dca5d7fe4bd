"""One sample's forward pass, errors and backward pass as tables, neuron by neuron."""

from __future__ import annotations

from collections.abc import Iterator

from tracer.engine.trace import IterationTrace
from tracer.language import message, say
from tracer.model.network import Layer
from tracer.model.quantity import Kind, Quantity, Stage
from tracer.show.document import Block, Cell, Column, Name, Note, Table
from tracer.show.reports.tables import (
    DE_DOUT,
    DELTA,
    ERROR,
    LAYER,
    NET,
    NEURON,
    NOT_REPRESENTABLE,
    OUT,
    SLOPE,
    TARGET,
    Row,
    cell,
    cells,
    number_column,
    table,
    whose,
)
from tracer.show.words import worded

_JACOBIAN_UP_TO = 6
_CANCELLED = message(
    "A factor is beyond float64 at a saturated output. Its delta is not: the factors cancel, and "
    "delta is calculated as {OUT} − {TARGET}."
)


def forward_table(
    trace: IterationTrace, position: int, limit: int | None, mark: str
) -> Iterator[Block]:
    """The inputs, and net and out of each neuron."""
    network = trace.experiment.network
    inputs = cells(trace, Kind.INPUT, 0, position)
    rows: list[Row] = [
        (0, name, None, value) for name, value in zip(network.inputs, inputs, strict=True)
    ]
    for layer in network.layers:
        numbers = (cells(trace, kind, layer.number, position) for kind in (Kind.NET, Kind.OUT))
        rows += [(layer.number, *row) for row in zip(layer.neurons, *numbers, strict=True)]
    columns = (LAYER, NEURON, NET, OUT)
    yield from table(columns, rows, limit, title=say("Forward"), name=f"forward{mark}")


def errors_table(
    trace: IterationTrace, position: int, limit: int | None, mark: str
) -> Iterator[Block]:
    """Target, out and E of each output, and their sum E_total."""
    network = trace.experiment.network
    kinds = (Kind.TARGET, Kind.OUT, Kind.ERROR)
    numbers = (cells(trace, kind, network.depth, position) for kind in kinds)
    rows: list[Row] = list(zip(network.outputs, *numbers, strict=True))
    stage = Stage(Kind.TOTAL, network.depth)
    total = cell(trace.arrays[stage][position], whose(trace, stage, (), position))
    rows.append((Name(Kind.TOTAL), None, None, total))
    columns = (Column(say("output")), TARGET, OUT, ERROR)
    yield from table(columns, rows, limit, title=say("Errors"), name=f"errors{mark}")


def backward_tables(
    trace: IterationTrace, position: int, limit: int | None, mark: str
) -> Iterator[Block]:
    """∂E/∂out, slope and delta of each neuron, from the outputs back; Jacobians before that.

    With `gradient: batch_means` a sample has those of the outputs, and slopes.
    """
    network = trace.experiment.network
    rows: list[Row] = []
    for layer in reversed(network.layers):
        if layer.activation.coupled:
            yield _jacobian(trace, layer, position, mark)
        numbers = (
            cells(trace, Kind.DE_DOUT, layer.number, position),
            _slopes(trace, layer, position),
            cells(trace, Kind.DELTA, layer.number, position),
        )
        rows += [(layer.number, *row) for row in zip(layer.neurons, *numbers, strict=True)]
    columns = (LAYER, NEURON, DE_DOUT, SLOPE, DELTA)
    yield from table(columns, rows, limit, title=say("Backward"), name=f"backward{mark}")
    if any(NOT_REPRESENTABLE in row for row in rows):
        yield Note(
            worded(say(_CANCELLED)) if network.matched else say("A factor is beyond float64.")
        )


def _slopes(trace: IterationTrace, layer: Layer, position: int) -> list[Cell]:
    if layer.activation.coupled:
        return [say("matrix")] * len(layer.neurons)
    return cells(trace, Kind.SLOPE, layer.number, position)


def _jacobian(trace: IterationTrace, layer: Layer, position: int, mark: str) -> Block:
    """∂out_j/∂net_k, a row an out, a column a net; in words where that would be large."""
    count, activation = len(layer.neurons), layer.activation.name
    if count > _JACOBIAN_UP_TO:
        example = Name(Quantity(Stage(Kind.SLOPE, layer.number), (0, 1)))
        words = say(
            "The {shape} slopes of the {activation} are not listed; `explain` shows one: {example}.",
            shape=f"{count}×{count}",
            activation=activation,
        )
        return Note(worded(words, example=example))
    stage = Stage(Kind.SLOPE, layer.number)
    slopes = trace.arrays[stage][position].tolist()
    nets, outs = (
        [Name(Quantity(Stage(kind, layer.number), (index,))) for index in range(count)]
        for kind in (Kind.NET, Kind.OUT)
    )
    columns = (
        Column(say("∂ of")),
        *(number_column(worded(say("by {name}"), name=net)) for net in nets),
    )
    rows = [
        (out, *(cell(x, whose(trace, stage, (j, k), position)) for k, x in enumerate(row)))
        for j, (out, row) in enumerate(zip(outs, slopes, strict=True))
    ]
    return Table(
        columns,
        rows,
        say("Slopes of the {activation}", activation=activation),
        f"slopes_{layer.number}{mark}",
    )


def means_table(trace: IterationTrace, limit: int | None, mark: str) -> Iterator[Block]:
    """The batch means that `gradient: batch_means` multiplies, from the outputs back."""
    network = trace.experiment.network
    rows: list[Row] = []
    for number in range(network.depth, -1, -1):
        kinds = (Kind.OUT if number else Kind.INPUT, Kind.DE_DOUT, Kind.SLOPE, Kind.DELTA)
        numbers = (cells(trace, kind, number, None) for kind in kinds)
        rows += [(number, *row) for row in zip(network.neurons(number), *numbers, strict=True)]
    columns = (LAYER, NEURON, OUT, DE_DOUT, SLOPE, DELTA)
    title = say("Backward: means over the batch, and the hidden deltas from them (not a gradient)")
    yield from table(columns, rows, limit, title=title, name=f"means{mark}")
