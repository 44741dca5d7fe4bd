"""Many iterations: the parameters on their way, kept where somebody will look.

Small networks run as compiled formulas, others as recorded NumPy calls; the choice depends on sizes
alone, so that a run in two pieces gives the same bits as a run in one. Work goes in blocks: between
blocks come progress, the stop criterion and the search for what is not a finite number.
"""

from __future__ import annotations

import math
import time
from collections import deque
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from itertools import chain, groupby

import numpy as np

from tracer.engine.altered import UNALTERED, Altered
from tracer.engine.batches import Batches
from tracer.engine.compiled import Advance, compile_step, worth_compiling
from tracer.engine.passes import UNTOUCHED, Observer, Rule, loss_of
from tracer.engine.recording import Program, arrays, parameters_of, record_step
from tracer.engine.trace import IterationTrace
from tracer.errors import DivergedError, UsageError
from tracer.model.experiment import Data, Experiment, Resume, Training
from tracer.model.names import Names
from tracer.model.network import FloatArray, Parameters, flatten, unflatten

_BLOCK_SECONDS = 0.1
_LONGEST_BLOCK = 1 << 16


class Stepper:
    """Advances parameters by whole iterations, recording nothing but the losses if asked."""

    def __init__(
        self,
        experiment: Experiment,
        *,
        with_losses: bool = False,
        altered: Altered = UNALTERED,
    ) -> None:
        if experiment.data is None or experiment.training is None:
            raise UsageError("nothing to train on", "give the configuration `data` and `training`")
        self.network, self.parameters = experiment.network, experiment.parameters
        self.altered = altered
        self.observe: Observer = UNTOUCHED if altered is UNALTERED else altered
        self.rule = replace(Rule.of(experiment), shortcut=altered is UNALTERED)
        self.data: Data = experiment.data
        self.batches = Batches(len(self.data), experiment.training)
        self.with_losses = with_losses
        self.compiled = worth_compiling(self.network, self.batches.size)
        self._code = lru_cache(maxsize=2)(self._compile)
        self._recorded = lru_cache(maxsize=2)(self._record)

    def advance(
        self, parameters: Parameters, first: int, count: int, losses: list[float]
    ) -> Parameters:
        """The parameters after the updates `first` … `first + count − 1`, counted from 0."""
        with np.errstate(all="ignore"):
            if self.compiled:
                try:
                    return self._advance_compiled(parameters, first, count, losses)
                except (ArithmeticError, ValueError):  # NumPy goes on with infinity and NaN
                    del losses[:]
            return self._advance_arrays(parameters, first, count, losses)

    def _advance_arrays(
        self, parameters: Parameters, first: int, count: int, losses: list[float]
    ) -> Parameters:
        values = arrays(parameters)
        for size, updates in groupby(range(first, first + count), self.batches.size_of):
            values = self._recorded(size)(values, map(self._batch, updates), losses)
        return parameters_of(self.network, values)

    def _advance_compiled(
        self, parameters: Parameters, first: int, count: int, losses: list[float]
    ) -> Parameters:
        values = tuple(flatten(parameters))
        for size, updates in groupby(range(first, first + count), self.batches.size_of):
            values = self._code(size)(values, map(self._flat, updates), losses)
        return unflatten(self.network, values)

    def _compile(self, samples: int) -> Advance:
        return compile_step(
            self.network,
            self.rule,
            samples,
            with_losses=self.with_losses,
            altered=self.altered,
        )

    def _record(self, samples: int) -> Program:
        return record_step(
            self.network,
            self.rule,
            self.parameters,
            (self.data.inputs[:samples], self.data.targets[:samples]),
            with_losses=self.with_losses,
            observe=self.observe,
        )

    def _batch(self, update: int) -> tuple[FloatArray, FloatArray]:
        rows = self.batches.rows(update)
        return self.data.inputs[rows], self.data.targets[rows]

    @cached_property
    def _samples(self) -> list[tuple[float, ...]]:
        both = np.concatenate([self.data.inputs, self.data.targets], axis=1)
        return [tuple(row) for row in both.tolist()]

    @cached_property
    def _full_batch(self) -> tuple[float, ...]:
        return tuple(chain.from_iterable(self._samples))

    def _flat(self, update: int) -> tuple[float, ...]:
        if self.batches.per_epoch == 1:
            return self._full_batch
        if self.batches.size == 1:
            return self._samples[self.batches.numbers(update)[0]]
        return tuple(
            chain.from_iterable(map(self._samples.__getitem__, self.batches.numbers(update)))
        )


