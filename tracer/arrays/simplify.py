"""Fewer operations that come to the same, but for the last bit of a folded factor.

The same operation once; `x ** 2` as a square; factors one after the other as one; a factor of a large
product in its smaller operand; what nobody needs left out.
"""

from __future__ import annotations

from math import prod
from typing import Any

import numpy as np

from tracer.arrays.facts import axes_of
from tracer.arrays.operations import Builder, Function, Listing, Operation
from tracer.formula.primitives import if_positive

SCALED = Function("ufunc", "{} * {}", np.multiply)
_SQUARE = Function("ufunc", "{0} * {0}", np.square)
_POSITIVE = Function("ufunc", "call({}, {})", np.greater)
_FACTORS = (np.multiply, np.true_divide)


def simplified(listing: Listing) -> Listing:
    """The listing with fewer operations.

    Raises:
        UnsupportedError: of an operation it isn't known what becomes of the samples.
    """
    for change in (_merged, _folded, _needed, _sized, _sunk, _needed):
        listing = change(listing)
    return listing


def _merged(listing: Listing) -> Listing:
    """Each operation once, and each constant number."""
    builder, known, same = Builder(listing), dict[Any, int](), dict[int, int]()
    for value in filter(listing.is_number, listing.constants):
        same[value] = known.setdefault(("constant", float(listing.constants[value])), value)
    for operation in map(_rewritten(listing), listing.operations):
        operands = tuple(same.get(operand, operand) for operand in operation.operands)
        key = (operation.function, operands)
        if key in known:
            same[operation.result] = known[key]
        else:
            known[key] = operation.result
            builder.add(operation.function, operands, operation.result)
    return builder.built(
        after=tuple(same.get(v, v) for v in listing.after),
        loss=None if listing.loss is None else same.get(listing.loss, listing.loss),
    )


def _rewritten(listing: Listing) -> Any:
    """Operations as NumPy's operators do them: a square for `x ** 2`, a comparison for 1 or 0."""

    def number(value: int) -> float | None:
        return float(listing.constants[value]) if listing.is_number(value) else None

    def rewrite(operation: Operation) -> Operation:
        function, operands = operation.function, operation.operands
        if function.call is np.power and number(operands[1]) == 2 and listing.shapes[operands[0]]:
            return Operation(operation.result, _SQUARE, operands[:1])
        switch = getattr(function.call, "func", None) is if_positive.array
        if switch and [*map(number, operands[1:])] == [1.0, 0.0]:
            return Operation(operation.result, _POSITIVE, (operands[0], operands[2]))
        return operation

    return rewrite


def _folded(listing: Listing) -> Listing:
    """`c · (x / d)` as x · (c/d), where nobody else needs x / d."""
    builder, made, uses = Builder(listing), dict[int, tuple[int, float]](), listing.uses()
    for operation in listing.operations:
        scaled = _scaled(listing, operation)
        if scaled is None or not listing.shapes[operation.result]:
            builder.operations.append(operation)
            continue
        source, factor = scaled
        if source in made and uses[source] == 1:
            source, before = made[source]
            factor *= before
        made[operation.result] = source, factor
        builder.add(SCALED, (source, builder.constant(factor)), operation.result)
    return builder.built()


def _scaled(listing: Listing, operation: Operation) -> tuple[int, float] | None:
    """(x, factor) of an operation that is x times a constant."""
    if operation.function.call not in _FACTORS or len(operation.operands) != 2:
        return None
    x, y = operation.operands
    if listing.is_number(y) and listing.constants[y] != 0:
        number = float(listing.constants[y])
        return x, number if operation.function.call is np.multiply else 1 / number
    if operation.function.call is np.multiply and listing.is_number(x):
        return y, float(listing.constants[x])
    return None


def _sized(listing: Listing) -> Listing:
    """The shapes of all of a batch's samples, of which some were recorded."""
    return listing.with_samples(listing.samples, axes_of(listing))


def _sunk(listing: Listing) -> Listing:
    """(aᵀ b) · c as (a · c)ᵀ b, where a is smaller than that; and then (Σ a) · c as Σ (a · c)."""
    made, uses, builder = listing.made_by(), listing.uses(), Builder(listing)
    moved: dict[tuple[int, float], int] = {}
    for operation in listing.operations:
        scaled = _scaled(listing, operation)
        source = made.get(scaled[0]) if scaled and uses[scaled[0]] == 1 else None
        if scaled is None or source is None:
            builder.operations.append(operation)
            continue
        factor, operands = scaled[1], list(source.operands)
        left = made.get(operands[0])
        if source.function.name == "matmul" and left and left.function.name == "transpose":
            key = left.operands[0], factor
            if prod(listing.shapes[operands[0]]) < prod(listing.shapes[operation.result]):
                if key not in moved:
                    moved[key] = builder.value(listing.shapes[key[0]])
                    builder.add(SCALED, (key[0], builder.constant(factor)), moved[key])
                operands[0] = builder.value(listing.shapes[operands[0]])
                builder.add(left.function, (moved[key],), operands[0])
                builder.add(source.function, operands, operation.result)
                continue
        elif source.function.name == "sum" and (operands[0], factor) in moved:
            builder.add(source.function, [moved[operands[0], factor]], operation.result)
            continue
        builder.operations.append(operation)
    return builder.built()


def _needed(listing: Listing) -> Listing:
    """What the roots need."""
    needed, kept = set(listing.roots), []
    for operation in reversed(listing.operations):
        if operation.result in needed:
            needed.update(operation.operands)
            kept.append(operation)
    return listing.with_operations(kept[::-1])
