"""The worksheet of one iteration, to be filled in by hand, and its key.

What is given, then a blank (in the key: the number) for everything that `tracer.explain.worksheet`
asks for."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from functools import partial

from tracer.digits.rounding import Rounding
from tracer.engine.trace import IterationTrace
from tracer.explain.worksheet import SheetGroup, formula, given_samples, groups, heading
from tracer.model.network import Bias, FloatArray, Layer
from tracer.model.quantity import Kind, Quantity, Stage
from tracer.show.document import (
    Blank,
    Block,
    Cell,
    Column,
    Formula,
    Heading,
    Name,
    Note,
    Records,
    Table,
    Text,
    Value,
)
from tracer.show.reports.byhand import WITHOUT_VALUE, how_rounded, on_paper
from tracer.show.reports.conventions import conventions
from tracer.show.reports.given import options_given, states_given
from tracer.show.reports.tables import Row, cell, number_column

_Number = Callable[[Quantity], Cell]
"""What stands beside a name: a blank, or in the key the number."""

_QUANTITY, _FORMULA, _VALUE = Column("quantity"), Column("formula"), number_column("value")


def worksheet(
    trace: IterationTrace,
    *,
    key: bool = False,
    formulas: bool = False,
    across: int = 2,
    rounding: Rounding | None = None,
) -> Iterator[Block]:
    """The sheet, or with `key` the same with its numbers.

    `rounding`: how the trace was calculated by hand; its numbers have the digits that this keeps.
    `formulas` puts each quantity's formula beside its name. Without them, `across` quantities stand
    side by side, which saves paper.

    Raises:
        UsageError: there are too many numbers for a sheet.
    """
    asked = groups(trace)
    number = partial(_number, trace, rounding) if key else _blank
    title = trace.experiment.title or "Worksheet"
    yield _records(trace, asked, number)
    yield Heading(f"{title}: key" if key else title)
    if not key:
        yield Text(("Name: ", Blank(), " Date: ", Blank()))
    yield from conventions(trace.experiment)
    if rounding:
        yield how_rounded(rounding)
    yield Heading("Given", 2)
    yield _samples(trace)
    yield from options_given(trace.rule, trace.moment)
    for layer in trace.experiment.network.layers:
        yield _layer(trace, layer)
    yield from states_given(trace)
    yield Heading("Numbers" if key else "To calculate", 2)
    for group in asked:
        if formulas:
            yield _with_formulas(trace, group, number)
        else:
            yield _plain(trace, group, number, across)
    shown = [trace.value(q) for group in asked for q in group.quantities] if rounding else []
    if not all(map(math.isfinite, shown)):
        yield Note(WITHOUT_VALUE)


def _records(trace: IterationTrace, asked: Sequence[SheetGroup], number: _Number) -> Records:
    """A row a number to fill in."""
    rows = (
        (heading(trace, group), Name(trace.names.name(quantity)), number(quantity))
        for group in asked
        for quantity in group.quantities
    )
    return Records(Table((Column("section"), _QUANTITY, _VALUE), rows, name="sheet"))


def _samples(trace: IterationTrace) -> Block:
    """A row a sample: its inputs and its targets."""
    network = trace.experiment.network
    alone = len(trace.rows) == 1
    stages = {Stage(Kind.INPUT, 0): len(network.inputs)}
    if trace.experiment.data is not None:
        stages[Stage(Kind.TARGET, network.depth)] = len(network.outputs)
    given = [Quantity(stage, (index,)) for stage, n in stages.items() for index in range(n)]
    rows = [
        (*(() if alone else (number,)), *(Value(x, exact=True) for x in (*inputs, *targets)))
        for number, inputs, targets in given_samples(trace)
    ]
    columns = [number_column(Name(quantity)) for quantity in given]
    if not alone:
        columns.insert(0, number_column("sample"))
    return Table(tuple(columns), rows, "Sample" if alone else "Samples", "given")


def _layer(trace: IterationTrace, layer: Layer) -> Block:
    """A row a neuron: its weights by the neurons that they come from, and its bias."""
    W, b = trace.before.parameters[layer.number - 1]
    columns = [Column("into"), *(Column(f"from {name}") for name in layer.inputs)]
    if layer.bias is not Bias.NONE:
        columns.append(Column("threshold" if layer.has_thresholds else "bias"))
    rows = [
        (neuron, *_weights(layer, W, index), *_bias(layer, b, index))
        for index, neuron in enumerate(layer.neurons)
    ]
    title = f"Layer {layer.number}: {layer.activation.name}"
    return Table(tuple(columns), rows, title, f"layer{layer.number}")


def _weights(layer: Layer, W: FloatArray, neuron: int) -> Iterator[Cell]:
    stage = Stage(Kind.WEIGHT, layer.number)
    for source, value in enumerate(W[neuron].tolist()):
        yield (Name(Quantity(stage, (neuron, source))), " = ", Value(value, exact=True))


def _bias(layer: Layer, b: FloatArray | None, neuron: int) -> Iterator[Cell]:
    """The neuron's bias; one that the layer shares stands in every row."""
    if b is not None:
        place = 0 if layer.bias is Bias.SHARED else neuron
        bias = Quantity(Stage(Kind.BIAS, layer.number), (place,))
        yield (Name(bias), " = ", Value(float(b[place]), exact=True))


def _with_formulas(trace: IterationTrace, group: SheetGroup, number: _Number) -> Block:
    rows: list[Row] = [(Name(q), Formula(formula(trace, q)), number(q)) for q in group.quantities]
    return _table((_QUANTITY, _FORMULA, _VALUE), rows, trace, group)


def _plain(trace: IterationTrace, group: SheetGroup, number: _Number, across: int) -> Block:
    """`across` quantities a row, in the order of the calculation."""
    pairs = [(Name(q), number(q)) for q in group.quantities]
    rows: list[Row] = []
    for start in range(0, len(pairs), across):
        cells: list[Cell] = [part for pair in pairs[start : start + across] for part in pair]
        rows.append((*cells, *[None] * (2 * across - len(cells))))
    return _table((_QUANTITY, _VALUE) * across, rows, trace, group)


def _number(trace: IterationTrace, rounding: Rounding | None, quantity: Quantity) -> Cell:
    value = trace.value(quantity)
    return on_paper(value, rounding.unit(value)) if rounding else cell(value)


def _blank(_: Quantity) -> Cell:
    return Blank()


def _table(
    columns: tuple[Column, ...], rows: list[Row], trace: IterationTrace, group: SheetGroup
) -> Block:
    title = heading(trace, group)
    return Table(columns, rows, title, title.lower().replace(", ", "_").replace(" ", ""))
