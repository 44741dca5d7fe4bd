"""Many iterations: as far as asked, until the stop criterion, or to what is not a finite number.

Work goes in blocks: between blocks come progress, the stop criterion and the search for what went
wrong. Where the blocks end changes nothing: see `tracer.engine.timeline`.
"""

from __future__ import annotations

import math
import time
from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from heapq import merge
from itertools import groupby, repeat
from operator import itemgetter
from typing import Generic, TypeVar

import numpy as np

from tracer.engine.trainable import Timeline, Watch
from tracer.errors import DivergedError, UsageError
from tracer.model.network import State

_BLOCK_SECONDS = 0.1
_LONGEST_BLOCK = 1 << 16
_LAST_BIT = float(np.finfo(float).eps)


T = TypeVar("T", bound=Timeline)


@dataclass(slots=True)
class Run(Generic[T]):
    """What training left: its timeline, as far as it came.

    `done`: how many updates, of so many `asked` for; `ended` is `finished`, `stopped` (by the
    criterion) or `interrupted`, or `diverged` with the error in `diverged`. `losses` are the last ones
    that the stop criterion looks at.
    """

    timeline: T
    done: int = 0
    ended: str = "finished"
    diverged: DivergedError | None = None
    losses: deque[float] = field(default_factory=deque)
    asked: int = 0

    @property
    def state(self) -> State:
        """The state at the end."""
        return self.timeline.state(self.done)

    def raise_end(self) -> None:
        """Raises what broke the training off, DivergedError or KeyboardInterrupt, if anything did."""
        if self.diverged:
            raise self.diverged
        if self.ended == "interrupted":
            raise KeyboardInterrupt

    def reached(self, iterations: Iterable[int]) -> Sequence[int]:
        """Those of the iterations that training came to; without training there is the first."""
        if isinstance(iterations, range) and self.timeline.trained:
            return iterations[: len(range(iterations.start, self.done + 1, iterations.step))]
        return sorted(k for k in set(iterations) if k <= self.done or not self.timeline.trained)


def train(
    timeline: T,
    iterations: int,
    keep: Iterable[int] = (),
    progress: Callable[[int], None] | None = None,
    watch: Watch | None = None,
) -> Run[T]:
    """Up to `iterations` updates; the states after the updates in `keep` and at both ends stay at hand.

    `keep`: a collection, or an iterator or a range of rising numbers, of which there may be any number:
    where they find no room, only some of the states stay. `watch` is shown the states that it asks for.
    Ends early at the stop criterion, at a number that isn't finite, or on Ctrl-C, with what was done up
    to there. Without a watch, and where nothing may stop it, training goes on from states at hand that
    it would come to.

    Raises:
        UsageError: there is nothing to train.
    """
    timeline.check()
    with timeline.lock:
        return _Trainer(timeline, progress, watch).run(keep, iterations)


def check_iterations(iterations: Iterable[int], *, trained: bool) -> None:
    """UsageError where one of the iterations is there only with training."""
    if not trained and any(iteration != 1 for iteration in iterations):
        raise UsageError("without `training` there is only iteration 1")


def train_through(
    timeline: T,
    iterations: Collection[int],
    progress: Callable[[int], None] | None = None,
) -> Run[T]:
    """Train as far as the last of these iterations needs, so that each can be traced at once.

    Without training there is one iteration, without an update.

    Raises:
        UsageError: there is no such iteration, because there is no training.
    """
    check_iterations(iterations, trained=timeline.trained)
    if not timeline.trained:
        return _passed(timeline)
    if isinstance(iterations, range):
        return train(timeline, iterations[-1], range(iterations[0] - 1, iterations.stop), progress)
    keep = {k for iteration in iterations for k in (iteration - 1, iteration)}
    return train(timeline, max(iterations), keep, progress)


def _passed(timeline: T) -> Run[T]:
    """What there is without training: one iteration, of which each number may be beyond float64."""
    wrong = timeline.untrained_wrong()
    if wrong is None:
        return Run(timeline)
    name, remedy = wrong
    error = DivergedError(1, name, None, remedy, trained=False)
    return Run(timeline, ended="diverged", diverged=error)


