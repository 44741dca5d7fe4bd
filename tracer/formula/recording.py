"""Arrays that calculate like NumPy's and write down each operation: `v9 = v7 @ v8`.

Whatever runs on them leaves straight-line code behind, which does the same to other arrays of the same
shapes, to the last bit.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from numpy.lib.mixins import NDArrayOperatorsMixin

from tracer.formula.primitive import Primitive

_OPERATORS: dict[Any, str] = {
    np.add: "{} + {}",
    np.subtract: "{} - {}",
    np.multiply: "{} * {}",
    np.true_divide: "{} / {}",
    np.power: "{} ** {}",
    np.matmul: "{} @ {}",
    np.negative: "-{}",
}


class Recorder:
    """Assignments, carried out as they are written; `scope` holds their variables and constants."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.scope: dict[str, Any] = {}

    def variable(self, value: Any) -> str:
        """The variable of a recorded array; a new one for anything else."""
        if isinstance(value, RecordedArray):
            return value.variable
        variable = f"v{len(self.scope)}"
        self.scope[variable] = value
        return variable

    def given(self, array: Any) -> RecordedArray:
        """An array that the code will be handed."""
        return RecordedArray(self, self.variable(array))

    def assign(self, source: str, *operands: Any) -> RecordedArray:
        """The array that the source comes to; each `{}` in it stands for an operand."""
        source = source.format(*map(self.variable, operands))
        variable = self.variable(eval(source, self.scope))
        self.lines.append(f"{variable} = {source}")
        return RecordedArray(self, variable)

    def constants(self) -> dict[str, Any]:
        """What the lines use and don't calculate, the arrays that they are handed included."""
        calculated = {line.partition(" = ")[0] for line in self.lines}
        return {name: value for name, value in self.scope.items() if name not in calculated}


class RecordedArray(NDArrayOperatorsMixin):
    """An array of the code: calculates like NumPy's, and writes each operation down."""

    __slots__ = ("_recorder", "variable")

    def __init__(self, recorder: Recorder, variable: str) -> None:
        self._recorder = recorder
        self.variable = variable

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **_options: Any) -> Any:
        """NumPy's operators on these arrays."""
        source = _OPERATORS.get(ufunc)
        if method != "__call__" or source is None:
            return NotImplemented
        return self._recorder.assign(source, *inputs)

    @property
    def shape(self) -> tuple[int, ...]:
        """As in NumPy."""
        shape: tuple[int, ...] = self._recorder.scope[self.variable].shape
        return shape

    @property
    def T(self) -> RecordedArray:  # noqa: N802
        """The axes in reverse order."""
        return self._recorder.assign("{}.T", self)

    def __len__(self) -> int:
        return self.shape[0]

    def __getitem__(self, key: tuple[Any, ...]) -> RecordedArray:
        return self._recorder.assign("{}[{}]", self, key)

    def sum(self, axis: int | None = None, keepdims: bool = False) -> RecordedArray:
        """As in NumPy."""
        return self._recorder.assign(f"{{}}.sum(axis={axis}, keepdims={keepdims})", self)

    def max(self, axis: int | None = None, keepdims: bool = False) -> RecordedArray:
        """As in NumPy."""
        return self._recorder.assign(f"{{}}.max(axis={axis}, keepdims={keepdims})", self)

    def apply(self, function: Callable[..., Any], *others: Any) -> RecordedArray:
        """`function(self, *others)`, a primitive's own NumPy function without its dispatch."""
        if isinstance(function, Primitive):
            function = partial(function.array, np)
        return self.whole(function, *others)

    def whole(self, function: Callable[..., Any], *others: Any) -> RecordedArray:
        """`function(self, *others)` of the arrays as they are, as one operation."""
        source = f"{{}}({', '.join(['{}'] * (1 + len(others)))})"
        return self._recorder.assign(source, function, self, *others)

    def where(self, mask: Any, other: Any) -> RecordedArray:
        """Its elements where the mask is true, those of `other` elsewhere."""
        return self._recorder.assign("{}({}, {}, {})", np.where, mask, self, other)
