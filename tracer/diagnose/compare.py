"""Runs side by side: what is set differently, where the numbers part, and what becomes of them.

Between training and the view of `bptrace compare`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from tracer.engine.timeline import NetworkTimeline
from tracer.engine.trace import IterationTrace
from tracer.engine.training import Run, train
from tracer.errors import UsageError
from tracer.explain.series import Recorder
from tracer.explain.sizes import Sizes, layer_sizes
from tracer.immutable import immutable
from tracer.model.experiment import Experiment
from tracer.model.names import Names
from tracer.model.network import BoolArray, FloatArray, State
from tracer.model.optimizers import Optimizer
from tracer.model.options import options_of
from tracer.model.penalties import Penalty
from tracer.model.quantity import LETTERED, Kind, Quantity, Stage
from tracer.model.schedules import Schedule

_BLOCK = 1024
_NOT_COMPARED = frozenset({Kind.LEARNING_RATE, Kind.SETTING})  # settings, and told as such


@immutable
class PassSummary:
    """Forward and backward over all of the data after so many updates, changing nothing."""

    updates: int
    loss: float
    sizes: tuple[Sizes, ...]


@immutable
class Outcome:
    """One run: its settings, how it ended (as `Run` has it), and both its ends."""

    title: str
    settings: Mapping[str, object]
    ended: str
    first: PassSummary
    last: PassSummary


@immutable
class FirstDifference:
    """A quantity of the first run, and its number in each run."""

    quantity: Quantity
    values: tuple[float, ...]


@immutable
class Comparison:
    """`differing`: the settings that are not the same everywhere, with their value in each run.

    `first_difference` is None where no number differs, and where the networks are not of the same
    shape (`same_shape`), so that nothing can be laid beside anything. `iterations`: how many were
    compared.
    """

    runs: tuple[Outcome, ...]
    differing: Mapping[str, tuple[object, ...]]
    first_difference: FirstDifference | None
    same_shape: bool
    iterations: int

    @property
    def interrupted(self) -> bool:
        """Whether somebody had no time for all of the runs."""
        return any(run.ended == "interrupted" for run in self.runs)

    @property
    def agree(self) -> bool:
        """Whether all numbers are the same, and as many."""
        lengths = {run.last.updates for run in self.runs}
        return self.same_shape and self.first_difference is None and len(lengths) == 1


def compare(
    experiments: Sequence[Experiment],
    iterations: int | None = None,
    progress: Callable[[int], None] | None = None,
    watch: Callable[[NetworkTimeline, int], Recorder] | None = None,
) -> Comparison:
    """Run every experiment, for `iterations` updates or as many as it says, and lay them side by side.

    `progress` gets the number of runs done. `watch` gives who is to look at a run of so many updates.
    After an interrupt the runs that haven't begun stay where they are, and only the first iterations
    are compared.

    Raises:
        UsageError: an experiment has no data.
    """
    for experiment in experiments:
        if experiment.data is None:
            raise UsageError(f"'{experiment.title}' has no `data`", "there is nothing to compare")
    timelines = [NetworkTimeline(experiment) for experiment in experiments]
    totals = [_updates(timeline, iterations) for timeline in timelines]
    watches = [watch and watch(*run) for run in zip(timelines, totals, strict=True)]
    runs: list[Run[NetworkTimeline]] = []
    for number, (timeline, total, look) in enumerate(
        zip(timelines, totals, watches, strict=True), 1
    ):
        interrupted = bool(runs) and runs[-1].ended == "interrupted"
        runs.append(_run(timeline, total, look, interrupted=interrupted))
        if progress:
            progress(number)
    outcomes = tuple(map(_outcome, runs))
    same_shape = len({experiment.network.sizes for experiment in experiments}) == 1
    common = max(1, min(run.done for run in runs))
    if runs[-1].ended == "interrupted":
        common = 1
    difference = _first_difference(timelines, common) if same_shape else None
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
        "regularization": _penalty(experiment.penalty),
    }
    if training is None:
        return chosen
    return chosen | {
        "update_order": training.update_order,
        "gradient": training.gradient,
        "freeze": " ".join(map(Names(network).bare, training.frozen_in_order())) or "nothing",
        "optimizer": training.optimizer.name,
        **_options(training.optimizer),
        "learning_rate": training.learning_rate,
        "schedule": training.schedule.name,
        **{f"schedule_{name}": x for name, x in _options(training.schedule).items()},
        "clip": f"{training.clip.by} {training.clip.limit}" if training.clip else None,
        "iterations": training.iterations,
        "batch": training.batch or "full",
        "shuffle": training.shuffle,
        "seed": training.seed if training.shuffle else None,
        "stop": f"loss below {training.stop.loss_below}" if training.stop else None,
    }


def _options(row: Optimizer | Schedule) -> dict[str, object]:
    """The options of an optimiser or a schedule as they are set, by their names."""
    return {name: getattr(row, name) for name in options_of(row)}


def _penalty(penalty: Penalty | None) -> str | None:
    """The penalty in words: `l2, 0.01, form half, of weights`."""
    if penalty is None:
        return None
    return f"{penalty.kind}, {penalty.strength}, form {penalty.form}, of {penalty.of}"


def _differing(outcomes: Sequence[Outcome]) -> dict[str, tuple[object, ...]]:
    names = dict.fromkeys(name for outcome in outcomes for name in outcome.settings)
    values = {name: tuple(o.settings.get(name) for o in outcomes) for name in names}
    return {name: found for name, found in values.items() if len(set(found)) > 1}


def _updates(timeline: NetworkTimeline, iterations: int | None) -> int:
    """How many updates a run makes; none without training."""
    training = timeline.experiment.training
    return (iterations or training.iterations) if training else 0


def _run(
    timeline: NetworkTimeline, total: int, watch: Recorder | None, *, interrupted: bool
) -> Run[NetworkTimeline]:
    run: Run[NetworkTimeline] = Run(timeline)
    if interrupted:
        run.ended = "interrupted"
    elif timeline.trained:
        run = train(timeline, total, watch=watch)
    if watch:
        watch.end(run.state, run.done)
    return run


def _outcome(run: Run[NetworkTimeline]) -> Outcome:
    experiment = run.timeline.experiment
    first, last = _pass(run.timeline, 0), _pass(run.timeline, run.done)
    return Outcome(experiment.title, settings(experiment), run.ended, first, last)


def _pass(timeline: NetworkTimeline, updates: int) -> PassSummary:
    trace = timeline.forward(updates)
    return PassSummary(updates, trace.loss, tuple(layer_sizes(trace)))


def _first_difference(
    timelines: Sequence[NetworkTimeline], iterations: int
) -> FirstDifference | None:
    """The first quantity that differs, in the order of the calculation.

    The first iteration is compared in full. After that an iteration is looked at only where its
    parameters come out different: the last one after which all are the same is found by halving.
    """
    found = _differs([timeline.trace(1) for timeline in timelines])
    if found or not all(timeline.trained for timeline in timelines):
        return found
    same = 1
    while same < iterations and _same(timelines, end := min(same + _BLOCK, iterations)):
        same = end
    if same == iterations:
        return None
    while end - same > 1:
        middle = (same + end) // 2
        same, end = (middle, end) if _same(timelines, middle) else (same, middle)
    return _differs([timeline.trace(end) for timeline in timelines])


def _same(timelines: Sequence[NetworkTimeline], updates: int) -> bool:
    """Whether all have the same parameters after so many updates."""
    first, *others = (timeline.state(updates) for timeline in timelines)
    return all(_alike(first, other) for other in others)


def _alike(one: State, other: State) -> bool:
    pairs = zip(one.parameters, other.parameters, strict=True)
    return all(
        (a is None) == (b is None) and (a is None or bool(_close(a, b).all()))
        for first, second in pairs
        for a, b in zip(first, second, strict=True)
    )


def _differs(traces: Sequence[IterationTrace]) -> FirstDifference | None:
    """The first place, in the order of the first trace, where the numbers are not the same."""
    first = traces[0]
    apart = len({trace.rule.optimizer.name for trace in traces}) > 1
    other = _NOT_COMPARED | LETTERED if apart else _NOT_COMPARED  # what v is, each says itself
    for stage in first.arrays:
        if stage.kind in other or not all(stage in trace.arrays for trace in traces):
            continue  # batch means, for one, have no counterpart in an exact gradient
        arrays = _aligned([trace.arrays[stage] for trace in traces], stage)
        places = np.argwhere(~np.all([_close(arrays[0], array) for array in arrays], axis=0))
        if len(places):
            place = tuple(int(i) for i in places[0])
            values = tuple(float(array[place]) for array in arrays)
            own = zip(place, first.arrays[stage].shape, strict=True)
            place = tuple(min(index, size - 1) for index, size in own)
            return FirstDifference(first.batch.quantity(stage, place), values)
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
