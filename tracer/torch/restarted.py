"""The engine's numbers of each recorded iteration, begun where PyTorch began it.

Rounding adds up over a training, and Adam makes much of little: what is left of float32 after an
iteration would be blamed in the next. So an iteration begins with the parameters and states that
PyTorch had, as long as those are, to the last bit, what its step before has left. Where they aren't,
somebody has changed them, and the engine goes on with its own, so that the change is found.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from tracer.diagnose.answers import Moment
from tracer.engine.timeline import NetworkTimeline
from tracer.engine.trace import IterationTrace
from tracer.explain.calculation import Calculation
from tracer.model.network import State, zeros_like
from tracer.torch.experiment import Built, parameters_of, slots_of, trained
from tracer.torch.iterations import Arrays, Iteration


def calculations(iterations: Sequence[Iteration], built: Built) -> dict[Moment, Calculation]:
    """The right numbers of each iteration, as `tracer.diagnose.check` takes them."""
    restarted = Restarted(iterations, built)
    numbers = range(1, len(iterations) + 1)
    return {Moment(k): Calculation(restarted, restarted.trace(k)) for k in numbers}


class Restarted:
    """The iterations of an experiment, each from the state that it was recorded with."""

    def __init__(self, iterations: Sequence[Iteration], built: Built) -> None:
        self._built = built
        self._timeline = NetworkTimeline(built.experiment, few=True)
        self._states = [self._timeline.start]
        for before, iteration in pairwise(iterations):
            state = _recorded(before, iteration, built)
            if state is None:
                done = len(self._states) - 1
                own = NetworkTimeline(built.of(done + 1), few=True)
                state = own.advance(self._states[-1], done, 1)
            self._states.append(state)

    def trace(self, iteration: int, /) -> IterationTrace:
        """All the numbers of an iteration."""
        before, batch = self._states[iteration - 1], self._timeline.batch(iteration)
        return IterationTrace(self._built.of(iteration), batch, before, None)


def _recorded(before: Iteration, iteration: Iteration, built: Built) -> State | None:
    """The state with which an iteration began; None where it isn't what the one before has left."""
    step, chain, rule = before.step, iteration.chain, built.rule
    if step is None or rule is None:
        return None
    seen = {p.parameter: p.value for p in chain.parameters}
    if not all(_same(step.after, seen, name) for name in seen):
        return None
    states = iteration.step.states_before if iteration.step else step.states_after
    for name in trained(chain, step):
        left, found = step.states_after[name], states.get(name, {})
        if not all(_same(left, found, word) for word in rule.states.values() if word in left):
            return None
    slots = slots_of(states, rule, chain)
    parameters = parameters_of(chain)
    return State(parameters, rule.optimizer.start(lambda: zeros_like(parameters), slots))


def _same(one: Arrays, other: Arrays, name: str) -> bool:
    return name in other and np.array_equal(one[name], other[name])
