"""What `explain` shows, as objects for JSON."""

from __future__ import annotations

from collections.abc import Sequence

from tracer.explain.calculation import Calculation
from tracer.explain.explanation import explanation, needed
from tracer.formula.plain import plain
from tracer.model.quantity import Identity
from tracer.show.reports.objects import Object, finite, only_finite


def record(calculation: Calculation, identity: Identity) -> Object:
    """The explanation with formulas as ASCII that can be parsed, numbers in full."""
    explained, name = explanation(calculation, identity), calculation.names.name
    formula, substituted = explained.formula, explained.substituted
    return {
        "name": name(identity),
        "formula": None if formula is None else plain(formula, symbol=name),
        "substituted": None if substituted is None else plain(substituted, symbol=name),
        "value": finite(explained.value),
        "inputs": only_finite(map(name, explained.inputs), explained.inputs.values()),
    }


def explain_by_hand_json(
    asked: Sequence[tuple[Calculation, Calculation, Sequence[Identity]]], depth: int | None
) -> list[Object]:
    """What `explain` gives, from the rounded numbers, with the `exact` value beside each."""
    return [
        record(hand, identity) | {"exact": finite(exact.value(identity))}
        for exact, hand, identities in asked
        for identity in needed(hand, identities, depth)
    ]