@dataclass(slots=True)
class Run:
    """What training left. `kept[k]` are the parameters after k updates of this run.

    `done`: how many updates; `ended` is `finished`, `stopped` (by the criterion) or `interrupted`,
    or `diverged` with the error in `diverged`. `losses` are the last ones that the stop criterion
    looks at.
    """

    kept: dict[int, Parameters]
    done: int = 0
    ended: str = "finished"
    diverged: DivergedError | None = None
    losses: deque[float] = field(default_factory=deque)

    @property
    def parameters(self) -> Parameters:
        """The parameters at the end."""
        return self.kept[self.done]


def train(
    experiment: Experiment,
    iterations: int,
    keep: Collection[int] = (),
    progress: Callable[[int], None] | None = None,
) -> Run:
    """Up to `iterations` updates; parameters are kept after the updates in `keep` and at both ends.

    An iteration in `keep` and the one before it are what a trace of it needs. Ends early at the stop
    criterion, at a number that isn't finite, or on Ctrl-C, with what was done up to there.
    """
    marks = sorted({k for k in keep if 0 < k < iterations} | {iterations})
    return _Trainer(experiment, progress).run(marks)


class _Trainer:
    """One run: the stepper, where it stands, and what it leaves."""

    def __init__(self, experiment: Experiment, progress: Callable[[int], None] | None) -> None:
        self.experiment = experiment
        training = experiment.training or Training(0.0)
        self.stop = training.stop
        self.stepper = Stepper(experiment, with_losses=self.stop is not None)
        self.watching = self.stepper if self.stop else Stepper(experiment, with_losses=True)
        self.offset = training.resume.iterations
        self.progress = progress
        self.parameters = experiment.parameters
        self.result = Run({0: experiment.parameters}, losses=deque(training.resume.losses))

    def run(self, marks: Iterable[int]) -> Run:
        """Train up to the last of the marks; keep the parameters at each."""
        try:
            for mark in marks:
                self._up_to(mark)
                self.result.kept[self.result.done] = self.parameters
                if self.result.ended != "finished":
                    break
        except KeyboardInterrupt:
            self.result.ended = "interrupted"
            self.result.kept[self.result.done] = self.parameters
        return self.result

    def _up_to(self, mark: int) -> None:
        block, result = 1, self.result
        while result.done < mark and result.ended == "finished":
            started = time.perf_counter()
            self._block(min(block, mark - result.done))
            if time.perf_counter() - started < _BLOCK_SECONDS / 4:
                block = min(block * 4, _LONGEST_BLOCK)
            if self.progress:
                self.progress(result.done)

    def _advanced(self, stepper: Stepper, count: int) -> tuple[Parameters, list[float]]:
        losses: list[float] = []
        start = self.offset + self.result.done
        return stepper.advance(self.parameters, start, count, losses), losses

    def _block(self, count: int) -> None:
        after, losses = self._advanced(self.stepper, count)
        if not _finite(after, losses) or not math.isfinite(self._next_loss(after, count)):
            self._diverge(count)
            return
        stopped = self._stopped(losses)
        if stopped is not None:
            after, losses = self._advanced(self.stepper, stopped)
            count, self.result.ended = stopped, "stopped"
        self._accept(after, count, losses)

    def _accept(self, after: Parameters, count: int, losses: list[float]) -> None:
        # One step under the reader's Ctrl-C would tear these apart; the count comes last.
        window = self.stop.window if self.stop else 0
        self.result.losses = deque([*self.result.losses, *losses][-window:] if window else ())
        self.parameters = after
        self.result.done += count

    def _stopped(self, losses: list[float]) -> int | None:
        """After how many of these iterations the mean over the window fell below the bound."""
        if self.stop is None or not losses:
            return None
        window, bound = self.stop.window, self.stop.loss_below
        known = [*self.result.losses, *losses]
        sums = np.cumsum([0.0, *known])
        means = (sums[window:] - sums[:-window]) / window
        for first in np.flatnonzero(means < bound * (1 + 1e-9)).tolist():
            end = first + window - len(self.result.losses)
            # The running sum only finds candidates: its last bits depend on where blocks begin.
            if end > 0 and math.fsum(known[first : first + window]) / window < bound:
                return int(end)
        return None

    def _next_loss(self, parameters: Parameters, count: int) -> float:
        """The loss of the batch after `count` more updates: it overflows before parameters do."""
        stepper, data = self.stepper, self.stepper.data
        rows = stepper.batches.rows(self.offset + self.result.done + count)
        return loss_of(
            stepper.network, stepper.rule, parameters, data.inputs[rows], data.targets[rows]
        )

    def _diverge(self, count: int) -> None:
        """Go on to the last good iteration of a block that went wrong, and say what went wrong."""
        good, bad = 0, count + 1
        while bad - good > 1:
            middle = (good + bad) // 2
            fine = _finite(*self._advanced(self.watching, middle))
            good, bad = (middle, bad) if fine else (good, middle)
        before, _ = self._advanced(self.stepper, good)
        _, losses = self._advanced(self.watching, good)
        last = losses[-1] if losses else self._next_loss(self.parameters, 0)
        self._accept(before, good, losses)
        name = self._trace().first_non_finite() or "a parameter after the update"
        self.result.ended = "diverged"
        self.result.diverged = DivergedError(
            self.result.done + 1, name, last if math.isfinite(last) else None
        )

    def _trace(self) -> IterationTrace:
        """The iteration that comes next."""
        number = self.result.done + 1
        rows = self.stepper.batches.numbers(self.offset + self.result.done)
        names = Names(self.experiment.network)
        return IterationTrace(self.experiment, names, number, rows, self.parameters, None)


