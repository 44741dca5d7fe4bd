"""Sets of exercises in which nobody can copy from a neighbour: no two of them are nearly the same.

Above `tracer.teach.exercise`. Each seed has its own exercise; where that one is near an earlier one of
the set, the seed's next one takes its place. So the same set comes of the same wish and seeds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from itertools import islice
from typing import Any, Generic, TypeVar

import numpy as np

from tracer.errors import BptraceError
from tracer.explain.worksheet import to_calculate
from tracer.immutable import immutable
from tracer.model.experiment import Experiment
from tracer.model.network import FloatArray, flatten
from tracer.teach.exercise import Wish, draws
from tracer.teach.telling import iterations_of

T = TypeVar("T")

GIVEN_ALIKE = 2 / 3
"""From here on two exercises are nearly the same: that part of their given numbers is."""
ANSWERS_ALIKE = 1 / 3
"""Or that part of their answers: whoever copies them would be judged right there."""
UNITS = 1.5
"""Answers are alike that many units of the last decimal apart, as a mistake is from the right one."""
REDRAWN = 50
"""So many exercises of a seed are tried."""


@immutable
class Drawn(Generic[T]):
    """What was made of an exercise, with its given numbers, and its answers in their order.

    `near`: the seed of an earlier one of the set that the seed's own exercise was near.
    """

    seed: int
    made: T
    given: FloatArray
    answers: FloatArray
    near: int | None = None


def drawn(wish: Wish, seed: int, make: Callable[[Experiment], T]) -> Iterator[Drawn[T]]:
    """The exercises of a seed; raises as `tracer.teach.exercise.draws` does."""
    for experiment in draws(wish, seed):
        assert experiment.data is not None
        data = experiment.data
        given = np.array([*flatten(experiment.parameters), *data.inputs.flat, *data.targets.flat])
        yield Drawn(seed, make(experiment), given, _answers(experiment))


def without_near_ones(
    firsts: Iterable[Drawn[T]], again: Callable[[int], Iterator[Drawn[T]]], digits: int
) -> Iterator[Drawn[T]]:
    """The set of these exercises, in their order; in place of one near an earlier one, another.

    `firsts` are the first exercises of their seeds, `again` gives all of a seed.

    Raises:
        BptraceError: so many of a seed are near earlier ones that there seem to be no others.
    """
    kept = _Kept(digits)
    for first in firsts:
        near = kept.near(first)
        chosen = first if near is None else replace(_another(again(first.seed), kept), near=near)
        kept.add(chosen)
        yield chosen


def _another(all_of_them: Iterator[Drawn[T]], kept: _Kept) -> Drawn[T]:
    for other in islice(all_of_them, 1, REDRAWN):
        if kept.near(other) is None:
            return other
    raise BptraceError(
        f"there are no {len(kept) + 1} exercises that differ enough: each of {REDRAWN} was nearly one "
        "of the others",
        f"ask for {len(kept)}, or for a larger network or more --digits",
    )


class _Kept:
    """The exercises of a set so far; all of them have as many numbers."""

    def __init__(self, digits: int) -> None:
        self._slack = UNITS * 10.0**-digits
        self._drawn: list[Drawn[Any]] = []

    def __len__(self) -> int:
        return len(self._drawn)

    def add(self, drawn: Drawn[Any]) -> None:
        """One more."""
        self._drawn.append(drawn)

    def near(self, drawn: Drawn[Any]) -> int | None:
        """The seed of the first exercise that this one is nearly the same as."""
        if not self._drawn:
            return None
        given = np.stack([other.given for other in self._drawn])
        answers = np.stack([other.answers for other in self._drawn])
        # Exact zeros, as behind a ReLU that is off, tell no exercise from another.
        telling = (drawn.answers != 0) | (answers != 0)
        same = (np.abs(drawn.answers - answers) <= self._slack) & telling
        alike = (given == drawn.given).mean(axis=1) >= GIVEN_ALIKE
        alike |= same.sum(axis=1) >= ANSWERS_ALIKE * telling.sum(axis=1)
        return self._drawn[int(alike.argmax())].seed if alike.any() else None


def _answers(experiment: Experiment) -> FloatArray:
    """What a sheet asks for, iteration by iteration."""
    traces = [exact.trace for exact in iterations_of(experiment)]
    return np.array([trace.value(asked) for trace in traces for asked in to_calculate(trace)])
