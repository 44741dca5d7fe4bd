"""The arrays of all moments, judged one after another: each iteration goes on from the one before.

Between `tracer.diagnose.check`, which has the answers and the traced moments, and the judge of one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial

from tracer.diagnose.answers.model import Answer, ArrayAnswer
from tracer.diagnose.answers.moments import Moment
from tracer.diagnose.arrays.conventions import in_our_words
from tracer.diagnose.arrays.judge import ArrayJudge, JudgedArrays
from tracer.diagnose.readings import Form
from tracer.explain.calculation import Calculation
from tracer.model.quantity import Identity


def judged_arrays(
    traced: Mapping[Moment, Calculation],
    arrays: Iterable[ArrayAnswer],
    readings: Sequence[Form],
    singles: Mapping[Moment, Mapping[Identity, Answer]],
    progress: Callable[[int], None] | None = None,
) -> dict[Moment, JudgedArrays]:
    """The verdicts on the arrays of each moment that has some.

    `readings` are those that the whole sheet follows; `singles`, read so already, stand beside the
    arrays. `progress` hears how many arrays have been judged.
    """
    by_moment: dict[Moment, list[ArrayAnswer]] = {}
    for array in arrays:
        by_moment.setdefault(array.moment, []).append(array)
    found: dict[Moment, JudgedArrays] = {}
    before: JudgedArrays | None = None
    for moment, exact in traced.items():
        if before is not None and before.own.number + 1 != exact.number:
            before = None
        if moment not in by_moment and before is None:
            continue  # without arrays, and no wrong ones before it that its numbers stand on
        read, factors = in_our_words(exact, by_moment.get(moment, []), readings)
        numbers = {identity: answer.value for identity, answer in singles[moment].items()}
        judge = ArrayJudge(exact, read, numbers, before, factors)
        done = sum(len(judged.findings) for judged in found.values())
        told = partial(_told, progress, done) if progress else None
        before = found[moment] = JudgedArrays(judge.findings(told), judge.own, judge.start)
    return found


def _told(progress: Callable[[int], None], before: int, done: int) -> None:
    progress(before + done)
