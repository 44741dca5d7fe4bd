"""The calculation as it is done by hand: every intermediate number rounded before it is used.

Between the traces and the view that lays the exact numbers beside the rounded ones. What is given
(inputs, targets, the parameters at the start, the learning rate) stays as it is written.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from tracer.digits.rounding import Rounding
from tracer.engine.altered import Altered, is_given
from tracer.engine.batches import Batches
from tracer.engine.passes import Rule
from tracer.engine.trace import IterationTrace
from tracer.engine.training import Stepper
from tracer.errors import UsageError
from tracer.model.experiment import Experiment
from tracer.model.names import Names
from tracer.model.quantity import Quantity


@dataclass(frozen=True, slots=True)
class Drift:
    """One quantity both ways; `unit` is the worth of one unit of the last digit that was kept."""

    quantity: Quantity
    name: str
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


def by_hand(trace: IterationTrace, rounding: Rounding) -> IterationTrace:
    """The same iteration from the same parameters, every calculated number rounded."""
    return trace.recalculated(Altered(rounding, free=trace.rule.free or ()))


def by_hand_traces(
    experiment: Experiment, iterations: Collection[int], rounding: Rounding
) -> list[IterationTrace]:
    """These iterations, counted from 1, each going on with the rounded parameters of the last one.

    Raises:
        UsageError: without `training`, for any iteration but the first.
    """
    assert experiment.data is not None
    if experiment.training is None and any(k != 1 for k in iterations):
        raise UsageError("without `training` there is only iteration 1")
    offset = experiment.training.resume.iterations if experiment.training else 0
    batches = Batches(len(experiment.data), experiment.training)
    names, parameters, done = Names(experiment.network), experiment.parameters, 0
    traces = []
    for iteration in sorted(set(iterations)):
        if iteration - 1 > done:
            count = iteration - 1 - done
            parameters = _stepper(experiment, rounding).advance(
                parameters, offset + done, count, []
            )
            done = iteration - 1
        rows = batches.numbers(offset + done)
        start = IterationTrace(experiment, names, iteration, rows, parameters, None)
        traces.append(by_hand(start, rounding))
    return traces


def _stepper(experiment: Experiment, rounding: Rounding) -> Stepper:
    free = Rule.of(experiment).free or ()
    return Stepper(experiment, altered=Altered(rounding, free=free))


def drifts(exact: IterationTrace, by_hand: IterationTrace, rounding: Rounding) -> Iterator[Drift]:
    """Every calculated quantity of an iteration both ways, in the order of the calculation."""
    for quantity in exact.quantities():
        if is_given(quantity.stage):
            continue
        right, hand = exact.value(quantity), by_hand.value(quantity) + 0.0  # no minus before a zero
        unit = rounding.unit(hand or right)
        yield Drift(quantity, exact.names.name(quantity), right, hand, unit)
