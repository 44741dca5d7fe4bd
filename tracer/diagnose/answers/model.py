"""What the readers of answers hand on: entries as the file has them, answers as they are understood."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np

from tracer.diagnose.answers.moments import Moment
from tracer.diagnose.answers.precision import Precision
from tracer.digits.numbers import Written
from tracer.errors import Problem, UsageError
from tracer.immutable import immutable
from tracer.model.network import BoolArray, FloatArray
from tracer.model.quantity import Identity, Stage

_MACHINE = 15
"""From so many significant digits on, a number is a program's float64 and not a person's."""
_ABSOLUTE = 1e-12
"""The absolute tolerance beside a relative one that somebody asks for."""

NOT_SUPPLIED = frozenset({"?", "-", "–", "—", "−", "n/a", "N/A", "…", "..."})
"""What people put in the place of a number that they don't have."""


@immutable
class Tolerance:
    """|given − right| ≤ absolute + relative·|right|: how near a program's number has to be."""

    relative: float = 1e-9
    absolute: float = 1e-15

    def __call__(self, value: float) -> float:
        """The distance from `value` that is still right."""
        return self.absolute + self.relative * abs(value)

    @classmethod
    def parse(cls, text: str) -> Tolerance:
        """`1e-6` (relative; absolute 1e-12) or `1e-6,1e-9`.

        Raises:
            UsageError: the text is something else, or one of the numbers is negative.
        """
        try:
            numbers = [Written.parse(part).value for part in text.split(",")]
        except ValueError:
            numbers = []
        if not 1 <= len(numbers) <= 2 or min(numbers) < 0:
            raise UsageError(
                f"--tolerance {text}: expected a relative and perhaps an absolute tolerance",
                "write 1e-6 or 1e-6,1e-9",
            )
        return cls(*(*numbers, _ABSOLUTE)[:2])

    @classmethod
    def of(cls, precision: Precision) -> Tolerance:
        """For a single number of that precision, which doesn't show what it was added up from."""
        absolute = precision.absolute + 4 * precision.epsilon
        return cls(max(precision.relative, 64 * precision.epsilon), absolute)


@immutable
class Spot:
    """Where something stands: line and column from 1 (0: the file as a whole), path within it."""

    file: str
    line: int = 0
    column: int = 0
    path: str = ""

    def problem(self, message: str, hint: str = "") -> Problem:
        """Something that is wrong here."""
        return Problem(self.file, self.line, self.column, self.path, message, hint)


@immutable
class Leaf:
    """One number of an entry, as text; `index` is its place in the entry's array."""

    text: str
    spot: Spot
    index: tuple[int, ...] = ()


@immutable
class Entry:
    """A name with a number, or with an array of numbers whose shape is `shape`.

    `moment` is None where the file leaves it to the name's `@`. `read` gives the array of a file of
    arrays, when name and shape have been found right; `precision` is what such a file says of it.
    `hint` goes before what is said of a name that doesn't exist.
    """

    name: str
    spot: Spot
    leaves: Sequence[Leaf] = ()
    shape: tuple[int, ...] = ()
    moment: Moment | None = None
    read: Callable[[], FloatArray] | None = None
    precision: Precision | None = None
    hint: str = ""


@immutable
class Answer:
    """A name with the number supplied for it.

    Its identity has the iteration of the moment. `tolerance` is set for a program's number; a
    person's is as exact as its digits say.
    """

    moment: Moment
    identity: Identity
    written: Written
    tolerance: Tolerance | None = None

    @classmethod
    def of(
        cls,
        moment: Moment,
        identity: Identity,
        written: Written,
        tolerance: Tolerance | None = None,
    ) -> Answer:
        """The number as a person's, or as a program's where it has all digits of a float64."""
        if tolerance is None and written.significant >= _MACHINE:
            tolerance = Tolerance()
        return cls(moment, identity, written, tolerance)

    @property
    def value(self) -> float:
        """The number."""
        return self.written.value

    @property
    def uncertainty(self) -> float:
        """Half a unit of the last digit; of a program's number, its tolerance."""
        return self.slack(self.value)

    def slack(self, value: float) -> float:
        """How far from `value` the answer may be and still be that value, written down."""
        if self.tolerance is not None:
            return self.tolerance(value)
        # A tie in decimal is rarely one in float64.
        return self.written.unit / 2 * (1 + 1e-9) + abs(value) * 4e-16


@immutable
class Meaning:
    """What the name of an array means: its stage.

    `undated`: the name leaves open which iteration it is of; `after`, where that is so, whether it is
    from after the update, None if that is left open too. `by_input`: whether a row of weights belongs
    to an input, where the name says that; `module` is what it calls the layer. `other`: what the name
    may also mean, as the numbers tell.
    """

    stage: Stage
    undated: bool = False
    after: bool | None = None
    by_input: bool | None = None
    module: str = ""
    other: Stage | None = None


@immutable
class Saved:
    """When a file was saved whose names don't say it: before the update of an iteration or after it."""

    iteration: int
    after: bool

    @property
    def updates(self) -> int:
        """How many updates came before."""
        return self.iteration if self.after else self.iteration - 1


@dataclass(frozen=True, slots=True, eq=False)
class ArrayAnswer:
    """A stage's whole array as a program has it, `values` in the engine's shape; `name` as given.

    `tolerance` is set where somebody asked for one. `turned`: weights with a row for each input, or
    samples that are columns, here turned round already; None where the shape can't tell, as for a
    square one, and then a row is taken for a neuron, or a sample. `first_layer`: how the file counts
    the layers. `saved`: the moment that was assumed for a name that says none.
    """

    moment: Moment
    stage: Stage
    name: str
    values: FloatArray
    precision: Precision
    tolerance: Tolerance | None = None
    turned: bool | None = False
    first_layer: int = 1
    meaning: Meaning | None = None
    saved: Saved | None = None

    def slack(self, values: FloatArray, lost: FloatArray | float = 0.0) -> FloatArray:
        """How far from each of `values` the array may be, where `lost` is what rounding loses."""
        if self.tolerance is None:
            return self.precision.slack(values, lost)
        slack: FloatArray = self.tolerance.absolute + self.tolerance.relative * np.abs(values)
        return slack

    def near(self, true: FloatArray) -> BoolArray:
        """Which of the numbers are those of `true`."""
        with np.errstate(all="ignore"):
            slack = self.slack(true, self.precision.epsilon)
            near: BoolArray = np.abs(self.values - true) <= slack
        return near

    def turned_round(self) -> ArrayAnswer:
        """The same numbers, read the other way: a row for each input, a column for each sample."""
        return replace(self, values=self.values.T, turned=True)

    def otherwise(self) -> ArrayAnswer:
        """The same numbers as the other array that the name may mean."""
        assert self.meaning is not None, "some name has been read"
        return replace(self, stage=self.meaning.other or self.stage)


Supplied: TypeAlias = Answer | ArrayAnswer
"""What a file of answers holds."""
