"""The calculation as it is done by hand: every intermediate number rounded before it is used.

Between the traces and the view that lays the exact numbers beside the rounded ones. What is given
(inputs, targets, the parameters at the start, the learning rate) stays as it is written.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any, Generic, TypeVar, overload

from tracer.digits.rounding import Rounding
from tracer.engine.observers import Altered
from tracer.engine.rule import Rule
from tracer.engine.timeline import NetworkTimeline
from tracer.engine.trace import IterationTrace
from tracer.graph.building import build_graph
from tracer.graph.timeline import GraphTimeline
from tracer.graph.trace import GraphTrace
from tracer.immutable import immutable
from tracer.model.experiment import Experiment, GraphExperiment
from tracer.model.quantity import Identity, Quantity

_Of_co = TypeVar("_Of_co", Quantity, Identity, covariant=True)


@immutable
class Drift(Generic[_Of_co]):
    """One quantity both ways; `unit` is the worth of one unit of the last digit that was kept."""

    quantity: _Of_co
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


@overload
def by_hand(experiment: Experiment, rounding: Rounding) -> NetworkTimeline: ...
@overload
def by_hand(experiment: GraphExperiment, rounding: Rounding) -> GraphTimeline: ...
def by_hand(
    experiment: Experiment | GraphExperiment, rounding: Rounding
) -> NetworkTimeline | GraphTimeline:
    """The calculation with every number rounded, each iteration going on with rounded parameters.

    Raises:
        ConfigError: a graph's formulas can't be understood.
        UsageError: a network has no samples at all.
    """
    if isinstance(experiment, GraphExperiment):
        return GraphTimeline(experiment, build_graph(experiment), rounding)
    return NetworkTimeline(experiment, Altered(rounding, free=Rule.of(experiment).free or ()))


@overload
def drifts(
    exact: IterationTrace, rounded: IterationTrace, rounding: Rounding
) -> Iterator[Drift[Quantity]]: ...
@overload
def drifts(
    exact: GraphTrace, rounded: GraphTrace, rounding: Rounding
) -> Iterator[Drift[Identity]]: ...
def drifts(
    exact: IterationTrace | GraphTrace, rounded: IterationTrace | GraphTrace, rounding: Rounding
) -> Iterator[Drift[Any]]:
    """Every calculated quantity of an iteration both ways, in the order of the calculation."""
    for identity in _calculated(exact):
        right, hand = exact.value(identity), rounded.value(identity) + 0.0  # no minus before a zero
        unit = rounding.unit(hand or right)
        yield Drift(identity, right, hand, unit)


def _calculated(trace: IterationTrace | GraphTrace) -> Iterator[Any]:
    if isinstance(trace, GraphTrace):
        return trace.calculated()
    return (quantity for quantity in trace.quantities() if not quantity.stage.is_given)
