"""Formulas as data that a page can read: trees of lists, each shape of formula written once.

The neurons of a layer have the same formula of different numbers, and so have their mistakes: a shape
is kept in a table, with places in it, and a formula is the number of its shape and what stands in the
places. Between the expressions of `tracer.formula` and the JavaScript that calculates with them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from tracer.formula import (
    PRIMITIVES,
    Call,
    Difference,
    Expression,
    Key,
    Negative,
    Number,
    Power,
    Primitive,
    Product,
    Quotient,
    Sum,
    Symbol,
    children,
    derivatives,
    rewrite,
    symbols,
    walk,
)
from tracer.language import in_force
from tracer.page.shown import with_places
from tracer.show.notation.mathml import mathml

Tree = Any
"""A constant; `(place,)` for a symbol; `("*", tree, …)` for an operation or a function of others."""

_OPERATIONS: dict[type[Expression], str] = {
    Sum: "+",
    Product: "*",
    Difference: "-",
    Quotient: "/",
    Power: "^",
    Negative: "~",
}
_ARGUMENTS = tuple(range(3))
_FAR = 100.0
_SHAPES_AT_HAND = 4096
"""So many shapes are worked out once for all pages."""


def tree(expression: Expression, place: Callable[[Key], int]) -> Tree:
    """The expression as tuples; `place` gives the number of a symbol's place."""
    match expression:
        case Number(value):
            return value
        case Symbol(key):
            return (place(key),)
        case Call(function):
            name = function
        case _:
            name = _OPERATIONS[type(expression)]
    return (name, *[tree(child, place) for child in children(expression)])


@dataclass
class Shapes:
    """The shapes of formulas, each once: `number(key)` is that of the quantity in the page's list.

    `trees` are the shapes, `shown` how they are written, see `_written`; `slopes` by a shape's number
    its derivatives by each of its places.
    """

    number: Callable[[Key], int]
    trees: list[Tree] = field(default_factory=list)
    shown: list[list[str]] = field(default_factory=list)
    slopes: dict[int, list[Tree]] = field(default_factory=dict)
    functions: set[str] = field(default_factory=set)
    _known: dict[Tree, int] = field(default_factory=dict)

    def formula(self, expression: Expression) -> list[int]:
        """The number of the formula's shape, then the numbers of the quantities in its places."""
        places: dict[Key, int] = {}
        shape = tree(expression, lambda key: places.setdefault(key, len(places)))
        if shape not in self._known:
            self._add(shape, _placed(expression, tuple(places)))
        return [self._known[shape], *map(self.number, places)]

    def with_slopes(self, expression: Expression) -> list[int]:
        """The same, and its derivatives are kept."""
        found = self.formula(expression)
        if found[0] not in self.slopes:
            keys = symbols(expression)
            placed = _slopes(_placed(expression, keys))
            self.slopes[found[0]] = [
                self._tree(placed[place]) if place in placed else None for place in range(len(keys))
            ]
        return found

    def _add(self, shape: Tree, placed: Expression) -> None:
        self._known[shape] = len(self.trees)
        self.trees.append(self._tree(placed))
        self.shown.append(_written(placed, in_force()))

    def _tree(self, placed: Expression) -> Tree:
        self.functions |= {node.function for node in walk(placed) if isinstance(node, Call)}
        return tree(placed, int)

    def rows(self) -> dict[str, dict[str, Any]]:
        """What the page has to know of each function in the shapes, see `_row`."""
        found: dict[str, dict[str, Any]] = {}
        while missing := sorted(self.functions - found.keys()):
            for name in missing:
                found[name] = self._row(PRIMITIVES[name])
        return found

    def _row(self, row: Primitive) -> dict[str, Any]:
        """How the function is made of others, worked out by people, and where it turns.

        `composed` is empty for the language's own. `worked` are the ways below, above zero; `turns`
        the first turning point after −100 and, where there are more, the distance to the next.
        """
        found: dict[str, Any] = {}
        if row.composed is not None:
            found["composed"] = self._tree(row.composed(*map(Symbol, _ARGUMENTS[: row.arity])))
        if row.worked_out is not None:
            ways = (row.worked_out(-1.0), row.worked_out(1.0))
            found["worked"] = [[self._tree(_placed(w, symbols(w))) for w in some] for some in ways]
        if row.turns is not None:
            first, *others = row.turns(-_FAR, _FAR)
            found["turns"] = [first, *(other - first for other in others)]
        if row.domain is not None:
            found["limited"] = True
        return found


@lru_cache(maxsize=_SHAPES_AT_HAND)
def _slopes(placed: Expression) -> Mapping[Key, Expression]:
    """The derivatives by each place."""
    return derivatives(placed)


@lru_cache(maxsize=_SHAPES_AT_HAND)
def _written(placed: Expression, _language: str) -> list[str]:
    """MathML with places for names, and for numbers: `§0§`, or `§0!§` where a name that is a fraction,
    or a number below 0, needs brackets."""

    def inside(text: str) -> str:
        return mathml(placed, symbol=lambda place: f"<x{place}>{text}</x>")

    names = inside("<mi>x</mi>"), inside("<mfrac><mi>x</mi><mi>y</mi></mfrac>")
    numbers = inside("<mn>1</mn>"), inside("<mo>−</mo><mn>1</mn>")
    return [with_places(*names), with_places(*numbers)]


def _placed(expression: Expression, keys: tuple[Key, ...]) -> Expression:
    """The expression with places for symbols."""
    places = {key: Symbol(place) for place, key in enumerate(keys)}
    return rewrite(expression, lambda node: places[node.key] if isinstance(node, Symbol) else None)
