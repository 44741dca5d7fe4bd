"""Arrays of many iterations that calculate like NumPy's array of one: the first axis counts iterations.

Whatever runs on them does to each iteration what it would do to it alone, in one call for all of them.
Operations stand on the same elements in the same order, so that the bits are the same too.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
from numpy.lib.mixins import NDArrayOperatorsMixin

from tracer.formula.lazy import OPERATORS

Floats = npt.NDArray[np.float64]

_OPERATORS = {**OPERATORS, np.matmul: operator.matmul}


class StackedArray(NDArrayOperatorsMixin):
    """`stack` is (iterations, …); shape, axes and broadcasting are those of one iteration's array."""

    __slots__ = ("stack",)

    def __init__(self, stack: Floats) -> None:
        self.stack = stack

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **_options: Any) -> Any:
        """NumPy's operators on these arrays."""
        function = _OPERATORS.get(ufunc)
        if method != "__call__" or function is None:
            return NotImplemented
        if function is operator.pow and isinstance(inputs[1], StackedArray):
            return _powers(*inputs)
        return StackedArray(function(*_aligned(inputs)))

    @property
    def shape(self) -> tuple[int, ...]:
        """As in NumPy, of one iteration."""
        shape: tuple[int, ...] = self.stack.shape
        return shape[1:]

    @property
    def T(self) -> StackedArray:  # noqa: N802
        """The axes in reverse order."""
        return StackedArray(self.stack.transpose(0, *range(self.stack.ndim - 1, 0, -1)))

    def __len__(self) -> int:
        return self.shape[0]

    def __getitem__(self, key: tuple[Any, ...]) -> StackedArray:
        return StackedArray(self.stack[(slice(None), *key)])

    def sum(self, axis: int | None = None, keepdims: bool = False) -> StackedArray:
        """As in NumPy."""
        if axis is None:
            return StackedArray(self.stack.reshape(len(self.stack), -1).sum(axis=1))
        return StackedArray(self.stack.sum(axis=self._axis(axis), keepdims=keepdims))

    def max(self, axis: int, keepdims: bool = False) -> StackedArray:
        """As in NumPy."""
        return StackedArray(self.stack.max(axis=self._axis(axis), keepdims=keepdims))

    def _axis(self, axis: int) -> int:
        axes: int = self.stack.ndim - 1
        return axis % axes + 1

    def apply(self, function: Callable[..., Any], *others: Any) -> StackedArray:
        """`function(self, *others)`, element by element."""
        return StackedArray(function(*_aligned((self, *others))))

    def guarded(self, chosen: Callable[..., Any], usual: StackedArray, *arrays: Any) -> Any:
        """`usual`, unless some of this is positive: then what is chosen, element by element."""
        return StackedArray(chosen(*_aligned((self, usual, *arrays))))

    def where(self, mask: Any, other: Any) -> StackedArray:
        """Its elements where the mask is true, those of `other` elsewhere."""
        own, rest = _aligned((self, other))
        return StackedArray(np.where(mask, own, rest))


def _powers(base: Any, exponent: StackedArray) -> StackedArray:
    """A number to the power of each iteration's: NumPy squares where one is 2, but not in an array."""
    return StackedArray(np.array([float(base**power) for power in exponent.stack.tolist()]))


def _aligned(operands: tuple[Any, ...]) -> list[Any]:
    """The operands as NumPy's arrays that are broadcast against each other iteration by iteration."""
    axes = max(len(x.shape) if isinstance(x, StackedArray) else np.ndim(x) for x in operands)
    return [_with_axes(x.stack, axes) if isinstance(x, StackedArray) else x for x in operands]


def _with_axes(stack: Floats, axes: int) -> Floats:
    missing = axes + 1 - stack.ndim
    return stack.reshape(len(stack), *[1] * missing, *stack.shape[1:]) if missing else stack
