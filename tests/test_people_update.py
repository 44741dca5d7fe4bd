"""People's sheets of optimisers: calculated right, by the oracle, and every mistake planted."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest

from benchmarks.oracle.network import Layer, Network
from benchmarks.oracle.training import Case, trained
from benchmarks.people import slips
from benchmarks.people.calculation import Calculation
from benchmarks.people.cases import EXACT
from benchmarks.people.exercises import Exercise
from benchmarks.people.naming import Namer
from benchmarks.people.scoring import truth
from benchmarks.people.sheets import numbers_of
from benchmarks.people.trainings import OPTIMIZERS, random_training
from benchmarks.people.update_cases import NAMES, NEEDED, apt, person, sensible
from benchmarks.settings import Rate, Settings
from support.sparing import sparing

pytestmark = pytest.mark.no_cover  # its parts are covered elsewhere, and tracing doubles its time

KNOWN = ("sigmoid", "tanh", "relu", "identity", "softmax")
LOSSES = ("half_squared_error", "squared_error", "cross_entropy")


def _known(rng: Random, optimizer: str) -> Exercise:
    """An exercise that the oracle has words for.

    The gradient of a bias that all of a softmax shares is 0, or 1e-17 in floats, of which an
    adaptive optimiser makes what it likes.
    """
    while True:
        exercise = random_training(rng, optimizer)
        last = exercise.layers[-1]
        if (
            not (last.bias == "shared" and last.activation == "softmax")
            and exercise.loss in LOSSES
            and all(x.activation in KNOWN and x.bias != "threshold" for x in exercise.layers)
            and all(
                sum(targets) == 1 or exercise.loss != "cross_entropy"
                for targets in exercise.targets
            )
        ):
            return exercise


def _case(exercise: Exercise) -> Case:
    assert exercise.settings
    layers = [
        Layer(x.names[0][0], x.activation, x.weights, x.bias, x.biases) for x in exercise.layers
    ]
    frozen = [f"b{number}" for number in range(1, 20)] if exercise.freeze else []
    network = Network(
        layers, exercise.loss, exercise.reduction, exercise.samples, exercise.targets,
        len(exercise.batch(1)), frozen,
    )  # fmt: skip
    return Case(network, exercise.settings)


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_the_exact_calculation_is_the_oracles(optimizer: str) -> None:
    rng, compared = Random(f"oracle {optimizer}"), set()
    for _ in range(6):
        exercise = replace(_known(rng, optimizer), iterations=3)
        name, found = Namer(exercise), Calculation(exercise, EXACT).run()
        right = trained(_case(exercise), 3)
        for place, value in found.values.items():
            told = name(replace(place, sample=0, iteration=1))
            told += f"#{place.sample}" if place.sample else ""
            exact = right[place.iteration - 1].get(told)
            if exact is not None and place.kind != "part":
                compared.add(place.kind)
                assert value == pytest.approx(float(exact), rel=1e-9, abs=1e-11), name(place)
    kept = {f"{letter}+" for letter in exercise.settings.letters} if exercise.settings else set()
    assert compared >= {"lr", "penalty", "loss", "data", "pen", "grad", "clip", "new", *kept}


@pytest.mark.parametrize(
    "name", sparing(dict.fromkeys(row[0] for row in slips.update_choices()), slice(None, None, 4))
)
def test_every_mistake_can_be_planted_and_known(name: str) -> None:
    rng = Random(name)
    for _ in range(2000):
        exercise, pen = person(rng, rng.choice(OPTIMIZERS))
        if exercise.settings and apt(name, exercise.settings) and sensible(exercise, pen):
            mistaken = slips.calculate(exercise, pen, name, rng)
            if not mistaken:
                continue
            exact = Calculation(exercise, EXACT).run()
            known = truth(mistaken, exact, numbers_of(mistaken.wrong, "complete", rng))
            if known:
                assert set(known.first.values()) == {name}
                assert not known.after & known.right
                return
    pytest.fail(f"{name} was never made")


@pytest.mark.parametrize("starts", NEEDED, ids="/".join)
def test_a_mistake_waits_for_an_exercise_that_has_what_it_is_made_with(
    starts: tuple[str, ...],
) -> None:
    plain = Settings(Rate(0.1), "sgd", {})
    for start in starts:
        names = [name for name in NAMES if name.startswith(start)]
        assert names
        assert not any(apt(name, plain) for name in names)
    assert apt("gradients_not_zeroed", plain)
