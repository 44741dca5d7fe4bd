"""Traces of single iterations, and a network's gradient from two independent sources."""

from __future__ import annotations

import numpy as np

from tracer.engine.passes import Rule, loss_of
from tracer.engine.trace import IterationTrace
from tracer.engine.training import trace_iterations
from tracer.model.experiment import Experiment
from tracer.model.network import flatten, unflatten
from tracer.model.quantity import Kind, Stage


def traced(experiment: Experiment, iteration: int = 1) -> IterationTrace:
    """The trace of one iteration, the first unless another one is named."""
    _, (trace,) = trace_iterations(experiment, [iteration])
    return trace


def numeric_gradient(experiment: Experiment) -> np.ndarray:
    """∂loss/∂parameter by central differences."""
    data, values = experiment.data, np.array(flatten(experiment.parameters))
    assert data is not None

    def loss(at: int, distance: float) -> float:
        moved = values.copy()
        moved[at] += distance
        parameters = unflatten(experiment.network, moved.tolist())
        rule = Rule.of(experiment)
        return loss_of(experiment.network, rule, parameters, data.inputs, data.targets)

    h = 1e-6
    return np.array([(loss(k, h) - loss(k, -h)) / (2 * h) for k in range(len(values))])


def analytic_gradient(trace: IterationTrace) -> np.ndarray:
    """∂loss/∂parameter as the trace has it, in the order of `numeric_gradient`."""
    values: list[float] = []
    for layer in trace.experiment.network.layers:
        for kind in (Kind.WEIGHT_GRADIENT, Kind.BIAS_GRADIENT):
            array = trace.arrays.get(Stage(kind, layer.number))
            values += [] if array is None else array.ravel().tolist()
    return np.array(values)
