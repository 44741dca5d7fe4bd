"""Arrays of symbols that calculate like NumPy's, one element at a time and only when asked.

The engine runs on these as it runs on floats: `out @ W.T + b` makes an array whose element (s, n) is
the expression w1*i1 + w2*i2 + b1. Nothing is built before an element is asked for, so the formula of
one number of a wide network costs as much as that number.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from functools import reduce
from typing import Any

import numpy as np
from numpy.lib.mixins import NDArrayOperatorsMixin

from tracer.formula.nodes import Expression, Number, total
from tracer.formula.primitives import maximum

Index = tuple[int, ...]

OPERATORS: dict[Any, Callable[..., Any]] = {
    np.add: operator.add,
    np.subtract: operator.sub,
    np.multiply: operator.mul,
    np.true_divide: operator.truediv,
    np.power: operator.pow,
    np.negative: operator.neg,
}
"""Element by element, by what NumPy calls them."""


class SymbolArray(NDArrayOperatorsMixin):
    """An array whose `element(index)` is an expression; `shape` and broadcasting as in NumPy."""

    __slots__ = ("element", "shape", "transposed")

    def __init__(
        self, shape: Index, element: Callable[[Index], Expression], *, transposed: bool = False
    ) -> None:
        self.shape = shape
        self.element = element
        self.transposed = transposed

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **_options: Any) -> Any:
        """NumPy's operators on these arrays: element by element, and matrix products."""
        if method != "__call__":
            return NotImplemented
        if ufunc is np.matmul:
            return _product(*map(_symbolic, inputs))
        function = OPERATORS.get(ufunc)
        return NotImplemented if function is None else _elementwise(function, *inputs)

    def __len__(self) -> int:
        return self.shape[0]

    @property
    def T(self) -> SymbolArray:  # noqa: N802
        """The axes in reverse order."""
        shape = self.shape[::-1]
        return SymbolArray(shape, lambda index: self.element(index[::-1]), transposed=True)

    def sum(self, axis: int | None = None, keepdims: bool = False) -> SymbolArray:
        """The sum along `axis`, over everything without one."""
        axes = tuple(range(len(self.shape))) if axis is None else (axis % len(self.shape),)
        inner = tuple(self.shape[a] for a in axes)
        kept = tuple(n for a, n in enumerate(self.shape) if a not in axes)
        shape = tuple(1 if a in axes else n for a, n in enumerate(self.shape))

        def element(index: Index) -> Expression:
            rest = [i for a, i in enumerate(index) if a not in axes] if keepdims else list(index)
            return total([self.element(_merged(rest, axes, sub)) for sub in np.ndindex(inner)])

        return SymbolArray(shape if keepdims else kept, element)

    def max(self, axis: int, keepdims: bool = False) -> SymbolArray:
        """The largest element along `axis`, as maxima of two within each other."""
        axis, shape = axis % len(self.shape), self.shape

        def element(index: Index) -> Expression:
            rest = [i for a, i in enumerate(index) if a != axis] if keepdims else list(index)
            found = (self.element(_merged(rest, (axis,), (k,))) for k in range(shape[axis]))
            return reduce(maximum, found)

        kept = (1,) if keepdims else ()
        return SymbolArray((*shape[:axis], *kept, *shape[axis + 1 :]), element)

    def __getitem__(self, key: tuple[Any, ...]) -> SymbolArray:
        """`[:, None, :]` and the like: whole axes and new ones."""
        new = [position for position, part in enumerate(key) if part is None]
        axes = iter(self.shape)
        shape = tuple(1 if part is None else next(axes) for part in key)
        return SymbolArray(
            shape,
            lambda index: self.element(tuple(i for p, i in enumerate(index) if p not in new)),
        )

    def where(self, mask: Any, other: Any) -> SymbolArray:
        """Its own elements where the mask is true, those of `other` elsewhere."""
        rest = _symbolic(other)
        return SymbolArray(self.shape, lambda i: self.element(i) if mask[i] else rest.element(i))

    def apply(self, function: Callable[..., Expression], *others: Any) -> SymbolArray:
        """`function` element by element; its first argument is this array's element."""
        return _elementwise(function, self, *others)


def choose(mask: Any, chosen: Any, other: Any) -> Any:
    """`chosen` where the mask is true, `other` elsewhere; for floats and for symbols."""
    if mask is True or mask is False:
        return chosen if mask else other
    if isinstance(chosen, np.ndarray):
        return np.where(mask, chosen, other)
    return chosen.where(mask, other)


def one_symbol(symbol: Expression) -> SymbolArray:
    """An array without axes, of one symbol."""
    return SymbolArray((), lambda _: symbol)


def grand_total(arrays: Sequence[Any]) -> Any:
    """The sum of all elements of all the arrays; of symbols one sum of all terms."""
    if all(isinstance(array, SymbolArray) for array in arrays):
        places = [(array, index) for array in arrays for index in np.ndindex(array.shape)]
        return SymbolArray((), lambda _: total([array.element(index) for array, index in places]))
    return reduce(operator.add, [array.sum() for array in arrays])


def _product(left: SymbolArray, right: SymbolArray) -> SymbolArray:
    """Σ over k; a transposed right factor is written first: `x @ W.T` gives w1*x1 + w2*x2."""

    def element(index: Index) -> Expression:
        row, column = index
        pairs = ((left.element((row, k)), right.element((k, column))) for k in inner)
        return total([b * a if right.transposed else a * b for a, b in pairs])

    inner = range(left.shape[1])
    return SymbolArray((left.shape[0], right.shape[1]), element)


def _elementwise(function: Callable[..., Expression], *arrays: Any) -> SymbolArray:
    """`function` of the elements of arrays, symbols or numbers broadcast against each other."""
    sources = [_symbolic(array) for array in arrays]
    shape = np.broadcast_shapes(*(source.shape for source in sources))
    return SymbolArray(shape, lambda i: function(*(_element(source, i) for source in sources)))


def _symbolic(value: Any) -> SymbolArray:
    if isinstance(value, SymbolArray):
        return value
    if isinstance(value, Expression):
        return SymbolArray((), lambda _: value)
    array = np.asarray(value, dtype=float)
    return SymbolArray(array.shape, lambda index: Number(float(array[index])))


def _element(array: SymbolArray, index: Index) -> Expression:
    """The element that broadcasting puts at `index`."""
    own = index[len(index) - len(array.shape) :]
    return array.element(tuple(0 if n == 1 else i for i, n in zip(own, array.shape, strict=True)))


def _merged(rest: list[int], axes: Index, inner: Index) -> Index:
    """`inner` at the places `axes`, `rest` at the others."""
    values, others = dict(zip(axes, inner, strict=True)), iter(rest)
    count = len(rest) + len(axes)
    return tuple(values[a] if a in values else next(others) for a in range(count))
