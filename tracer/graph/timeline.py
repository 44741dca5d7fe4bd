"""Gradient descent on a graph: x+ from x and ∂output/∂x, by the optimiser, for each trainable input.

The formulas of the trace run as straight-line Python. What can't be calculated on the way becomes NaN,
as in the arrays of a network, and the training looks for where and why.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from functools import cached_property

import numpy as np

from tracer.engine.programs import Program, looped
from tracer.engine.training import check_iterations
from tracer.errors import UsageError
from tracer.formula import Expression, namespace, symbols, to_python
from tracer.graph.calculation import GraphValueError, values
from tracer.graph.names import RATE, updated
from tracer.graph.structure import Graph
from tracer.graph.trace import GraphTrace
from tracer.model.experiment import GraphExperiment, Resume, Stop
from tracer.model.network import State
from tracer.model.quantity import Identity, Quantity

_NOTHING = "_nothing"


class GraphTimeline:
    """The states that the trainable inputs go through, and the numbers of every iteration.

    `kept`: states that stay at hand; any other is calculated again from the nearest one before it.
    """

    earlier = 0
    stop: Stop | None = None
    resume = Resume()

    def __init__(self, experiment: GraphExperiment, graph: Graph) -> None:
        self.experiment, self.graph = experiment, graph
        start = np.array([graph.inputs[node] for node in graph.trainable], dtype=float)
        self.start = State(((start, None),))
        self.kept: dict[int, State] = {0: self.start}

    @property
    def trained(self) -> bool:
        """Whether there is any training."""
        return self.graph.training is not None

    def check(self) -> None:
        """UsageError for a graph without training; GraphValueError where it can't even start."""
        if not self.trained:
            hint = "give the configuration `training` with `learning_rate` and `trainable`"
            raise UsageError("nothing to train: the graph has no `training`", hint)

    def inputs(self, state: State) -> dict[Quantity, float]:
        """The trainable inputs' values."""
        return dict(zip(self.graph.trainable, state.numbers(), strict=True))

    def trace(self, iteration: int, *, updated: bool = True) -> GraphTrace:
        """All the numbers of an iteration.

        Raises:
            UsageError: there is no such iteration, because there is no training.
        """
        del updated  # what the update makes is calculated when somebody looks
        check_iterations([iteration], trained=self.trained)
        return GraphTrace(self.graph.with_inputs(self.inputs(self.state(iteration - 1))), iteration)

    def outline(self, iteration: int, *, whole: bool = False) -> GraphTrace:
        """What numbers the iteration has, calculated from the values that training starts from."""
        del whole  # a graph has no samples
        return GraphTrace(self.graph, iteration)

    def forward(self, updates: int) -> GraphTrace:
        """The numbers after so many updates."""
        return self.trace(updates + 1)

    def state(self, updates: int) -> State:
        """The state after so many updates."""
        if updates not in self.kept:
            done = max(k for k in self.kept if k <= updates)
            return self.advance(self.kept[done], done, updates - done)
        return self.kept[updates]

    def advance(
        self, state: State, done: int, count: int, losses: list[float] | None = None
    ) -> State:
        """The state after `count` updates more; NaN where a number on the way has no value."""
        del done
        numbers = self._program(state.numbers(), [()] * count, [] if losses is None else losses)
        return state.with_numbers([x if isinstance(x, float) else math.nan for x in numbers])

    def next_loss(self, state: State, updates: int) -> float:
        """The output after so many updates; NaN where it has no value."""
        del updates
        try:
            return values(self.graph.with_inputs(self.inputs(state)))[self.graph.output]
        except GraphValueError:
            return math.nan

    def wrong(self, iteration: int) -> str:
        """What of that iteration can't be calculated, and why.

        Raises:
            GraphValueError: it is the first iteration, so that no update has led there.
        """
        trace = self.trace(iteration)
        try:
            for identity in trace.order():
                if not math.isfinite(trace.value(identity)):
                    raise GraphValueError(trace.graph, identity, "overflow")
        except GraphValueError as error:
            if iteration == 1 and error.identity in self.graph.quantities:
                raise
            return f"{error.name} ({error.reason})"
        return "a number after the update"

    def continued(self, updates: int, losses: tuple[float, ...]) -> GraphExperiment:
        """The experiment that goes on after so many updates; published numbers are dropped."""
        del losses
        name = self.graph.names.bare
        ends = {name(node): x for node, x in self.inputs(self.state(updates)).items()}
        return replace(self.experiment, inputs={**self.experiment.inputs, **ends}, expected=())

    @cached_property
    def _program(self) -> Program:
        """Values, gradients, updates, as straight-line Python."""
        graph, training = self.graph, self.graph.training
        assert training is not None
        formulas = GraphTrace(graph).formulas
        variables = {identity: f"v{number}" for number, identity in enumerate(formulas)}
        scope = namespace()
        scope |= {variables[node]: value for node, value in graph.inputs.items()}
        scope[variables[RATE]] = training.learning_rate
        scope[variables[graph.gradient(graph.output)]] = 1.0
        state = [variables[node] for node in graph.trainable]
        body = [
            f"{variables[identity]} = {to_python(formula, variables.__getitem__)}"
            for identity, formula in self._needed(formulas)
        ]
        after = ", ".join(variables[updated(node)] for node in graph.trainable)
        scope[_NOTHING] = (math.nan,) * len(state)
        return looped(scope, state, (), [*body, f"{', '.join(state)}, = {after},"], _NOTHING)

    def _needed(
        self, formulas: Mapping[Identity, Expression | None]
    ) -> list[tuple[Identity, Expression]]:
        """The formulas that the updates stand on, in the order of the calculation."""
        used: set[Identity] = {updated(node) for node in self.graph.trainable}
        lines = []
        for identity, formula in reversed(list(formulas.items())):
            if formula is not None and identity in used:
                used.update(symbols(formula))
                lines.append((identity, formula))
        return lines[::-1]
