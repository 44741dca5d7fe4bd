"""The samples of a data file, CSV or NumPy's, in the same form as those that stand in the YAML."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from typing import NamedTuple, TypeAlias

from tracer.config.arraydata import SUFFIXES, read_samples
from tracer.config.fields import ConfigModel, sound
from tracer.config.files import open_lines
from tracer.config.models import DataFileModel
from tracer.config.nodes import Node
from tracer.config.report import Report, counted
from tracer.config.tables import RANGE, CsvTable, read_table, report_file
from tracer.config.wording import misspelled
from tracer.errors import ConfigError
from tracer.immutable import immutable
from tracer.model.network import FloatArray

_PARTS = ("inputs", "targets", "class")

SampleValues: TypeAlias = Sequence[float] | FloatArray

Complain = Callable[[str, int | None, str, str], None]
"""complain(part, index, message, hint): a problem with `inputs`, `targets` or `class` of a sample.

The index is the number's place in the part; None is the part as a whole.
"""


class Sample(NamedTuple):
    """One sample; `given` says which parts the file has, though they may be faulty (None)."""

    inputs: SampleValues | None
    targets: SampleValues | None
    number: int | None
    name: str | None
    given: frozenset[str]
    complain: Complain


def given_parts(model: ConfigModel, node: Node) -> frozenset[str]:
    """Which of inputs, targets and class the file gives, though they may be faulty or misspelled."""
    known = model.descriptions()
    given = {part for part in _PARTS if part in node.value or misspelled(part, node, known)}
    return frozenset(given)


@immutable
class DataFile:
    """The file that stands under a key; `sizes` are the network's inputs and outputs."""

    key: str
    model: DataFileModel
    predict: bool
    sizes: tuple[int | None, int | None]
    report: Report

    def samples(self) -> Generator[Sample]:
        """The samples; what is wrong with the file or the choice of its columns is reported."""
        if self.model.file is None or not self._right_parts():
            return
        if self.model.file.lower().endswith(SUFFIXES):
            yield from self._from_arrays()
        else:
            yield from self._from_table()

    def _from_table(self) -> Iterator[Sample]:
        if self.model.file is None or self.model.inputs is None:
            return
        path = self.report.folder / self.model.file
        try:
            with open_lines(path, str(path)) as lines:
                yield from self._rows(lines, str(path))
        except ConfigError as error:
            report_file(error, str(path), (self.key,), self.report)

    def _rows(self, lines: Iterator[str], shown: str) -> Iterator[Sample]:
        found = read_table(lines, shown, self.model, (self.key,), self.report)
        if found is None:
            return
        table, rows = found
        counts = {part: len(columns) for part, columns in table.columns.items()}
        if not self._right_counts(counts):
            return
        given = self._given()
        for row in rows:
            complain = _table_complaints(table, row.line)
            yield Sample(row.inputs, row.targets, row.number, row.name, given, complain)

    def _from_arrays(self) -> Iterator[Sample]:
        found = read_samples(
            self.model, self.key, self.sizes, self.predict, self.report, self._right_counts
        )
        if found is None:
            return
        targets, classes = found.targets, found.classes
        given = self._given() | ({"targets"} if targets is not None else set())
        for place, inputs in enumerate(found.inputs):
            yield Sample(
                inputs,
                None if targets is None else targets[place],
                None if classes is None else classes[place],
                None,
                given,
                self._array_complaints(place),
            )

    def _array_complaints(self, place: int) -> Complain:
        def complain(part: str, _index: int | None, message: str, hint: str) -> None:
            place_of_part = part if part in self._given() else "file"
            self.report.at((self.key, place_of_part), f"sample {place + 1}: {message}", hint)

        return complain

    def _given(self) -> frozenset[str]:
        return given_parts(self.model, self.report.root.find((self.key,)))

    def _right_parts(self) -> bool:
        """Whether a file's inputs, targets or class are asked for as they should be."""
        before = len(self.report.problems)
        file = sound(self.model.file).lower()
        whole = file.endswith(".npy")  # has no parts
        if not whole and "inputs" not in self._given():
            hint = self.model.descriptions()["inputs"]
            self.report.at((self.key,), "missing key 'inputs'", hint)
        if not file.endswith(SUFFIXES):
            self._right_counts(self._listed())
        given = self._given() - {"inputs"}
        if self.predict and given:
            self.report.at(
                (self.key,), "samples to predict have no targets", "leave the columns out"
            )
        elif not self.predict and not given and not whole:
            self.report.at((self.key,), "no column with targets", "add targets: [...], or class:")
        elif len(given) > 1:
            self.report.at((self.key,), "both targets and class", "leave one of them out")
        return len(self.report.problems) == before

    def _listed(self) -> dict[str, int]:
        """How many columns are listed, where that is known without the file."""
        parts = {"inputs": self.model.inputs, "targets": self.model.targets}
        return {
            part: len(names)
            for part, names in parts.items()
            if isinstance(names, list) and RANGE not in "".join(names)
        }

    def _right_counts(self, counts: Mapping[str, int]) -> bool:
        """Whether the columns are as many as the network's inputs and outputs."""
        before = len(self.report.problems)
        sizes = dict(zip(("inputs", "targets"), self.sizes, strict=True))
        for part, count in counts.items():
            size = sizes.get(part)
            if size is not None and count != size:
                has = counted(size, "input" if part == "inputs" else "output")
                message = f"{counted(count, 'column')}; the network has {has}"
                self.report.at((self.key, part), message)
        return len(self.report.problems) == before


def _table_complaints(table: CsvTable, line: int) -> Complain:
    def complain(part: str, index: int | None, message: str, hint: str) -> None:
        column = table.columns[part][index or 0]
        table.complain(line, column, message, hint)

    return complain
