"""One iteration as straight-line NumPy, for many iterations of a network too large for formulas.

These are the engine's own operations in the engine's own order, so the numbers are the same to the
last bit.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any

from tracer.engine.passes import backward, cost, forward, step
from tracer.engine.programs import Program, looped
from tracer.engine.rule import Moment, Rule
from tracer.engine.stages import UNTOUCHED, Observer
from tracer.formula.recording import Recorder
from tracer.model.activations import Array
from tracer.model.network import FloatArray, Network, State
from tracer.model.quantity import Stage


@dataclass(frozen=True, slots=True)
class _Later:
    """The observer that has the program call an observer when it runs."""

    observe: Observer

    @property
    def detail(self) -> bool:
        """As that observer wants it."""
        return self.observe.detail

    def __call__(self, stage: Stage, array: Array) -> Array:
        """A call of it in the program."""
        return array.apply(partial(self.observe, stage))


def record_step(
    network: Network,
    rule: Rule,
    state: State,
    batch: tuple[FloatArray, FloatArray],
    *,
    with_losses: bool,
    observe: Observer = UNTOUCHED,
) -> Program:
    """The program of one iteration, recorded on a batch; it serves all batches of that size.

    It goes from the state's arrays to the state's arrays (see `State.arrays`); a batch is
    (inputs, targets). `with_losses`: append each iteration's loss to the list that the program gets.
    """
    recorder = Recorder()
    inputs, targets = map(recorder.given, batch)
    before = state.with_arrays([recorder.given(array) for array in state.arrays()])
    observe = observe if observe is UNTOUCHED else _Later(observe)
    moment, varying = rule.moment(1), []
    if rule.varies:
        given = recorder.given(moment.learning_rate), recorder.given(moment.t)
        moment = Moment(*given, moment.settings)
        varying = [array.variable for array in given]
    passed = forward(network, before.parameters, inputs, observe)
    body = recorder.lines
    if with_losses:
        loss = cost(network, rule, passed, targets, observe, moment)
    after = backward(network, rule, before, passed, targets, observe, moment)
    old, new = ([array.variable for array in s.arrays()] for s in (before, after))
    end = [f"{', '.join(old)}, = {', '.join(new)},"]
    if with_losses:
        end.append(f"losses.append(float({loss.variable}))")
    row = (inputs.variable, targets.variable)
    return looped(recorder.constants(), old, row, [*body, *end], moment=varying)


def walked(network: Network, rule: Rule, state: State, observe: Observer = UNTOUCHED) -> Program:
    """The same iteration without a program: nothing to write first, which pays for a few updates.

    It appends no losses.
    """

    def program(arrays: Any, batches: Iterable[Any], _losses: list[float]) -> list[FloatArray]:
        now = state.with_arrays(arrays)
        first = rule.moment(1)
        for given in batches:
            batch, moment = given, first
            if rule.varies:
                batch, rate, t = given
                moment = Moment(rate, t, first.settings)
            inputs, targets = batch
            now = step(network, rule, now, inputs, targets, observe, moment)
        return list(now.arrays())

    return program
