"""Along which paths ∂E/∂out came back into each hidden neuron: weight × delta, and their sum."""

from __future__ import annotations

from collections.abc import Iterator

from tracer.engine.trace import IterationTrace
from tracer.immutable import immutable
from tracer.language import message, say
from tracer.model.network import FloatArray, Layer
from tracer.model.quantity import Index, Kind, Quantity, Stage, at
from tracer.show.document import Block, Column, Name, Text
from tracer.show.reports.selection import Selection, sample_heading
from tracer.show.reports.tables import (
    DELTA,
    NEURON,
    Row,
    cell,
    long_table,
    number_column,
    suffix,
    whose,
)

_COLUMNS = (
    NEURON,
    Column(message("through")),
    Column(message("weight")),
    number_column(message("value")),
    DELTA,
    number_column(message("contribution")),
)


def paths(trace: IterationTrace, selection: Selection) -> Iterator[Block]:
    """A table a hidden layer, from the outputs back; its contributions sum to ∂E/∂out."""
    if trace.experiment.network.depth == 1:
        yield Text(say("There is no hidden layer that anything could come back to."))
    elif trace.rule.batch_means:
        yield from _layers(trace, None, selection.limit)
    else:
        for position in selection.positions(trace):
            yield from sample_heading(trace, position)
            yield from _layers(trace, position, selection.limit)
        yield from selection.remark(trace)


def _layers(trace: IterationTrace, position: int | None, limit: int | None) -> Iterator[Block]:
    """The hidden layers for one sample, or, with None, from the means over the batch."""
    mark = suffix(trace.number, None if position is None else trace.rows[position] + 1)
    for after in reversed(trace.experiment.network.layers[1:]):
        back, number = _Back.into(trace, after, position), after.number - 1
        count = len(after.inputs) * (len(after.neurons) + 1)
        title = say("Back into layer {number}: weight × delta, path by path", number=number)
        if position is None:
            title = say("{title} (of batch means: not a gradient)", title=title)
        name = f"paths_{number}{mark}"
        yield from long_table(_COLUMNS, count, back.row, limit, title=title, name=name)


@immutable
class _Back:
    """What came back from the layer `after`: W (n, m), deltas (n,), parts (m, n), sums (m,)."""

    after: Layer
    W: FloatArray
    trace: IterationTrace
    position: int | None
    kind: Kind
    deltas: FloatArray
    parts: FloatArray
    sums: FloatArray

    @staticmethod
    def into(trace: IterationTrace, after: Layer, position: int | None) -> _Back:
        """The arrays of one sample; with `output_first` the weights are those after the update."""
        new = trace.rule.update_order == "output_first" and trace.after is not None
        kind = Kind.NEW_WEIGHT if new else Kind.WEIGHT
        mean, place = position is None, position or 0
        deltas, parts, sums = (
            trace.arrays[Stage(kind, number, mean)][place]
            for kind, number in (
                (Kind.DELTA, after.number),
                (Kind.PATH, after.number - 1),
                (Kind.DE_DOUT, after.number - 1),
            )
        )
        W = trace.arrays[Stage(kind, after.number)]
        return _Back(after, W, trace, position, kind, deltas, parts, sums)

    def row(self, index: int) -> Row:
        """The paths into the first neuron and their sum, then those into the second, …."""
        source, to = divmod(index, len(self.after.neurons) + 1)
        neuron = self.after.inputs[source]
        if to == len(self.after.neurons):
            of = self._whose(Kind.DE_DOUT, self.after.number - 1, (source,))
            total = Name(Quantity(Stage(Kind.DE_DOUT, self.after.number - 1), (source,)))
            return neuron, say("sum"), total, None, None, cell(self.sums[source], of)
        weight = Quantity(Stage(self.kind, self.after.number), (to, source))
        numbers = (
            cell(self.W[to, source], at(weight, self.trace.number)),
            cell(self.deltas[to], self._whose(Kind.DELTA, self.after.number, (to,))),
            cell(
                self.parts[source, to],
                self._whose(Kind.PATH, self.after.number - 1, (source, to)),
            ),
        )
        return (neuron, self.after.neurons[to], Name(weight), *numbers)

    def _whose(self, kind: Kind, layer: int, index: Index) -> Quantity:
        """The sample's number, or the one of the means."""
        stage = Stage(kind, layer, mean=self.position is None)
        return whose(self.trace, stage, index, self.position)
