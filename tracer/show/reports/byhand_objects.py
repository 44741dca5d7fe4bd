"""What `run --round` shows, as objects for JSON."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

from tracer.digits.rounding import Rounding
from tracer.engine.trace import IterationTrace
from tracer.explain.byhand import drifts
from tracer.graph.trace import GraphTrace
from tracer.model.quantity import at
from tracer.show.reports.byhand import numbers_of
from tracer.show.reports.objects import Object

T = TypeVar("T", IterationTrace, GraphTrace)


def by_hand_json(pairs: Iterable[tuple[T, T]], rounding: Rounding) -> Object:
    """Each iteration's quantities both ways: `{"net_h1": {"exact": …, "by_hand": …, …}}`."""
    return {
        "round": str(rounding),
        "rounding": rounding.mode,
        "iterations": [
            {"iteration": exact.number, "quantities": _both_ways(exact, hand, rounding)}
            for exact, hand in pairs
        ],
    }


def _both_ways(exact: T, hand: T, rounding: Rounding) -> dict[str, dict[str, float | None]]:
    return {
        exact.names.name(at(found.quantity, 1)): numbers_of(found)
        for found in drifts(exact, hand, rounding)
    }
