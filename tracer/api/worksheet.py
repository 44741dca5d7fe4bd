"""The sheet to fill in by hand, and its key."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tracer.api.arguments import rounding_of, whole_or_none, yes_or_no
from tracer.api.shown import Shown, one_line
from tracer.api.source import AnyExperiment, Rounding
from tracer.digits import rounding as by_digits
from tracer.digits.numbers import NumberFormat
from tracer.digits.whole import MOST_AT_ONCE
from tracer.errors import UsageError
from tracer.explain.sheet_traces import sheet_traces
from tracer.explain.worksheet import Sheeted, answers, sections
from tracer.graph.names import GraphNames
from tracer.model.names import Names
from tracer.show.document import Document
from tracer.show.notation.notation import QuantityNotation
from tracer.show.reports.worksheet import worksheet as sheet


@dataclass(frozen=True, eq=False, repr=False)
class Worksheet(Shown):
    """A sheet, or with `key` the same with its numbers."""

    _experiment: AnyExperiment
    _traces: Sequence[Sheeted]
    key: bool
    _formulas: bool
    _rounding: by_digits.Rounding | None

    @property
    def answers(self) -> str:
        """The empty file of answers, to be filled in for `check`."""
        notation = QuantityNotation(self._names, target="ascii")
        return answers(self._experiment.title, self._traces, notation.name)

    def __repr__(self) -> str:
        what = "key" if self.key else "worksheet"
        count = sum(len(g.quantities) for s in sections(self._traces) for g in s.groups)
        return one_line(f"{what} of {self._experiment.title!r}", f"{count} numbers")

    @property
    def _names(self) -> Names | GraphNames:
        names: Names | GraphNames = self._traces[0].names
        return names

    def _blocks(self, numbers: NumberFormat) -> Document:
        return sheet(
            self._experiment,
            self._traces,
            key=self.key,
            formulas=self._formulas,
            rounding=self._rounding,
        )


def worksheet(
    experiment: AnyExperiment,
    key: bool,
    formulas: bool,
    iterations: int | None,
    round: str | None,
    rounding: Rounding,
) -> Worksheet:
    """The sheet of an experiment."""
    yes_or_no(key=key, formulas=formulas)
    how = rounding_of(round, rounding)
    if how and not key:
        raise UsageError("only the key has numbers to round", "add key=True, or leave out round")
    traces = sheet_traces(experiment, whole_or_none("iterations", iterations, 1, MOST_AT_ONCE), how)
    made = Worksheet(experiment, traces, key, formulas, how)
    sections(made._traces)
    return made