class _Trainer(Generic[T]):
    """One run: where it stands, and what it leaves."""

    def __init__(
        self, timeline: T, progress: Callable[[int], None] | None, watch: Watch | None
    ) -> None:
        self.timeline, self.stop, self.progress = timeline, timeline.stop, progress
        self.watch, self.watched = watch, frozenset(watch.marks if watch else ())
        self.listener = watch if watch and watch.hears_losses else None
        self.state = timeline.start
        self.result = Run(timeline, losses=deque(timeline.resume.losses))
        self._length = 1
        self._calm = timeline.calm(timeline.start)

    def run(self, keep: Iterable[int], last: int) -> Run[T]:
        """Train up to the last update; keep the states in `keep`, show those that are watched."""
        self.result.asked = last
        try:
            self._look()
            for mark, kept in self._marks(keep, last):
                self._jump(mark)
                self._up_to(mark)
                if kept or self.result.ended != "finished":
                    self.timeline.kept[self.result.done] = self.state
                if self.result.ended != "finished":
                    break
                self._look()
        except KeyboardInterrupt:
            self.result.ended = "interrupted"
            self.timeline.kept[self.result.done] = self.state
        return self.result

    def _jump(self, mark: int) -> None:
        """Go on at the last state at hand up to the mark, unless somebody needs what lies between."""
        if self.watch is None and self.stop is None:
            last = self.timeline.kept.before(mark)
            if last > self.result.done:
                self.state, self.result.done = self.timeline.kept[last], last

    def _marks(self, keep: Iterable[int], last: int) -> Iterator[tuple[int, bool]]:
        """Where to stop on the way, up to the last update, and whether to keep the state there."""
        rising = keep if isinstance(keep, Iterator | range) else sorted(keep)
        marks = merge(
            zip(rising, repeat(True)), zip(sorted(self.watched), repeat(False)), [(last, True)]
        )
        for mark, reasons in groupby(marks, itemgetter(0)):
            if mark > last:
                return
            kept = any(kept for _, kept in reasons)
            kept = kept and (self.timeline.kept.wants(mark) or mark == last)
            if (mark > 0 or mark == last) and (kept or mark in self.watched):
                yield mark, kept

    def _look(self) -> None:
        """Show the state to whoever wants to see it."""
        if self.watch and self.result.done in self.watched:
            self.watch.look(self.state, self.result.done)

    def _up_to(self, mark: int) -> None:
        result = self.result
        while result.done < mark and result.ended == "finished":
            started = time.perf_counter()
            count = min(self._length, mark - result.done)
            self._block(count)
            if self.progress:
                self.progress(result.done)
            if count == self._length:
                more = int(_BLOCK_SECONDS / max(time.perf_counter() - started, 1e-9))
                self._length = min(self._length * min(max(more, 1), 4), _LONGEST_BLOCK)

    def _advanced(self, count: int, *, watching: bool) -> tuple[State, list[float]]:
        losses: list[float] = []
        wanted = losses if watching else None
        return self.timeline.advance(self.state, self.result.done, count, wanted), losses

    def _block(self, count: int) -> None:
        watching = bool(self.stop or self.listener) or not self._calm
        after, losses = self._advanced(count, watching=watching)
        calm, self._calm = self._calm, self.timeline.calm(after)
        if not (watching or self._calm):
            after, losses = self._advanced(count, watching=True)
        finite = _finite(after, losses) and math.isfinite(self._next_loss(after, count))
        if not finite or not ((calm and self._calm) or self._sound(count) == count):
            self._diverge(count)
            return
        stopped = self._stopped(losses)
        if stopped is not None:
            after, count, losses = self._counted(stopped)
            self.result.ended = "stopped"
        self._accept(after, count, losses)

    def _accept(self, after: State, count: int, losses: list[float]) -> None:
        if self.listener:
            self.listener.hear(losses)
        # One step under the reader's Ctrl-C would tear these apart; the count comes last.
        window = self.stop.window if self.stop else 0
        self.result.losses = deque([*self.result.losses, *losses][-window:] if window else ())
        self.state = after
        self.result.done += count

    def _stopped(self, losses: list[float]) -> int | None:
        """After how many of these iterations the mean over the window fell below the bound."""
        if self.stop is None or not losses:
            return None
        window, bound = self.stop.window, self.stop.loss_below
        known = [*self.result.losses, *losses]
        for first in _candidates(known, window, bound):
            end = first + window - len(self.result.losses)
            if end > 0 and _mean(known[first : first + window]) < bound:
                return end
        return None

    def _sound(self, count: int) -> int:
        """How many of these iterations have nothing but finite numbers, whatever becomes of them."""
        return self.timeline.sound(self.state, self.result.done, count)

    def _next_loss(self, state: State, count: int) -> float:
        """The loss after `count` more updates: it overflows before parameters do."""
        return self.timeline.next_loss(state, self.result.done + count)

    def _diverge(self, count: int) -> None:
        """Go on to the last good iteration of a block that went wrong, and say what went wrong."""
        good, bad = 0, count + 1
        while bad - good > 1:
            middle = (good + bad) // 2
            fine = _finite(*self._advanced(middle, watching=True))
            good, bad = (middle, bad) if fine else (good, middle)
        good = self._sound(good)
        last_good, _ = self._advanced(max(good - 1, 0), watching=True)
        last = self._next_loss(last_good, max(good - 1, 0))
        self._accept(*self._counted(good))
        result = self.result
        self.timeline.kept[result.done] = self.state
        name, remedy = self.timeline.wrong(result.done + 1)
        result.ended = "diverged"
        result.diverged = DivergedError(
            result.done + 1, name, last if math.isfinite(last) else None, remedy
        )

    def _counted(self, count: int) -> tuple[State, int, list[float]]:
        after, losses = self._advanced(count, watching=True)
        return after, count, losses


def _candidates(losses: Sequence[float], window: int, bound: float) -> list[int]:
    """Where windows begin whose mean may be below the bound, by a running sum.

    Its last bits depend on where blocks begin, and numbers near the largest float64 must not add up.
    """
    count = len(losses)
    sums = np.cumsum(np.array([0.0, *losses]) / count)
    lost = count * _LAST_BIT * float(np.abs(sums).max())
    below = sums[window:] - sums[:-window] <= bound * (window / count) + lost
    found: list[int] = np.flatnonzero(below).tolist()
    return found


def _mean(losses: Sequence[float]) -> float:
    """The mean, whatever the order in which they were calculated."""
    try:
        return math.fsum(losses) / len(losses)
    except OverflowError:  # of the sum
        return math.fsum(loss / len(losses) for loss in losses)


def _finite(state: State, losses: list[float]) -> bool:
    arrays = state.arrays()
    return bool(np.isfinite(losses).all()) and all(np.isfinite(array).all() for array in arrays)
