"""How far off a carried calculation may be, where what was supplied and each step may be rounded.

Beside `tracer.diagnose.carried`, which goes on from the numbers as they were supplied.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from tracer.diagnose.carried import Carried, begin, stays
from tracer.formula import (
    Expression,
    Interval,
    Number,
    Prepared,
    Symbol,
    children,
    enclosure,
    rewrite,
    symbols,
    value_or_none,
)
from tracer.formula.enclosure import Settle
from tracer.model.quantity import Identity, Kind, Quantity


class Enclosed:
    """Between which ends each number of a carried calculation may lie.

    `doubt`: the ends of one of the learner's own numbers. `step`: where a number may lie once it
    has been rounded, as in every step that was left out; None where nothing was.
    """

    def __init__(
        self, carried: Carried, doubt: Callable[[Identity], Interval], step: Settle | None = None
    ) -> None:
        self.carried = carried
        self._doubt, self._step = doubt, step
        self._known: dict[Identity, Interval] = {}

    def leave_out(self, identity: Identity) -> None:
        """Go on without a number that was supplied; nothing calculated so far may stand on it."""
        self._known.pop(identity, None)
        self.carried.leave_out(identity)

    def recalculated(self, identity: Identity, inner: Settle | None = None) -> Interval:
        """The ends of what the formula gives, also where a value was supplied.

        `inner`: the same of what stands inside the formula.

        Raises EvaluationError where a formula has no value at all.
        """
        formula = self.carried.prepared(identity)
        if formula is None:
            value = self.carried[identity]
            return value, value
        worked = formula.formula
        if (
            self._step is None
        ):  # nobody who carries exact numbers rounds 1 − β₂³ to the answer's digits
            worked = with_options(worked, self.carried)
        return self._of(worked, formula.keys, inner)

    def of(self, formula: Expression, inner: Settle | None = None) -> Interval:
        """The ends of what another formula gives; raises what `recalculated` does."""
        return self._of(formula, symbols(formula), inner)

    def _of(
        self, formula: Expression, keys: tuple[Identity, ...], inner: Settle | None
    ) -> Interval:
        waiting, begun = list(keys), set[Identity]()
        while waiting:
            key = waiting[-1]
            if key in self._known:
                waiting.pop()
                continue
            if key in self.carried.own:
                self._known[key] = self._doubt(key)
                continue
            if self._step is None and self.carried.untouched(key):
                self._known[key] = (self.carried[key],) * 2
                continue
            before = self.carried.prepared(key)
            missing = [k for k in before.keys if k not in self._known] if before else []
            if missing:
                begin(key, begun)
                waiting += missing
            else:
                self._known[key] = self._ends(key, before)
        return enclosure(formula, self._known.__getitem__, inner)

    def _ends(self, key: Identity, formula: Prepared | None) -> Interval:
        """Of a number that was not supplied, rounded itself unless it is a copy or given."""
        if formula is None:
            value = self.carried[key]
            made = self._step is not None and key.iteration > 1  # by updates too far back to follow
            return self._step((value, value)) if self._step and made else (value, value)
        found = enclosure(formula.formula, self._known.__getitem__, self._step)
        if self._step is None or stays(key, formula.formula):
            return found
        return self._step(found)


def with_options(formula: Expression, values: Mapping[Identity, float]) -> Expression:
    """The formula with the options of the training put in, and calculated as far as they go alone."""

    def known(node: Expression) -> Expression | None:
        if isinstance(node, Symbol):
            of_training = isinstance(node.key, Quantity) and node.key.kind is Kind.SETTING
            return Number(values[node.key]) if of_training else None
        operands = children(node)
        if not operands or not all(isinstance(operand, Number) for operand in operands):
            return None
        value = value_or_none(node, {})
        return None if value is None else Number(value)

    return rewrite(formula, known)
