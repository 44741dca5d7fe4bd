"""The samples of a configuration, inline or from a file, checked against the network and the loss."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from tracer.config.models import DataFileModel, SampleModel
from tracer.config.neurons import NameRow
from tracer.config.report import Report
from tracer.config.structure import Plan
from tracer.config.tables import Row, Table, read_table
from tracer.model.experiment import Data
from tracer.model.losses import LOSSES

_TOLERANCE = 1e-9
_LISTED = 8

Complain = Callable[[str, int | None, str, str], None]
"""complain(part, index, message, hint): a problem with `inputs`, `targets` or `class` of a sample.

The index is the number's place in the part; None is the part as a whole.
"""


@dataclass(frozen=True, slots=True)
class _Sample:
    """One sample; `given` says which parts the file has, though they may be faulty (None)."""

    inputs: Sequence[float] | None
    targets: Sequence[float] | None
    number: int | None
    name: str | None
    given: frozenset[str]
    complain: Complain


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads the samples of one configuration; `folder` is where the paths of data files start."""

    plan: Plan
    loss: str | None
    folder: Path
    report: Report

    def read(
        self, key: str, given: list[SampleModel | None] | DataFileModel | None, predict: bool
    ) -> Data | None:
        """The samples under a key; None when there are none, or problems with them."""
        before = len(self.report.problems)
        if isinstance(given, DataFileModel):
            samples = list(self._from_file(key, given, predict))
        else:
            samples = list(self._inline(key, given or []))
        rows = [(self._inputs(sample), self._targets(sample, predict)) for sample in samples]
        if not rows or len(self.report.problems) > before:
            return None
        if None in self.plan.sizes or any(None in row for row in rows):
            return None
        return Data(
            np.array([inputs for inputs, _ in rows], dtype=float),
            np.array([targets for _, targets in rows], dtype=float),
            tuple(sample.name for sample in samples),
        )

    def _inline(self, key: str, given: list[SampleModel | None]) -> Iterator[_Sample]:
        for place, model in enumerate(given):
            if model is None:
                continue
            parts = frozenset(name.rstrip("_") for name in model.model_fields_set)
            yield _Sample(
                _listed(model.inputs),
                _listed(model.targets),
                model.class_,
                model.name,
                parts,
                self._inline_complaints(key, place),
            )

    def _inline_complaints(self, key: str, place: int) -> Complain:
        def complain(part: str, index: int | None, message: str, hint: str) -> None:
            path = (key, place, part) if part else (key, place)
            self.report.at(path if index is None else (*path, index), message, hint)

        return complain

    def _from_file(self, key: str, model: DataFileModel, predict: bool) -> Iterator[_Sample]:
        if not self._right_columns(key, model, predict):
            return
        found = read_table(model, (key,), self.folder, self.report)
        if found is None:
            return
        table, rows = found
        for row in rows:
            yield _Sample(
                row.inputs,
                row.targets,
                row.number,
                row.name,
                frozenset(table.columns),
                _table_complaints(table, row),
            )

    def _right_columns(self, key: str, model: DataFileModel, predict: bool) -> bool:
        """Whether the file's columns are as many as the network's inputs and outputs."""
        before = len(self.report.problems)
        for part, names, size in (
            ("inputs", model.inputs, self.plan.sizes[0]),
            ("targets", model.targets, self.plan.sizes[-1]),
        ):
            if names is not None and size is not None and len(names) != size:
                has = _counted(size, "input" if part == "inputs" else "output")
                message = f"{_counted(len(names), 'column')}; the network has {has}"
                self.report.at((key, part), message)
        given = model.model_fields_set & {"targets", "class_"}
        if predict and given:
            self.report.at((key,), "samples to predict have no targets", "leave the columns out")
        elif not predict and not given:
            self.report.at((key,), "no column with targets", "add targets: [...], or class:")
        elif len(given) > 1:
            self.report.at((key,), "both targets and class", "leave one of them out")
        return len(self.report.problems) == before

    def _inputs(self, sample: _Sample) -> Sequence[float] | None:
        size = self.plan.sizes[0]
        if sample.inputs is not None and size is not None and len(sample.inputs) != size:
            names = self.plan.names[0] if self.plan.names else ()
            message = f"{_counted(len(sample.inputs), 'input')}; the network has {size}"
            sample.complain("inputs", None, message + _in_brackets(names), "")
        return sample.inputs

    def _targets(self, sample: _Sample, predict: bool) -> Sequence[float] | None:
        given = sample.given & {"targets", "class"}
        if predict:
            if given:
                hint = "put samples with targets under data"
                sample.complain("", None, "a sample to predict has no targets", hint)
            return ()
        if not given:
            hint = "add targets: or class:; a sample without them belongs under predict"
            sample.complain("", None, "a sample without targets", hint)
        elif len(given) > 1:
            sample.complain("class", None, "both targets and class", "leave one of them out")
        elif sample.number is not None:
            return self._one_hot(sample, sample.number)
        elif sample.targets is not None:
            self._check_targets(sample, sample.targets)
        return sample.targets

    def _one_hot(self, sample: _Sample, number: int) -> Sequence[float] | None:
        size = self.plan.sizes[-1]
        if size == 1:
            hint = "give targets: [0] or targets: [1]"
            sample.complain("class", None, "a class needs two outputs or more", hint)
        elif size is not None and number >= size:
            message = f"class {number}; with {size} outputs the classes are 0 to {size - 1}"
            sample.complain("class", None, message, "")
        elif size is not None:
            return [float(output == number) for output in range(size)]
        return None

    def _check_targets(self, sample: _Sample, targets: Sequence[float]) -> None:
        size = self.plan.sizes[-1]
        if size is not None and len(targets) != size:
            names = self.plan.names[-1] if self.plan.names else ()
            message = f"{_counted(len(targets), 'target')}; the network has "
            sample.complain(
                "targets", None, message + _counted(size, "output") + _in_brackets(names), ""
            )
            return
        row = LOSSES.get(self.loss or "")
        if row is None:
            return
        allowed = row.targets
        for index, target in enumerate(targets):
            if not allowed.least <= target <= allowed.most:
                message = f"target {target:g}; {row.name} needs targets {allowed.words}"
                sample.complain("targets", index, message, "")
        total = math.fsum(targets)
        if allowed.total is not None and abs(total - allowed.total) > _TOLERANCE:
            message = f"the targets' sum is {total:g}; {row.name} needs {allowed.total:g}"
            hint = "targets are probabilities of the classes" if allowed.classes else ""
            sample.complain("targets", None, message, hint)


def _listed(values: list[float] | float | None) -> Sequence[float] | None:
    return [values] if isinstance(values, float) else values


def _table_complaints(table: Table, row: Row) -> Complain:
    def complain(part: str, index: int | None, message: str, hint: str) -> None:
        column = table.columns[part][index or 0]
        table.complain(row.line, column, message, hint)

    return complain


def _counted(number: int, thing: str) -> str:
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"


def _in_brackets(names: NameRow) -> str:
    return f" ({', '.join(names)})" if 0 < len(names) <= _LISTED else ""
