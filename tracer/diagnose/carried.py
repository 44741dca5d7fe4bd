"""A calculation that goes on from numbers of one's own: formula by formula, and only as far as asked.

Stands beside the traced calculation, which has the exact numbers: here some quantities have the values
that somebody supplied, some formulas may be rewritten, and everything else is calculated from those,
through earlier iterations too. How far off that may be, `tracer.diagnose.enclosed` says.
"""

from __future__ import annotations

import math
import sys
from collections import ChainMap
from collections.abc import Callable, Iterable, Iterator, Mapping, MutableMapping
from typing import Any, cast

from tracer.digits.agreement import same
from tracer.digits.rounding import Rounding
from tracer.engine.trace import IterationTrace
from tracer.explain.calculation import Calculation, Rank
from tracer.formula import (
    EvaluationError,
    Expression,
    Prepared,
    Symbol,
    evaluate,
    sensitivities,
    symbols,
)
from tracer.model.quantity import Identity, Kind, Quantity

MOST_BY_HAND = 20_000
"""Terms and factors beyond which nobody takes the steps between two numbers by hand."""

_MOST_FORMULAS = 2000
"""Formulas of all iterations that are followed back; what made a larger network's parameters is not."""
_BEHIND: Rank = (sys.maxsize,)
"""Behind all numbers."""

Rewriting = Callable[[Identity, Expression], Expression | None]
"""Another formula for a number; None leaves it as it is."""


