"""When a number was calculated: in iteration k, or in a fresh forward pass after n updates.

Says which trace holds a moment's numbers, and trains as far as the last one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

import numpy as np

from tracer.engine.batches import Batches
from tracer.engine.trace import IterationTrace
from tracer.engine.training import Run, train
from tracer.errors import UsageError
from tracer.explain.explanation import GraphNumbers, NetworkNumbers, Numbers
from tracer.graph import GraphRun, GraphTrace, build_graph, trace_graph, train_graph
from tracer.model.experiment import Data, Experiment, GraphExperiment
from tracer.model.names import Names
from tracer.model.network import Parameters


@dataclass(frozen=True, slots=True)
class Moment:
    """Iteration `iteration`, or the forward pass after `after` updates; exactly one is set."""

    iteration: int | None = 1
    after: int | None = None

    @property
    def updates(self) -> int:
        """How many updates come before it."""
        return self.iteration - 1 if self.iteration is not None else self.after or 0

    @property
    def words(self) -> str:
        """`Iteration 1`, `After 10,000 updates`."""
        if self.iteration is not None:
            return f"Iteration {self.iteration:,}"
        return f"After {self.after:,} update{'' if self.after == 1 else 's'}"


def with_targets(experiment: Experiment | GraphExperiment) -> Experiment | GraphExperiment:
    """The experiment, the samples of `predict` in place of data that isn't there.

    Their targets are zeros that nobody sees: only a forward pass is checked.

    Raises:
        UsageError: there are no samples at all.
    """
    if isinstance(experiment, GraphExperiment) or experiment.data is not None:
        return experiment
    if experiment.predict is None:
        raise UsageError("nothing to check", "the configuration has neither `data` nor `predict`")
    predict, outputs = experiment.predict, len(experiment.network.outputs)
    zeros = np.zeros((len(predict.inputs), outputs))
    return replace(experiment, data=Data(predict.inputs, zeros, predict.names))


def untrained(experiment: Experiment | GraphExperiment, moment: Moment) -> Numbers:
    """The moment's numbers with the initial parameters: right in their names, not in their values.

    Raises:
        UsageError: the moment is a later one, and there is no training.
    """
    if experiment.training is None and moment.updates:
        raise UsageError("without `training` there is only iteration 1")
    if isinstance(experiment, GraphExperiment):
        return GraphNumbers(GraphTrace(build_graph(experiment), moment.updates + 1))
    return _numbers(experiment, moment, experiment.parameters, None)


def traced(
    experiment: Experiment | GraphExperiment,
    moments: Iterable[Moment],
    progress: Callable[[int], None] | None = None,
) -> dict[Moment, Numbers]:
    """The numbers of each moment, after training as far as the last one needs.

    Raises:
        UsageError: training doesn't get that far, because there is none or it stops before.
        DivergedError: training met an overflow on the way.
    """
    wanted = sorted(set(moments), key=lambda m: (m.updates, m.after is not None))
    if isinstance(experiment, GraphExperiment):
        return _traced_graph(experiment, wanted, progress)
    most = max((m.updates + (m.iteration is not None) for m in wanted), default=0)
    run = Run({0: experiment.parameters})
    if experiment.training is not None and most:
        keep = {k for m in wanted for k in (m.updates, m.updates + 1)}
        run = train(experiment, most, keep, progress)
    found: dict[Moment, Numbers] = {}
    for moment in wanted:
        before, after = run.kept.get(moment.updates), run.kept.get(moment.updates + 1)
        if before is None:
            raise run.diverged or _not_reached(moment, run.done)
        found[moment] = _numbers(experiment, moment, before, after)
    return found


def _traced_graph(
    experiment: GraphExperiment,
    wanted: list[Moment],
    progress: Callable[[int], None] | None,
) -> dict[Moment, Numbers]:
    graph = build_graph(experiment)
    run = GraphRun({0: dict(graph.inputs)})
    most = max((moment.updates for moment in wanted), default=0)
    if most:
        run = train_graph(graph, most, {moment.updates for moment in wanted}, progress)
    found: dict[Moment, Numbers] = {}
    for moment in wanted:
        if moment.updates > run.done:
            raise run.diverged or _not_reached(moment, run.done)
        found[moment] = GraphNumbers(trace_graph(graph, run, moment.updates + 1))
    return found


def _not_reached(moment: Moment, done: int) -> UsageError:
    return UsageError(f"training ended after {done:,} updates, before {moment.words.lower()}")


def _numbers(
    experiment: Experiment, moment: Moment, before: Parameters, after: Parameters | None
) -> NetworkNumbers:
    assert experiment.data is not None
    training = experiment.training
    rows: tuple[int, ...] = tuple(range(len(experiment.data)))
    if moment.iteration is not None:
        offset = training.resume.iterations if training else 0
        rows = Batches(len(rows), training).numbers(offset + moment.updates)
    names, number = Names(experiment.network), moment.updates + 1
    after = after if moment.iteration is not None else None
    return NetworkNumbers(IterationTrace(experiment, names, number, rows, before, after))
