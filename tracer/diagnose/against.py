"""Numbers of a program against a run: the first array, element and iteration in which they differ.

Answers, as `check` reads them → each iteration's arrays beside the engine's, in the order of the
calculation, until one differs. What should follow from somebody's own numbers isn't asked: that is
`tracer.diagnose.check`. Iterations are looked at one after the other, and none is kept.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

import numpy as np

from tracer.diagnose.answers.model import Answer, ArrayAnswer, Supplied
from tracer.diagnose.answers.moments import Moment
from tracer.diagnose.arrays.conventions import followed, oriented
from tracer.diagnose.arrays.lost import lost
from tracer.diagnose.sheets import SheetConvention
from tracer.engine.trace import IterationTrace
from tracer.explain.calculation import Calculation, timeline_of
from tracer.immutable import immutable
from tracer.model.experiment import Experiment, GraphExperiment
from tracer.model.network import BoolArray, FloatArray, State
from tracer.model.quantity import Identity, Index

_AT_HAND = 32


@immutable
class Unlike:
    """A number that differs: what the run has, what was given; `place` is its index in the array."""

    identity: Identity
    ours: float
    theirs: float
    name: str
    place: Index = ()


@immutable
class Compared:
    """One array, or one number, beside that of the run.

    `differing`: how many of its `shape` differ; `first` of them, and the `worst`.
    """

    answer: Supplied
    shape: Index
    differing: int
    first: Unlike | None = None
    worst: Unlike | None = None


@immutable
class Against:
    """What was compared, and where the numbers part.

    `difference` belongs to `moment`, the last one that was looked at, whose arrays are in `rows`;
    `arrays` and `numbers` count all that agree and those; `moments` how many were looked at, of
    `given`.
    """

    experiment: Experiment | GraphExperiment
    exact: Calculation
    moment: Moment
    rows: tuple[Compared, ...]
    difference: Unlike | None
    arrays: int
    numbers: int
    moments: int
    given: int
    conventions: tuple[SheetConvention, ...]

    @property
    def names(self) -> Any:
        """Of the calculation's numbers."""
        return self.exact.names


def against(
    experiment: Experiment | GraphExperiment,
    answers: Sequence[Supplied],
    progress: Callable[[int], None] | None = None,
    states: Iterable[tuple[int, State]] = (),
) -> Against:
    """The run beside the numbers; `progress` hears how many moments have been looked at.

    `states`: some that training comes to, (updates, state), from which it may go on.

    Raises:
        UsageError: there is no such moment, because there is no training.
    """
    found = _Moments(experiment, states)
    arrays = oriented(found, [answer for answer in answers if isinstance(answer, ArrayAnswer)])
    every: list[Supplied] = [*arrays, *(a for a in answers if isinstance(a, Answer))]
    by_moment: dict[Moment, list[Supplied]] = {}
    for answer in every:
        by_moment.setdefault(answer.moment, []).append(answer)
    order = sorted(by_moment, key=lambda moment: (moment.updates, moment.after is not None))
    count = size = 0
    for looked, moment in enumerate(order, 1):
        exact = found[moment]
        rows = _in_order(exact, [_compared(exact, answer) for answer in by_moment[moment]])
        count += sum(isinstance(row.answer, ArrayAnswer) for row in rows)
        size += sum(int(np.prod(row.shape)) for row in rows)
        unlike = [row.first for row in rows if row.first]
        first = min(unlike, key=lambda one: exact.rank(one.identity), default=None)
        if progress:
            progress(looked)
        if first or looked == len(order):
            break
    told = tuple(followed(arrays))
    return Against(experiment, exact, moment, rows, first, count, size, looked, len(order), told)


class _Moments(Mapping[Moment, Calculation]):
    """The numbers of each moment, calculated when they are asked for."""

    def __init__(
        self, experiment: Experiment | GraphExperiment, states: Iterable[tuple[int, State]]
    ) -> None:
        self._timeline = timeline_of(experiment)
        self._timeline.kept.update(states)
        self._found = lru_cache(_AT_HAND)(self._calculated)

    def _calculated(self, moment: Moment) -> Calculation:
        timeline = self._timeline
        trace = (
            timeline.forward(moment.updates)
            if moment.iteration is None
            else timeline.trace(moment.iteration)
        )
        return Calculation(timeline, trace)

    def __getitem__(self, moment: Moment) -> Calculation:
        return self._found(moment)

    def __iter__(self) -> Iterator[Moment]:
        return iter(())

    def __len__(self) -> int:
        return 0


def _in_order(exact: Calculation, rows: Sequence[Compared]) -> tuple[Compared, ...]:
    return tuple(sorted(rows, key=lambda row: exact.rank(_any_of(exact, row.answer))))


def _any_of(exact: Calculation, answer: Supplied) -> Identity:
    """The number, or the first of an array."""
    if isinstance(answer, Answer):
        return answer.identity
    found: Identity = exact.trace.batch.quantity(answer.stage, (0,) * answer.values.ndim)
    return found


def _compared(exact: Calculation, answer: Supplied) -> Compared:
    if isinstance(answer, ArrayAnswer):
        return _array(exact.trace, answer)
    ours, theirs = exact[answer.identity], answer.value
    if abs(theirs - ours) <= answer.slack(ours):
        return Compared(answer, (), 0)
    name = exact.trace.names.name(answer.identity)
    unlike = Unlike(answer.identity, ours, theirs, name)
    return Compared(answer, (), 1, unlike, unlike)


def _array(trace: IterationTrace, answer: ArrayAnswer) -> Compared:
    true = trace.arrays[answer.stage]
    near = _near(answer, true, 0.0)
    if not near.all() and answer.tolerance is None:
        loses = lost(trace, [answer.stage], answer.precision.epsilon)
        near = _near(answer, true, loses[answer.stage])
    shape = true.shape[::-1] if answer.turned else true.shape
    if near.all():
        return Compared(answer, shape, 0)

    def unlike(place: Index) -> Unlike:
        identity = trace.batch.quantity(answer.stage, place)
        ours, theirs = float(true[place]), float(answer.values[place])
        there = place[::-1] if answer.turned else place
        return Unlike(identity, ours, theirs, answer.name, there)

    with np.errstate(all="ignore"):
        away = np.where(near, -1.0, np.nan_to_num(np.abs(answer.values - true), nan=np.inf))
    first, worst = np.argwhere(~near)[0], np.unravel_index(int(away.argmax()), away.shape)
    places = [tuple(map(int, place)) for place in (first, worst)]
    return Compared(answer, shape, int((~near).sum()), *map(unlike, places))


def _near(answer: ArrayAnswer, true: FloatArray, lost: FloatArray | float) -> BoolArray:
    with np.errstate(all="ignore"):
        near: BoolArray = np.abs(answer.values - true) <= answer.slack(true, lost)
    return near
