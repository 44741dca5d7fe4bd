"""Runs side by side: what `compare` gives back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tracer.api.arguments import whole_or_none
from tracer.api.shown import Shown, one_line
from tracer.diagnose.compare import Comparison
from tracer.diagnose.compare import compare as compare_runs
from tracer.digits.numbers import NumberFormat
from tracer.errors import UsageError
from tracer.immutable import immutable
from tracer.model.experiment import Experiment
from tracer.model.names import Names
from tracer.model.quantity import at
from tracer.show.document import Document
from tracer.show.reports.compare import compare_document
from tracer.show.reports.compare_objects import compare_json


@immutable
class Difference:
    """The first number that isn't the same everywhere, in each of the runs."""

    name: str
    iteration: int
    values: tuple[float, ...]


@dataclass(frozen=True, eq=False, repr=False)
class Compared(Shown):
    """Runs laid side by side: settings that differ, and the first number that does."""

    _comparison: Comparison
    _labels: tuple[str, ...]
    _naming: Names

    @property
    def agree(self) -> bool:
        """Whether all numbers are the same, and as many."""
        return self._comparison.agree

    @property
    def first_difference(self) -> Difference | None:
        """None where no number differs, and where the networks have not the same shape."""
        found = self._comparison.first_difference
        if found is None:
            return None
        name = self._naming.name(at(found.quantity, 1))
        return Difference(name, found.quantity.iteration, tuple(found.values))

    def json(self) -> dict[str, Any]:
        """The object that `bptrace compare --format json` prints."""
        return compare_json(self._comparison, self._naming)

    def __repr__(self) -> str:
        found, shape = self.first_difference, self._comparison.same_shape
        other = "they agree" if self.agree else "of different lengths"
        told = other if shape else "networks of different shapes"
        if found:
            told = f"{found.name} differs in iteration {found.iteration}"
        return one_line(f"comparison of {len(self._labels)} runs", told)

    @property
    def _names(self) -> Names:
        return self._naming

    def _blocks(self, numbers: NumberFormat) -> Document:
        return compare_document(self._comparison, self._labels)


def compare(experiments: Sequence[object], iterations: int | None) -> Compared:
    """The runs of these networks side by side."""
    networks = [one for one in experiments if isinstance(one, Experiment)]
    if len(networks) < len(experiments):
        raise UsageError("compare lays networks side by side", "a computation graph is none")
    if len(networks) < 2:
        raise UsageError("compare needs two configurations or more")
    labels = tuple(one.title or f"run {place}" for place, one in enumerate(networks, 1))
    comparison = compare_runs(networks, whole_or_none("iterations", iterations, 1))
    if comparison.interrupted:
        raise KeyboardInterrupt
    return Compared(comparison, labels, Names(networks[0].network))
