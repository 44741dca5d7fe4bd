"""Entries of a file → answers: what each name means, of which moment, and how its numbers lie.

Between the readers, which know how a file is written, and `tracer.diagnose.answers.reading`. What is
decided of all entries together: what their names mean (`vocabulary`), how arrays are written (`whole`),
and when a file was saved that doesn't say it (`undated`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from math import isfinite

import numpy as np

from tracer.config.arrays import in_words
from tracer.diagnose.answers.axis import Axis
from tracer.diagnose.answers.lying import lying, most_iterations
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
from tracer.diagnose.answers.precision import FLOAT64, LEAST_DIGITS, Precision, of_floats
from tracer.diagnose.answers.undated import dated
from tracer.diagnose.answers.vocabulary import Vocabulary
from tracer.diagnose.answers.whole import Habits, ReadArray
from tracer.digits.numbers import Written, shortest
from tracer.engine.trace import IterationTrace
from tracer.errors import ConfigError, Problem, UnknownNameError, UsageError
from tracer.explain.calculation import Calculation
from tracer.model.experiment import Experiment, GraphExperiment
from tracer.model.network import BoolArray, FloatArray
from tracer.model.quantity import Identity, Quantity, Stage, at

_ITERATION = re.compile(r"@(\d{1,15})(#\d+)?$")
_MOST_TEXTS = 500
"""So many numbers of an array tell how they were rounded."""
_CURVES = dict.fromkeys(("losses", "loss_history", "costs", "cost"), "loss")
"""What the loss of each iteration is called."""


@dataclass
class Collector:
    """Turns entries into answers; what is wrong goes to `problems`.

    `moment`: when the numbers are from whose names don't say it. `axis`: the iterations along the first
    axis of arrays, where the file says which they are. `strangers` are the names that don't
    exist, among so many `entries`; those of a file of arrays are `unknown`, and no problems yet.
    """

    experiment: Experiment | GraphExperiment
    tolerance: Tolerance | None
    problems: list[Problem]
    moment: Moment | None = None
    axis: Axis | None = None
    outlines: dict[Moment, Calculation] = field(default_factory=dict)
    seen: dict[tuple[Moment, Identity | Stage], Spot] = field(default_factory=dict)
    stages: dict[tuple[Moment, Identity | Stage], Spot] = field(default_factory=dict)
    strangers: list[str] = field(default_factory=list)
    unknown: list[Problem] = field(default_factory=list)
    entries: int = 0
    vocabulary: Vocabulary | None = None

    def answers(self, entries: Sequence[Entry]) -> list[Supplied]:
        """The answers of all entries, in their order."""
        if isinstance(self.experiment, Experiment):
            self.vocabulary = Vocabulary(entries, self.experiment.network)
        read = [item for entry in entries for item in self._read(entry)]
        arrays = [item for item in read if isinstance(item, ReadArray)]
        habits = Habits.of(arrays)
        found: list[Supplied] = []
        for item in read:
            if isinstance(item, Answer):
                found.append(self._beside(item, habits.shown if arrays else FLOAT64))
            else:
                found += self._whole(item, habits)
        return self._dated(found)

    def _beside(self, answer: Answer, precision: Precision) -> Answer:
        """A single number; beside arrays of a lesser type, one with as many digits is of that type."""
        lesser = precision.epsilon > FLOAT64.epsilon
        if self.tolerance or not lesser or answer.written.significant < LEAST_DIGITS:
            return answer
        return replace(answer, tolerance=Tolerance.of(precision))

    def _whole(self, array: ReadArray, habits: Habits) -> Iterator[ArrayAnswer]:
        """The array in the engine's shape."""
        assert self.vocabulary is not None, "a graph has no arrays"
        try:
            yield habits.answer(array, self.tolerance, self.vocabulary.numbering.first)
        except ValueError as error:
            self._complain(array.entry.spot, str(error))

    def _dated(self, answers: list[Supplied]) -> list[Supplied]:
        """The answers, those whose names don't say when with the moment that is assumed for them."""
        undated = {
            index: answer
            for index, answer in enumerate(answers)
            if isinstance(answer, ArrayAnswer) and answer.meaning and answer.meaning.undated
        }
        if not undated or not isinstance(self.experiment, Experiment):
            return answers
        taken = {(moment, what) for moment, what in self.seen if isinstance(what, Stage)}
        try:
            found = dated(list(undated.values()), taken, self.experiment, self.moment)
        except UsageError as error:
            self._complain(next(iter(self.seen.values())), error.message, error.hint)
            return answers
        return [dict(zip(undated, found, strict=True)).get(i, a) for i, a in enumerate(answers)]

    def _read(self, entry: Entry) -> list[ReadArray | Answer]:
        """What one entry holds: arrays, or numbers; nothing where something is wrong with it."""
        self.entries += 1
        try:
            return list(self._arrays(entry) if entry.shape else self._number(entry))
        except UnknownNameError as error:
            self.strangers.append(entry.name)
            problem = entry.spot.problem(error.message, entry.hint or error.hint)
            (self.problems if entry.read is None else self.unknown).append(problem)
        except UsageError as error:
            self._complain(entry.spot, error.message, error.hint)
        except ConfigError as error:
            self.problems += error.problems
        except ValueError as error:
            self._complain(entry.spot, str(error), "a row is a neuron or a sample")
        return []

    def _number(self, entry: Entry) -> Iterator[Answer]:
        moment = self._moment(entry)
        name = _CURVES.get(entry.name, entry.name) if entry.read else entry.name
        identity: Identity = self._outline(moment).trace.find(name)
        self._refuse_what_is_not(moment, identity)
        if entry.read is None:
            yield from self._answer(moment, identity, entry.leaves[0], None)
            return
        value = _finite(entry, entry.read())
        tolerance = Tolerance.of(of_floats(entry.precision, value))
        yield from self._answer(
            moment, identity, Leaf(shortest(float(value.flat[0])), entry.spot), tolerance
        )

    def _answer(
        self, moment: Moment, identity: Identity, leaf: Leaf, tolerance: Tolerance | None
    ) -> Iterator[Answer]:
        written = self._written(leaf)
        if written is not None and not self._is_second(moment, identity, leaf.spot):
            yield Answer.of(moment, identity, written, self.tolerance or tolerance)

    def _arrays(self, entry: Entry) -> Iterator[ReadArray | Answer]:
        """The array of an entry, that of each iteration if there are several."""
        undated = self.vocabulary is not None and self.vocabulary.is_undated(entry.name)
        axis = self._axis(entry)
        moment = Moment() if undated else self._moment(entry)
        moment = Moment(axis.whole) if axis else moment  # its arrays have room for a whole batch
        trace = self._outline(moment).trace
        number = axis is not None and axis.recorded and len(entry.shape) == 1
        try:
            if self.vocabulary is None or number:
                raise UnknownNameError("a list of numbers", "a graph has only single numbers")
            meaning = self.vocabulary.find(entry.name, trace)
        except UnknownNameError as unknown:
            yield from self._numbers(entry, moment, unknown)
            return
        lies = lying(meaning.stage, entry.shape, trace, len(axis.iterations) if axis else 0)
        if lies.iterations:
            if axis is None:
                _check_iterated(entry, moment)
            meaning = self.vocabulary.find(f"{entry.name}@1", trace)
        axis = axis if lies.iterations else None
        values, texts = self._values(entry, axis, meaning.stage)
        sizes = axis.sizes(meaning.stage) if axis and meaning.stage.of_a_sample else None
        shape = trace.arrays[meaning.stage].shape
        for index, whole in enumerate(lies.iterated(values)):
            here = self._at(axis, index) if lies.iterations else moment
            one = whole
            if sizes:
                one, shape = whole[: sizes[index]], (sizes[index], *shape[1:])
                if not sizes[index]:
                    continue
            if meaning.undated or not self._is_second(here, meaning.stage, entry.spot):
                yield ReadArray(entry, here, meaning, one, () if index else texts, lies, shape)

    def _axis(self, entry: Entry) -> Axis | None:
        """The iterations along the array's first axis, where the file says them."""
        axis = None if _ITERATION.search(entry.name) or entry.read is None else self.axis
        alone = axis and len(axis.iterations) == 1 and entry.shape[:1] != (1,)
        return None if alone else axis

    @staticmethod
    def _at(axis: Axis | None, index: int) -> Moment:
        """When the number with that index on the first axis was calculated."""
        return Moment(axis.iterations[axis.chosen[index]] if axis else index + 1)

    def _numbers(self, entry: Entry, moment: Moment, unknown: UnknownNameError) -> Iterator[Answer]:
        """An array that is no array of the network: one number, or one of each iteration."""
        axis = self._axis(entry)
        if axis is not None and entry.shape[:1] == (len(axis.iterations),):
            yield from self._recorded(entry, axis, unknown)
            return
        trace = self._outline(moment).trace
        bare = _ITERATION.sub("", entry.name)
        try:
            identity: Identity = trace.find(_CURVES.get(bare, bare))
        except UnknownNameError:
            raise unknown from None
        self._refuse_what_is_not(moment, identity)
        count = entry.shape[0]
        if entry.shape != (count,) or not 1 <= count <= most_iterations(self.experiment):
            message = f"found {in_words(entry.shape)} numbers, expected a single one"
            raise UsageError(message, "or one for each iteration")
        if count > 1:
            _check_iterated(entry, moment)
        leaves, tolerance = entry.leaves, None
        if entry.read is not None:
            values = _finite(entry, entry.read())
            leaves = [Leaf(shortest(value), entry.spot) for value in values.tolist()]
            tolerance = Tolerance.of(of_floats(entry.precision, values))
        for index, leaf in enumerate(leaves):
            here = Moment(index + 1) if count > 1 else moment
            yield from self._answer(here, at(identity, here.updates + 1), leaf, tolerance)

    def _recorded(self, entry: Entry, axis: Axis, unknown: UnknownNameError) -> Iterator[Answer]:
        """A number of each iteration; of each sample of its batch, (iterations, samples)."""
        whole = Moment(None, 0)  # which has all samples
        try:
            identity: Identity = self._outline(whole).trace.find(entry.name)
        except UnknownNameError:
            raise unknown from None
        self._refuse_what_is_not(whole, identity)
        stage = identity.stage if isinstance(identity, Quantity) else None
        sampled = stage is not None and stage.of_a_sample
        if len(entry.shape) != 1 + sampled:
            message = f"the shape is {in_words(entry.shape)}, expected iterations"
            raise UsageError(f"{message} and samples" if sampled else message)
        values, _ = self._values(entry, axis, stage if sampled else None)
        tolerance = Tolerance.of(of_floats(entry.precision, values[np.isfinite(values)]))
        for index, of_iteration in enumerate(values):
            here = self._at(axis, index)
            rows = axis.batches[index] if sampled else (None,)
            for row, value in zip(rows, np.atleast_1d(of_iteration).tolist(), strict=False):
                own = replace(identity, sample=row) if isinstance(identity, Quantity) else identity
                leaf = Leaf(shortest(value), entry.spot)
                yield from self._answer(here, at(own, here.updates + 1), leaf, tolerance)

    def _values(
        self, entry: Entry, axis: Axis | None = None, stage: Stage | None = None
    ) -> tuple[FloatArray, Sequence[str]]:
        """The numbers of an array, and some of them as they are written; of an axis those it reads.

        Of a stage of samples smaller batches leave room behind the iterations.

        Raises:
            ConfigError: some of them are no numbers.
        """
        if entry.read is not None:
            values = entry.read() if axis is None else entry.read()[list(axis.chosen)]
            sampled = axis and stage and stage.of_a_sample
            room = axis.room(stage, values.shape) if axis and stage and sampled else None
            values = _finite(entry, values, room, axis.chosen if axis else ())
            some = values.ravel()[:: max(values.size // _MOST_TEXTS, 1)].tolist()
            return values, [shortest(value) for value in some if value and isfinite(value)]
        written = [self._written(leaf) for leaf in entry.leaves]
        numbers = [number for number in written if number is not None]
        if len(numbers) < len(written):
            raise ConfigError([])
        texts = [number.text for number in numbers]
        return np.array([number.value for number in numbers]).reshape(entry.shape), texts

    def _moment(self, entry: Entry) -> Moment:
        """The moment of the block that the entry stands in, or that its `@` says."""
        match = _ITERATION.search(entry.name)
        if match is None:
            return entry.moment or self.moment or Moment()
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
        stage = what.stage if isinstance(what, Quantity) else what
        if what == stage:
            before = self.stages.get((moment, stage))
        else:
            before = self.seen.get((moment, what)) or self.seen.get((moment, stage))
        self.stages.setdefault((moment, stage), spot)
        self.seen.setdefault((moment, what), spot)
        if before is not None:
            first = f"it first stands in line {before.line}" if before.line else before.path
            self._complain(spot, "this quantity has two numbers", first)
        return before is not None

    def _complain(self, spot: Spot, message: str, hint: str = "") -> None:
        self.problems.append(spot.problem(message, hint))


def _finite(
    entry: Entry,
    values: FloatArray,
    room: BoolArray | None = None,
    chosen: Sequence[int] = (),
) -> FloatArray:
    """The numbers; UsageError when one isn't finite, but for where there is room.

    `chosen`: their places along the first axis of the file's array, where those aren't all.
    """
    strange = ~np.isfinite(values)
    for place in np.argwhere(strange if room is None else strange & ~room)[:1]:
        value = values[tuple(place)]
        place[:1] = chosen[place[0]] if chosen else place[:1]
        where = f"{entry.name}{place.tolist() or ''}"
        raise UsageError(f"{where} is {value}, expected a finite number")
    return values


def _check_iterated(entry: Entry, moment: Moment) -> None:
    """UsageError for an array with iterations along its first axis that is of one moment already."""
    if moment != Moment():
        message = f"the shape is {in_words(entry.shape)}: iterations lie along its first axis"
        raise UsageError(
            message, f"leave out '@' and the moment: '{entry.name}' says them by itself"
        )
