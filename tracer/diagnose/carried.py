"""A calculation that goes on from numbers of one's own: formula by formula, and only as far as asked.

Stands beside the traced calculation, which has the exact numbers: here some quantities have the values
that somebody supplied, some formulas may be rewritten, and everything else is calculated from those.
"""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Callable, Iterator, Mapping, MutableMapping
from typing import Any, cast

from tracer.explain.calculation import Calculation
from tracer.formula import Expression, derivatives, evaluate, sensitivities, symbols
from tracer.model.quantity import Identity

Rewriting = Callable[[Identity, Expression], Expression | None]
"""Another formula for a number; None leaves it as it is."""


class Carried(Mapping[Identity, float]):
    """All numbers of a calculation, where those in `own` are given.

    `shortcut`: delta at the outputs is out − target where loss and activation are matched.
    `rewriting` applies to every formula that is used. Looking up a number raises EvaluationError where
    a formula has no finite value at these numbers.
    """

    __hash__ = object.__hash__  # a calculation is a way to calculate, not the numbers in it
    __eq__ = object.__eq__

    def __init__(
        self,
        exact: Calculation,
        own: Mapping[Identity, float],
        *,
        shortcut: bool = False,
        rewriting: Rewriting | None = None,
    ) -> None:
        self.exact, self.own = exact, own
        self._shortcut, self._rewriting = shortcut, rewriting
        # Of whole arrays only what is looked up.
        self._values: MutableMapping[Identity, float] = (
            dict(own) if isinstance(own, dict) else ChainMap({}, cast("Any", own))
        )

    def __getitem__(self, identity: Identity) -> float:
        waiting = [identity]
        while waiting:
            identity = waiting[-1]
            if identity in self._values:
                waiting.pop()
                continue
            formula = self.formula(identity)
            if formula is None:
                self._values[identity] = self.exact.value(identity)
                continue
            missing = [symbol for symbol in symbols(formula) if symbol not in self._values]
            if missing:
                waiting += missing
            else:
                self._values[identity] = evaluate(formula, self._values)
        return self._values[identity]

    def __contains__(self, identity: object) -> bool:
        return True  # whatever a formula of this calculation stands on can be calculated

    def __iter__(self) -> Iterator[Identity]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def formula(self, identity: Identity) -> Expression | None:
        """The formula that is used; None for what is given, or comes from an earlier iteration."""
        if identity.iteration != self.exact.number:
            return None
        formula = self.exact.shortcut(identity) if self._shortcut else None
        formula = formula or self.exact.formula(identity)
        if formula is None or self._rewriting is None:
            return formula
        return self._rewriting(identity, formula) or formula

    def recalculated(self, identity: Identity) -> float:
        """What the formula gives, also where a value was supplied."""
        formula = self.formula(identity)
        return self[identity] if formula is None else evaluate(formula, self)

    def sensitivities(
        self, identity: Identity, formula: Expression | None = None
    ) -> dict[Identity, float]:
        """d(recalculated value)/d(own value), for each own value that it goes back to.

        `formula` stands in for the number's own. Own values end the way: what they were calculated
        from doesn't count.
        """
        formula = formula or self.formula(identity)
        if formula is None:
            return {}
        seeds = {key: evaluate(slope, self) for key, slope in derivatives(formula).items()}
        found = sensitivities(self._order(formula), self._beyond_own, self, seeds)
        return {key: slope for key, slope in found.items() if key in self.own}

    def before(self, identity: Identity) -> list[Identity]:
        """What the number is calculated from and wasn't given, in an order of calculation."""
        formula = self.formula(identity)
        found = self._order(formula) if formula else []
        return [inner for inner in found if self._beyond_own(inner)]

    def _beyond_own(self, identity: Identity) -> Expression | None:
        """The formula of a number that was not supplied."""
        return None if identity in self.own else self.formula(identity)

    def _order(self, start: Expression) -> list[Identity]:
        """What the start goes back to, up to own values: each number after those it is made of."""
        done: dict[Identity, None] = {}
        waiting = [(key, False) for key in reversed(symbols(start))]
        while waiting:
            key, below_done = waiting.pop()
            if below_done:
                done[key] = None
            elif key not in done:
                waiting.append((key, True))
                formula = self._beyond_own(key)
                waiting += [(below, False) for below in symbols(formula)] if formula else []
        return list(done)