class Carried(Mapping[Identity, float]):
    """All numbers of a calculation, where those in `own` are given.

    `shortcut`: delta at the outputs is out − target where loss and activation are matched.
    `rewriting` applies to every formula that is used. `rounding`: whatever is calculated is rounded
    before it is used; a learning rate is given, also by a schedule. Looking up a number raises
    EvaluationError where a formula has no finite value at these numbers.
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
        rounding: Rounding | None = None,
    ) -> None:
        self.exact, self.own = exact, own
        self._shortcut, self._rewriting = shortcut, rewriting
        self._rounded = rounding.function() if rounding else None
        self._prepared = exact.prepared
        self._since = max(1, exact.number - _MOST_FORMULAS // max(len(exact), 1))
        known = (
            isinstance(own, dict) and rewriting is None
        )  # of whole arrays only what is looked up is
        self._start = min(map(exact.rank, own), default=_BEHIND) if known else None
        self._first = _first(exact, own) if known and rounding is None else None
        # Of whole arrays only what is looked up.
        self._values: MutableMapping[Identity, float] = (
            dict(own) if isinstance(own, dict) else ChainMap({}, cast("Any", own))
        )
        self._rewritten: dict[Identity, Prepared | None] = {}
        self._from_own: dict[Identity, float] = {}
        self._known_slopes: dict[Identity, Mapping[Identity, float]] = {}

    def rounded(self, rounding: Rounding) -> Carried:
        """The same calculation with every step rounded; what comes of own numbers alone is shared."""
        found = Carried(
            self.exact,
            self.own,
            shortcut=self._shortcut,
            rewriting=self._rewriting,
            rounding=rounding,
        )
        found._rewritten, found._from_own = self._rewritten, self._from_own
        return found

    def leave_out(self, identity: Identity) -> None:
        """Go on without one of the numbers in `own`; nothing calculated so far may stand on it."""
        assert isinstance(self.own, dict)
        self.own.pop(identity, None)
        self._values.pop(identity, None)

    def __getitem__(self, identity: Identity) -> float:
        values = self._values
        try:
            return values[identity]
        except KeyError:
            pass
        wanted, waiting = identity, [identity]
        begun: set[Identity] = set()
        while waiting:
            identity = waiting[-1]
            if identity in values:
                waiting.pop()
                continue
            formula = None if self.untouched(identity) else self.prepared(identity)
            if formula is None:
                values[identity] = self.exact.value(identity)
                continue
            missing = [key for key in formula.keys if key not in values]
            if missing:
                begin(identity, begun)
                waiting += missing
            else:
                values[identity] = self._calculated(identity, formula, values)
        return values[wanted]

    def untouched(self, identity: Identity) -> bool:
        """Whether it comes, in the order of the calculation, before all that isn't exactly right."""
        if self._first is None or self.exact.rank(identity) >= self._first:
            return False
        return math.isfinite(self.exact.value(identity))

    def _calculated(
        self, identity: Identity, formula: Prepared, values: Mapping[Identity, float]
    ) -> float:
        """The formula's value as one goes on with it; a copy is not rounded again."""
        return self._kept(identity, formula, formula.value(values))

    def _kept(self, identity: Identity, formula: Prepared, value: float) -> float:
        if self._rounded is None or stays(identity, formula.formula):
            return value
        return self._rounded(value)

    def __contains__(self, identity: object) -> bool:
        return True  # whatever a formula of this calculation stands on can be calculated

    def __iter__(self) -> Iterator[Identity]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def formula(self, identity: Identity) -> Expression | None:
        """The formula that is used; None for what is given, or comes from an iteration too far back."""
        prepared = self.prepared(identity)
        return None if prepared is None else prepared.formula

    def prepared(self, identity: Identity) -> Prepared | None:
        """The same, made ready for many evaluations."""
        if identity.iteration < self._since:
            return None
        if self._rewriting is None:
            found: Prepared | None = self._prepared(identity, self._shortcut)
            return found
        if identity not in self._rewritten:
            found = self._prepared(identity, self._shortcut)
            other = None if found is None else self._rewriting(identity, found.formula)
            self._rewritten[identity] = found if other is None else Prepared(other)
        return self._rewritten[identity]

    def recalculated(self, identity: Identity) -> float:
        """What the formula gives, also where a value was supplied."""
        formula = self.prepared(identity)
        if formula is None:
            return self[identity]
        value = self._from_own.get(identity)
        if value is None:
            value = formula.value(self)
            if all(key in self.own for key in formula.keys):
                self._from_own[identity] = value
        return self._kept(identity, formula, value)

    def tried(self, identity: Identity) -> float | None:
        """What the formula gives; None where that has no finite value at these numbers."""
        try:
            return self.recalculated(identity)
        except (EvaluationError, ArithmeticError):
            return None

    def sensitivities(
        self, identity: Identity, formula: Expression | None = None
    ) -> dict[Identity, float]:
        """d(recalculated value)/d(own value), for each own value that it goes back to.

        `formula` stands in for the number's own. Own values end the way: what they were calculated
        from doesn't count.
        """
        used = Prepared(formula) if formula else self.prepared(identity)
        if used is None:
            return {}
        order = self._order(used.formula, self._before_own)
        found = sensitivities(order, self._inner_slopes, self._slopes(used))
        return {key: slope for key, slope in found.items() if key in self.own}

    def _slopes(self, formula: Prepared) -> Mapping[Identity, float]:
        """The local derivatives; none where nothing that it uses goes back to an own number."""
        if all(map(self._before_own, formula.keys)):
            return {}
        return {key: evaluate(slope, self) for key, slope in formula.slopes.items()}

    def _inner_slopes(self, identity: Identity) -> Mapping[Identity, float]:
        """The local derivatives of a number that was not supplied."""
        ends = identity in self.own or self._before_own(identity)
        formula = None if ends else self.prepared(identity)
        if formula is None:
            return {}
        if identity not in self._known_slopes:
            self._known_slopes[identity] = self._slopes(formula)
        return self._known_slopes[identity]

    def is_long(self, wanted: Iterable[Identity]) -> bool:
        """Whether more than `MOST_BY_HAND` terms and factors lead from own numbers to these."""
        trace = self.exact.trace
        if isinstance(trace, IterationTrace) and max(trace.experiment.network.sizes) > MOST_BY_HAND:
            return True  # to write such a sum down takes longer than all the rest
        count, waiting, seen = 0, list(wanted), set[Identity]()
        while waiting and count <= MOST_BY_HAND:
            formula = self.prepared(waiting.pop())
            if formula is not None:
                count += len(formula.keys)
                new = [key for key in formula.keys if key not in seen and not self._ends(key)]
                seen.update(new)
                waiting += new
        return count > MOST_BY_HAND

    def _ends(self, identity: Identity) -> bool:
        """Whether the way back ends at it: it is supplied or given."""
        given = isinstance(identity, Quantity) and identity.stage.is_given
        return identity in self.own or (given and identity.iteration <= self._since)

    def before(self, identity: Identity) -> list[Identity]:
        """What the number is calculated from and wasn't given, in an order of calculation.

        Nothing where that is more than is done by hand.
        """
        formula = None if self.is_long([identity]) else self.formula(identity)
        found = self._order(formula, lambda _: False) if formula else []
        return [key for key in found if key not in self.own and self.prepared(key)]

    def _order(self, start: Expression, ends: Callable[[Identity], bool]) -> list[Identity]:
        """What the start goes back to, up to own values: each number after those it is made of.

        `ends`: whether the way back ends before a number, which is left out.
        """
        done: dict[Identity, None] = {}
        begun: set[Identity] = set()
        waiting = [(key, False) for key in reversed(symbols(start))]
        while waiting:
            key, below_done = waiting.pop()
            if below_done:
                done[key] = None
            elif key not in done and not ends(key):
                begin(key, begun)
                waiting.append((key, True))
                formula = None if key in self.own else self.prepared(key)
                waiting += [(below, False) for below in formula.keys] if formula else []
        return list(done)

    def _before_own(self, identity: Identity) -> bool:
        """Whether it comes, in the order of the calculation, before all own numbers."""
        return self._start is not None and self.exact.rank(identity) < self._start


def _first(exact: Calculation, own: Mapping[Identity, float]) -> Rank:
    """Where, in the order of the calculation, the first own number stands that isn't the exact one."""
    ranks = (exact.rank(key) for key, value in own.items() if not same(value, exact.value(key)))
    return min(ranks, default=_BEHIND)


def begin(identity: Identity, begun: set[Identity]) -> None:
    """Note that what the number is made of comes first.

    Raises EvaluationError where that has been noted: a rewritten formula leads back to the number.
    """
    if identity in begun:
        raise EvaluationError(Symbol(identity), (), "it is made of itself")
    begun.add(identity)


def stays(identity: Identity, formula: Expression) -> bool:
    """Whether nobody rounds the number: a copy of another, or a learning rate, which is given."""
    if isinstance(formula, Symbol):
        return True
    return isinstance(identity, Quantity) and identity.kind is Kind.LEARNING_RATE
