"""Arrays that calculate like NumPy's and write what is done with them as source: `X @ W1.T + b1`.

Whatever runs on them comes to an expression of arrays, in NumPy or in what is called like it. They hold
no numbers, only their shapes: what stands for the number of rows may be any.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.lib.mixins import NDArrayOperatorsMixin

from tracer.digits.numbers import shortest
from tracer.formula.nodes import Call, Symbol
from tracer.formula.primitive import Binding, Primitive
from tracer.formula.primitives import PRIMITIVES

ROWS = 1_000_003
"""Stands for the number of rows of a batch: a number that no formula has, nor a multiple of it."""

Shape = tuple[int, ...]

_SUM = Binding.SUM, Binding.SUM, Binding.PRODUCT
_PRODUCT = Binding.PRODUCT, Binding.PRODUCT, Binding.FACTOR
_OPERATORS: dict[Any, tuple[str, tuple[Binding, Binding, Binding]]] = {
    np.add: ("+", _SUM),
    np.subtract: ("-", _SUM),
    np.multiply: ("*", _PRODUCT),
    np.true_divide: ("/", _PRODUCT),
    np.matmul: ("@", _PRODUCT),
    np.power: ("**", (Binding.POWER, Binding.ATOM, Binding.FACTOR)),
}
"""The sign; how tightly the result holds together, and what the operands need."""


@dataclass(slots=True)
class Library:
    """What the arrays are of: NumPy as `np`, or something with the same functions.

    `rows` is the source of how many rows a batch has, `largest` the method that finds the largest along
    an axis. `looks`: how functions are written that the library has under another name or not at all.
    `used` are the functions called so far that it doesn't have, `known` the constant arrays by their
    names.
    """

    name: str
    rows: str
    largest: str = "max"
    looks: Mapping[str, str] = field(default_factory=dict)
    used: dict[str, Primitive] = field(default_factory=dict)
    known: list[tuple[str, Any]] = field(default_factory=list)

    def call(self, row: Primitive, arguments: list[str]) -> str:
        """The source of a function's call."""
        template = self.looks.get(row.name)
        if template is None and row.patterns.arrays is not None:
            template = row.patterns.arrays.template.replace("{}", self.name)
        if template is None:
            own = row.composed is not None
            if own:
                self.used[row.name] = row
            inside = ", ".join(f"${n + 1}" for n in range(row.arity))
            template = f"{'' if own else self.name + '.'}{row.name}({inside})"
        return re.sub(r"\$(\d)", lambda hit: arguments[int(hit[1]) - 1], template)

    def constant(self, array: Any) -> tuple[str, Binding]:
        """The source of an array of numbers, and how tightly it holds together."""
        for name, known in self.known:
            if known is array:
                return name, Binding.ATOM
        values = np.asarray(array)
        if values.ndim == 0:
            return self.number(float(values))
        if (values == values.flat[0]).all():
            return self.number(float(values.flat[0]))
        eye = np.eye(len(values))
        if values.shape == eye.shape and (values == eye).all():
            return f"{self.name}.eye({len(values)})", Binding.ATOM
        if values.shape == eye.shape and (values == 1 - eye).all():
            return f"1 - {self.name}.eye({len(values)})", Binding.SUM
        raise TypeError("an array of numbers without a name")

    def number(self, value: float) -> tuple[str, Binding]:
        """The source of a number; of a multiple of `ROWS` in rows."""
        if value and value % ROWS == 0:
            times = value / ROWS
            return (
                (self.rows, Binding.ATOM)
                if times == 1
                else (
                    f"{shortest(times)} * {self.rows}",
                    Binding.PRODUCT,
                )
            )
        return shortest(value), Binding.FACTOR if value < 0 else Binding.ATOM


