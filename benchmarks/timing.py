"""The measurement: both sides in one process, turn by turn, and the median of the paired ratios.

A ratio of two times that were taken one right after the other says more than two times taken minutes
apart: whatever slows the machine down for a while slows both.
"""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median
from time import perf_counter

import numpy as np

from benchmarks.cases import Case
from tracer.engine.timeline import NetworkTimeline
from tracer.model.experiment import Experiment
from tracer.model.network import Parameters


@dataclass(frozen=True, slots=True)
class Result:
    """Medians over the rounds: µs an iteration on each side, and ours : plain round by round.

    `difference` is the largest one between the parameters that the two sides end at.
    """

    ours: float
    plain: float
    ratio: float
    difference: float


def measure(case: Case, rounds: int, iterations: int | None = None) -> Result:
    """Time `rounds` pairs after one that warms both sides up; `iterations` updates a side."""
    count = iterations or case.iterations
    timeline = timeline_of(case.experiment, compile_it=case.compiled)

    def ours() -> Parameters:
        return timeline.advance(timeline.start, 0, count).parameters

    def plain() -> Parameters:
        return case.plain(case.experiment, count)

    difference = _difference(ours(), plain())
    pairs = []
    for turn in range(rounds):
        first = perf_counter()
        (ours if turn % 2 else plain)()
        second = perf_counter()
        (plain if turn % 2 else ours)()
        times = (second - first, perf_counter() - second)
        pairs.append(times if turn % 2 else times[::-1])
    scale = 1e6 / count
    return Result(
        median(a for a, _ in pairs) * scale,
        median(b for _, b in pairs) * scale,
        median(a / b for a, b in pairs),
        difference,
    )


def timeline_of(experiment: Experiment, *, compile_it: bool) -> NetworkTimeline:
    """The experiment's timeline, as compiled formulas or as NumPy whatever its size."""
    timeline = NetworkTimeline(experiment)
    timeline.compiled = compile_it
    return timeline


def _difference(one: Parameters, other: Parameters) -> float:
    arrays = [
        (a, b)
        for left, right in zip(one, other, strict=True)
        for a, b in zip(left, right, strict=True)
    ]
    return max(float(np.abs(a - b).max()) for a, b in arrays)
