"""The measurement: all sides in one process, turn by turn, and the median of the ratios.

What counts is the processor's time, which others on the machine change little; and a ratio of two
times taken one right after the other says more than two times taken minutes apart.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from statistics import median
from time import process_time

import numpy as np

from benchmarks.cases import Case
from tracer.engine.timeline import NetworkTimeline
from tracer.model.experiment import Experiment
from tracer.model.network import Parameters

FEWEST = 20
"""Updates of one of the others in a round, however slow it is."""


@dataclass(frozen=True, slots=True)
class Result:
    """Medians over the rounds: µs an iteration of ours and theirs, and ours : theirs round by round.

    `difference` is the largest one between the parameters that both end at; 0 where they have none.
    """

    ours: float
    theirs: float
    ratio: float
    difference: float


def measure(case: Case, rounds: int, iterations: int | None = None) -> Mapping[str, Result]:
    """Each of the others beside ours, `rounds` times after one that warms up.

    `iterations` updates a side; fewer of what takes far longer than ours.
    """
    count = iterations or case.iterations
    timeline = timeline_of(case.experiment, compile_it=case.compiled)

    def ours(count: int) -> Parameters:
        return timeline.advance(timeline.start, 0, count).parameters

    differences, counts, pairs = {}, {}, dict[str, list[tuple[float, float]]]()
    for name, other in case.others.items():
        few = min(count, FEWEST)
        differences[name] = _difference(ours(few), other(case.experiment, few))
        began = process_time()
        other(case.experiment, few)
        slow = (process_time() - began) / few
        counts[name] = max(few, min(count, int(0.2 / max(slow, 1e-9))))
        pairs[name] = []
    for _ in range(rounds):
        for name, other in case.others.items():
            first = process_time()
            ours(count)
            second = process_time()
            other(case.experiment, counts[name])
            third = process_time()
            pairs[name].append(((second - first) / count, (third - second) / counts[name]))
    return {name: _result(pairs[name], differences[name]) for name in case.others}


def _result(pairs: list[tuple[float, float]], difference: float) -> Result:
    ours, theirs = (median(side) * 1e6 for side in zip(*pairs, strict=True))
    return Result(ours, theirs, median(a / max(b, 1e-12) for a, b in pairs), difference)


def timeline_of(experiment: Experiment, *, compile_it: bool) -> NetworkTimeline:
    """The experiment's timeline, as compiled formulas or as NumPy whatever its size."""
    timeline = NetworkTimeline(experiment)
    timeline.compiled = compile_it
    return timeline


def _difference(one: Parameters, other: Parameters | None) -> float:
    if other is None:
        return 0.0
    arrays = [
        (a, b)
        for left, right in zip(one, other, strict=True)
        for a, b in zip(left, right, strict=True)
    ]
    return max(float(np.abs(a - b).max()) for a, b in arrays)
