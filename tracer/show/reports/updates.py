"""What an iteration does to the parameters: gradients, updates, and the loss before and after."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cache, partial

import numpy as np

from tracer.engine.forward import cost, forward
from tracer.engine.trace import IterationTrace, KeepingObserver
from tracer.language import message, say
from tracer.model.network import FloatArray, Parameters
from tracer.model.quantity import (
    AFTER,
    CLIPPED_OF,
    GRADIENT_OF,
    PART_OF,
    STATE_OF,
    Kind,
    Quantity,
    Stage,
    at,
)
from tracer.show.document import Block, Cell, Column, Heading, Name, Table
from tracer.show.reports.descent import (
    NORM,
    CellOf,
    Part,
    change,
    in_one,
    this_iteration,
    ways,
)
from tracer.show.reports.descent_objects import is_fixed, number_of
from tracer.show.reports.parameters import parameter_at
from tracer.show.reports.tables import PARAMETER, Row, cell, long_table, number_column, whose


def batch_heading(trace: IterationTrace) -> Iterator[Block]:
    """Sets what concerns the whole batch apart from the last sample."""
    if len(trace.rows) > 1:
        yield Heading(say("The batch of {count} samples", count=len(trace.rows)), 3)


def updates_table(trace: IterationTrace, limit: int | None, mark: str) -> Iterator[Block]:
    """Old value, gradient, what is subtracted, new value; without training the first two.

    Where more lies between gradient and step (the parts of the gradient, clipping, states of the
    optimiser), that stands in tables of its own before, in the order of the calculation.
    """
    updated, number = trace.after is not None, partial(_number, trace)
    found = ways(
        trace.rule, partial(_gradient, trace), number, partial(_started, trace), updated=updated
    )
    if updated:
        norm = trace.arrays.get(NORM.stage)
        yield from this_iteration(trace.rule, trace.moment, None if norm is None else float(norm))
    if not updated or in_one(trace.rule, found):
        yield from _changes(trace, [c for way in found for c in way.columns], limit, mark)
        return
    for way in found:
        columns = [PARAMETER[0], *(number_column(header) for header, _ in way.columns)]
        yield from long_table(
            columns,
            trace.experiment.network.parameter_count,
            partial(_row, trace, way.columns),
            limit,
            title=_title(trace, way.title) if way is found[0] else way.title,
            name=f"{way.name}{mark}",
        )
    yield from _changes(trace, [], limit, mark)


def _row(trace: IterationTrace, columns: Sequence[tuple[str, CellOf]], number: int) -> Row:
    quantity = parameter_at(trace.experiment.network, number).quantity
    return (Name(quantity), *(of(quantity) for _, of in columns))


def _changes(
    trace: IterationTrace, between: Sequence[tuple[str, CellOf]], limit: int | None, mark: str
) -> Iterator[Block]:
    """The parameters before, with the columns `between`, what is subtracted, and after."""
    columns = [*PARAMETER, number_column(say("old")), *(number_column(head) for head, _ in between)]
    title = _title(trace, say("Gradients") if trace.after is None else say("Gradients and updates"))
    if trace.after is not None:
        words = say(trace.rule.optimizer.change_words)
        columns += [number_column(words), number_column(say("new"))]
        title = title if between else say("Updates")
    network, step = trace.experiment.network, cache(partial(_change, trace))

    def update(number: int) -> Row:
        parameter = parameter_at(network, number)
        cells = (of(parameter.quantity) for _, of in between)
        quantity = parameter.quantity
        old = cell(parameter.value(trace.before.parameters), at(quantity, trace.number))
        row: Row = (Name(quantity), parameter.connection, old, *cells)
        if trace.after is None:
            return row
        stage, value = Stage(AFTER[quantity.kind], quantity.layer), parameter.value
        new = cell(value(trace.after.parameters), whose(trace, stage, quantity.index))
        fixed = is_fixed(trace, quantity)
        return (*row, say("fixed") if fixed else cell(step(quantity.stage)[quantity.index]), new)

    count = network.parameter_count
    yield from long_table(columns, count, update, limit, title=title, name=f"updates{mark}")


def _title(trace: IterationTrace, words: str) -> str:
    if trace.rule.batch_means:
        return say("{title}: products of means (not a gradient)", title=words)
    if len(trace.rows) == 1:
        return words
    if trace.experiment.reduction == "mean":
        return say("{title}: the mean over the samples", title=words)
    return say("{title}: the sum over the samples", title=words)


def _number(trace: IterationTrace, part: Part, parameter: Quantity) -> Cell:
    """A number of the parameter; empty where it has none, and where it is fixed."""
    value, of = number_of(trace, part, parameter), part.of(parameter)
    return None if value is None else cell(value, of and at(of, trace.number))


def _gradient(trace: IterationTrace, parameter: Quantity) -> Cell:
    stage = Stage(GRADIENT_OF[parameter.kind], parameter.layer)
    return cell(trace.arrays[stage][parameter.index], whose(trace, stage, parameter.index))


def _started(trace: IterationTrace, slot: str) -> bool:
    """Whether a state is anything but 0 before the update."""
    pairs = trace.before.slots[slot]
    return any(array is not None and bool(array.any()) for pair in pairs for array in pair)


def _change(trace: IterationTrace, stage: Stage) -> FloatArray:
    """What the optimiser subtracts from the array of parameters."""
    states = (s for s in trace.arrays if s.kind is STATE_OF[stage.kind] and s.layer == stage.layer)
    of_clip = CLIPPED_OF if trace.rule.clip is not None else GRADIENT_OF
    gradient = trace.arrays[Stage(of_clip[stage.kind], stage.layer)]
    kept = {state.slot: trace.arrays[state] for state in states}
    with np.errstate(all="ignore"):
        array = trace.arrays[stage]
        found: FloatArray = change(trace.rule, trace.moment, array, gradient, kept)
    return found


def parts_table(
    trace: IterationTrace, position: int, limit: int | None, mark: str
) -> Iterator[Block]:
    """The sample's own part of each gradient, before the mean or the sum over the batch."""
    network = trace.experiment.network

    def part(number: int) -> Row:
        parameter = parameter_at(network, number)
        quantity = parameter.quantity
        own = Stage(PART_OF[GRADIENT_OF[quantity.kind]], quantity.layer)
        return (
            Name(quantity),
            parameter.connection,
            cell(parameter.part(trace, position), whose(trace, own, quantity.index, position)),
            _gradient(trace, quantity),
        )

    columns = (*PARAMETER, number_column(say("this sample")), number_column(say("batch")))
    title = say("This sample's part of each gradient, and the gradient of the batch")
    yield from long_table(
        columns, network.parameter_count, part, limit, title=title, name=f"parts{mark}"
    )


