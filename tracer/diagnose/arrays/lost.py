"""What floating-point arithmetic of a type may lose on the way to each number of an array.

The engine runs a few times with every array disturbed by about one unit of the type's last place, given
ones too; how far a number moves by that says what rounding can do to it, cancellation included. With x
the number, xᵣ that of run r of R: lost = 16·√(Σ (xᵣ − x)²/R).

Source: D. Stott Parker, "Monte Carlo Arithmetic", UCLA CSD-970002 (1997).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

import numpy as np

from tracer.engine.trace import Change, IterationTrace
from tracer.model.network import FloatArray
from tracer.model.quantity import AFTER, PARTS, Kind, Stage

_RUNS = 4
_FACTOR = 16.0
"""A sum of hundreds of terms, in any order, and a row's spread known from a few runs only."""
_MOST_UPDATES = 1000
_OF_A_READER = frozenset({Kind.PATH, *PARTS})
"""What is calculated beside the way; disturbing it costs most and says nothing."""


def lost(
    trace: IterationTrace, stages: Collection[Stage], epsilon: float, change: Change | None = None
) -> Mapping[Stage, FloatArray]:
    """How far rounding with `epsilon` may move each number of these stages.

    `change` is what the calculation goes on with otherwise. Updates before the iteration add to it.
    """
    unit = epsilon * min(trace.number, _MOST_UPDATES)
    ways = (False, True) if trace.experiment.network.matched else (False,)
    found = {stage: _given_before(trace, stage, unit) for stage in stages}
    for shortcut in ways:
        true = _handed_in(trace, change, shortcut, 0.0, np.random.default_rng(0))
        squares = {stage: np.zeros_like(array) for stage, array in found.items()}
        for run in range(_RUNS):
            arrays = _handed_in(trace, change, shortcut, unit, np.random.default_rng(run))
            with np.errstate(all="ignore"):
                for stage in stages:
                    squares[stage] += (arrays[stage] - true[stage]) ** 2
        for stage in stages:
            moved = _FACTOR * np.sqrt(squares[stage] / _RUNS)
            found[stage] = np.maximum(found[stage], np.where(np.isfinite(moved), moved, 0.0))
    return found


def _handed_in(
    trace: IterationTrace,
    change: Change | None,
    shortcut: bool,
    unit: float,
    rng: np.random.Generator,
) -> dict[Stage, FloatArray]:
    """What the engine calculates for each stage, where those before it are disturbed."""
    arrays: dict[Stage, FloatArray] = {}

    def disturbed(stage: Stage, array: FloatArray) -> FloatArray:
        arrays[stage] = array
        kept = change(stage, array) if change else array
        if not unit or stage.kind in _OF_A_READER:
            return kept
        moved: FloatArray = np.asarray(kept * (1 + unit * rng.standard_normal(kept.shape)))
        return moved

    trace.recalculated(disturbed, shortcut=shortcut).arrays  # noqa: B018
    return arrays


def _given_before(trace: IterationTrace, stage: Stage, unit: float) -> FloatArray:
    """What the updates before the iteration may have lost of its parameters."""
    array = trace.arrays[stage]
    if not stage.is_given or trace.number == 1 or stage.kind not in AFTER:
        return np.zeros_like(array)
    return np.full_like(array, _FACTOR * unit * float(np.sqrt(np.mean(array**2))))
