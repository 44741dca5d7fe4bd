"""Slips in steps that were not supplied, found from what two wrong numbers have in common.

One wrong number may be wrong by itself. Two, made of the same step that nobody wrote down, may both
follow from a slip in it: then one value of that step gives both.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import cache

from tracer.diagnose.answers.model import Answer
from tracer.diagnose.carried import Carried
from tracer.explain.calculation import Calculation
from tracer.formula import EvaluationError
from tracer.model.quantity import Identity

_MOST_STEPS = 80
"""Steps left out before a number beyond which no slip in one of them is looked for."""
_NEWTON = 6
_CLEAR = 5.0
"""How many times the slack the second number has to be off, for a common step to explain it."""


class HiddenSlips:
    """Steps of a calculation that were not supplied, and which value of theirs gives a wrong number."""

    def __init__(self, exact: Calculation, own: Mapping[Identity, float]) -> None:
        self._exact, self._own = exact, own
        self._carried = Carried(exact, own)
        self._before = cache(self._steps)
        self._solved = cache(self._value)

    def explains(
        self, first: Answer, second: Answer, right: float, slack: tuple[float, float]
    ) -> bool:
        """Whether one value of a step that wasn't supplied gives both numbers.

        `right`: what the second should be. `slack`: how far each may be off by the way it is written.
        """
        common = self._before(first.identity)
        for step in self._before(second.identity):
            if step in common and self._gives_both(step, first, second, right, slack):
                return True
        return False

    def _gives_both(
        self,
        step: Identity,
        first: Answer,
        second: Answer,
        right: float,
        slack: tuple[float, float],
    ) -> bool:
        ends = [
            self._solved(step, first.identity, first.value + by) for by in (-slack[0], slack[0])
        ]
        found = [self._second(step, end, second.identity) for end in ends if end is not None]
        if len(found) < len(ends) or not all(map(math.isfinite, found)):
            return False
        low, high = min(found) - slack[1], max(found) + slack[1]
        clear = _CLEAR * (high - low) / 2
        return low <= second.value <= high and abs(second.value - right) > clear

    def _steps(self, identity: Identity) -> dict[Identity, None]:
        """The steps left out before a number, the nearest first; none where there are too many."""
        try:
            steps = self._carried.before(identity)
        except (EvaluationError, ArithmeticError):
            return {}
        return dict.fromkeys(reversed(steps)) if len(steps) <= _MOST_STEPS else {}

    def _value(self, step: Identity, identity: Identity, wanted: float) -> float | None:
        """The value of the step with which the number comes out as wanted, by the secant method."""
        try:
            x = self._carried[step]
            y = self._second(step, x, identity)
            other = x + max(abs(x), 1e-3) * 1e-3
            for _ in range(_NEWTON):
                z = self._second(step, other, identity)
                if z == y:
                    break
                x, y, other = other, z, other + (wanted - z) * (other - x) / (z - y)
                if abs(y - wanted) <= 1e-12 * abs(wanted):
                    break
        except (EvaluationError, ArithmeticError):
            return None
        near = math.isfinite(y) and abs(y - wanted) <= 1e-9 * max(abs(wanted), 1e-9)
        return x if near else None

    def _second(self, step: Identity, value: float, identity: Identity) -> float:
        """The number where the step has that value; NaN where it has none."""
        try:
            return Carried(self._exact, {**self._own, step: value}).recalculated(identity)
        except (EvaluationError, ArithmeticError):
            return math.nan
