"""Exercises from a seed: pleasant to calculate, and telling."""

from __future__ import annotations

import numpy as np
import pytest

from support.networks import parameters_named
from support.sparing import sparing
from support.traces import named, traced
from tracer.config import load
from tracer.config.writing import dump
from tracer.diagnose.answers import Answer, read_answers
from tracer.diagnose.mistakes import MISTAKES, Site
from tracer.errors import BptraceError, UsageError
from tracer.explain.worksheet import answers
from tracer.formula import evaluate
from tracer.model.experiment import Experiment
from tracer.model.network import Bias, flatten
from tracer.model.quantity import Kind
from tracer.teach.exercise import Wish, exercise
from tracer.teach.pleasant import BEARABLE, objection

SEEDS = range(1, 31)
WISHES = {
    "shared biases": Wish((3, 3, 2), bias=Bias.SHARED, freeze_biases=True),
    "no biases": Wish((2, 2, 1), bias=Bias.NONE),
    "relu": Wish((2, 3, 2), "relu", "sigmoid"),
    "relu outputs": Wish((2, 2, 2), "relu"),
    "tanh": Wish((2, 2, 2), "tanh", loss="squared_error"),
    "softmax": Wish((2, 3, 3), "tanh", loss="cross_entropy"),
    "a batch": Wish((2, 2, 1), loss="binary_cross_entropy", samples=3),
    "one neuron": Wish((2, 1), learning_rate=0.1),
    "momentum": Wish(optimizer="momentum", iterations=2),
    "adam": Wish(optimizer="adam", iterations=3),
    "four layers": Wish((2, 2, 2, 2)),
}


@pytest.fixture(scope="module")
def exercises() -> list[Experiment]:
    return [exercise(Wish(), seed) for seed in SEEDS]


def test_each_seed_makes_another_network(exercises: list[Experiment]) -> None:
    assert len({tuple(flatten(experiment.parameters)) for experiment in exercises}) == len(SEEDS)
    assert len({experiment.title for experiment in exercises}) == len(SEEDS)


def test_the_same_seed_makes_the_same_file(exercises: list[Experiment]) -> None:
    assert [dump(exercise(Wish(), seed)) for seed in (1, 7)] == [
        dump(exercises[0]),
        dump(exercises[6]),
    ]


def test_seed_7_is_the_same_on_every_machine(exercises: list[Experiment]) -> None:
    data = exercises[6].data
    assert data is not None
    assert flatten(exercises[6].parameters) == [
        -0.25, 0.5, 0.75, 0.6, 0.8, 0.1, 0.9, -0.75, 0.65, 0.6, -0.15, -0.65,
    ]  # fmt: skip
    assert data.inputs.tolist() == [[0.9, 0.7]]
    assert data.targets.tolist() == [[0.3, 0.2]]


def test_given_numbers_have_few_digits(exercises: list[Experiment]) -> None:
    for experiment in exercises:
        assert experiment.data is not None
        assert all(len(repr(abs(value))) <= len("0.25") for value in flatten(experiment.parameters))
        given = [*experiment.data.inputs.flat, *experiment.data.targets.flat]
        assert all(len(repr(float(value))) == len("0.5") for value in given)


def test_no_neuron_is_saturated_and_every_gradient_shows(exercises: list[Experiment]) -> None:
    for experiment in exercises:
        for stage, array in traced(experiment).arrays.items():
            if stage.kind is Kind.OUT:
                assert ((array > 0.15) & (array < 0.85)).all()
            if stage.kind in (Kind.DELTA, Kind.WEIGHT_GRADIENT, Kind.BIAS_GRADIENT):
                assert (np.abs(array) >= 0.001).all()


def test_mistakes_differ_from_the_right_numbers_in_four_decimals(
    exercises: list[Experiment],
) -> None:
    for experiment in exercises[:10]:
        trace = traced(experiment)
        for quantity in trace.quantities():
            formula = trace.formula(quantity)
            if formula is None:
                continue
            site, right = Site(trace, quantity, formula), trace.value(quantity)
            usual = [row for row in MISTAKES.values() if not row.rare]
            rows = [row for row in usual if quantity.kind in row.kinds | row.also]
            values = [evaluate(v, trace) for row in rows for v in row.variants(site)]
            wrong = [value for value in values if abs(value - right) > 1e-12]
            assert all(f"{value:.4f}" != f"{right:.4f}" for value in wrong)


@pytest.mark.parametrize("wish", sparing(WISHES.values(), len(WISHES) - 1), ids=WISHES.keys())
def test_other_networks_are_pleasant_too(wish: Wish) -> None:
    made = exercise(wish, 5)
    assert made.network.sizes == wish.sizes
    assert objection(made, BEARABLE) is None
    read = load("exercise.yaml", dump(made))
    assert isinstance(read, Experiment)
    assert read.network == made.network
    assert flatten(read.parameters) == flatten(made.parameters)
    assert read.training == made.training


def test_a_relu_exercise_has_one_that_is_off_and_none_near_its_kink() -> None:
    for seed in range(5):
        trace = named(traced(exercise(WISHES["relu"], seed)))
        nets = np.array([trace[f"net_h{k}"] for k in (1, 2, 3)])
        assert (nets < 0).any()
        assert (nets > 0).any()
        assert (np.abs(nets) >= 0.05).all()


def test_frozen_biases_are_frozen() -> None:
    found = exercise(WISHES["shared biases"], 1)
    assert found.training is not None
    assert found.training.frozen == parameters_named(found.network, "b1", "b2")


def test_the_empty_answers_of_an_exercise_can_be_read() -> None:
    made = exercise(WISHES["a batch"], 3)
    trace = traced(made)
    empty = answers(made.title, [trace], trace.names.name)
    with pytest.raises(BptraceError, match=r"answers\.yaml: there are no numbers in it"):
        read_answers(empty.encode(), "answers.yaml", made)
    filled = empty.replace("\nnet_h1#2:", "\nnet_h1#2: 0.5")
    (answer,) = read_answers(filled.encode(), "answers.yaml", made)
    assert isinstance(answer, Answer)
    assert answer.value == 0.5


@pytest.mark.long  # docs/teaching.md shows the message
def test_vanishing_gradients_are_named_when_there_is_no_exercise() -> None:
    with pytest.raises(BptraceError, match=r"2-1-1-1-1-1 exercise in .* too small; try fewer"):
        exercise(Wish((2, 1, 1, 1, 1, 1)), 1)


@pytest.mark.parametrize(
    ("wish", "message"),
    [
        (Wish((2,)), "sizes 2; give at least two layers"),
        (Wish((2, 0, 1)), "sizes 2-0-1; give"),
        (Wish((9, 9, 9, 9)), "9-9-9-9 network has 270 parameters; by hand"),
        (Wish(loss="cross_entropy", output_activation="tanh"), "needs softmax outputs"),
        (Wish(activation="softmax"), "softmax belongs to the output layer"),
        (Wish((2, 2, 1), loss="cross_entropy"), "single neuron is always 1"),
        (Wish(learning_rate=float("nan")), "a learning rate of nan"),
    ],
)
def test_wishes_that_do_not_go_together_are_refused(wish: Wish, message: str) -> None:
    with pytest.raises(UsageError) as error:
        exercise(wish, 1)
    assert message in str(error.value)