def _finite(parameters: Parameters, losses: list[float]) -> bool:
    arrays = (array for pair in parameters for array in pair if array is not None)
    return bool(np.isfinite(losses).all()) and all(np.isfinite(array).all() for array in arrays)


def trace(experiment: Experiment, run: Run, iteration: int) -> IterationTrace:
    """All the numbers of an iteration whose parameters, and those before it, `run` has kept."""
    data = experiment.data or experiment.predict
    assert data is not None
    names, training = Names(experiment.network), experiment.training
    offset = training.resume.iterations if training else 0
    rows = Batches(len(data), training).numbers(offset + iteration - 1)
    after = run.kept[iteration] if training else None
    return IterationTrace(experiment, names, iteration, rows, run.kept[iteration - 1], after)


def trace_iterations(
    experiment: Experiment,
    iterations: Collection[int],
    progress: Callable[[int], None] | None = None,
) -> tuple[Run, list[IterationTrace]]:
    """Train as far as the last of `iterations`, and trace those of them that were reached.

    Without `training` there is one iteration, without an update.
    """
    if experiment.training is None:
        if any(iteration != 1 for iteration in iterations):
            raise UsageError("without `training` there is only iteration 1")
        run = Run({0: experiment.parameters})
        return run, [trace(experiment, run, 1)]
    keep = {k for iteration in iterations for k in (iteration - 1, iteration)}
    run = train(experiment, max(iterations), keep, progress)
    return run, [trace(experiment, run, k) for k in sorted(iterations) if k <= run.done]


def continued(experiment: Experiment, run: Run) -> Experiment:
    """The experiment that goes on where a run stopped: its parameters, and what training needs.

    Published numbers belong to the beginning, so `expected` is dropped.
    """
    training = experiment.training
    assert training is not None
    done = training.resume.iterations + run.done
    return replace(
        experiment,
        parameters=run.parameters,
        training=replace(training, resume=Resume(done, tuple(run.losses))),
        expected=(),
    )
