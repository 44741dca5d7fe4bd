"""The samples of a configuration, inline or from a file, checked against the network and the loss."""

from __future__ import annotations

from array import array
from collections.abc import Generator
from contextlib import closing
from dataclasses import dataclass, field
from functools import reduce
from operator import add

import numpy as np

from tracer.config.datafiles import Complain, DataFile, Sample, SampleValues, given_parts
from tracer.config.models import DataFileModel, SampleModel
from tracer.config.neurons import NameRow
from tracer.config.report import Report, counted
from tracer.config.structure import NetworkOutline
from tracer.config.tables import MOST_PROBLEMS
from tracer.immutable import immutable
from tracer.model.experiment import Data
from tracer.model.losses import LOSSES

_TOLERANCE = 1e-9
_LISTED = 8


@dataclass(slots=True)
class _Found:
    """The samples so far, their numbers as they stand in memory in the end; `whole`: none is faulty."""

    inputs: array[float] = field(default_factory=lambda: array("d"))
    targets: array[float] = field(default_factory=lambda: array("d"))
    names: list[str | None] = field(default_factory=list)
    whole: bool = True

    def add(
        self, sample: Sample, inputs: SampleValues | None, targets: SampleValues | None
    ) -> None:
        self.names.append(sample.name)
        if inputs is None or targets is None:
            self.whole = False
        elif self.whole:
            self.inputs.extend(inputs)
            self.targets.extend(targets)

    def data(self) -> Data | None:
        """None where there are no samples, or a faulty one."""
        samples = len(self.names)
        if not samples or not self.whole:
            return None
        inputs, targets = (
            np.frombuffer(numbers).reshape(samples, -1) if numbers else np.empty((samples, 0))
            for numbers in (self.inputs, self.targets)
        )
        return Data(inputs, targets, tuple(self.names))


@immutable
class SampleReader:
    """Reads the samples of one configuration."""

    outline: NetworkOutline
    loss: str | None
    report: Report

    def read(
        self, key: str, given: list[SampleModel | None] | DataFileModel | None, predict: bool
    ) -> Data | None:
        """The samples under a key; None when there are none, or problems with them."""
        before = len(self.report.problems)
        from_file = isinstance(given, DataFileModel)
        if isinstance(given, DataFileModel):
            sizes = self.outline.sizes[0], self.outline.sizes[-1]
            samples = DataFile(key, given, predict, sizes, self.report).samples()
        else:
            samples = self._inline(key, given or [])
        found = _Found()
        with closing(samples):
            for sample in samples:
                found.add(sample, self._inputs(sample), self._targets(sample, predict))
                if from_file and len(self.report.problems) - before > MOST_PROBLEMS:
                    break
        complete = len(self.report.problems) == before and None not in self.outline.sizes
        return found.data() if complete else None

    def _inline(self, key: str, given: list[SampleModel | None]) -> Generator[Sample]:
        for place, model in enumerate(given):
            if model is None:
                continue
            parts = given_parts(model, self.report.root.find((key, place)))
            yield Sample(
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

    def _inputs(self, sample: Sample) -> SampleValues | None:
        size = self.outline.sizes[0]
        if sample.inputs is not None and size is not None and len(sample.inputs) != size:
            names = self.outline.names[0] if self.outline.names else ()
            message = f"{counted(len(sample.inputs), 'input')}; the network has {size}"
            sample.complain("inputs", None, message + _in_brackets(names), "")
        return sample.inputs

    def _targets(self, sample: Sample, predict: bool) -> SampleValues | None:
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

    def _one_hot(self, sample: Sample, number: int) -> SampleValues | None:
        size = self.outline.sizes[-1]
        if size == 1:
            hint = "give targets: [0] or targets: [1]"
            sample.complain("class", None, "a class needs two outputs or more", hint)
        elif size is not None and number >= size:
            message = f"class {number}; with {size} outputs the classes are 0 to {size - 1}"
            sample.complain("class", None, message, "")
        elif size is not None:
            return [float(output == number) for output in range(size)]
        return None

    def _check_targets(self, sample: Sample, targets: SampleValues) -> None:
        size = self.outline.sizes[-1]
        if size is not None and len(targets) != size:
            names = self.outline.names[-1] if self.outline.names else ()
            message = f"{counted(len(targets), 'target')}; the network has "
            sample.complain(
                "targets", None, message + counted(size, "output") + _in_brackets(names), ""
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
        if allowed.total is None:
            return
        total = reduce(add, targets)
        if abs(total - allowed.total) > _TOLERANCE:
            message = f"the targets' sum is {total:g}; {row.name} needs {allowed.total:g}"
            hint = "targets are probabilities of the classes" if allowed.classes else ""
            sample.complain("targets", None, message, hint)


def _listed(values: list[float] | float | None) -> SampleValues | None:
    return [values] if isinstance(values, float) else values


def _in_brackets(names: NameRow) -> str:
    return f" ({', '.join(names)})" if 0 < len(names) <= _LISTED else ""
