"""One number explained: its formula, the numbers put in, the result, and what it stands on.

Between the calculations, which know every number with its formula, and the reports that show the
explanation.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

from tracer.errors import UsageError
from tracer.explain.calculation import Calculation
from tracer.explain.forms import loses
from tracer.formula import Expression, Number, symbols
from tracer.formula import replace as put_in
from tracer.immutable import immutable
from tracer.model.quantity import STATES, Identity, Quantity, at

MOST = 5000
"""The most derivations that are given at once."""
FIRST, LAST = 2, 3
"""Of many iterations so many are shown from the start, and before the one in question."""


@immutable
class Explanation:
    """identity = formula = substituted = value; the formula is None for what is given."""

    identity: Identity
    formula: Expression | None
    inputs: Mapping[Identity, float]
    value: float

    @property
    def substituted(self) -> Expression | None:
        """The formula with the numbers put in."""
        return None if self.formula is None else with_numbers(self.formula, self.inputs)


def with_numbers(formula: Expression, values: Mapping[Identity, float]) -> Expression:
    """The formula with a number in place of each symbol."""
    return put_in(formula, {key: Number(value) for key, value in values.items()})


def explanation(calculation: Calculation, identity: Identity) -> Explanation:
    """The number explained from those right before it.

    Where those are beyond float64, or give it with lost digits, by the formula that loses nothing.
    """
    formula, shortcut = calculation.formula(identity), calculation.shortcut(identity)
    inputs, value = _inputs(calculation, formula), calculation.value(identity)
    if formula is not None and shortcut is not None and loses(formula, inputs, value):
        formula, inputs = shortcut, _inputs(calculation, shortcut)
    return Explanation(identity, formula, inputs, value)


def by_shortcut(calculation: Calculation, identity: Identity) -> Explanation | None:
    """The same number by the formula where factors cancel; None where there is none."""
    shortcut = calculation.shortcut(identity)
    if shortcut is None:
        return None
    inputs = _inputs(calculation, shortcut)
    return Explanation(identity, shortcut, inputs, calculation.value(identity))


def _inputs(calculation: Calculation, formula: Expression | None) -> dict[Identity, float]:
    return {} if formula is None else {key: calculation.value(key) for key in symbols(formula)}


def needed(
    calculation: Calculation, asked: Sequence[Identity], depth: int | None
) -> list[Identity]:
    """The numbers and what they stand on, `depth` formulas deep, each once, in calculation order.

    Depth 1 is the numbers themselves; None goes down to what is given, or what the iteration before
    has made, and follows what the optimiser keeps back to the first iteration, see `_kept_before`.
    What is given has no formula and is left out. Raises UsageError where that would be more than MOST.
    """
    found, level, reached = dict.fromkeys(asked), list(asked), 1
    while level and (depth is None or reached < depth):
        following: dict[Identity, None] = {}
        for identity in level:
            for used in symbols(calculation.formula(identity) or Number(0)):
                earlier = depth is None and used.iteration < calculation.number
                if used not in found and not earlier and calculation.formula(used) is not None:
                    following[used] = None
        found |= following
        if len(found) > MOST:
            raise UsageError(
                f"more than {MOST} derivations at depth {reached + 1}",
                f"--depth {reached} gives {len(found) - len(following)}",
            )
        level, reached = list(following), reached + 1
    if depth is None:
        found |= dict.fromkeys(_kept_before(calculation, found))
    return list(found) if depth == 1 else sorted(found, key=calculation.rank)


def _kept_before(calculation: Calculation, found: Collection[Identity]) -> Iterator[Identity]:
    """The optimiser's states that the numbers go back to, in each iteration before.

    Of many iterations those are left out between the first `FIRST` and the last `LAST`.
    """
    used = (
        key for identity in found for key in symbols(calculation.formula(identity) or Number(0))
    )
    states = [
        key
        for key in dict.fromkeys(used)
        if isinstance(key, Quantity) and key.kind in STATES and key.iteration < calculation.number
    ]
    before = range(1, calculation.number)
    shown = before if len(before) <= FIRST + LAST + 1 else (*before[:FIRST], *before[-LAST:])
    return (at(state, number) for number in shown for state in states)
