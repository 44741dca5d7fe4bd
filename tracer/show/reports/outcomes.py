"""What a network gives in the end: its outputs for the data, and for the samples to predict."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from tracer.engine.forward import forward
from tracer.language import say
from tracer.model.experiment import Data, Experiment
from tracer.model.network import FloatArray, Network, Parameters
from tracer.model.quantity import Kind, Quantity, Stage
from tracer.show.document import Block, Column, Name
from tracer.show.reports.tables import Row, cell, long_table, number_column

_FEW = 4
"""Up to so many inputs or outputs have a column each."""


def outputs(network: Network, parameters: Parameters, given: Data) -> FloatArray:
    """The outputs for these samples: (samples, outputs)."""
    with np.errstate(all="ignore"):
        array: FloatArray = forward(network, parameters, given.inputs).outs[-1]
    return array


def predictions(
    experiment: Experiment, parameters: Parameters, limit: int | None
) -> Iterator[Block]:
    """The samples of `predict`."""
    if experiment.predict is not None:
        rows = _Outcomes(experiment.network, parameters, experiment.predict, targets=False)
        yield from rows.table(limit, say("Predictions"), "predictions")


def results(experiment: Experiment, parameters: Parameters, limit: int | None) -> Iterator[Block]:
    """The samples of `data`, their targets beside the outputs."""
    if experiment.data is not None:
        rows = _Outcomes(experiment.network, parameters, experiment.data, targets=True)
        yield from rows.table(limit, say("Outputs at the end"), "outputs")


class _Outcomes:
    """A row a sample: its number, name, a few targets or inputs, and what came out.

    Of many outputs the largest is shown, which is the class that the network decides for.
    """

    def __init__(
        self, network: Network, parameters: Parameters, given: Data, *, targets: bool
    ) -> None:
        self._given, self._outs = given, outputs(network, parameters, given)
        self._neurons, self._depth = network.outputs, network.depth
        self._few = len(network.outputs) <= _FEW
        self._named = any(given.names)
        self._inputs = () if targets or len(network.inputs) > _FEW else network.inputs
        self._targets = network.outputs if targets and self._few else ()

    def table(self, limit: int | None, title: str, name: str) -> Iterator[Block]:
        """The table, shortened where it is long."""
        count = len(self._given)
        return long_table(self._columns(), count, self._row, limit, title=title, name=name)

    def _columns(self) -> list[Column]:
        columns = [Column(say("sample"), "right")]
        if self._named:
            columns.append(Column(say("name")))
        columns += [number_column(name) for name in self._inputs]
        columns += [self._column(Kind.TARGET, index) for index in range(len(self._targets))]
        if self._few:
            return columns + [self._column(Kind.OUT, index) for index in range(len(self._neurons))]
        return [*columns, Column(say("largest output")), number_column(Name(Kind.OUT))]

    def _column(self, kind: Kind, index: int) -> Column:
        return number_column(Name(Quantity(Stage(kind, self._depth), (index,))))

    def _row(self, row: int) -> Row:
        outs = self._outs[row]
        start: Row = (row + 1, self._given.names[row]) if self._named else (row + 1,)
        inputs = [float(value) for value in self._given.inputs[row][: len(self._inputs)]]
        targets = [float(value) for value in self._given.targets[row][: len(self._targets)]]
        if self._few:
            return (*start, *inputs, *targets, *map(cell, outs))
        largest = int(outs.argmax())
        return (*start, *inputs, *targets, self._neurons[largest], cell(outs[largest]))
