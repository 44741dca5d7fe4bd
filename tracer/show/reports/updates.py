"""What an iteration does to the parameters: gradients, updates, and the loss before and after."""

from __future__ import annotations

from collections.abc import Iterator

from tracer.engine.passes import loss_of
from tracer.engine.trace import IterationTrace
from tracer.model.quantity import Kind, Stage
from tracer.show.document import Block, Cell, Column, Heading, Name, Table
from tracer.show.reports.parameters import Parameter, parameter_at
from tracer.show.reports.tables import PARAMETER, Row, cell, long_table, number_column


def batch_heading(trace: IterationTrace) -> Iterator[Block]:
    """Sets what concerns the whole batch apart from the last sample."""
    if len(trace.rows) > 1:
        yield Heading(f"The batch of {len(trace.rows)} samples", 3)


def updates_table(trace: IterationTrace, limit: int | None, mark: str) -> Iterator[Block]:
    """Old value, gradient, learning rate × gradient, new value; without training the first two."""
    columns = [*PARAMETER, number_column("old"), number_column("gradient")]
    if trace.after is not None:
        columns += [number_column("lr·gradient"), number_column("new")]
    network = trace.experiment.network
    yield from long_table(
        columns,
        network.parameter_count,
        lambda number: _update(trace, parameter_at(network, number)),
        limit,
        title=_title(trace),
        name=f"updates{mark}",
    )


def _title(trace: IterationTrace) -> str:
    words = "Gradients" if trace.after is None else "Gradients and updates"
    if trace.rule.batch_means:
        return f"{words}: products of means (not a gradient)"
    if len(trace.rows) == 1:
        return words
    return f"{words}: the {trace.experiment.reduction} over the samples"


def _update(trace: IterationTrace, parameter: Parameter) -> Row:
    gradient = _gradient(trace, parameter)
    row: Row = (
        Name(parameter.name),
        parameter.connection,
        parameter.value(trace.before),
        cell(gradient),
    )
    if trace.after is None:
        return row
    training = trace.experiment.training
    fixed = training is not None and parameter.name in training.frozen
    change: Cell = "fixed" if fixed else cell(float(trace.rule.learning_rate) * gradient)
    return (*row, change, parameter.value(trace.after))


def _gradient(trace: IterationTrace, parameter: Parameter) -> float:
    kind = Kind.WEIGHT_GRADIENT if parameter.is_weight else Kind.BIAS_GRADIENT
    return float(trace.arrays[Stage(kind, parameter.layer)][parameter.index])


def parts_table(
    trace: IterationTrace, position: int, limit: int | None, mark: str
) -> Iterator[Block]:
    """The sample's own part of each gradient, before the mean or the sum over the batch."""
    network = trace.experiment.network

    def part(number: int) -> Row:
        parameter = parameter_at(network, number)
        kind = Kind.WEIGHT_PART if parameter.is_weight else Kind.BIAS_PART
        own = trace.arrays[Stage(kind, parameter.layer)][position][parameter.index]
        return (
            Name(parameter.name),
            parameter.connection,
            cell(own),
            cell(_gradient(trace, parameter)),
        )

    columns = (*PARAMETER, number_column("this sample"), number_column("batch"))
    title = "This sample's part of each gradient, and the gradient of the batch"
    yield from long_table(
        columns, network.parameter_count, part, limit, title=title, name=f"parts{mark}"
    )


def loss_table(trace: IterationTrace, mark: str) -> Block:
    """The loss of this batch before the update, and with the parameters after it."""
    rows: list[Row] = [("before the update" if trace.after else "now", cell(trace.loss))]
    data = trace.experiment.data
    if trace.after is not None and data is not None:
        batch = list(trace.rows)
        inputs, targets = data.inputs[batch], data.targets[batch]
        after = loss_of(trace.experiment.network, trace.rule, trace.after, inputs, targets)
        rows.append(("after it, same batch" if len(batch) < len(data) else "after it", cell(after)))
    return Table((Column(""), number_column("loss")), rows, "Loss", f"loss{mark}")
