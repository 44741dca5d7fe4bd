"""What `why`, `compare` and `--round` found, as JSON; a number that isn't finite becomes null."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from tracer.diagnose.compare import Comparison, Pass
from tracer.diagnose.why import ConventionMatch, ConventionsFound
from tracer.digits.rounding import Rounding
from tracer.engine.trace import IterationTrace
from tracer.explain.byhand import drifts
from tracer.explain.calculation import Calculation
from tracer.explain.explanation import needed, record
from tracer.model.names import Names
from tracer.model.quantity import Identity, at
from tracer.model.words import plain


def why_json(explanation: ConventionsFound) -> dict[str, Any]:
    """`{"tried": 25, "matches": [{"changes": {…}, "values": {…}, …}], "nearest": […]}`."""
    return {
        "tried": explanation.tried,
        "matches": [_match(match) for match in explanation.matches],
        "nearest": [_match(match) for match in explanation.nearest],
    }


def by_hand_json(
    pairs: Iterable[tuple[IterationTrace, IterationTrace]], rounding: Rounding
) -> dict[str, Any]:
    """Each iteration's quantities both ways: `{"net_h1": {"exact": …, "by_hand": …, …}}`."""
    return {
        "round": str(rounding),
        "rounding": rounding.mode,
        "iterations": [
            {"iteration": exact.number, "quantities": _both_ways(exact, hand, rounding)}
            for exact, hand in pairs
        ],
    }


def _both_ways(
    exact: IterationTrace, hand: IterationTrace, rounding: Rounding
) -> dict[str, dict[str, float | None]]:
    return {
        exact.names.name(at(found.quantity, 1)): _finite(
            {
                "exact": found.exact,
                "by_hand": found.by_hand,
                "drift": found.drift,
                "units": found.units,
            }
        )
        for found in drifts(exact, hand, rounding)
    }


def explain_by_hand_json(
    asked: Sequence[tuple[Calculation, Calculation, Sequence[Identity]]], depth: int | None
) -> list[dict[str, Any]]:
    """What `explain` gives, from the rounded numbers, with the `exact` value beside each."""
    return [
        record(hand, identity) | {"exact": _number(exact.value(identity))}
        for exact, hand, identities in asked
        for identity in needed(exact, identities, depth)
    ]


def _match(match: ConventionMatch) -> dict[str, Any]:
    return {
        "changes": dict(match.changes),
        "values": _finite(match.values),
        "words": plain(match.words),
        "digits": match.digits,
        "truncated": list(match.truncated),
    }


def _finite(values: Mapping[str, float]) -> dict[str, float | None]:
    return {name: _number(value) for name, value in values.items()}


def compare_json(comparison: Comparison, names: Names) -> dict[str, Any]:
    """`{"first_difference": {"name": …, "iteration": …, "values": […]}, "runs": […]}`."""
    found = comparison.first_difference
    return {
        "same_shape": comparison.same_shape,
        "iterations": comparison.iterations,
        "first_difference": found
        and {
            "name": names.name(at(found.quantity, 1)),
            "iteration": found.quantity.iteration,
            "values": list(map(_number, found.values)),
        },
        "differing": {name: list(values) for name, values in comparison.differing.items()},
        "runs": [
            {
                "title": run.title,
                "conventions": dict(run.settings),
                "ended": run.ended,
                "first": _pass(run.first),
                "last": _pass(run.last),
            }
            for run in comparison.runs
        ],
    }


def _pass(found: Pass) -> dict[str, Any]:
    return {
        "updates": found.updates,
        "loss": _number(found.loss),
        "layers": [
            {
                "layer": size.layer,
                "mean_delta": _number(size.mean),
                "mean_delta_ratio": _number(size.mean_ratio),
                "gradient_norm": _number(size.gradient),
                "gradient_norm_ratio": _number(size.gradient_ratio),
            }
            for size in found.sizes
        ],
    }


def _number(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None
