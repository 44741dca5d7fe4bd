"""The program of a page, run by node, calculates what the engine calculates, and follows edits."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import chain
from typing import Any

import numpy as np
import pytest

from support.calculating_page import changes, edited
from support.descents import SCHEDULES, descents
from support.networks import parameters_named, shipped
from support.node import needs_node
from support.page_program import Programs, by_engine, differences, named, troubles
from support.paths import EXAMPLES
from support.planting import random_experiment
from support.sparing import small_first, sparing
from tracer.config import load
from tracer.diagnose.variant import Variant
from tracer.explain.calculation import timeline_of
from tracer.graph.calculation import GraphValueError
from tracer.model.clipping import Clip
from tracer.model.experiment import Experiment, Resume, Training
from tracer.model.network import Bias, Network
from tracer.model.optimizers import Adam, Momentum
from tracer.model.quantity import Kind, Phase, Quantity
from tracer.page.switches import key_of, switches, ways

pytestmark = [needs_node, pytest.mark.no_cover]

EXPERIMENTS = {path.stem: load(path) for path in EXAMPLES}
SWITCHED = (
    "mazur", "zhou-training", "xor-thresholds", "adam-by-hand", "descent-rmsprop",
    "descent-momentum", "mazur-free-biases", "relu-bce", "four-equations", "deeplearning-momentum",
)  # fmt: skip


def reached(experiment: Any) -> tuple[int, ...]:
    return (1, 2, 5) if experiment.training else (1,)


def str_of(given: Any) -> str:
    """How a test calls what it is given: by its optimiser, or by its name."""
    if isinstance(given, Experiment) and given.training:
        return given.training.optimizer.name
    return given if isinstance(given, str) else type(given).__name__


def seeded(seed: int) -> Experiment:
    return random_experiment(np.random.default_rng(seed))


@pytest.mark.parametrize("name", small_first(EXPERIMENTS))
def test_every_number_of_the_examples_is_the_engines(programs: Programs, name: str) -> None:
    experiment = EXPERIMENTS[name]
    found = troubles(programs.of(experiment), Variant(experiment), reached(experiment))
    assert found == []


@pytest.mark.parametrize("seed", sparing(range(10), 3))
def test_random_networks_are_calculated_as_by_the_engine(programs: Programs, seed: int) -> None:
    experiment = seeded(seed)
    assert troubles(programs.of(experiment), Variant(experiment), (1, 2, 5)) == []


@pytest.mark.parametrize("experiment", sparing(descents(16, seed=4), slice(2, None, 4)), ids=str_of)
def test_every_optimiser_goes_down_as_the_engine_does(
    programs: Programs, experiment: Experiment
) -> None:
    assert troubles(programs.of(experiment), Variant(experiment), (1, 2, 5)) == []


@pytest.mark.parametrize("name", sparing(SWITCHED, 6))
def test_each_combination_of_switches_is_the_variant_of_it(programs: Programs, name: str) -> None:
    experiment = EXPERIMENTS[name]
    program, tried = programs.of(experiment, stated=False), 0
    for choice, variant in ways(experiment, switches(experiment)):
        program.choose(key_of(choice))
        try:
            assert troubles(program, variant, (1, 2)) == [], key_of(choice)
        except GraphValueError:  # the engine can't: a mean that is corrected by 1 - beta^0
            continue
        tried += 1
    assert tried >= 2


def test_biases_are_called_as_in_the_network_that_a_switch_makes(programs: Programs) -> None:
    program = programs.of(shipped("mazur"), stated=False)
    program.choose("biases=each")
    assert {"b1", "b2", "b3", "b4", "dE/db4", "b3+"} <= program.numbers(1).keys()
    layers = [
        program.model.content["arrays"][program.parse(f"b{k}")["id"]]["layer"] for k in (2, 3)
    ]
    assert layers == [1, 2]


SHARED_BY_ONE = """
network:
  inputs: [x]
  layers:
    - {neurons: 2, activation: tanh, weights: 0.3, bias: 0.1}
    - {neurons: 1, activation: identity, weights: 0.2, bias: 0.4}
