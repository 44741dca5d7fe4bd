"""Arrays that have been read → answers in the engine's shape: what all arrays of a file tell together.

How exact a program's floats are, and whether a row of weights is a neuron or an input, and a row of a
batch a sample or a neuron.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from tracer.diagnose.answers.lying import Lying
from tracer.diagnose.answers.model import ArrayAnswer, Entry, Meaning, Tolerance
from tracer.diagnose.answers.moments import Moment
from tracer.diagnose.answers.precision import Precision, of_texts
from tracer.immutable import immutable
from tracer.model.network import FloatArray
from tracer.model.quantity import Stage


@immutable
class ReadArray:
    """An array of one moment that has been read, and how it lies in the file.

    `shape` is the engine's; `texts` are some of its numbers, as they are written.
    """

    entry: Entry
    moment: Moment
    meaning: Meaning
    values: FloatArray
    texts: Sequence[str]
    lying: Lying
    shape: tuple[int, ...]

    @property
    def stage(self) -> Stage:
        """Which array it is."""
        return self.meaning.stage


@immutable
class Habits:
    """How a file writes its arrays: how exactly, and whether those that fit both ways are turned.

    `weights`: weights have a row for each input; `samples`: a column is a sample. None where no shape
    and no name tells.
    """

    shown: Precision
    weights: bool | None
    samples: bool | None

    @staticmethod
    def of(arrays: Sequence[ReadArray]) -> Habits:
        """What the arrays of a file show together."""
        by_kind = {of_samples: _turned(arrays, of_samples) for of_samples in (False, True)}
        return Habits(_precision(arrays), by_kind[False], by_kind[True])

    def answer(
        self, array: ReadArray, tolerance: Tolerance | None, first_layer: int
    ) -> ArrayAnswer:
        """The array in the engine's shape.

        Raises:
            ValueError: its numbers can't be written so.
        """
        lying, meaning = array.lying, array.meaning
        turned: bool | None = lying.turned
        if lying.turned and lying.direct:
            habit = self.samples if array.stage.of_a_sample else self.weights
            turned = habit if meaning.by_input is None else meaning.by_input
        return ArrayAnswer(
            array.moment,
            array.stage,
            array.entry.name,
            lying.in_shape(array.values, array.shape, turned=bool(turned)),
            array.entry.precision or self.shown,
            tolerance,
            turned,
            first_layer,
            meaning,
        )


def _precision(arrays: Iterable[ReadArray]) -> Precision:
    """What all floats of the file show; those that the configuration gives may be short anyway."""
    known = [array for array in arrays if array.entry.precision is None]
    calculated = [array for array in known if not array.stage.is_given]
    return of_texts([text for array in calculated or known for text in array.texts])


def _turned(arrays: Iterable[ReadArray], of_samples: bool) -> bool | None:
    """Whether the arrays of a kind are turned, as those say that fit only one way."""
    told = {
        array.lying.turned
        for array in arrays
        if array.stage.of_a_sample is of_samples and array.lying.turned != array.lying.direct
        if array.lying.turned or (len(array.shape) == 2 and 1 not in array.shape)
    }
    return told.pop() if len(told) == 1 else None
