"""Formulas as JavaScript source: for a page that calculates.

The code calculates what `evaluate` does, in the same order; where a browser's exp or log rounds the
last bit otherwise, so does the result.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from tracer.digits.numbers import shortest
from tracer.formula.nodes import Expression, Key, Power, Symbol, is_number
from tracer.formula.primitive import Pattern, Primitive
from tracer.formula.primitives import PRIMITIVES
from tracer.formula.python import SourceStyle
from tracer.formula.writing import write

_ARGUMENTS = ("x", "y", "z")


def to_javascript(expression: Expression, name_of: Callable[[Key], str]) -> str:
    """Source of the expression; `name_of` gives the variable for each symbol.

    Runs after `javascript_functions()`: exp is called `_exp`, and so on.
    """
    return write(expression, _JavaScriptStyle(symbol=name_of, number=shortest))


def javascript_functions() -> str:
    """Source of the functions that `to_javascript` calls, a line each.

    The language's own, and where it has none the formula of the row.
    """
    rows = [f"const _square = x => x*x, {', '.join(map(_own, _BUILT_IN))};"]
    rows += [
        f"const _{row.name} = {_composed(row)};" for row in PRIMITIVES.values() if row.composed
    ]
    return "\n".join(rows)


class _JavaScriptStyle(SourceStyle):
    """JavaScript's grammar; a power is a call, since ** takes no signed base there."""

    def power(self, base: str, exponent: str, node: Power) -> str:
        if is_number(node.exponent, 2.0):
            return super().power(base, exponent, node)
        return f"_pow({base}, {exponent})"

    def pattern(self, primitive: Primitive) -> Pattern:
        return primitive.patterns.javascript or super().pattern(primitive)


_BUILT_IN = (
    "pow",
    *(r.name for r in PRIMITIVES.values() if not (r.composed or r.patterns.javascript)),
)


def _own(name: str) -> str:
    return f"_{name} = Math.{name}"


@cache
def _composed(row: Primitive) -> str:
    """The function as an arrow of its arguments."""
    assert row.composed is not None
    names = _ARGUMENTS[: row.arity]
    return f"({', '.join(names)}) => {to_javascript(row.composed(*map(Symbol, names)), str)}"
