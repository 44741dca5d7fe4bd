"""The arrays of all moments, judged one after another: each iteration goes on from the one before.

Between `tracer.diagnose.check`, which has the answers and the traced moments, and the judge of one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial

from tracer.diagnose.answers.model import Answer, ArrayAnswer
from tracer.diagnose.answers.moments import Moment
from tracer.diagnose.arrays.conventions import followed, oriented, sampled, with_factors
from tracer.diagnose.arrays.judge import ArrayJudge, JudgedArrays
from tracer.diagnose.sheets import restated
from tracer.explain.calculation import Calculation
from tracer.model.quantity import Identity


def judged_arrays(
    traced: Mapping[Moment, Calculation],
    arrays: Iterable[ArrayAnswer],
    singles: Iterable[Answer],
    progress: Callable[[int], None] | None = None,
) -> dict[Moment, JudgedArrays]:
    """The verdicts on the arrays of each moment that has some; `singles` stand beside them.

    `progress` hears how many arrays have been judged.
    """
    by_moment: dict[Moment, list[ArrayAnswer]] = {}
    for array in arrays:
        by_moment.setdefault(array.moment, []).append(array)
    beside: dict[Moment, dict[Identity, Answer]] = {}
    for answer in singles:
        beside.setdefault(answer.moment, {})[answer.identity] = answer
    found: dict[Moment, JudgedArrays] = {}
    before: JudgedArrays | None = None
    for moment, exact in traced.items():
        if moment not in by_moment:
            continue
        if before is not None and before.own.number + 1 != exact.number:
            before = None
        numbers = beside.get(moment, {})
        done = sum(len(judged.findings) for judged in found.values())
        told = partial(_told, progress, done) if progress else None
        before = found[moment] = _judged(exact, by_moment[moment], numbers, before, told)
    return found


def _told(progress: Callable[[int], None], before: int, done: int) -> None:
    progress(before + done)


def _judged(
    exact: Calculation,
    arrays: Sequence[ArrayAnswer],
    numbers: Mapping[Identity, Answer],
    before: JudgedArrays | None,
    progress: Callable[[int], None] | None,
) -> JudgedArrays:
    """The arrays of one moment, read as the whole file means them."""
    arrays = oriented(exact, arrays)
    sample = sampled(exact, arrays)
    everything = {**numbers, **sample}
    ordered = {key: everything[key] for key in sorted(everything, key=exact.rank)}
    changed, rows = restated(exact, ordered)
    arrays, factors = with_factors(arrays, sample, changed)
    values = {identity: changed[identity].value for identity in numbers}
    rows = (*(rows if factors else ()), *followed(arrays))
    judge = ArrayJudge(exact, arrays, values, before, factors)
    return JudgedArrays(judge.findings(progress), judge.own, rows)
