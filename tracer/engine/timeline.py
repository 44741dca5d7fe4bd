"""The way that training goes: the batch and the state of every iteration, and all of its numbers.

State k is the one after k updates of this run; it is a function of the experiment alone. Small networks
run as compiled formulas, others as recorded NumPy calls; the choice depends on sizes alone, and each
iteration's numbers on its own state and batch alone, so that a run in two pieces, or in other blocks,
gives the same bits as a run in one.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property, partial
from itertools import chain

import numpy as np

from tracer.engine.alone import RLock, alone
from tracer.engine.batches import Batch, Batches
from tracer.engine.calm import Soundness, is_calm, limit_of
from tracer.engine.compiled import worth_compiling
from tracer.engine.feed import Feed
from tracer.engine.forward import loss_of
from tracer.engine.kept import Kept, room_for
from tracer.engine.observers import UNALTERED, Altered
from tracer.engine.passes import step
from tracer.engine.programmed import Programs
from tracer.engine.rule import Rule, remedy
from tracer.engine.trace import IterationTrace
from tracer.engine.training import check_iterations
from tracer.errors import UsageError
from tracer.formula import EvaluationError, evaluate
from tracer.model.experiment import Data, Experiment, Resume
from tracer.model.network import FloatArray, State, zeros_like

FEW = 100
"""Updates up to which a program isn't worth writing, where each calculation is looked at once."""

_REMEMBERED = 16
_PASSED = 1024
_BLOCK = 128


