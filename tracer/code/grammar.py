"""What a language needs to know to write a program of single numbers."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from typing import ClassVar

from tracer.code.layout import WIDTH, pieces
from tracer.digits.numbers import shortest
from tracer.formula import PRIMITIVES, Call, Expression, Key, Primitive, Symbol, walk
from tracer.formula.primitive import Pattern
from tracer.formula.writing import FormulaStyle

ARGUMENTS = ("x", "y", "z")
"""What the arguments of a function are called."""

Told = str | tuple[str]
"""What is printed: a text as it is, or in a tuple the source of a number."""


class Grammar(ABC):
    """One language; `used` are the functions that its formulas have called so far."""

    comment: ClassVar[str]
    own: ClassVar[frozenset[str]]
    """Words that nothing of the calculation may be called by."""

    def __init__(self) -> None:
        self.used: dict[str, Primitive] = {}

    @abstractmethod
    def formula(self, formula: Expression, name_of: Callable[[Key], str]) -> str:
        """The formula's source."""

    @abstractmethod
    def number(self, value: float) -> str:
        """A number that is given: a float64, whatever its digits."""

    @abstractmethod
    def functions(self) -> list[str]:
        """What has to stand above formulas that call the functions in `used`."""

    @abstractmethod
    def constant(self, name: str, source: str) -> list[str]:
        """A number that never changes."""

    @abstractmethod
    def rows(self, name: str, rows: Sequence[Sequence[float]], remarks: Sequence[str]) -> list[str]:
        """A list of rows of numbers, a remark behind each."""

    @abstractmethod
    def variables(self, values: Sequence[tuple[str, str]], indent: str = "") -> list[str]:
        """Variables with the sources of their first values."""

    @abstractmethod
    def unpacked(self, names: Sequence[str], source: str, indent: str) -> list[str]:
        """Variables for the elements of a row."""

    @abstractmethod
    def assigned(self, name: str, source: str, indent: str, *, new: bool) -> list[str]:
        """name = source; `new`: there is no such variable yet."""

    @abstractmethod
    def moved(self, pairs: Sequence[tuple[str, str]], indent: str) -> list[str]:
        """Each variable gets the value of another."""

    @abstractmethod
    def changed(self, name: str, operator: str, source: str, indent: str) -> list[str]:
        """name += source."""

    @abstractmethod
    def counting(self, name: str, first: int, last: str, indent: str) -> str:
        """The head of a loop over whole numbers, `last` among them."""

    @abstractmethod
    def each(self, names: Sequence[str], rows: str, counted: str, indent: str) -> list[str]:
        """The head of a loop over rows; `counted`: a variable for the place, from 0, if not empty."""

    @abstractmethod
    def condition(self, source: str, indent: str) -> str:
        """The head of a block."""

    @abstractmethod
    def end(self, indent: str) -> list[str]:
        """The end of a block whose head stands there."""

    @abstractmethod
    def told(self, words: Sequence[Told], indent: str) -> str:
        """Print a line: texts, and in tuples the sources of numbers."""

    @abstractmethod
    def told_each(
        self, names: Sequence[tuple[str, str]], behind: Sequence[Told], indent: str
    ) -> list[str]:
        """Print a line for each of these names: name, what stands `behind` it, = and the number."""

    @abstractmethod
    def part(self, rows: str, start: str, end: str) -> str:
        """The rows from one to before another."""

    @abstractmethod
    def picked(self, rows: str, places: str) -> str:
        """The rows at these places."""

    @abstractmethod
    def whole(self, source: str, by: int) -> str:
        """⌊source/by⌋."""

    @abstractmethod
    def listed(self, name: str, values: Sequence[float]) -> list[str]:
        """A list of numbers that grows."""

    @abstractmethod
    def mean_below(
        self, name: str, value: str, window: int, bound: str, indent: str
    ) -> tuple[list[str], str]:
        """Lines that add the value to a list; whether the mean of its last ones is below a bound."""

    @abstractmethod
    def either(self, conditions: Sequence[str]) -> str:
        """Whether one of the conditions holds."""

    @abstractmethod
    def leave(self, indent: str) -> list[str]:
        """Leave the loop."""

    @abstractmethod
    def some(self, names: Sequence[str], more: int) -> list[str]:
        """The names for the first elements of a row that has `more` behind them."""

    length: ClassVar[str]
    """A template for how many there are."""

    def remark(self, text: str, indent: str = "") -> list[str]:
        """Comments, as many lines as it takes."""
        lines = pieces(text, WIDTH - len(indent) - len(self.comment))
        return [f"{indent}{self.comment}{line}".rstrip() for line in lines]


class GrammarStyle(FormulaStyle):
    """Formulas of a grammar; tells it which functions they call."""

    def __init__(self, grammar: Grammar, symbol: Callable[[Key], str]) -> None:
        super().__init__(symbol, shortest)
        self._used = grammar.used

    def pattern(self, primitive: Primitive) -> Pattern:
        """The function's look, which is remembered."""
        self._used[primitive.name] = primitive
        return super().pattern(primitive)


def helpers(used: dict[str, Primitive], native: Callable[[str], bool]) -> list[Primitive]:
    """The functions made of others, and those that they call, each after what it calls."""
    found: dict[str, Primitive] = {}

    def visit(row: Primitive) -> None:
        if row.composed is None or native(row.name):
            return
        body = row.composed(*map(Symbol, ARGUMENTS[: row.arity]))
        for name in _called(body):
            used.setdefault(name, PRIMITIVES[name])
            if name != row.name:
                visit(PRIMITIVES[name])
        found[row.name] = row

    for row in list(used.values()):
        visit(row)
    return list(found.values())


def _called(body: Expression) -> set[str]:
    return {node.function for node in walk(body) if isinstance(node, Call)}
