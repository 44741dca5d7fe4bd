"""A calculation that goes on from numbers of one's own: formula by formula, and only as far as asked.

Stands beside the trace, which has the exact numbers: here some quantities have the values that somebody
supplied, some formulas may be rewritten, and everything else is calculated from those. Names are
canonical, without an iteration.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cache

from tracer.errors import UnknownNameError
from tracer.explain.explanation import Numbers
from tracer.formula import Expression, derivatives, evaluate, symbols

Rewriting = Callable[[str, Expression], Expression | None]
"""Another formula for a name; None leaves it as it is."""


class Source:
    """The right numbers and their formulas, each looked up once for all calculations."""

    def __init__(self, numbers: Numbers) -> None:
        self.numbers = numbers
        self.value = cache(numbers.value)
        self.formula = cache(numbers.formula)
        self.shortcut = cache(numbers.shortcut)


class Calculation(Mapping[str, float]):
    """The values of all names where those in `own` are given.

    `shortcut`: delta at the outputs is out − target where loss and activation are matched.
    `rewriting` applies to every formula that is used. Looking up a name raises EvaluationError where
    a formula has no finite value at these numbers.
    """

    __hash__ = object.__hash__  # a calculation is a way to calculate, not the numbers in it
    __eq__ = object.__eq__

    def __init__(
        self,
        source: Source,
        own: Mapping[str, float],
        *,
        shortcut: bool = False,
        rewriting: Rewriting | None = None,
    ) -> None:
        self.source, self.own = source, own
        self._shortcut, self._rewriting = shortcut, rewriting
        self._values = dict(own)

    def __getitem__(self, name: str) -> float:
        waiting = [name]
        while waiting:
            name = waiting[-1]
            if name in self._values:
                waiting.pop()
                continue
            formula = self.formula(name)
            if formula is None:
                self._values[name] = self.source.value(name)
                continue
            missing = [symbol for symbol in symbols(formula) if symbol not in self._values]
            if missing:
                waiting += missing
            else:
                self._values[name] = evaluate(formula, self._values)
        return self._values[name]

    def __contains__(self, name: object) -> bool:
        if name in self._values:
            return True
        try:
            return isinstance(name, str) and bool(self.source.numbers.find(name))
        except UnknownNameError:
            return False

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def formula(self, name: str) -> Expression | None:
        """The formula that is used for the name; None for what is given in the configuration."""
        formula = self.source.shortcut(name) if self._shortcut else None
        formula = formula or self.source.formula(name)
        if formula is None or self._rewriting is None:
            return formula
        return self._rewriting(name, formula) or formula

    def recalculated(self, name: str) -> float:
        """What the formula gives, also where a value was supplied."""
        formula = self.formula(name)
        return self[name] if formula is None else evaluate(formula, self)

    def sensitivities(self, name: str, formula: Expression | None = None) -> dict[str, float]:
        """d(recalculated value)/d(own value), for each own value that it goes back to.

        `formula` stands in for the name's own. Own values end the way: what they were calculated
        from doesn't count.
        """
        found: dict[str, float] = {}
        formula = formula or self.formula(name)
        if formula is None:
            return found
        slopes = self._slopes(formula)
        for inner in reversed(self._order(formula)):
            slope = slopes.get(inner, 0.0)
            if inner in self.own:
                found[inner] = slope
                continue
            below = self.formula(inner)
            for symbol, factor in self._slopes(below).items() if below else ():
                slopes[symbol] = slopes.get(symbol, 0.0) + slope * factor
        return found

    def before(self, name: str) -> list[str]:
        """What the name is calculated from and wasn't given, in an order of calculation."""
        formula = self.formula(name)
        found = self._order(formula) if formula else []
        return [inner for inner in found if inner not in self.own and self.formula(inner)]

    def _slopes(self, formula: Expression) -> dict[str, float]:
        return {n: evaluate(d, self) for n, d in derivatives(formula).items()}

    def _order(self, start: Expression) -> list[str]:
        """What the start goes back to, up to own values: each name after those it is made of."""
        done: dict[str, None] = {}
        waiting = [(name, False) for name in reversed(symbols(start))]
        while waiting:
            name, below_done = waiting.pop()
            if below_done:
                done[name] = None
            elif name not in done:
                waiting.append((name, True))
                formula = None if name in self.own else self.formula(name)
                waiting += [(below, False) for below in symbols(formula)] if formula else []
        return list(done)
