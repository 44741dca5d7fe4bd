"""Entries of a file → answers: what each name means, how the file counts, how its matrices lie.

Between the readers, which know how a file is written, and `tracer.diagnose.answers.reading`. What is
decided of all entries together: the number of the first layer, the precision of a program's floats, and
whether a row of a weight matrix is a neuron or an input.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from tracer.diagnose.answers.arrays import Numbering, find_stage, fits
from tracer.diagnose.answers.model import (
    Answer,
    ArrayAnswer,
    Entry,
    Leaf,
    Spot,
    Supplied,
    Tolerance,
)
from tracer.diagnose.answers.moments import Moment, outline
from tracer.diagnose.answers.precision import FLOAT64, LEAST_DIGITS, Precision, of_texts
from tracer.digits.numbers import Written, shortest
from tracer.engine.trace import IterationTrace
from tracer.errors import ConfigError, Problem, UnknownNameError, UsageError
from tracer.explain.calculation import Calculation
from tracer.model.experiment import Experiment, GraphExperiment
from tracer.model.network import FloatArray
from tracer.model.quantity import OF_A_WEIGHT, Identity, Quantity, Stage

_ITERATION = re.compile(r"@(\d{1,15})(#\d+)?$")
_MOST_TEXTS = 500
"""So many numbers of an array tell how they were rounded."""


@dataclass(frozen=True, slots=True)
class _Array:
    """An array that has been read: `direct` and `by_input` say which ways round its shape fits."""

    entry: Entry
    moment: Moment
    stage: Stage
    values: FloatArray
    texts: Sequence[str]
    direct: bool
    by_input: bool


@dataclass
class Collector:
    """Turns entries into answers; what is wrong goes to `problems`.

    `strangers` are the names that don't exist, among so many `entries`.
    """

    experiment: Experiment | GraphExperiment
    tolerance: Tolerance | None
    problems: list[Problem]
    outlines: dict[Moment, Calculation] = field(default_factory=dict)
    seen: dict[tuple[Moment, Identity | Stage], Spot] = field(default_factory=dict)
    strangers: list[str] = field(default_factory=list)
    entries: int = 0
    numbering: Numbering = field(default_factory=Numbering)

    def answers(self, entries: Sequence[Entry]) -> list[Supplied]:
        """The answers of all entries, in their order."""
        if isinstance(self.experiment, Experiment):
            names = [entry.name for entry in entries if entry.shape]
            self.numbering = Numbering.of(names, self.experiment.network.depth)
        read = [item for entry in entries for item in self._read(entry)]
        arrays = [item for item in read if isinstance(item, _Array)]
        precision, by_input = _precision(arrays), _by_input(arrays)
        return [
            self._whole(item, precision, by_input)
            if isinstance(item, _Array)
            else self._beside(item, precision if arrays else FLOAT64)
            for item in read
        ]

    def _beside(self, answer: Answer, precision: Precision) -> Answer:
        """A single number; beside arrays of a lesser type, one with as many digits is of that type."""
        lesser = precision.epsilon > FLOAT64.epsilon
        if self.tolerance or not lesser or answer.written.significant < LEAST_DIGITS:
            return answer
        return replace(answer, tolerance=Tolerance.of(precision))

    def _read(self, entry: Entry) -> Iterator[_Array | Answer]:
        """What one entry holds: an array, or a number; nothing where something is wrong with it."""
        self.entries += 1
        try:
            item = self._array(entry) if entry.shape else self._number(entry)
        except UnknownNameError as error:
            self.strangers.append(entry.name)
            self._complain(entry.spot, error.message, entry.hint or error.hint)
        except UsageError as error:
            self._complain(entry.spot, error.message, error.hint)
        except ConfigError as error:
            self.problems += error.problems
        except ValueError as error:
            self._complain(entry.spot, str(error), "a row is a neuron or a sample")
        else:
            if item is not None:
                yield item

    def _number(self, entry: Entry) -> Answer | None:
        moment = self._moment(entry)
        identity: Identity = self._outline(moment).trace.find(entry.name)
        self._refuse_what_is_not(moment, identity)
        if entry.read is not None:
            leaf = Leaf(repr(float(entry.read())), entry.spot)
            return self._answer(moment, identity, leaf, Tolerance.of(entry.precision or FLOAT64))
        return self._answer(moment, identity, entry.leaves[0], None)

    def _answer(
        self, moment: Moment, identity: Identity, leaf: Leaf, tolerance: Tolerance | None
    ) -> Answer | None:
        written = self._written(leaf)
        if written is None or self._is_second(moment, identity, leaf.spot):
            return None
        return Answer.of(moment, identity, written, self.tolerance or tolerance)

    def _array(self, entry: Entry) -> _Array | None:
        moment = self._moment(entry)
        trace = self._outline(moment).trace
        if not isinstance(trace, IterationTrace):
            raise UsageError("a list of numbers", "a graph has only single numbers")
        stage = find_stage(entry.name.partition("@")[0], trace, self.numbering)
        direct, by_input = fits(stage, entry.shape, trace)
        if entry.read is not None:
            values = entry.read()
            some = values.ravel()[:: max(values.size // _MOST_TEXTS, 1)].tolist()
            texts = [shortest(value) for value in some if value]
        else:
            written = [self._written(leaf) for leaf in entry.leaves]
            numbers = [number for number in written if number is not None]
            if len(numbers) < len(written):
                return None
            texts = [number.text for number in numbers]
            values = np.array([number.value for number in numbers]).reshape(entry.shape)
        if self._is_second(moment, stage, entry.spot):
            return None
        return _Array(entry, moment, stage, values, texts, direct, by_input)

    def _whole(self, array: _Array, shown: Precision, by_input: bool | None) -> ArrayAnswer:
        """The array in the engine's shape; `by_input` is how the file has those that fit both ways."""
        entry, shape = array.entry, self._outline(array.moment).trace.arrays[array.stage].shape
        either = array.direct and array.by_input
        turned = by_input if either else array.by_input
        values = array.values.reshape(shape[::-1]).T if turned else array.values.reshape(shape)
        return ArrayAnswer(
            array.moment,
            array.stage,
            entry.name,
            values,
            entry.precision or shown,
            self.tolerance,
            turned,
            self.numbering.first,
        )

    def _moment(self, entry: Entry) -> Moment:
        """The moment of the block that the entry stands in, or that its `@` says."""
        match = _ITERATION.search(entry.name)
        if match is None:
            return entry.moment or Moment()
        moment = Moment(max(int(match[1]), 1))
        if entry.moment not in (None, moment):
            raise UsageError(
                f"'{entry.name}' stands among other numbers: {entry.moment.words}",
                "leave out the '@'",
            )
        return moment

    def _outline(self, moment: Moment) -> Calculation:
        if moment not in self.outlines:
            self.outlines[moment] = outline(self.experiment, moment)
        return self.outlines[moment]

    def _refuse_what_is_not(self, moment: Moment, identity: Identity) -> None:
        """A name may be right, and this calculation have no such number: no targets, no update."""
        trace = self._outline(moment).trace
        if not isinstance(trace, IterationTrace) or not isinstance(identity, Quantity):
            return
        try:
            trace.value(identity)
        except UnknownNameError as error:
            raise UsageError(error.message, error.hint) from error

    def _written(self, leaf: Leaf) -> Written | None:
        try:
            return Written.parse(leaf.text)
        except ValueError as error:
            self._complain(leaf.spot, str(error))
            return None

    def _is_second(self, moment: Moment, what: Identity | Stage, spot: Spot) -> bool:
        """Whether that was supplied before, by itself or with others: then it is a problem."""
        if isinstance(what, Stage):
            same = [key for key in self.seen if key[0] == moment and _stage(key[1]) == what]
            before = self.seen[same[0]] if same else None
        else:
            before = self.seen.get((moment, what)) or self.seen.get((moment, _stage(what)))
        self.seen.setdefault((moment, what), spot)
        if before is not None:
            first = f"it first stands in line {before.line}" if before.line else before.path
            self._complain(spot, "this quantity has two numbers", first)
        return before is not None

    def _complain(self, spot: Spot, message: str, hint: str = "") -> None:
        self.problems.append(spot.problem(message, hint))


def _stage(what: Identity | Stage) -> Identity | Stage:
    """The stage of a number of a network."""
    return what.stage if isinstance(what, Quantity) else what


def _precision(arrays: Iterable[_Array]) -> Precision:
    """What all floats of the file show; those that the configuration gives may be short anyway."""
    known = [array for array in arrays if array.entry.precision is None]
    calculated = [array for array in known if not array.stage.is_given]
    return of_texts([text for array in calculated or known for text in array.texts])


def _by_input(arrays: Iterable[_Array]) -> bool | None:
    """Whether the file's weight matrices have a row for each input; None where no shape tells."""
    weights = [array for array in arrays if array.stage.kind in OF_A_WEIGHT]
    told = {array.by_input for array in weights if array.by_input != array.direct}
    return told.pop() if len(told) == 1 else None
