"""Mistakes of learning-rate schedules: the rate of another iteration."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from tracer.diagnose.mistakes.around import setting
from tracer.diagnose.mistakes.row import Mistake, Site
from tracer.engine.rule import Rule
from tracer.formula import Expression, as_expression
from tracer.model.quantity import Kind
from tracer.model.schedules import Schedule


def _rate(site: Site, updates: int, schedule: Schedule | None = None) -> Iterator[Expression]:
    """The rate after so many updates, where the schedule has one."""
    rule = site.trace.rule
    numbers = {name: setting(name) for name in rule.settings()}
    if updates >= 0 and rule.schedule.varies:
        yield as_expression((schedule or rule.schedule).learning_rate(updates, numbers))


def _of_another_iteration(off: int) -> Callable[[Site], Iterator[Expression]]:
    return lambda site: _rate(site, _updates(site) + off)


def _updates(site: Site) -> int:
    """Those made before the iteration, by which schedules count."""
    rule: Rule = site.trace.rule
    return rule.earlier + site.quantity.iteration - 1


def _initial(site: Site) -> Iterator[Expression]:
    if site.trace.rule.schedule.varies:
        yield setting("initial")


def _without_warmup(site: Site) -> Iterator[Expression]:
    schedule = site.trace.rule.schedule
    if schedule.warmup:
        yield from _rate(site, _updates(site), replace(schedule, warmup=0))


_RATE = frozenset({Kind.LEARNING_RATE})

ROWS = (
    Mistake(
        "learning_rate_of_the_iteration_before",
        _RATE,
        _of_another_iteration(-1),
        "The learning rate follows its schedule; this is the one of the iteration before.",
        rare=True,
    ),
    Mistake(
        "learning_rate_of_the_iteration_after",
        _RATE,
        _of_another_iteration(1),
        "A schedule counts k from 0, in iteration 1; this is the rate of the iteration after.",
        rare=True,
    ),
    Mistake(
        "initial_learning_rate",
        _RATE,
        _initial,
        "The learning rate follows its schedule; this is the one that it starts from.",
        rare=True,
    ),
    Mistake(
        "warmup_left_out",
        _RATE,
        _without_warmup,
        "The learning rate rises over the warm-up first, and the schedule counts from its end.",
        rare=True,
    ),
)