class NetworkTimeline:
    """What happens in which iteration; `altered` says with what the engine goes on instead.

    `few`: only a few iterations are asked for, and no losses, so that a program isn't worth writing.
    `earlier`: how many updates an earlier run has made. `kept`: states that stay at hand; any other is
    calculated again from the nearest one before it.

    Raises:
        UsageError: the experiment has no samples at all.
    """

    def __init__(
        self, experiment: Experiment, altered: Altered = UNALTERED, *, few: bool = False
    ) -> None:
        data = experiment.data or experiment.predict
        if data is None:
            raise UsageError("nothing to calculate", "give the configuration `data` or `predict`")
        self.experiment, self.altered = experiment, altered
        self.lock = RLock()
        self.data: Data = data
        self.rule = altered.rule(Rule.of(experiment))
        training = experiment.training
        self.stop = training.stop if training else None
        self.resume = training.resume if training else Resume()
        self.earlier = self.resume.iterations
        self.batches = Batches(len(data), training)
        self.start = self._start()
        self.kept = Kept(self.start)
        self._recent: OrderedDict[int, State] = OrderedDict()
        self._remembered = room_for(self.start, _REMEMBERED)
        self._passed: dict[int, State] = {}
        self.compiled = not few and worth_compiling(experiment.network, self.batches.size)
        self._programs = Programs(experiment, data, self.rule, altered, self.start, few=few)
        self._feed = Feed(data, self.batches, self.rule, self.earlier)

    def _start(self) -> State:
        parameters, optimizer = self.experiment.parameters, self.rule.optimizer
        if self.experiment.training is None:
            return State(parameters)
        given = self.experiment.slots
        return State(parameters, optimizer.start(lambda: zeros_like(parameters), given))

    @property
    def trained(self) -> bool:
        """Whether there is any training."""
        return self.experiment.training is not None

    @property
    def samples(self) -> int:
        """How many samples all of the data are."""
        return len(self.data)

    @property
    def tells_whole_losses(self) -> bool:
        """Whether the loss of each iteration is that over all of the data."""
        return self.batches.per_epoch == 1

    def check(self) -> None:
        """UsageError where there is nothing to train on."""
        if not self.trained or self.experiment.data is None:
            raise UsageError("nothing to train on", "give the configuration `data` and `training`")

    def batch(self, iteration: int) -> Batch:
        """The samples that the iteration uses."""
        return Batch(self.batches.numbers(self.earlier + iteration - 1), iteration)

    def trace(self, iteration: int, *, updated: bool = True) -> IterationTrace:
        """All the numbers of an iteration; with `updated` false those before its update only.

        Raises:
            UsageError: there is no such iteration, because there is no training.
        """
        check_iterations([iteration], trained=self.trained)
        if not self.trained:
            return self._untrained
        exact = self.altered is UNALTERED
        after = self.state(iteration) if updated and exact else None
        return self._trace(self.batch(iteration), after)

    @cached_property
    def _untrained(self) -> IterationTrace:
        return self._trace(self.batch(1), None)

    def forward(self, updates: int) -> IterationTrace:
        """The numbers of a fresh pass over all of the data after so many updates."""
        return self.whole_pass(self.state(updates), updates)

    def whole_pass(self, state: State, updates: int) -> IterationTrace:
        """The same in that state, wherever it comes from."""
        return self._trace_from(state, Batch(range(len(self.data)), updates + 1), None)

    def outline(self, iteration: int, *, whole: bool = False) -> IterationTrace:
        """What numbers the iteration has, calculated from the state that training starts from.

        `whole`: of a pass over all of the data.
        """
        batch = Batch(range(len(self.data)), iteration) if whole else self.batch(iteration)
        return IterationTrace(self.experiment, batch, self.start, None)

    def _trace(self, batch: Batch, after: State | None) -> IterationTrace:
        return self._trace_from(self.state(batch.iteration - 1), batch, after)

    def _trace_from(self, before: State, batch: Batch, after: State | None) -> IterationTrace:
        change = None if self.altered is UNALTERED else self.altered
        return IterationTrace(self.experiment, batch, before, after, change)

    @alone
    def state(self, updates: int) -> State:
        """The state after so many updates."""
        kept = self.kept.get(updates) or self._passed.get(updates)
        found = kept or self._recent.get(updates)
        if found is None:
            found = self._recent[updates] = self._replayed(updates)
            if len(self._recent) > self._remembered:
                self._recent.popitem(last=False)
        return found

    def _replayed(self, updates: int) -> State:
        near = (k for k in chain(self._recent, self._passed) if k <= updates)
        done = max(self.kept.before(updates), *near, 0)
        state = self.state(done)
        while done < updates:
            count = self._stretch(updates - done)
            after = self.advance(state, done, count)
            done += count
            still = after.numbers() == state.numbers() and not self.rule.varies
            if self.batches.per_epoch == 1 and still:
                # Rounded parameters come to rest, or go in a circle, and stay in it.
                done += (updates - done) // count * count
            state = after
            if self.compiled and done < updates:
                self._pass(done, state)
        return state

    def _stretch(self, left: int) -> int:
        """How many updates to make at once: half of what is left, where a state takes little room.

        Whoever asks for one iteration after the other, backwards, always finds a state near before it.
        """
        count = (left + 1) // 2 if self.compiled else left
        return count if self.altered.rounding is None else min(count, _BLOCK)

    def _pass(self, updates: int, state: State) -> None:
        self._passed[updates] = state
        if len(self._passed) > _PASSED:
            del self._passed[max(self._passed)]

    @alone
    def advance(
        self, state: State, done: int, count: int, losses: list[float] | None = None
    ) -> State:
        """The state after `count` updates more; each iteration's loss is appended to `losses`."""
        found = [] if losses is None else losses
        updates = self.batches.stretches(self.earlier + done, count)
        with np.errstate(all="ignore"):
            if self.compiled:
                values = state.numbers()
                for size, some in updates:
                    program = self._programs.of_floats(size, "" if losses is None else "losses")
                    values = program(values, self._feed.given(some, self._feed.flats), found)
                return state.with_numbers(values)
            arrays = state.arrays()
            for size, some in updates:
                work = self._programs.of_arrays(size, losses is not None)
                pieces = partial(self._feed.pieces, work)
                arrays = work.program(arrays, self._feed.given(some, pieces), found)
        return state.with_arrays(arrays)

    @alone
    def states(self, state: State, done: int, count: int) -> FloatArray:
        """The numbers of each state that the next `count` updates lead to: (count, numbers)."""
        if not self.compiled:
            return self._states_of_arrays(state, done, count)
        values, numbers = state.numbers(), list[float]()
        with np.errstate(all="ignore"):
            for size, some in self.batches.stretches(self.earlier + done, count):
                program = self._programs.of_floats(size, "states")
                values = program(values, self._feed.given(some, self._feed.flats), numbers)
        return np.fromiter(numbers, float, len(numbers)).reshape(count, -1)

    def _states_of_arrays(self, state: State, done: int, count: int) -> FloatArray:
        """The same by the program of NumPy's calls, an update after the other."""
        arrays: Sequence[FloatArray] = state.arrays()
        found = np.empty((count, sum(array.size for array in arrays)))
        rows = iter(found)
        with np.errstate(all="ignore"):
            for size, some in self.batches.stretches(self.earlier + done, count):
                work = self._programs.of_arrays(size, False)
                for piece in self._feed.given(some, partial(self._feed.pieces, work)):
                    arrays = work.program(arrays, (piece,), [])
                    np.concatenate([array.ravel() for array in arrays], out=next(rows))
        return found

    def calm(self, state: State) -> bool:
        """Whether no number can overflow there without a parameter that does."""
        return is_calm(state, self._limit)

    def sound(self, state: State, done: int, count: int) -> int:
        """How many of the next `count` iterations have finite numbers only, up to the first other."""
        if self.calm(state) and count > 1:
            if self.calm(self.advance(state, done, count)):
                return count
            half = count // 2
            sound = self.sound(state, done, half)
            if sound == half:
                sound += self.sound(self.advance(state, done, half), done + half, count - half)
            return sound
        for k in range(done, done + count):
            rows = self.batches.rows(self.earlier + k)
            inputs, targets = self.data.inputs[rows], self.data.targets[rows]
            observe = Soundness(self.experiment.network, self.altered.observer)
            with np.errstate(all="ignore"):
                moment = self.rule.moment(k + 1, observe)
                step(self.experiment.network, self.rule, state, inputs, targets, observe, moment)
            if not observe.sound:
                return k - done
            state = self.advance(state, k, 1)
        return count

    @cached_property
    def _limit(self) -> float:
        training = self.experiment.training
        if training and len(training.frozen) == self.experiment.network.parameter_count:
            return -1.0  # no parameter tells that a learning rate was infinite
        return limit_of(self.experiment.network, self.data)

    def next_loss(self, state: State, updates: int) -> float:
        """The loss of the batch that comes after so many updates, in that state."""
        rows = self.batches.rows(self.earlier + updates)
        inputs, targets = self.data.inputs[rows], self.data.targets[rows]
        network = self.experiment.network
        return loss_of(network, self.rule, state.parameters, inputs, targets)

    def whole_loss(self, state: State) -> float:
        """The loss of a pass over all of the data in that state."""
        data, network = self.data, self.experiment.network
        return loss_of(network, self.rule, state.parameters, data.inputs, data.targets)

    def wrong(self, iteration: int) -> tuple[str, str]:
        """The first number of that iteration that isn't finite; what helps where that is known."""
        found = self._wrong(self.trace(iteration, updated=False))
        return found or ("a parameter after the update", "")

    def untrained_wrong(self) -> tuple[str, str] | None:
        """The same of the passes without training."""
        return self._wrong(self._untrained)

    def _wrong(self, trace: IterationTrace) -> tuple[str, str] | None:
        first = trace.first_non_finite()
        if first is None:
            return None
        name, formula = trace.names.name(replace(first, iteration=1)), trace.formula(first)
        try:
            if formula is not None:
                evaluate(formula, trace)
        except EvaluationError as error:
            help_ = remedy(formula, error.reason)
            reason = error.reason.partition(":")[0]
            return (f"{name} ({reason})", help_) if help_ else (name, "")
        return name, ""

    def continued(self, updates: int, losses: tuple[float, ...]) -> Experiment:
        """The experiment that goes on after so many updates, with what its training needs.

        Published numbers belong to the beginning, so `expected` is dropped.
        """
        training = self.experiment.training
        assert training is not None
        resume, state = Resume(self.earlier + updates, losses), self.state(updates)
        return replace(
            self.experiment,
            parameters=state.parameters,
            slots=state.slots,
            training=replace(training, resume=resume, updates=self._counted(updates)),
            expected=(),
        )

    def _counted(self, updates: int) -> int | None:
        """What the optimiser has counted, where it isn't what `resume` says."""
        counted = self.experiment.training.updates if self.experiment.training else None
        return None if counted is None else counted + updates
