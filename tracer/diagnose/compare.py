"""Runs side by side: what is set differently, where the numbers part, and what becomes of them.

Between training and the view of `bptrace compare`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from tracer.engine.passes import Rule, loss_of
from tracer.engine.trace import IterationTrace
from tracer.engine.training import Run, Stepper, train
from tracer.engine.training import trace as trace_of
from tracer.errors import UsageError
from tracer.explain.sizes import Sizes, layer_sizes
from tracer.model.experiment import Experiment
from tracer.model.names import Names
from tracer.model.network import BoolArray, FloatArray, Parameters, parameter_names
from tracer.model.quantity import Kind, Quantity, Stage

_BLOCK = 1024
_NOT_COMPARED = frozenset({Kind.LEARNING_RATE})  # a setting, and told as one


@dataclass(frozen=True, slots=True)
class Pass:
    """Forward and backward over all of the data after so many updates, changing nothing."""

    updates: int
    loss: float
    sizes: tuple[Sizes, ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """One run: its settings, how it ended (`finished`, `stopped`, `diverged`), and both its ends."""

    title: str
    settings: Mapping[str, object]
    ended: str
    first: Pass
    last: Pass


@dataclass(frozen=True, slots=True)
class Difference:
    """A quantity, named as in the first run, its iteration, and its number in each run."""

    name: str
    iteration: int
    values: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """`differing`: the settings that are not the same everywhere, with their value in each run.

    `first_difference` is None where no number differs, and where the networks are not of the same
    shape (`same_shape`), so that nothing can be laid beside anything. `iterations`: how many were
    compared.
    """

    runs: tuple[Outcome, ...]
    differing: Mapping[str, tuple[object, ...]]
    first_difference: Difference | None
    same_shape: bool
    iterations: int

    @property
    def agree(self) -> bool:
        """Whether all numbers are the same, and as many."""
        lengths = {run.last.updates for run in self.runs}
        return self.same_shape and self.first_difference is None and len(lengths) == 1


def compare(
    experiments: Sequence[Experiment],
    iterations: int | None = None,
    progress: Callable[[int], None] | None = None,
) -> Comparison:
    """Run every experiment, for `iterations` updates or as many as it says, and lay them side by side.

    `progress` gets the number of runs done.

    Raises:
        UsageError: an experiment has no data.
    """
    for experiment in experiments:
        if experiment.data is None:
            raise UsageError(f"'{experiment.title}' has no `data`", "there is nothing to compare")
    runs = []
    for number, experiment in enumerate(experiments, 1):
        runs.append(_run(experiment, iterations))
        if progress:
            progress(number)
    outcomes = tuple(map(_outcome, experiments, runs))
    same_shape = len({experiment.network.sizes for experiment in experiments}) == 1
    common = max(1, min(run.done for run in runs))
    difference = _first_difference(experiments, common) if same_shape else None
    return Comparison(outcomes, _differing(outcomes), difference, same_shape, common)


def settings(experiment: Experiment) -> dict[str, object]:
    """Everything that a configuration chooses, but for its numbers: names to plain values."""
    network, training = experiment.network, experiment.training
    chosen: dict[str, object] = {
        "layers": "-".join(map(str, network.sizes)),
        "activations": " ".join(layer.activation.name for layer in network.layers),
        "biases": " ".join(layer.bias.value for layer in network.layers),
        "loss": network.loss.name,
        "reduction": experiment.reduction,
        "samples": len(experiment.data or ()),
    }
    if training is None:
        return chosen
    return chosen | {
        "update_order": training.update_order,
        "gradient": training.gradient,
        "freeze": " ".join(n for n in parameter_names(network) if n in training.frozen)
        or "nothing",
        "optimizer": training.optimizer,
        "learning_rate": training.learning_rate,
        "iterations": training.iterations,
        "batch": training.batch or "full",
        "shuffle": training.shuffle,
        "seed": training.seed if training.shuffle else None,
        "stop": f"loss below {training.stop.loss_below}" if training.stop else None,
    }


def _differing(outcomes: Sequence[Outcome]) -> dict[str, tuple[object, ...]]:
    names = dict.fromkeys(name for outcome in outcomes for name in outcome.settings)
    values = {name: tuple(o.settings.get(name) for o in outcomes) for name in names}
    return {name: found for name, found in values.items() if len(set(found)) > 1}


def _run(experiment: Experiment, iterations: int | None) -> Run:
    if experiment.training is None:
        return Run({0: experiment.parameters})
    return train(experiment, iterations or experiment.training.iterations)


def _outcome(experiment: Experiment, run: Run) -> Outcome:
    return Outcome(
        experiment.title,
        settings(experiment),
        run.ended,
        _pass(experiment, 0, experiment.parameters),
        _pass(experiment, run.done, run.parameters),
    )


def _pass(experiment: Experiment, updates: int, parameters: Parameters) -> Pass:
    data = experiment.data
    assert data is not None
    names = Names(experiment.network)
    trace = IterationTrace(experiment, names, updates + 1, range(len(data)), parameters, None)
    loss = loss_of(experiment.network, Rule.of(experiment), parameters, data.inputs, data.targets)
    return Pass(updates, loss, tuple(layer_sizes(trace)))


def _first_difference(experiments: Sequence[Experiment], iterations: int) -> Difference | None:
    """The first quantity that differs, in the order of the calculation.

    The first iteration is compared in full. After that an iteration is looked at only where its
    parameters come out different.
    """
    first = [_traced(experiment, experiment.parameters, 1) for experiment in experiments]
    found = _differs(first)
    if found or any(experiment.training is None for experiment in experiments):
        return found
    steppers = [Stepper(experiment) for experiment in experiments]
    states, done = [experiment.parameters for experiment in experiments], 0
    while done < iterations:
        count = min(_BLOCK, iterations - done)
        after = _advanced(experiments, steppers, states, done, count)
        if not _same(after):
            return _within(experiments, steppers, states, done, count)
        states, done = after, done + count
    return None


def _within(
    experiments: Sequence[Experiment],
    steppers: Sequence[Stepper],
    states: Sequence[Parameters],
    done: int,
    count: int,
) -> Difference | None:
    """The first difference among `count` iterations after `done`, by halving."""
    while count > 1:
        half = count // 2
        after = _advanced(experiments, steppers, states, done, half)
        if _same(after):
            states, done, count = after, done + half, count - half
        else:
            count = half
    return _differs(
        [_traced(e, state, done + 1) for e, state in zip(experiments, states, strict=True)]
    )


def _advanced(
    experiments: Sequence[Experiment],
    steppers: Sequence[Stepper],
    states: Sequence[Parameters],
    done: int,
    count: int,
) -> list[Parameters]:
    return [
        stepper.advance(state, _offset(experiment) + done, count, [])
        for experiment, stepper, state in zip(experiments, steppers, states, strict=True)
    ]


def _offset(experiment: Experiment) -> int:
    return experiment.training.resume.iterations if experiment.training else 0


def _same(states: Sequence[Parameters]) -> bool:
    return all(
        (a is None) == (b is None) and (a is None or bool(_close(a, b).all()))
        for other in states[1:]
        for one, two in zip(states[0], other, strict=True)
        for a, b in zip(one, two, strict=True)
    )


def _traced(experiment: Experiment, parameters: Parameters, iteration: int) -> IterationTrace:
    run = Run({iteration - 1: parameters})
    if experiment.training is not None:
        after = Stepper(experiment).advance(parameters, _offset(experiment) + iteration - 1, 1, [])
        run = replace(run, kept=run.kept | {iteration: after})
    return trace_of(experiment, run, iteration)


def _differs(traces: Sequence[IterationTrace]) -> Difference | None:
    """The first place, in the order of the first trace, where the numbers are not the same."""
    first, number = traces[0], traces[0].number
    for stage in first.arrays:
        if stage.kind in _NOT_COMPARED or not all(stage in trace.arrays for trace in traces):
            continue  # batch means, for one, have no counterpart in an exact gradient
        arrays = _aligned([trace.arrays[stage] for trace in traces], stage)
        places = np.argwhere(~np.all([_close(arrays[0], array) for array in arrays], axis=0))
        if len(places):
            place = tuple(int(i) for i in places[0])
            values = tuple(float(array[place]) for array in arrays)
            quantity = _quantity(first, stage, place)
            return Difference(first.names.name(quantity), number, values)
    return None


def _aligned(arrays: Sequence[FloatArray], stage: Stage) -> Sequence[FloatArray]:
    """The arrays in one shape: as many samples as all have, a shared bias for each of its neurons."""
    if stage.of_a_sample:
        samples = min(map(len, arrays))
        arrays = [array[:samples] for array in arrays]
    return np.broadcast_arrays(*arrays)


def _close(one: FloatArray, other: FloatArray) -> BoolArray:
    """Where the numbers are the same, be it that they were calculated in another order."""
    return np.isclose(one, other, rtol=1e-12, atol=1e-15, equal_nan=True)


def _quantity(trace: IterationTrace, stage: Stage, place: tuple[int, ...]) -> Quantity:
    own = trace.arrays[stage].shape
    place = tuple(min(index, size - 1) for index, size in zip(place, own, strict=True))
    if stage.of_a_sample:
        return Quantity(stage, place[1:], trace.rows[place[0]], trace.number)
    return Quantity(stage, place[1:] if stage.mean else place, iteration=trace.number)
