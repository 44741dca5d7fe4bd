"""The calculation as it is done by hand: every intermediate number rounded before it is used.

Between the traces and the view that lays the exact numbers beside the rounded ones. What is given
(inputs, targets, the parameters at the start, the learning rate) stays as it is written.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from tracer.digits.rounding import Rounding
from tracer.engine.observers import Altered
from tracer.engine.rule import Rule
from tracer.engine.timeline import NetworkTimeline
from tracer.engine.trace import IterationTrace
from tracer.model.experiment import Experiment
from tracer.model.quantity import Quantity


@dataclass(frozen=True, slots=True)
class Drift:
    """One quantity both ways; `unit` is the worth of one unit of the last digit that was kept."""

    quantity: Quantity
    exact: float
    by_hand: float
    unit: float

    @property
    def drift(self) -> float:
        """by hand − exact; nothing where only float64's last bits differ."""
        same = math.isclose(self.by_hand, self.exact, rel_tol=1e-12)
        return 0.0 if same else self.by_hand - self.exact

    @property
    def units(self) -> float:
        """The drift in units of the last digit."""
        return self.drift / self.unit if self.drift else 0.0


def by_hand(experiment: Experiment, rounding: Rounding) -> NetworkTimeline:
    """The calculation with every number rounded, each iteration going on with rounded parameters."""
    return NetworkTimeline(experiment, Altered(rounding, free=Rule.of(experiment).free or ()))


def drifts(exact: IterationTrace, rounded: IterationTrace, rounding: Rounding) -> Iterator[Drift]:
    """Every calculated quantity of an iteration both ways, in the order of the calculation."""
    for quantity in exact.quantities():
        if quantity.stage.is_given:
            continue
        right, hand = exact.value(quantity), rounded.value(quantity) + 0.0  # no minus before a zero
        unit = rounding.unit(hand or right)
        yield Drift(quantity, right, hand, unit)
