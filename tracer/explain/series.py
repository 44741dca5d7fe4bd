"""Numbers on the way through training: what a curve is drawn from.

Between training, which shows states as it comes to them, and the plots. The loss and every named
quantity are those of a pass over all of the data after so many updates, as in the history that `step`
prints. No state is kept: how much memory it takes depends on the number of looks alone.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

import numpy as np

from tracer.engine.trainable import Timeline
from tracer.errors import BptraceError, UnknownNameError, UsageError
from tracer.explain.sizes import gradient_norm
from tracer.immutable import immutable
from tracer.model.network import State
from tracer.model.quantity import Identity, Kind, Quantity, at

Points: TypeAlias = Sequence[tuple[int, float]]
"""(updates, number), by rising updates; the numbers are finite."""

LOSS: Literal["loss"] = "loss"
GRADIENTS = "gradients"
"""What asks for the gradient norm of every layer."""
POINTS, SKETCHED = 1000, 300
"""About so many points a curve has at most; one of characters."""
_WORK, _FEWEST = 2e7, 50
"""Parameters × samples that all the looks together may cost; but so many are made in any case."""


@immutable
class Norm:
    """The Frobenius norm of ∂E/∂W, W the weights that lead into this layer."""

    layer: int


Subject: TypeAlias = Identity | Norm | Literal["loss"]
"""What a curve shows: a number as of iteration 1, a norm, or the loss (a graph's output)."""


@dataclass(slots=True)
class Series:
    """The numbers of one subject, as far as they were finite."""

    subject: Subject
    points: list[tuple[int, float]] = field(default_factory=list)

    def add(self, updates: int, value: float) -> None:
        """One more, unless float64 can't hold it."""
        if math.isfinite(value):
            self.points.append((updates, value))


class Extremes:
    """Numbers that come one after the other, of which the least and the largest of each stretch stay.

    So a single high number in a million is still there. `stretch`: how many numbers make one.
    """

    def __init__(self, series: Series, stretch: int) -> None:
        self.series, self._stretch = series, stretch
        self._first, self._pending = 0, list[float]()

    def extend(self, values: Sequence[float]) -> None:
        """The next numbers."""
        self._pending += values
        while len(self._pending) >= self._stretch:
            self._keep(self._pending[: self._stretch])

    def end(self) -> None:
        """Keep those of the last stretch too."""
        if self._pending:
            self._keep(self._pending)

    def _keep(self, values: Sequence[float]) -> None:
        least, largest = int(np.argmin(values)), int(np.argmax(values))
        for place in sorted({0, least, largest} if self._first == 0 else {least, largest}):
            self.series.add(self._first + place, values[place])
        self._first += len(values)
        self._pending = self._pending[len(values) :]


class Recorder:
    """Somebody who looks at a training on its way, and writes the wanted numbers down.

    `total`: how many updates there will be; `looks`: how often it looks at most, evenly, and less often
    at a large network with much data, so that looking doesn't take much longer than training. Where
    each batch is all of the data, the loss isn't looked at but heard, and none is missed. `also`: what
    is written down besides the `series`.
    """

    def __init__(
        self,
        timeline: Timeline,
        subjects: Iterable[Subject],
        total: int,
        looks: int = POINTS,
        also: Iterable[Subject] = (),
    ) -> None:
        self._timeline, self._last = timeline, -1
        self.series = [Series(subject) for subject in dict.fromkeys(subjects)]
        wanted = {series.subject for series in self.series}
        self._all = [*self.series, *(Series(x) for x in dict.fromkeys(also) if x not in wanted)]
        heard = [series for series in self._all if series.subject == LOSS]
        self.hears_losses = bool(heard) and timeline.tells_whole_losses
        looked_at = len(self._all) > len(heard) * self.hears_losses
        self.stride = max(1, math.ceil(total / _affordable(timeline, looks)))
        self._extremes = [
            Extremes(series, max(1, math.ceil(2 * total / looks))) for series in heard
        ]
        self.marks = frozenset((*range(0, total if looked_at else 1, self.stride), total))

    def hear(self, losses: Sequence[float]) -> None:
        """The losses of the next iterations."""
        for extremes in self._extremes:
            extremes.extend(losses)

    def look(self, state: State, updates: int) -> None:
        """Write down the numbers of a pass over all of the data in that state."""
        self._last, trace = updates, None
        for series in self._all:
            if series.subject == LOSS:
                if not self.hears_losses:
                    series.add(updates, self._timeline.whole_loss(state))
                continue
            trace = trace or self._timeline.whole_pass(state, updates)
            try:
                series.add(updates, _value(trace, series.subject))
            except BptraceError:  # a node of a graph that has no value there
                continue

    def end(self, state: State, updates: int) -> None:
        """Training has ended, in that state: it is looked at in any case."""
        if updates != self._last:
            self.look(state, updates)
        for extremes in self._extremes if self.hears_losses else ():
            extremes.end()
            extremes.series.add(updates, self._timeline.whole_loss(state))

    def of(self, subject: Subject) -> list[tuple[int, float]]:
        """The numbers of one of the subjects."""
        return next(series.points for series in self._all if series.subject == subject)


def _affordable(timeline: Timeline, looks: int) -> int:
    """How many looks may be made at this network with all of its data."""
    work = max(1, timeline.samples) * len(timeline.start.numbers())
    return max(_FEWEST, min(looks, int(_WORK / work)))


def _value(trace: Any, subject: Identity | Norm) -> float:
    if isinstance(subject, Norm):
        return gradient_norm(trace, subject.layer)
    return float(trace.value(at(subject, trace.number)))


def subjects(timeline: Timeline, names: Iterable[str]) -> list[Subject]:
    """What the names mean: `loss`, `gradients`, or what a quantity is called.

    Raises:
        UnknownNameError: nothing is called so.
        UsageError: the name says an iteration, which a curve has all of; a graph has no layers.
    """
    trace, found = timeline.whole_pass(timeline.start, 0), list[Subject]()
    for name in names:
        if "@" in name:
            bare = name.partition("@")[0]
            raise UsageError(f"{name}: a curve shows every iteration", f"leave out @: {bare}")
        found += _subjects(trace, name)
    return list(dict.fromkeys(found))


def _subjects(trace: Any, name: str) -> list[Subject]:
    """A quantity goes before the words for it: a graph's node may be called `loss`."""
    try:
        quantity = trace.find(name)
        trace.value(quantity)
    except UnknownNameError:
        if name == GRADIENTS:
            return _norms(trace)
        if name == LOSS:
            return [LOSS]
        raise
    whole = isinstance(quantity, Quantity) and quantity.kind is Kind.LOSS
    return [LOSS] if whole else [at(quantity, 1)]


def _norms(trace: Any) -> list[Subject]:
    depth = trace.experiment.network.depth if hasattr(trace, "arrays") else 0
    if not depth:
        raise UsageError(f"a graph has no layers and no `{GRADIENTS}`", "name the derivatives")
    return [Norm(layer) for layer in range(1, depth + 1)]