loss: squared_error
data: [{inputs: 1, targets: 2}]
training: {learning_rate: 0.1}
"""


def test_a_switch_gives_another_place_to_the_bias_of_one_neuron(programs: Programs) -> None:
    experiment = load("shared.yaml", SHARED_BY_ONE)
    program = programs.of(experiment, stated=False)
    for choice, variant in ways(experiment, switches(experiment)):
        program.choose(key_of(choice))
        assert troubles(program, variant, (1, 2)) == [], key_of(choice)


def test_what_was_typed_stays_where_the_way_is_changed(programs: Programs) -> None:
    experiment = shipped("mazur")
    wanted = changes(experiment)
    program = programs.of(experiment, stated=False)
    for name, value in wanted.items():
        program.edit(name, value)
    program.choose("loss=squared_error")
    variant = next(v for c, v in ways(edited(experiment, wanted), switches(experiment))
                   if key_of(c) == "loss=squared_error")  # fmt: skip
    assert troubles(program, variant, (1, 2, 5)) == []


@pytest.mark.parametrize(
    "name", sparing(["mazur", "adam-by-hand", "recurrent-two-steps", "xor", "zhou"], 3)
)
def test_an_edit_is_followed_and_taken_back(programs: Programs, name: str) -> None:
    experiment, wanted = EXPERIMENTS[name], changes(EXPERIMENTS[name])
    program = programs.of(experiment)
    program.numbers(reached(experiment)[-1])
    for parameter, value in wanted.items():
        program.edit(parameter, value)
    found = troubles(program, Variant(edited(experiment, wanted)), reached(experiment))
    assert found == []
    program.reset()
    assert troubles(program, Variant(experiment), reached(experiment)) == []


@pytest.mark.parametrize("seed", sparing(range(6), 2))
def test_random_networks_follow_edits(programs: Programs, seed: int) -> None:
    experiment = seeded(100 + seed)
    program, wanted = programs.of(experiment), changes(experiment)
    for name, value in wanted.items():
        program.edit(name, value)
    assert troubles(program, Variant(edited(experiment, wanted)), (1, 2, 5)) == []


def test_an_edit_in_a_later_iteration_changes_what_comes_after_it(programs: Programs) -> None:
    experiment = shipped("mazur")
    program, exact = programs.of(experiment), by_engine(Variant(experiment), (1, 2, 3, 4, 6))
    program.numbers(6)
    program.edit("w5", 0.25, iteration=4)
    for k in (1, 2, 3):
        assert list(differences(program.numbers(k), named(exact[k]))) == []
    start = {q: exact[4][q] for q in exact[4] if _is_parameter(q)}
    names = exact[4].names
    wanted = {names.bare(q): value for q, value in start.items()}
    going_on = edited(experiment, {**wanted, "w5": 0.25})
    after = by_engine(Variant(going_on), (1, 3))
    for k in (1, 3):
        assert list(differences(program.numbers(k + 3), named(after[k]))) == []
    program.edit("w5", 0.75, iteration=4)
    program.edit("w5", 0.25, iteration=4)
    assert list(differences(program.numbers(6), named(after[3]))) == []
    program.reset()
    assert list(differences(program.numbers(6), named(exact[6]))) == []


def _is_parameter(identity: Any) -> bool:
    return isinstance(identity, Quantity) and identity.kind in (Kind.WEIGHT, Kind.BIAS)


def test_an_earlier_edit_comes_before_a_later_one(programs: Programs) -> None:
    program = programs.of(shipped("mazur"))
    program.edit("w5", 0.25, iteration=3)
    program.edit("w6", 0.125, iteration=2)
    assert program.numbers(3)["w5"] == 0.25
    assert program.numbers(2)["w6"] == 0.125
    assert program.numbers(2)["w5"] != 0.25
    program.edit("w6", 0.5, iteration=1)
    said = [program.numbers(1)["w6"], program.numbers(2)["w6"], program.numbers(3)["w5"]]
    assert said == [0.5, 0.125, 0.25]


def test_a_replay_gives_what_each_iteration_gives(programs: Programs) -> None:
    program = programs.of(shipped("xor"))
    singly = [[k, program.numbers(k)["loss"]] for k in (1, 2, 70, 130)]
    program.reset()
    every = program.replayed(1, 130, "loss")
    assert [k for k, _ in every] == list(range(1, 131))
    assert [row for row in every if row[0] in (1, 2, 70, 130)] == singly
    assert program.replayed(70, 130, "loss") == every[69:]
    program.edit("w1", 0.5, iteration=90)
    again = program.replayed(1, 130, "loss")
    assert again[:89] == every[:89]
    assert again[89] != every[89]


def with_training(seed: int, samples: int, **options: Any) -> Experiment:
    """A random network with so many samples, trained so."""
    experiment = next(
        found
        for found in map(seeded, range(seed, seed + 100))
        if found.data is not None and found.network.loss.name != "cross_entropy"
    )
    rng = np.random.default_rng(seed)
    assert experiment.data
    inputs = rng.uniform(-1, 1, (samples, len(experiment.network.inputs)))
    targets = rng.uniform(0.1, 0.9, (samples, len(experiment.network.outputs)))
    data = replace(experiment.data, inputs=inputs, targets=targets, names=(None,) * samples)
    return replace(experiment, data=data, training=Training(0.5, **options))


def test_batches_of_unequal_size_come_in_turn(programs: Programs) -> None:
    experiment = with_training(1, 5, batch=2)
    program = programs.of(experiment)
    assert [program.rows(k) for k in (1, 2, 3, 4)] == [[0, 1], [2, 3], [4], [0, 1]]
    assert troubles(program, Variant(experiment), range(1, 8)) == []


def test_shuffled_batches_are_those_of_the_engine(programs: Programs) -> None:
    experiment = with_training(2, 7, batch=3, shuffle=True)
    program = programs.of(experiment)
    timeline: Any = timeline_of(experiment)
    rows = [list(timeline.trace(k).rows) for k in range(1, 8)]
    assert [program.rows(k) for k in range(1, 8)] == rows
    assert sorted(chain.from_iterable(rows[:3])) == list(range(7))
    assert troubles(program, Variant(experiment), (1, 3, 4, 7)) == []


def test_updates_made_before_are_counted(programs: Programs) -> None:
    experiment = with_training(8, 3, optimizer=Adam(), updates=6, schedule=SCHEDULES[3])
    assert troubles(programs.of(experiment), Variant(experiment), (1, 2, 5)) == []


@pytest.mark.parametrize("shuffle", [False, True])
def test_training_that_goes_on_takes_up_its_states(programs: Programs, shuffle: bool) -> None:
    resume = Resume(iterations=4)
    experiment = with_training(3, 5, batch=2, optimizer=Adam(), shuffle=shuffle, resume=resume)
    rng = np.random.default_rng(3)
    slots = {
        name: tuple(
            (rng.uniform(0.1, 0.9, W.shape), None if b is None else rng.uniform(0.1, 0.9, b.shape))
            for W, b in experiment.parameters
        )
        for name in ("m", "v")
    }
    experiment = replace(experiment, slots=slots)
    assert troubles(programs.of(experiment), Variant(experiment), (1, 2, 5)) == []


@pytest.mark.parametrize("schedule", SCHEDULES, ids=lambda row: type(row).__name__)
def test_a_learning_rate_follows_its_schedule_into_all_its_stretches(
    programs: Programs, schedule: Any
) -> None:
    experiment = replace(
        shipped("mazur"), training=Training(0.5, schedule=schedule, optimizer=Momentum(0.5))
    )
    iterations = (1, 2, 3, 4, 5, 6, 7, 8, 40)
    assert troubles(programs.of(experiment), Variant(experiment), iterations) == []


def test_another_learning_rate_is_scheduled_too(programs: Programs) -> None:
    experiment = replace(shipped("mazur"), training=Training(0.5, schedule=SCHEDULES[1]))
    program = programs.of(experiment)
    program.edit("initial", 0.25)
    other = replace(experiment, training=Training(0.25, schedule=SCHEDULES[1]))
    assert troubles(program, Variant(other), (1, 2, 9)) == []


@pytest.mark.parametrize(
    ("clip", "gradient"),
    [(Clip("norm", 0.01), "exact"), (Clip("value", 0.02), "batch_means")],
    ids=["norm", "value"],
)
def test_clipping_and_batch_means_are_the_engines(
    programs: Programs, clip: Clip, gradient: Any
) -> None:
    experiment = with_training(5, 4, clip=clip, gradient=gradient)
    assert troubles(programs.of(experiment), Variant(experiment), (1, 2, 5)) == []


def test_frozen_parameters_stay(programs: Programs) -> None:
    experiment = with_training(6, 3)
    frozen = parameters_named(experiment.network, "w1", "w4", "w5")
    assert experiment.training
    experiment = replace(experiment, training=replace(experiment.training, frozen=frozen))
    program = programs.of(experiment)
    assert troubles(program, Variant(experiment), (1, 2, 5)) == []
    assert program.numbers(5)["w4"] == program.numbers(1)["w4"]


def test_without_targets_there_is_a_forward_pass_alone(programs: Programs) -> None:
    experiment = replace(seeded(7), training=None)
    experiment = replace(experiment, data=None, predict=experiment.data)
    program = programs.of(experiment)
    assert troubles(program, Variant(experiment), [1]) == []
    arrays = [
        program.model.content["arrays"][id] for id in program.model.content["ways"][""]["arrays"]
    ]
    assert {array["phase"] for array in arrays} <= {Phase.GIVEN.value, Phase.FORWARD.value}


def networks_of_each_sort() -> Iterator[tuple[str, Network]]:
    for bias in Bias:
        for kind in ("softmax", "relu", "sigmoid"):
            layers = [(["h1", "h2", "h3"], "tanh", bias), (["o1", "o2"], kind, bias)]
            loss = "cross_entropy" if kind == "softmax" else "half_squared_error"
            yield f"{bias.name} {kind}", Network.build(["i1", "i2"], layers, loss)


NETWORKS = list(networks_of_each_sort())
"""Every fourth has each sort of bias, and each activation."""


@pytest.mark.parametrize(("name", "network"), sparing(NETWORKS, NETWORKS[::4]), ids=str_of)
def test_every_sort_of_bias_and_of_output(programs: Programs, name: str, network: Network) -> None:
    rng = np.random.default_rng(len(name))
    parameters = tuple(
        (
            rng.normal(0, 1, (len(layer.neurons), len(layer.inputs))),
            rng.normal(0, 1, layer.bias_count) if layer.bias_count else None,
        )
        for layer in network.layers
    )
    data = seeded(0).data
    assert data
    targets = np.array([[0.0, 1.0], [0.25, 0.75], [1.0, 0.0]])
    data = replace(data, inputs=rng.normal(0, 1, (3, 2)), targets=targets, names=(None,) * 3)
    experiment = Experiment(name, network, parameters, "mean", data, training=Training(0.5))
    assert troubles(programs.of(experiment), Variant(experiment), (1, 2)) == []


def test_the_loss_over_all_samples_is_the_mean_of_all(programs: Programs) -> None:
    experiment = shipped("zhou-training")
    whole = replace(experiment, training=None)
    program = programs.of(experiment)
    exact = named(by_engine(Variant(whole), [1])[1])
    assert program.lossOverAll(1) == pytest.approx(exact["loss"], rel=1e-12)
