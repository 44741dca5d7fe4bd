"""Gradient descent on a graph: x+ from x and ∂output/∂x, by the optimiser, for each trainable input.

The formulas of the trace run as straight-line Python. What can't be calculated on the way becomes NaN,
as in the arrays of a network, and the training looks for where and why.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from itertools import repeat
from typing import Any

import numpy as np

from tracer.digits.rounding import Rounding
from tracer.engine.alone import RLock, alone
from tracer.engine.kept import Kept
from tracer.engine.programs import Program, looped
from tracer.engine.rule import Moment, remedy
from tracer.engine.stages import RATE, T
from tracer.engine.training import check_iterations
from tracer.errors import UsageError
from tracer.formula import Expression, Symbol, namespace, symbols, to_python
from tracer.formula.lazy import one_symbol
from tracer.graph.calculation import GraphValueError, values
from tracer.graph.descent import rule_of, states_of, update_formulas
from tracer.graph.rounded import RoundedTrace
from tracer.graph.structure import Graph
from tracer.graph.trace import GraphTrace
from tracer.model.experiment import GraphExperiment, GraphTraining, Resume, Stop
from tracer.model.network import State
from tracer.model.quantity import Identity, Kind, Quantity, after_update, at

_NOTHING = "_nothing"


class GraphTimeline:
    """The states that the trainable inputs go through, and the numbers of every iteration.

    `rounding`: every number is rounded so before it is used, as by hand. `kept`: states that stay at
    hand; any other is calculated again from the nearest one before it.
    """

    earlier = 0
    samples = 0
    tells_whole_losses = False
    stop: Stop | None = None
    resume = Resume()

    def __init__(
        self, experiment: GraphExperiment, graph: Graph, rounding: Rounding | None = None
    ) -> None:
        self.experiment, self.graph, self.rounding = experiment, graph, rounding
        self.lock = RLock()
        self.rule = rule_of(graph)
        start = np.array([graph.inputs[node] for node in graph.trainable], dtype=float)
        kept = {
            slot: np.array([graph.states[state] for state in states])
            for slot, states in self._states.items()
        }
        self.start = State(((start, None),), {slot: ((x, None),) for slot, x in kept.items()})
        self.kept = Kept(self.start)
        self._latest = 0, self.start

    @property
    def trained(self) -> bool:
        """Whether there is any training."""
        return self.graph.training is not None

    def check(self) -> None:
        """UsageError for a graph without training."""
        if not self.trained:
            hint = "give the configuration `training` with `learning_rate` and `trainable`"
            raise UsageError("nothing to train: the graph has no `training`", hint)

    @cached_property
    def _states(self) -> dict[str, list[Quantity]]:
        """What the optimiser keeps, by its letters."""
        found: dict[str, list[Quantity]] = {slot: [] for slot in self.rule.optimizer.slots}
        for state in states_of(self.graph):
            found[state.stage.slot].append(state)
        return found

    def inputs(self, state: State) -> dict[Quantity, float]:
        """The trainable inputs' values."""
        return dict(zip(self.graph.trainable, state.numbers(), strict=False))

    def _at(self, state: State) -> Graph:
        """The graph in that state."""
        numbers = state.numbers()[len(self.graph.trainable) :]
        kept = dict(zip(states_of(self.graph), numbers, strict=True))
        return self.graph.with_inputs(self.inputs(state), kept)

    def trace(self, iteration: int, *, updated: bool = True) -> GraphTrace:
        """All the numbers of an iteration.

        Raises:
            UsageError: there is no such iteration, because there is no training.
        """
        del updated  # what the update makes is calculated when somebody looks
        check_iterations([iteration], trained=self.trained)
        return self._traced(self.state(iteration - 1), iteration)

    def _traced(self, state: State, iteration: int) -> GraphTrace:
        graph = self._at(state)
        if self.rounding is None:
            return GraphTrace(graph, iteration)
        return RoundedTrace(graph, iteration, self.rounding)

    def outline(self, iteration: int, *, whole: bool = False) -> GraphTrace:
        """What numbers the iteration has, calculated from the values that training starts from."""
        del whole  # a graph has no samples
        return GraphTrace(self.graph, iteration)

    def forward(self, updates: int) -> GraphTrace:
        """The numbers after so many updates."""
        return self.trace(updates + 1)

    def whole_pass(self, state: State, updates: int) -> GraphTrace:
        """The numbers in that state, reached by so many updates."""
        return self._traced(state, updates + 1)

    @alone
    def state(self, updates: int) -> State:
        """The state after so many updates."""
        if updates in self.kept:
            return self.kept[updates]
        done, before = self._latest  # whoever asks for one after the other finds the last one
        if not self.kept.before(updates) <= done <= updates:
            done = self.kept.before(updates)
            before = self.kept[done]
        found = self.advance(before, done, updates - done)
        self._latest = updates, found
        if self.rounding is not None:
            self.kept[updates] = found  # worked out number by number: too slow to do it again
        return found

    @alone
    def advance(
        self, state: State, done: int, count: int, losses: list[float] | None = None
    ) -> State:
        """The state after `count` updates more; NaN where a number on the way has no value."""
        if self.rounding is not None:
            return self._by_hand(state, done, count)
        iterations = range(done + 1, done + count + 1)
        if losses is None:
            return self._advanced(self._program, state, iterations, [])
        told: list[float] = []
        after = self._advanced(self._with_output, state, iterations, told)
        losses += [x if isinstance(x, float) else math.nan for x in told]
        return after

    def _advanced(
        self, program: Program, state: State, iterations: range, told: list[float]
    ) -> State:
        batches: Iterable[Any] = repeat((), len(iterations))
        if self.rule.varies:
            batches = (((), *timed) for timed in self.rule.timed(iterations))
        numbers = program(state.numbers(), batches, told)
        return state.with_numbers([x if isinstance(x, float) else math.nan for x in numbers])

    def _by_hand(self, state: State, done: int, count: int) -> State:
        """The same with every number rounded: what the traces of the iterations end with."""
        for iteration in range(done + 1, done + count + 1):
            trace = self._traced(state, iteration)
            after = (trace.value(at(key, iteration)) for key in self._after)
            state = state.with_numbers(list(after))
        return state

    def calm(self, state: State) -> bool:
        """No: of a graph nothing is known."""
        del state
        return False

    def sound(self, state: State, done: int, count: int) -> int:
        """All of them: what has no value ends a program of formulas."""
        del state, done
        return count

    def next_loss(self, state: State, updates: int) -> float:
        """The output after so many updates; NaN where it has no value."""
        del updates
        return self.whole_loss(state)

    def whole_loss(self, state: State) -> float:
        """The output in that state; NaN where it has no value."""
        try:
            return values(self._at(state))[self.graph.output]
        except GraphValueError:
            return math.nan

    def wrong(self, iteration: int) -> tuple[str, str]:
        """What of that iteration can't be calculated and why, and what helps where that is known.

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
            formula = None
            if error.identity not in self.graph.quantities:
                formula = trace.formula(at(error.identity, iteration))
            reason = error.reason.partition(":")[0]
            return f"{error.name} ({reason})", remedy(formula, reason)
        return "a number after the update", ""

    def untrained_wrong(self) -> None:
        """Nothing: what has no value raises when it is calculated."""

    def continued(self, updates: int, losses: tuple[float, ...]) -> GraphExperiment:
        """The experiment that goes on after so many updates; published numbers are dropped."""
        del losses
        name = self.graph.names.bare
        ends = {name(node): x for node, x in self.inputs(self.state(updates)).items()}
        return replace(
            self.experiment,
            inputs={**self.experiment.inputs, **ends},
            training=self._resumed(updates),
            expected=(),
        )

    def _resumed(self, updates: int) -> GraphTraining:
        """The training that goes on with what the optimiser keeps and counts after so many updates."""
        training = self.graph.training
        assert training is not None
        graph, name = self._at(self.state(updates)), self.graph.names.bare
        slots = {
            slot: {
                name(node): graph.states[state]
                for node, state in zip(graph.trainable, states, strict=True)
            }
            for slot, states in self._states.items()
        }
        counted = training.updates + updates if self.rule.varies else training.updates
        return replace(training, slots=slots, updates=counted)

    @cached_property
    def _before(self) -> list[Quantity]:
        """What an update changes: trainable inputs, then what the optimiser keeps of them."""
        return [*self.graph.trainable, *states_of(self.graph)]

    @cached_property
    def _after(self) -> list[Quantity]:
        """The same after the update."""
        return list(map(after_update, self._before))

    @cached_property
    def _program(self) -> Program:
        """What the updates need, as straight-line Python."""
        return self._made(())

    @cached_property
    def _with_output(self) -> Program:
        return self._made([self.graph.output])

    @cached_property
    def told(self) -> list[Identity]:
        """The numbers of an iteration in the order of the calculation, but for the options."""
        keys = GraphTrace(self.graph).formulas
        return [k for k in keys if not (isinstance(k, Quantity) and k.kind is Kind.SETTING)]

    @cached_property
    def _telling(self) -> Program:
        return self._made(self.told)

    def numbers(self, state: State, done: int, count: int) -> tuple[list[float], State]:
        """Those of the next iterations, one after the other, and the state after them.

        Fewer than there are, where a number that no update needs has no value.
        """
        numbers: list[float] = []
        after = self._advanced(self._telling, state, range(done + 1, done + count + 1), numbers)
        return numbers, after

    def _made(self, told: Sequence[Identity]) -> Program:
        """Values, gradients, updates; what is `told` of each iteration is appended to the list."""
        graph, rule = self.graph, self.rule
        before, after = self._before, self._after
        trace = GraphTrace(graph)
        moment = rule.moment(1)
        if rule.varies:
            rate, t = one_symbol(Symbol(RATE)), one_symbol(Symbol(T))
            moment = Moment(rate, t, moment.settings)
        formulas = {**trace.formulas, **update_formulas(graph, rule, moment)}
        variables = {key: f"v{number}" for number, key in enumerate((*formulas, T))}
        scope = namespace()
        scope |= {variables[node]: value for node, value in graph.inputs.items()}
        scope |= {variables[key]: value for key, value in trace.given.items()}
        scope[variables[graph.gradient(graph.output)]] = 1.0
        state = [variables[each] for each in before]
        body = [
            f"{variables[identity]} = {to_python(formula, variables.__getitem__)}"
            for identity, formula in self._needed(formulas, [*after, *told])
        ]
        if told:
            body += [f"losses += ({', '.join(variables[key] for key in told)},)"]
        scope[_NOTHING] = (math.nan,) * len(state)
        body += [f"{', '.join(state)}, = {', '.join(variables[each] for each in after)},"]
        varying = [variables[RATE], variables[T]] if rule.varies else []
        return looped(scope, state, (), body, _NOTHING, varying)

    def _needed(
        self, formulas: Mapping[Identity, Expression | None], after: Iterable[Identity]
    ) -> list[tuple[Identity, Expression]]:
        """The formulas that the updates stand on, in the order of the calculation."""
        used: set[Identity] = set(after)
        lines = []
        for identity, formula in reversed(list(formulas.items())):
            if formula is not None and identity in used and identity != RATE:
                used.update(symbols(formula))
                lines.append((identity, formula))
        return lines[::-1]
