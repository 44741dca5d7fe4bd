"""The rows about updates, planted into graphs: what optimisers are published with."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from support.planting import (
    NEVER_IN_GRAPHS,
    OF_GRAPHS,
    exact_of,
    found_where_planted,
)
from tracer.config import load
from tracer.diagnose.mistakes import MISTAKES
from tracer.explain.calculation import Calculation
from tracer.model.experiment import GraphExperiment

DIGITS = 6
TRAININGS = (
    "learning_rate: 0.4",
    "learning_rate: 0.05, optimizer: momentum",
    "learning_rate: 0.05, optimizer: {name: momentum, nesterov: true}, clip: {norm: 1.5}",
    "learning_rate: 0.05, optimizer: {name: momentum, form: average}, clip: {value: 0.8}",
    "learning_rate: 0.05, optimizer: {name: momentum, form: velocity}",
    "learning_rate: 0.05, optimizer: {name: momentum, form: velocity, nesterov: true}",
    "learning_rate: 0.05, optimizer: {name: momentum, dampening: 0.2}",
    "learning_rate: 0.4, optimizer: {name: adagrad, epsilon: 0.01}",
    "learning_rate: 0.4, optimizer: {name: rmsprop, epsilon: 0.01, epsilon_place: inside}",
    "learning_rate: 0.4, optimizer: {name: rmsprop, centered: true, epsilon: 0.01}",
    "learning_rate: 0.1, optimizer: {name: adam, epsilon: 0.01}",
    "learning_rate: 0.1, optimizer: {name: adam, beta2: 0.99, bias_correction: false}",
    "learning_rate: 0.1, optimizer: {name: adamw, weight_decay: 0.1}",
    "learning_rate: {initial: 0.4, schedule: exponential, rate: 0.8}",
)
ROWS = [name for name, row in MISTAKES.items() if OF_GRAPHS & (row.kinds | row.also)]


@cache
def exercises() -> tuple[tuple[GraphExperiment, Calculation], ...]:
    """Each training, in iterations 1 to 3."""
    found = []
    for training in TRAININGS:
        for iteration in (3, 2, 1):
            text = (
                "graph:\n  inputs: {w1: -5, w2: -2}\n  nodes: {f: 0.1*w1**2 + 2*w2**2}\n"
                f"training: {{trainable: [w1, w2], {training}}}\n"
            )
            experiment = load("graph.yaml", text)
            assert isinstance(experiment, GraphExperiment)
            found.append((experiment, exact_of(experiment, iteration)))
    return tuple(found)


@pytest.mark.parametrize("name", ROWS)
def test_a_planted_mistake_is_found_and_nothing_else_is_blamed(name: str) -> None:
    rng = np.random.default_rng(sum(name.encode()))
    found = found_where_planted(name, exercises(), rng, DIGITS, 2)
    assert bool(found) is (name not in NEVER_IN_GRAPHS)
