"""The rows about optimisers, penalties, clipping and schedules: found where they were planted."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from support.descents import descents
from support.planting import (
    NEVER_IN_GRAPHS,
    OF_GRAPHS,
    exact_of,
    found_where_planted,
)
from support.sparing import sparing
from tracer.diagnose.mistakes import MISTAKES, optimizers, penalties, schedules, states, update
from tracer.explain.calculation import Calculation
from tracer.model.experiment import Experiment
from tracer.model.network import flatten

pytestmark = pytest.mark.no_cover  # its parts are covered elsewhere, and tracing doubles its time

DIGITS = 6
NETWORKS = 64
PLANTED = 1
ROWS = [
    row.name for part in (penalties, update, states, optimizers, schedules) for row in part.ROWS
]


EXPERIMENTS = tuple(descents(NETWORKS))
"""Every optimiser with all that there is besides."""


def numbers(experiment: Experiment) -> int:
    """About how many a sheet of it has: the smallest are tried first, for they check fastest."""
    assert experiment.data is not None
    return len(flatten(experiment.parameters)) * len(experiment.data)


@cache
def exercise(place: int) -> tuple[Experiment, Calculation]:
    """One of them in one of iterations 1 to 3."""
    return EXPERIMENTS[place], exact_of(EXPERIMENTS[place], 1 + place % 3)


LACKING_IN_GRAPHS = [
    name
    for name in ROWS
    if name in NEVER_IN_GRAPHS or not OF_GRAPHS & (MISTAKES[name].kinds | MISTAKES[name].also)
]
"""The other rows are planted into graphs too, which is quick: test_mistakes_in_graphs.py."""


@pytest.mark.parametrize("name", sparing(ROWS, LACKING_IN_GRAPHS))
def test_a_planted_mistake_is_found_and_nothing_else_is_blamed(name: str) -> None:
    rng = np.random.default_rng(sum(name.encode()))
    order = rng.permutation(NETWORKS).tolist()
    some = map(exercise, sorted(order, key=lambda place: numbers(EXPERIMENTS[place])))
    found = found_where_planted(name, some, rng, DIGITS, PLANTED)
    assert found
