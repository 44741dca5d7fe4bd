"""Between which numbers a formula lies, where those it is made of are only known to lie between two.

Interval arithmetic on the expression tree. `settle` says where what stands inside the formula may lie
for somebody who rounds products before adding them up. Bounds that depend on each other are not
noticed: out·(1 − out) is enclosed more widely than need be, never less.

Source: R. E. Moore, R. B. Kearfott, M. J. Cloud, "Introduction to Interval Analysis" (2009).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import reduce
from itertools import product
from operator import add

from tracer.formula.errors import EvaluationError
from tracer.formula.nodes import (
    Call,
    Difference,
    Expression,
    Key,
    Negative,
    Number,
    Power,
    Product,
    Quotient,
    Sum,
    Symbol,
)
from tracer.formula.primitive import Primitive
from tracer.formula.primitives import PRIMITIVES, if_positive
from tracer.formula.rewriting import children

Interval = tuple[float, float]
"""From the lower to the upper end, both included."""

Settle = Callable[[Interval], Interval]
"""Where a number between two ends may lie once it has been rounded."""

EVERYTHING: Interval = (-math.inf, math.inf)


def enclosure(
    expression: Expression, bounds: Callable[[Key], Interval], settle: Settle | None = None
) -> Interval:
    """The ends of an interval in which the formula's value lies for all values within `bounds`.

    `settle`: each operation inside the formula, but not its result, may have been rounded so, and those
    by which a function like sigmoid is worked out. Infinite where there is no bound: at a
    division by what may be zero, at a logarithm of what may be negative.
    """
    match expression:
        case Number(value):
            return value, value
        case Symbol(key):
            return bounds(key)
        case Call(if_positive.name, (condition, positive, otherwise)):
            low, high = enclosure(condition, bounds, settle)
            branches = ((positive, high > 0), (otherwise, low <= 0))
            return _hull([enclosure(b, bounds, settle) for b, holds in branches if holds])
    operands = [_inner(child, bounds, settle) for child in children(expression)]
    return _combined(expression, operands, settle)


def widened(interval: Interval, by: float) -> Interval:
    """The interval with both ends moved outwards."""
    return interval[0] - by, interval[1] + by


def _inner(child: Expression, bounds: Callable[[Key], Interval], settle: Settle | None) -> Interval:
    found = enclosure(child, bounds, settle)
    if settle is None or isinstance(child, (Number, Symbol, Negative)):
        return found
    return settle(found)


def _combined(
    expression: Expression, operands: Sequence[Interval], settle: Settle | None
) -> Interval:
    """The interval of the expression's own operation."""
    match expression:
        case Sum():
            lows, highs = zip(*operands, strict=True)
            return reduce(add, lows), reduce(add, highs)
        case Difference():
            (a, b), (c, d) = operands
            return a - d, b - c
        case Negative():
            ((low, high),) = operands
            return -high, -low
        case Product():
            return _product(operands, settle)
        case Quotient():
            (low, high), (below, above) = operands
            if below <= 0 <= above:
                return EVERYTHING
            ends = low / below, low / above, high / below, high / above
            return min(ends), max(ends)
        case Power():
            return _power(operands)
        case Call(function):
            return _call(function, operands, settle)
    raise TypeError(f"not an expression: {type(expression).__name__}")


def _product(operands: Sequence[Interval], settle: Settle | None) -> Interval:
    """From left to right; what a long product comes to on the way may be rounded too."""

    def times(a: Interval, b: Interval) -> Interval:
        if a[0] == a[1] and b[0] == b[1]:
            return (_times(a[0], b[0]),) * 2
        return _hull([(_times(x, y),) * 2 for x, y in product(a, b)])

    if settle is None or len(operands) == 2:
        return reduce(times, operands)
    found = operands[0]
    for place, operand in enumerate(operands[1:], 2):
        found = times(found, operand)
        if place < len(operands):
            found = settle(found)
    return found


def _times(x: float, y: float) -> float:
    return 0.0 if x == 0 or y == 0 else x * y


def _power(operands: Sequence[Interval]) -> Interval:
    (low, high), (exponent, other) = operands
    if exponent != other or not exponent.is_integer() or exponent < 0:
        return EVERYTHING if low <= 0 else _hull(_corners(operands))
    ends = low**exponent, high**exponent
    turns = exponent % 2 == 0 and low < 0 < high
    return (0.0 if turns else min(ends)), max(ends)


def _corners(operands: Sequence[Interval]) -> list[Interval]:
    try:
        return [(base**exponent,) * 2 for base, exponent in product(*operands)]
    except OverflowError:
        return [EVERYTHING]


def _call(function: str, operands: Sequence[Interval], settle: Settle | None) -> Interval:
    row = PRIMITIVES[function]
    values = []
    for corner in product(*operands):
        problem = row.domain(*corner) if row.domain else None
        try:
            values.append(-math.inf if problem else row.scalar(*corner))
        except (OverflowError, ValueError):
            return EVERYTHING
    if row.turns is not None:
        values += [row.scalar(x) for x in row.turns(*operands[0])]
    found = min(values), max(values)
    if settle is None or row.worked_out is None:
        return found
    return _hull([found, *(_worked_out(row, x, settle) for x in operands[0])])


def _worked_out(row: Primitive, x: float, settle: Settle) -> Interval:
    """The ends of what a person finds who works the function out at x, step by step."""
    assert row.worked_out is not None
    return _hull([enclosure(way, lambda _: (x, x), settle) for way in row.worked_out(x)])


def _hull(intervals: Sequence[Interval]) -> Interval:
    if not intervals:
        raise EvaluationError(Number(math.nan), (), "no value")
    return min(low for low, _ in intervals), max(high for _, high in intervals)
