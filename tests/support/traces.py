"""Traces of single iterations, and a network's gradient from two independent sources."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

import numpy as np

from tracer.engine.forward import loss_of
from tracer.engine.rule import Rule
from tracer.engine.timeline import NetworkTimeline
from tracer.engine.trace import IterationTrace
from tracer.engine.training import Run, train
from tracer.explain.calculation import Trace
from tracer.model.experiment import Experiment
from tracer.model.network import State
from tracer.model.quantity import Kind, Stage


def traced(experiment: Experiment, iteration: int = 1) -> IterationTrace:
    """The trace of one iteration, the first unless another one is named."""
    return NetworkTimeline(experiment).trace(iteration)


def trained(
    experiment: Experiment, updates: int, keep: Collection[int] = ()
) -> Run[NetworkTimeline]:
    """What training leaves; the states after the updates in `keep` stay at hand."""
    return train(NetworkTimeline(experiment), updates, keep)


class _Named(Mapping[str, float]):
    """The numbers of a trace by their names."""

    def __init__(self, trace: Trace) -> None:
        self.trace = trace

    def __getitem__(self, name: str) -> float:
        return self.trace.value(self.trace.find(name))

    def __iter__(self) -> Iterator[str]:
        return map(self.trace.names.name, self.trace.order())

    def __len__(self) -> int:
        return sum(1 for _ in self.trace.order())


def named(trace: Trace) -> Mapping[str, float]:
    """The numbers of a network's or a graph's iteration by their names: `named(trace)["net_h1"]`."""
    return _Named(trace)


def numeric_gradient(experiment: Experiment) -> np.ndarray:
    """∂loss/∂parameter by central differences."""
    data, state = experiment.data, State(experiment.parameters)
    values = np.array(state.numbers())
    assert data is not None

    def loss(at: int, distance: float) -> float:
        moved = values.copy()
        moved[at] += distance
        parameters = state.with_numbers(moved.tolist()).parameters
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
