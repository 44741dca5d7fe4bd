"""Traced iterations as one long table, for programs: iteration, sample, quantity, value.

Every quantity of every sample, then those of the batch; names without iteration and sample, which
have columns of their own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from tracer.engine.trace import IterationTrace
from tracer.model.network import FloatArray
from tracer.model.quantity import Quantity, Stage
from tracer.show.document import Column, Name, Records, Table
from tracer.show.reports.objects import finite
from tracer.show.reports.selection import Selection
from tracer.show.reports.tables import Row, number_column

PLACE = (number_column("iteration"), number_column("sample"), Column("quantity"))
"""The columns that say which number a row holds."""


def quantities(traces: Iterable[IterationTrace], sample: int | str | None) -> Records:
    """The long table of the iterations: all samples, or only the one with this number."""
    selection = Selection("all" if sample is None else sample)
    rows = (row for trace in traces for row in _Iteration(trace).rows(selection))
    return Records(Table((*PLACE, number_column("value")), rows, name="quantities"))


class _Iteration:
    """One iteration's rows; a name is the same for all samples."""

    def __init__(self, trace: IterationTrace) -> None:
        self._trace = trace
        self._made: dict[Stage, list[Name]] = {}

    def rows(self, selection: Selection) -> Iterator[Row]:
        """The selected samples', then those of the batch."""
        arrays = self._trace.arrays.items()
        for position in selection.positions(self._trace):
            number = self._trace.rows[position] + 1
            for stage, array in arrays:
                if stage.of_a_sample:
                    yield from self._of(stage, array[position], number)
        for stage, array in arrays:
            if not stage.of_a_sample:
                yield from self._of(stage, array[0] if stage.mean else array, None)

    def _of(self, stage: Stage, array: FloatArray, sample: int | None) -> Iterator[Row]:
        values = np.asarray(array).ravel().tolist()
        for name, value in zip(self._names(stage, np.shape(array)), values, strict=True):
            yield self._trace.number, sample, name, finite(value)

    def _names(self, stage: Stage, shape: tuple[int, ...]) -> list[Name]:
        if stage not in self._made:
            self._made[stage] = [Name(Quantity(stage, index)) for index in np.ndindex(shape)]
        return self._made[stage]
