"""Arrays that calculate like NumPy's and write down each operation: `v9 = v7 @ v8`.

Whatever runs on them leaves straight-line work behind, which can be done to other arrays of the same
shapes: to the last bit as it was recorded, or in the fewer calls of `tracer.arrays.compiling`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np
from numpy.lib.mixins import NDArrayOperatorsMixin

from tracer.arrays.operations import Function, Listing, Operation
from tracer.formula.primitive import Elementwise, Primitive

_OPERATORS: dict[Any, Function] = {
    np.add: Function("ufunc", "{} + {}", np.add),
    np.subtract: Function("ufunc", "{} - {}", np.subtract),
    np.multiply: Function("ufunc", "{} * {}", np.multiply),
    np.true_divide: Function("ufunc", "{} / {}", np.true_divide),
    np.power: Function("ufunc", "{} ** {}", np.power),
    np.negative: Function("ufunc", "-{}", np.negative),
    np.matmul: Function("matmul", "{} @ {}"),
}
_TRANSPOSE = Function("transpose", "{}.T")


ROWS = 2
"""So many samples of a batch are enough to record on."""


class Recorder:
    """Operations, carried out as they are written down; `values` are what they came to.

    `samples`: how many a batch has that is given with its first `ROWS`, if it has more.
    """

    def __init__(self, samples: int) -> None:
        self.samples = samples
        self.operations: list[Operation] = []
        self.values: list[Any] = []

    def number(self, value: Any) -> int:
        """The number of a recorded array; a new one for anything else."""
        if isinstance(value, RecordedArray):
            return value.number
        self.values.append(value)
        return len(self.values) - 1

    def given(self, array: Any) -> RecordedArray:
        """An array that the code will be handed."""
        return RecordedArray(self, self.number(array))

    def assign(self, function: Function, *operands: Any) -> RecordedArray:
        """The array that the function makes of the operands."""
        numbers = tuple(map(self.number, operands))
        names = {f"v{number}": self.values[number] for number in numbers}
        source = function.source.format(*(f"v{number}" for number in numbers))
        result = self.number(eval(source, {"call": function.call}, names))
        self.operations.append(Operation(result, function, numbers))
        return RecordedArray(self, result)

    def listing(
        self,
        before: Sequence[RecordedArray],
        after: Sequence[RecordedArray],
        batch: Sequence[RecordedArray],
        moment: Sequence[RecordedArray] = (),
        loss: RecordedArray | None = None,
    ) -> Listing:
        """All that was written down, between two states."""
        known = {operation.result for operation in self.operations}
        known.update(array.number for array in (*before, *batch, *moment))
        return Listing(
            tuple(self.operations),
            tuple(np.shape(value) for value in self.values),
            {n: value for n, value in enumerate(self.values) if n not in known},
            state=_numbers(before),
            after=_numbers(after),
            batch=_numbers(batch),
            moment=_numbers(moment),
            loss=None if loss is None else loss.number,
            samples=self.samples,
        )


def _numbers(arrays: Sequence[RecordedArray]) -> tuple[int, ...]:
    return tuple(array.number for array in arrays)


class RecordedArray(NDArrayOperatorsMixin):
    """An array of the code: calculates like NumPy's, and writes each operation down."""

    __slots__ = ("_recorder", "number")

    def __init__(self, recorder: Recorder, number: int) -> None:
        self._recorder = recorder
        self.number = number

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **_options: Any) -> Any:
        """NumPy's operators on these arrays."""
        function = _OPERATORS.get(ufunc)
        if method != "__call__" or function is None:
            return NotImplemented
        return self._recorder.assign(function, *inputs)

    @property
    def shape(self) -> tuple[int, ...]:
        """As in NumPy."""
        shape: tuple[int, ...] = self._recorder.values[self.number].shape
        return shape

    @property
    def T(self) -> RecordedArray:  # noqa: N802
        """The axes in reverse order."""
        return self._recorder.assign(_TRANSPOSE, self)

    def __len__(self) -> int:
        """How many samples; a mean over them is one."""
        rows = self.shape[0]
        return self._recorder.samples if rows == ROWS else rows

    def __getitem__(self, key: tuple[Any, ...]) -> RecordedArray:
        return self._recorder.assign(Function("other", "{}[{}]"), self, key)

    def sum(self, axis: int | None = None, keepdims: bool = False) -> RecordedArray:
        """As in NumPy."""
        return self._reduced("sum", axis, keepdims)

    def max(self, axis: int | None = None, keepdims: bool = False) -> RecordedArray:
        """As in NumPy."""
        return self._reduced("max", axis, keepdims)

    def _reduced(self, name: str, axis: int | None, keepdims: bool) -> RecordedArray:
        source = f"{{}}.{name}(axis={axis}, keepdims={keepdims})"
        return self._recorder.assign(Function(name, source, None, axis, keepdims), self)

    def apply(self, function: Callable[..., Any], *others: Any) -> RecordedArray:
        """`function(self, *others)`, element by element.

        A primitive is its own NumPy function, without its dispatch.
        """
        name = "map"
        if isinstance(function, Primitive):
            array = function.array
            name = "ufunc" if isinstance(array, Elementwise) else "map"
            function = array.of(np) if isinstance(array, Elementwise) else partial(array, np)
        return self._called(name, function, *others)

    def whole(self, function: Callable[..., Any], *others: Any) -> RecordedArray:
        """`function(self, *others)` of the arrays as they are, as one operation."""
        return self._called("other", function, *others)

    def guarded(
        self, chosen: Callable[..., Any], usual: RecordedArray, *arrays: Any
    ) -> RecordedArray:
        """`usual`, unless some of this is positive: then what is chosen."""
        return self._called("guard", chosen, usual, *arrays)

    def where(self, mask: Any, other: Any) -> RecordedArray:
        """Its elements where the mask is true, those of `other` elsewhere."""
        return self._recorder.assign(
            Function("other", "call({}, {}, {})", np.where), mask, self, other
        )

    def _called(self, name: str, call: Any, *others: Any) -> RecordedArray:
        source = f"call({', '.join(['{}'] * (1 + len(others)))})"
        return self._recorder.assign(Function(name, source, call), self, *others)
