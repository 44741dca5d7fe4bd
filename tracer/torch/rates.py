"""Learning rates as the steps had them → the schedule that gives them, if one of ours does."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from tracer.errors import UsageError
from tracer.model.schedules import CONSTANT, Exponential, InverseTime, Linear, Schedule, Step
from tracer.torch.optimizers import Rule

_SHOWN = 4


def read_schedule(rates: Sequence[float], rule: Rule) -> Schedule:
    """The schedule whose rates these are, which aren't all the same.

    Raises:
        UsageError: none gives all of them; or the rule has made updates before, or one of its own.
    """
    hint = "record one step at a time"
    if rule.updates or rule.schedule != CONSTANT:
        why = "that has made updates before" if rule.updates else "that has lr_decay too"
        raise UsageError(f"learning rates that vary, of an optimiser {why}", hint)
    for schedule in _schedules(rates):
        numbers = schedule.numbers(rates[0])
        given = (schedule.learning_rate(k, numbers) for k in range(len(rates)))
        if all(math.isclose(x, y, rel_tol=1e-12) for x, y in zip(given, rates, strict=True)):
            return schedule
    listed = ", ".join(f"{rate:g}" for rate in rates[:_SHOWN])
    raise UsageError(f"learning rates {listed}, … follow no schedule that is known", hint)


def _schedules(rates: Sequence[float]) -> Iterator[Schedule]:
    """The schedules that begin so."""
    first = rates[0]
    if not first or min(rates) <= 0:
        return
    every = next(k for k, rate in enumerate(rates) if rate != first)
    if every > 1:
        yield Step(factor=rates[every] / first, every=every)
    yield Exponential(rate=rates[1] / first)
    last = len(rates) - 1
    reached = next(k for k, rate in enumerate(rates) if rate == rates[-1])
    yield Linear(final=rates[-1], over=reached or last)
    if rates[1] < first:
        yield InverseTime(rate=first / rates[1] - 1)
