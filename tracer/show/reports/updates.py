"""What an iteration does to the parameters: gradients, updates, and the loss before and after."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache, partial

from tracer.engine.passes import loss_of
from tracer.engine.trace import IterationTrace
from tracer.model.network import FloatArray
from tracer.model.optimizers import Update
from tracer.model.quantity import CLIPPED_OF, GRADIENT_OF, STATE_OF, Stage
from tracer.show.document import Block, Cell, Column, Heading, Name, Table
from tracer.show.reports.parameters import Parameter, parameter_at
from tracer.show.reports.tables import PARAMETER, Row, cell, long_table, number_column


def batch_heading(trace: IterationTrace) -> Iterator[Block]:
    """Sets what concerns the whole batch apart from the last sample."""
    if len(trace.rows) > 1:
        yield Heading(f"The batch of {len(trace.rows)} samples", 3)


def updates_table(trace: IterationTrace, limit: int | None, mark: str) -> Iterator[Block]:
    """Old value, gradient, what is subtracted, new value; without training the first two."""
    columns = [*PARAMETER, number_column("old"), number_column("gradient")]
    if trace.after is not None:
        words = trace.rule.optimizer.change_words
        columns += [number_column(words), number_column("new")]
    network, change = trace.experiment.network, cache(partial(_change, trace))
    yield from long_table(
        columns,
        network.parameter_count,
        lambda number: _update(trace, parameter_at(network, number), change),
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


def _change(trace: IterationTrace, stage: Stage) -> FloatArray:
    """What the optimiser subtracts from the array of parameters."""
    states = (s for s in trace.arrays if s.kind is STATE_OF[stage.kind] and s.layer == stage.layer)
    of_clip = CLIPPED_OF if trace.rule.clip is not None else GRADIENT_OF
    gradient = trace.arrays[Stage(of_clip[stage.kind], stage.layer)]
    moment = trace.moment
    step = Update(
        trace.arrays[stage],
        gradient,
        moment.learning_rate,
        {state.slot: trace.arrays[state] for state in states},
        moment.settings,
        moment.t,
    )
    change: FloatArray = trace.rule.optimizer.change(step)
    return change


def _update(
    trace: IterationTrace, parameter: Parameter, change: Callable[[Stage], FloatArray]
) -> Row:
    gradient = parameter.gradient(trace)
    row: Row = (
        Name(parameter.quantity),
        parameter.connection,
        parameter.value(trace.before.parameters),
        cell(gradient),
    )
    if trace.after is None:
        return row
    training = trace.experiment.training
    fixed = training is not None and parameter.quantity in training.frozen
    quantity = parameter.quantity
    moved: Cell = "fixed" if fixed else cell(change(quantity.stage)[quantity.index])
    return (*row, moved, parameter.value(trace.after.parameters))


def parts_table(
    trace: IterationTrace, position: int, limit: int | None, mark: str
) -> Iterator[Block]:
    """The sample's own part of each gradient, before the mean or the sum over the batch."""
    network = trace.experiment.network

    def part(number: int) -> Row:
        parameter = parameter_at(network, number)
        return (
            Name(parameter.quantity),
            parameter.connection,
            cell(parameter.part(trace, position)),
            cell(parameter.gradient(trace)),
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
        after = loss_of(
            trace.experiment.network, trace.rule, trace.after.parameters, inputs, targets
        )
        rows.append(("after it, same batch" if len(batch) < len(data) else "after it", cell(after)))
    return Table((Column(""), number_column("loss")), rows, "Loss", f"loss{mark}")
