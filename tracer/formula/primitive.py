"""What a primitive function is: one row of the table in `primitives`.

A row serves floats, arrays and expressions alike, so that the engine calls `exp(-net)` without
knowing what `net` is made of.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from enum import IntEnum
from types import ModuleType
from typing import Any

from tracer.formula.nodes import Call, Expression, as_expression
from tracer.immutable import immutable


class Binding(IntEnum):
    """How tightly a written formula holds together; brackets go where it is less than needed."""

    SUM = 1
    PRODUCT = 2
    FACTOR = 3
    POWER = 4
    ATOM = 5


@immutable
class Pattern:
    """How a call is written: `$1`, `$2`, `$3` stand for its arguments, without brackets.

    `follows`: they stand to the right of an operator, where a minus sign needs brackets.
    """

    template: str
    binding: Binding = Binding.ATOM
    follows: bool = False


@immutable
class Patterns:
    """One pattern a format: `plain` is Python's grammar, `text` Unicode for the screen.

    `javascript`: only where a call isn't written as a call there. `arrays`: of NumPy and of what is
    like it, whose name `{}` stands for; only where there is no function of the row's name.
    """

    plain: Pattern
    text: Pattern
    latex: Pattern
    mathml: Pattern
    javascript: Pattern | None = None
    arrays: Pattern | None = None


@immutable
class Primitive:
    """A function of one to three numbers: its values, slopes, limits and looks.

    `scalar` takes floats, `array` NumPy and arrays, `complex_value` complex numbers (None where
    there is none: no complex step then). `partials[i]` builds the derivative by argument i.
    `domain` says what is wrong with (the real parts of) some arguments, None if nothing. `kink` is
    the distance of the arguments from the nearest point without a derivative, None for a smooth
    function. `turns` gives the points between two ends where a function of one argument goes from
    rising to falling or the reverse, None where it has none. `worked_out(x)` are the formulas
    of the symbol x by which people work it out there, each of whose steps may be rounded.
    `composed` is the same function made of others, as exact, for languages that don't have it.
    """

    name: str
    scalar: Callable[..., float]
    array: Callable[..., Any]
    partials: tuple[Callable[..., Expression], ...]
    patterns: Patterns
    complex_value: Callable[..., complex] | None = None
    domain: Callable[..., str | None] | None = None
    kink: Callable[..., float] | None = None
    turns: Callable[[float, float], Iterable[float]] | None = None
    worked_out: Callable[[float], tuple[Expression, ...]] | None = None
    composed: Callable[..., Expression] | None = None

    @property
    def arity(self) -> int:
        """The number of arguments."""
        return len(self.partials)

    def __call__(self, *arguments: Any) -> Any:
        """name(arguments): a float for floats, an array for arrays, a Call for expressions.

        An argument with a method `apply(function, *others)` takes over; it gets a function of its
        own element followed by the others'. Raises what `math` raises for floats outside the
        domain.
        """
        arrays = False
        for argument in arguments:  # floats and arrays of them first: the engine's inner loop
            if isinstance(argument, (float, int)):
                continue
            if getattr(argument, "dtype", None) != "float64":
                return self._of_others(arguments)
            arrays = True
        if arrays:
            import numpy as np

            return self.array(np, *arguments)
        return self.scalar(*map(float, arguments))

    def _of_others(self, arguments: tuple[Any, ...]) -> Any:
        for position, argument in enumerate(arguments):
            if hasattr(argument, "apply"):
                others = arguments[:position] + arguments[position + 1 :]
                return argument.apply(self._with_first(position), *others)
        if any(hasattr(argument, "dtype") for argument in arguments):
            return self._of_arrays(arguments)
        return Call(self.name, tuple(map(as_expression, arguments)))

    def _with_first(self, position: int) -> Callable[..., Any]:
        """The same function, with the argument at `position` moved to the front."""
        if position == 0:
            return self
        return lambda own, *rest: self(*rest[:position], own, *rest[position:])

    def _of_arrays(self, arguments: tuple[Any, ...]) -> Any:
        import numpy as np

        kind = np.result_type(*(np.asarray(argument).dtype for argument in arguments)).kind
        if kind == "O":
            return np.frompyfunc(self, self.arity, 1)(*arguments)
        if kind != "c":
            return self.array(np, *arguments)
        if self.complex_value is None:
            raise TypeError(f"{self.name} has no complex value")
        return np.asarray(np.frompyfunc(self.complex_value, self.arity, 1)(*arguments), complex)


@immutable
class Elementwise:
    """NumPy's own function of that name."""

    name: str

    def of(self, numpy: ModuleType) -> Callable[..., Any]:
        """The function itself."""
        found: Callable[..., Any] = getattr(numpy, self.name)
        return found

    def __call__(self, numpy: ModuleType, *arrays: Any) -> Any:
        """What it makes of the arrays."""
        return self.of(numpy)(*arrays)