_LOSSES = {Kind.PENALTY: message("penalty"), Kind.LOSS: message("loss")}


def loss_table(trace: IterationTrace, mark: str) -> Block:
    """The loss of this batch before the update, and with the parameters after it.

    With a penalty also what of it is the data's and what the penalty's.
    """
    depth, data = trace.experiment.network.depth, trace.experiment.data
    stages = [Stage(Kind.PENALTY, depth)] * (trace.rule.penalty is not None)
    stages.append(Stage(Kind.LOSS, depth))

    def row(words: str, arrays: Mapping[Stage, FloatArray]) -> Row:
        now = arrays is trace.arrays
        ofs = (whose(trace, stage, ()) if now else None for stage in stages)
        return (words, *(cell(float(arrays[s]), of) for s, of in zip(stages, ofs, strict=True)))

    rows = [row(say("before the update") if trace.after else say("now"), trace.arrays)]
    if trace.after is not None and data is not None:
        fewer = len(trace.rows) < len(data)
        words = say("after it, same batch") if fewer else say("after it")
        rows.append(row(words, _after(trace, trace.after.parameters)))
    columns = (Column(""), *(number_column(_LOSSES[stage.kind]) for stage in stages))
    return Table(columns, rows, say("Loss"), f"loss{mark}")


def _after(trace: IterationTrace, parameters: Parameters) -> Mapping[Stage, FloatArray]:
    """Loss and penalty of the same batch with these parameters."""
    experiment, batch, record = trace.experiment, list(trace.rows), KeepingObserver()
    data = experiment.data
    assert data is not None
    with np.errstate(all="ignore"):
        passed = forward(experiment.network, parameters, data.inputs[batch])
        cost(experiment.network, trace.rule, passed, data.targets[batch], record)
    return record.arrays
