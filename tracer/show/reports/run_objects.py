"""What `run` shows of a network, as objects for JSON: full precision, canonical names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np

from tracer.engine.forward import loss_of
from tracer.engine.rule import Rule
from tracer.engine.timeline import NetworkTimeline
from tracer.engine.trace import IterationTrace
from tracer.engine.training import Run
from tracer.model.experiment import Data, Experiment
from tracer.model.names import Names
from tracer.model.network import FloatArray, Network, Parameters, flatten, parameter_names
from tracer.model.quantity import DATA_OF, GRADIENT_OF, Kind, Quantity, Stage
from tracer.show.reports.descent_objects import (
    descent_conventions,
    iteration_descent,
    parameter_descents,
    penalty_conventions,
)
from tracer.show.reports.objects import SCHEMA_VERSION, Object, finite, only_finite
from tracer.show.reports.outcomes import outputs
from tracer.show.reports.run import check_sample
from tracer.show.reports.selection import Selection


def run_json(
    experiment: Experiment,
    run: Run[NetworkTimeline],
    traces: Iterable[IterationTrace],
    sample: int | str | None = None,
) -> Object:
    """Conventions, every number of the traced iterations, and what came of it.

    All samples of each batch; with `sample`, a number counted from 1, only that one. Raises
    UsageError where the data have no such sample.
    """
    check_sample(experiment, sample)
    return head_object(experiment) | {
        "iterations": map(IterationObjects(experiment, sample), traces),
        "final": final_object(experiment, run),
    }


_OF_DATA = {GRADIENT_OF[kind]: of_data for kind, of_data in DATA_OF.items()}


def head_object(experiment: Experiment) -> Object:
    """Version, title and conventions."""
    return {
        "schema_version": SCHEMA_VERSION,
        "title": experiment.title,
        "conventions": _conventions(experiment),
    }


def _conventions(experiment: Experiment) -> Object:
    training, found = experiment.training, Object()
    if experiment.data is not None:
        found = {"loss": experiment.network.loss.name, "reduction": experiment.reduction}
        found |= penalty_conventions(experiment)
    if training is None:
        return found
    return found | {
        "update_order": training.update_order,
        "gradient": training.gradient,
        "freeze": list(map(Names(experiment.network).bare, training.frozen_in_order())),
        **descent_conventions(training),
    }


def final_object(experiment: Experiment, run: Run[NetworkTimeline]) -> Object:
    """A forward pass over all of the data, and over `predict`, with the parameters at the end."""
    data, predict, network = experiment.data, experiment.predict, experiment.network
    training = experiment.training
    found: Object = {"iterations": run.done}
    if training and training.resume.iterations:
        found["earlier_iterations"] = training.resume.iterations
    found["ended"] = run.ended
    if run.diverged:
        wrong = run.diverged
        found["diverged"] = {"iteration": wrong.iteration, "quantity": wrong.quantity}
    if data is not None:
        loss = loss_of(
            network, Rule.of(experiment), run.state.parameters, data.inputs, data.targets
        )
        found |= only_finite(["loss"], [loss])
        found["outputs"] = output_rows(network, run.state.parameters, data)
    names = parameter_names(network)
    found["parameters"] = dict(zip(names, flatten(run.state.parameters), strict=True))
    if predict is not None:
        found["predictions"] = _predictions(experiment, run.state.parameters, predict)
    return found


def output_rows(network: Network, parameters: Parameters, given: Data) -> list[list[float | None]]:
    """A row a sample; null where float64 can't hold an output."""
    rows = outputs(network, parameters, given).tolist()
    return [list(map(finite, row)) for row in rows]


def _predictions(experiment: Experiment, parameters: Parameters, given: Data) -> list[Object]:
    rows = zip(
        given.names,
        given.inputs.tolist(),
        output_rows(experiment.network, parameters, given),
        strict=True,
    )
    return [
        ({} if name is None else {"name": name}) | {"inputs": inputs, "outputs": outs}
        for name, inputs, outs in rows
    ]


class IterationObjects:
    """Turns traces of one experiment into objects; the names are spelled once for all samples."""

    def __init__(self, experiment: Experiment, sample: int | str | None) -> None:
        self._experiment, self._names = experiment, Names(experiment.network)
        self._selection = Selection("all" if sample is None else sample)
        self._spelled: dict[Stage, list[str]] = {}

    def __call__(self, trace: IterationTrace) -> Object:
        """The iteration: its loss, the samples of its batch, means, parameters."""
        samples = (self._sample(trace, k) for k in self._selection.positions(trace))
        found: Object = {"iteration": trace.number}
        if self._experiment.data is None:
            return found | {"samples": samples}
        means = self._values({s: a[0] for s, a in trace.arrays.items() if s.mean})
        return (
            found
            | only_finite(["loss"], [trace.loss])
            | iteration_descent(trace)
            | {"samples": samples}
            | ({"means": means} if means else {})
            | {"parameters": self._parameters(trace)}
        )

    def _sample(self, trace: IterationTrace, position: int) -> Object:
        row, given = trace.rows[position], self._experiment.data or self._experiment.predict
        name = given.names[row] if given else None
        own = {s: a[position] for s, a in trace.arrays.items() if s.of_a_sample}
        if len(trace.rows) == 1 and not trace.rule.batch_means:
            own |= _own_gradients(trace)
        labels: Object = {"sample": row + 1} | ({} if name is None else {"name": name})
        return labels | {"quantities": self._values(own)}

    def _values(self, arrays: Mapping[Stage, FloatArray]) -> Object:
        found: Object = {}
        for stage, array in arrays.items():
            found |= only_finite(self._spell(stage, array.shape), array.ravel().tolist())
        return found

    def _spell(self, stage: Stage, shape: tuple[int, ...]) -> list[str]:
        """The bare names of an array's numbers."""
        if stage not in self._spelled:
            indices = np.ndindex(shape)
            self._spelled[stage] = [self._names.bare(Quantity(stage, index)) for index in indices]
        return self._spelled[stage]

    def _parameters(self, trace: IterationTrace) -> Object:
        """Before, gradient, after, of each parameter."""
        layers = self._experiment.network.layers
        gradients = tuple(
            (
                trace.arrays[Stage(Kind.WEIGHT_GRADIENT, layer.number)],
                trace.arrays.get(Stage(Kind.BIAS_GRADIENT, layer.number)),
            )
            for layer in layers
        )
        columns = {"before": flatten(trace.before.parameters), "gradient": flatten(gradients)}
        if trace.after is not None:
            columns["after"] = flatten(trace.after.parameters)
        rows = zip(*columns.values(), strict=True)
        names = parameter_names(self._experiment.network)
        return {
            name: only_finite(columns, row) | descent
            for name, row, descent in zip(names, rows, parameter_descents(trace), strict=True)
        }


def _own_gradients(trace: IterationTrace) -> dict[Stage, FloatArray]:
    """The gradients of a batch of one sample, which are its own part: without the penalty's."""
    return {
        stage: trace.arrays.get(Stage(_OF_DATA[stage.kind], stage.layer), array)
        for stage, array in trace.arrays.items()
        if stage.kind in _OF_DATA
    }
