"""Recorded programs do the engine's operations: as they are to the last bit, compiled but for these."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from hypothesis import given

from support.networks import experiments, shipped
from tracer.engine.forward import cost, forward
from tracer.engine.passes import backward
from tracer.engine.recorded import as_recorded, recorded_step
from tracer.engine.rule import Rule
from tracer.engine.stages import UNTOUCHED, Observer
from tracer.model.activations import Array
from tracer.model.experiment import Experiment
from tracer.model.network import State
from tracer.model.quantity import Kind, Stage

UPDATES = 3


@dataclass
class Halving:
    """An observer that goes on with half of each delta, and remembers the stages."""

    detail: bool = False
    seen: list[Stage] = field(default_factory=list)

    def __call__(self, stage: Stage, array: Array) -> Array:
        self.seen.append(stage)
        return array / 2 if stage.kind is Kind.DELTA else array


def by_the_engine(experiment: Experiment, observe: Observer) -> tuple[State, list[float]]:
    assert experiment.data is not None
    network, rule, state = experiment.network, Rule.of(experiment), State(experiment.parameters)
    inputs, targets = experiment.data.inputs, experiment.data.targets
    losses = []
    for _ in range(UPDATES):
        passed = forward(network, state.parameters, inputs, observe)
        losses.append(float(cost(network, rule, passed, targets, observe)))
        state = backward(network, rule, state, passed, targets, observe)
    return state, losses


def by_the_program(experiment: Experiment, observe: Observer) -> tuple[State, list[float]]:
    assert experiment.data is not None
    network, data = experiment.network, experiment.data
    batch = (data.inputs, data.targets)
    state, losses = State(experiment.parameters), list[float]()
    listing = recorded_step(
        network, Rule.of(experiment), state, batch, with_losses=True, observe=observe
    )
    program = as_recorded(listing).program
    return state.with_arrays(program(state.arrays(), [batch] * UPDATES, losses)), losses


def assert_same(experiment: Experiment, one: Observer, other: Observer) -> None:
    with np.errstate(all="ignore"):
        expected, expected_losses = by_the_engine(experiment, one)
        found, found_losses = by_the_program(experiment, other)
    assert np.array_equal(expected_losses, found_losses, equal_nan=True)
    for a, b in zip(expected.arrays(), found.arrays(), strict=True):
        assert np.array_equal(a, b, equal_nan=True)


@given(experiments())
def test_a_program_takes_the_engines_steps_to_the_last_bit(experiment: Experiment) -> None:
    assert_same(experiment, UNTOUCHED, UNTOUCHED)


@given(experiments())
def test_an_observer_sees_and_changes_the_arrays_while_the_program_runs(
    experiment: Experiment,
) -> None:
    for detail in (False, True):
        direct, recorded = Halving(detail), Halving(detail)
        assert_same(experiment, direct, recorded)
        # The recording itself is one more iteration.
        assert recorded.seen[len(direct.seen) // UPDATES :] == direct.seen


def test_a_program_leaves_the_parameters_it_was_given_alone() -> None:
    experiment = shipped("mazur")
    given = State(experiment.parameters).arrays()
    before = [array.copy() for array in given]
    after, _ = by_the_program(experiment, UNTOUCHED)
    assert not np.array_equal(after.arrays()[0], before[0])
    for array, kept in zip(given, before, strict=True):
        assert np.array_equal(array, kept)