class SourceArray(NDArrayOperatorsMixin):
    """An array of a program: `source`, how tightly that holds together, `uses`: which variables.

    `operands` are what it was made of last, and `sign` the operator if it was one.
    """

    __slots__ = ("binding", "library", "operands", "shape", "sign", "source", "uses")

    def __init__(
        self,
        library: Library,
        source: str,
        shape: Shape,
        binding: Binding = Binding.ATOM,
        uses: frozenset[str] | None = None,
        operands: Sequence[SourceArray] = (),
    ) -> None:
        self.library, self.source, self.shape, self.binding = library, source, shape, binding
        self.uses = frozenset({source}) if uses is None else uses
        self.operands, self.sign = tuple(operands), ""

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **_options: Any) -> Any:
        """NumPy's operators on these arrays."""
        if method != "__call__":
            return NotImplemented
        operands = [self._as_source(operand) for operand in inputs]
        if ufunc is np.negative:
            return self._made(f"-{operands[0].within(Binding.POWER)}", operands, Binding.FACTOR)
        if ufunc not in _OPERATORS:
            return NotImplemented
        sign, (binding, left, right) = _OPERATORS[ufunc]
        first, second = operands
        if ufunc is np.matmul:
            shape: Shape | None = (first.shape[0], second.shape[1])
        else:
            shape = None
        text = f"{first.within(left)} {sign} {second.within(right, follows=True)}"
        found = self._made(text, operands, binding, shape)
        found.sign = sign
        return found

    def _as_source(self, value: Any) -> SourceArray:
        if isinstance(value, SourceArray):
            return value
        source, binding = self.library.constant(value)
        uses = frozenset({source} if any(value is known for _, known in self.library.known) else ())
        return SourceArray(self.library, source, np.shape(value), binding, uses)

    def _made(
        self,
        source: str,
        operands: list[SourceArray],
        binding: Binding = Binding.ATOM,
        shape: Shape | None = None,
    ) -> SourceArray:
        uses = frozenset[str]().union(*(operand.uses for operand in operands))
        if shape is None:
            shape = np.broadcast_shapes(*(operand.shape for operand in operands))
        return SourceArray(self.library, source, shape, binding, uses, operands)

    def repeated(self) -> Iterator[SourceArray]:
        """Calls of functions that stand in it more than once, the inner ones first."""
        met: dict[int, int] = {}
        found: list[SourceArray] = []

        def visit(array: SourceArray) -> None:
            met[id(array)] = met.get(id(array), 0) + 1
            if met[id(array)] == 1:
                for operand in array.operands:
                    visit(operand)
                found.append(array)

        visit(self)
        return (a for a in found if met[id(a)] > 1 and a.operands and a.binding is Binding.ATOM)

    def with_name(self, part: SourceArray, name: str) -> SourceArray:
        """The same with a variable for a part of it."""
        source, own = self.source.replace(part.source, name), SourceArray(self.library, name, ())
        uses = frozenset({used for used in self.uses if used in source} | own.uses)
        return SourceArray(self.library, source, self.shape, self.binding, uses)

    def within(self, need: Binding, *, follows: bool = False) -> str:
        """The source, in brackets where its place needs it to hold together more tightly."""
        signed = follows and self.source.startswith("-")
        return f"({self.source})" if signed or self.binding < need else self.source

    @property
    def T(self) -> SourceArray:  # noqa: N802
        """The axes in reverse order."""
        return self._made(f"{self.within(Binding.ATOM)}.T", [self], shape=self.shape[::-1])

    def __len__(self) -> int:
        return self.shape[0]

    def __getitem__(self, key: tuple[Any, ...]) -> SourceArray:
        """`[:, None, :]` and the like: whole axes and new ones."""
        axes = iter(self.shape)
        shape = tuple(1 if part is None else next(axes) for part in key)
        inside = ", ".join("None" if part is None else ":" for part in key)
        return self._made(f"{self.within(Binding.ATOM)}[{inside}]", [self], shape=shape)

    def sum(self, axis: int | None = None, keepdims: bool = False) -> SourceArray:
        """As in NumPy."""
        return self._along("sum", axis, keepdims)

    def max(self, axis: int | None = None, keepdims: bool = False) -> SourceArray:
        """As in NumPy."""
        return self._along(self.library.largest, axis, keepdims)

    def _along(self, method: str, axis: int | None, keepdims: bool) -> SourceArray:
        options = [f"axis={axis}"] if axis is not None else []
        options += ["keepdims=True"] if keepdims else []
        axes = set(range(len(self.shape))) if axis is None else {axis % len(self.shape)}
        kept = tuple(1 if a in axes else n for a, n in enumerate(self.shape))
        shape = kept if keepdims else tuple(n for a, n in enumerate(self.shape) if a not in axes)
        text = f"{self.within(Binding.ATOM)}.{method}({', '.join(options)})"
        return self._made(text, [self], shape=shape)

    def apply(self, function: Callable[..., Any], *others: Any) -> SourceArray:
        """`function(self, *others)`; which primitive that is, and in which order, symbols tell."""
        operands = [self, *map(self._as_source, others)]
        call = function(*(Symbol(place) for place in range(len(operands))))
        assert isinstance(call, Call)
        places = [argument.key for argument in call.arguments if isinstance(argument, Symbol)]
        arguments = [operands[place].source for place in places]
        return self._made(self.library.call(PRIMITIVES[call.function], arguments), operands)

    def called(self, template: str) -> SourceArray:
        """A call of a function of the library's own; `$1` stands for the array."""
        return self._made(template.replace("$1", self.source), [self])

    def where(self, mask: Any, other: Any) -> SourceArray:
        """Its elements where the mask is true, those of `other` elsewhere."""
        chosen, rest = self._as_source(mask), self._as_source(other)
        text = f"{self.library.name}.where({chosen.source}, {self.source}, {rest.source})"
        return self._made(text, [chosen, self, rest])
