"""The learning rate where a schedule changes it: formulas for stretches of iterations.

The schedule's formula for iteration k has k in some of its numbers. Neighbouring iterations whose
formulas are built alike, and whose numbers move in equal steps, are one stretch.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any

from tracer.engine.rule import Rule
from tracer.formula import Call, Expression, Number, Symbol, children, rebuild
from tracer.formula.lazy import one_symbol
from tracer.immutable import immutable
from tracer.model.quantity import Kind, Quantity, Stage

AS_FAR_AS = 2000
"""Iterations whose learning rates a page knows at least."""
_NEAR = 1e-12


@immutable
class Stretch:
    """The rate from the iteration `first` to `last`: `numbers` are (value in the first, step)."""

    first: int
    last: int
    formula: Expression
    numbers: tuple[tuple[float, float], ...]


@immutable
class Moving:
    """The place of a number that moves from iteration to iteration, among a stretch's numbers."""

    place: int


def stretches(rule: Rule, iterations: int) -> Iterator[Stretch]:
    """The formulas of the learning rate in the iterations from 1 on."""
    names = rule.schedule.numbers(rule.initial or 0.0)
    given = {n: one_symbol(Symbol(Quantity(Stage(Kind.SETTING, 0, slot=n)))) for n in names}

    def formula(iteration: int) -> Expression:
        rate: Any = rule.schedule.learning_rate(rule.earlier + iteration - 1, given)
        found: Expression = rate.element(())
        return found

    formulas = [formula(iteration) for iteration in range(1, iterations + 1)]
    start = 0
    while start < len(formulas):
        steps, end = _alike(formulas, start)
        numbers = tuple(zip(_numbers(formulas[start]), steps, strict=True))
        moving = [place for place, (_, step) in enumerate(numbers) if step]
        yield Stretch(
            start + 1,
            end,
            _with_moving(formulas[start], iter(range(len(numbers))), moving),
            tuple(numbers[place] for place in moving),
        )
        start = end


def _alike(formulas: Sequence[Expression], start: int) -> tuple[list[float], int]:
    """By how much the numbers move from the formula at `start` to the next, and how far that holds."""
    first = _numbers(formulas[start])
    if start + 1 == len(formulas) or _shape(formulas[start]) != _shape(formulas[start + 1]):
        return [0.0] * len(first), start + 1
    steps = [b - a for a, b in zip(first, _numbers(formulas[start + 1]), strict=True)]
    end = start + 1
    while end < len(formulas) and _shape(formulas[end]) == _shape(formulas[start]):
        expected = [a + (end - start) * step for a, step in zip(first, steps, strict=True)]
        if not all(map(_same, expected, _numbers(formulas[end]))):
            break
        end += 1
    return steps, end


def _same(one: float, other: float) -> bool:
    return math.isclose(one, other, rel_tol=_NEAR, abs_tol=_NEAR)


def _numbers(formula: Expression) -> list[float]:
    if isinstance(formula, Number):
        return [formula.value]
    return [value for part in children(formula) for value in _numbers(part)]


def _shape(formula: Expression) -> Any:
    """The formula without its numbers."""
    if isinstance(formula, Number):
        return Number
    if isinstance(formula, Symbol):
        return formula
    named = formula.function if isinstance(formula, Call) else type(formula)
    return (named, *map(_shape, children(formula)))


def _with_moving(formula: Expression, places: Iterator[int], moving: Sequence[int]) -> Expression:
    """The formula with a symbol for each number that moves."""
    if isinstance(formula, Number):
        place = next(places)
        return Symbol(Moving(moving.index(place))) if place in moving else formula
    operands = children(formula)
    if not operands:
        return formula
    return rebuild(formula, tuple(_with_moving(part, places, moving) for part in operands))
