"""Formulas as straight-line Python source: the fast path for many iterations of a small network.

The code calculates what `evaluate` does, to the last bit.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from tracer.formula.nodes import Expression, Key, Power, Symbol, is_number
from tracer.formula.primitive import Pattern, Primitive
from tracer.formula.primitives import PRIMITIVES
from tracer.formula.writing import FormulaStyle, write

_FUNCTION = re.compile(r"^(\w+)\(")


def to_python(expression: Expression, name_of: Callable[[Key], str]) -> str:
    """Source of the expression; `name_of` gives the variable (an identifier) for each symbol.

    Runs with the functions of `namespace()`: exp is called `_exp`, and so on.
    """
    return write(expression, SourceStyle(symbol=name_of, number=repr))


def namespace() -> dict[str, Any]:
    """The functions that the source of `to_python` calls, by the names it uses."""
    functions: dict[str, Any] = {f"_{name}": row.scalar for name, row in PRIMITIVES.items()}
    return functions | {"_square": _square}


class SourceStyle(FormulaStyle):
    """Source whose functions are called `_exp` and so on: of Python, it needs only `namespace()`."""

    def power(self, base: str, exponent: str, node: Power) -> str:
        """A square as a product of what is calculated once."""
        if not is_number(node.exponent, 2.0):
            return super().power(base, exponent, node)
        return f"({base}*{base})" if isinstance(node.base, Symbol) else f"_square({base})"

    def pattern(self, primitive: Primitive) -> Pattern:
        """A call, its name with an underscore before it."""
        plain = primitive.patterns.plain
        return Pattern(_FUNCTION.sub(r"_\1(", plain.template), plain.binding)


def _square(x: float) -> float:
    return x * x
