"""Which of a number's formulas is the one to show: the usual one, or the one that loses no digits.

The engine calculates with stable forms where neurons are saturated. A person's formula is shown as
long as it gives the number; where it would lose digits of it, the formula that was calculated.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from tracer.engine.trace import IterationTrace
from tracer.formula import EvaluationError, Expression, evaluate, holding, symbols
from tracer.model.quantity import Identity, Kind, Quantity

if TYPE_CHECKING:
    from tracer.graph.trace import GraphTrace

DIGITS_LOST = 1e-9
"""A formula that misses the number by more than this part of it has lost digits that are shown."""

_WITH_SHORTCUT = frozenset({Kind.DELTA, Kind.ERROR, Kind.SLOPE})


def shortcut(trace: IterationTrace | GraphTrace, identity: Identity) -> Expression | None:
    """The formula that is calculated in place of the usual one; None where that is calculated.

    delta as out − target and errors from net inputs, where loss and activation are matched; the
    slope of a saturated neuron from its net input.
    """
    if not isinstance(trace, IterationTrace) or not isinstance(identity, Quantity):
        return None
    if identity.kind not in _WITH_SHORTCUT:
        return None
    usual, calculated = (trace.formula(identity, shortcut=s) for s in (False, True))
    if usual is None or calculated is None or usual == calculated:
        return None
    held = holding(calculated, trace)
    return None if held == holding(usual, trace) else held


def with_short_cuts(trace: IterationTrace | GraphTrace) -> Iterator[Quantity]:
    """The numbers that may be calculated by another formula: of each array all of them, or none."""
    if not isinstance(trace, IterationTrace):
        return
    for stage, array in trace.arrays.items():
        if stage.kind in _WITH_SHORTCUT and array.size:
            first = trace.batch.quantity(stage, (0,) * array.ndim)
            if trace.formula(first) != trace.formula(first, shortcut=True):
                yield from trace.batch.quantities(stage, array.shape)


def shown(trace: IterationTrace, quantity: Quantity) -> Expression | None:
    """The usual formula, or the short cut where that one would lose digits; None for what is given."""
    usual, short = trace.formula(quantity), shortcut(trace, quantity)
    if usual is None or short is None:
        return usual
    inputs = {used: trace.value(used) for used in symbols(usual)}
    return short if loses(usual, inputs, trace.value(quantity)) else usual


def loses(formula: Expression, inputs: Mapping[Identity, float], value: float) -> bool:
    """Whether the formula, calculated from these numbers, doesn't give the value's digits."""
    if not all(map(math.isfinite, inputs.values())):
        return True
    try:
        return abs(evaluate(formula, inputs) - value) > DIGITS_LOST * abs(value)
    except EvaluationError:
        return True
