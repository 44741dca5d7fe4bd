"""The rows about optimisers, penalties, clipping and schedules: found where they were planted."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from support.descents import descents
from support.planting import (
    exact_of,
    found_where_planted,
)
from tracer.diagnose.mistakes import optimizers, penalties, schedules, states, update
from tracer.explain.calculation import Calculation
from tracer.model.experiment import Experiment

pytestmark = pytest.mark.no_cover  # its parts are covered elsewhere, and tracing doubles its time

DIGITS = 6
NETWORKS = 64
PLANTED = 1
ROWS = [
    row.name for part in (penalties, update, states, optimizers, schedules) for row in part.ROWS
]


EXPERIMENTS = tuple(descents(NETWORKS))
"""Every optimiser with all that there is besides."""


@cache
def exercise(place: int) -> tuple[Experiment, Calculation]:
    """One of them in one of iterations 1 to 3."""
    return EXPERIMENTS[place], exact_of(EXPERIMENTS[place], 1 + place % 3)


@pytest.mark.parametrize("name", ROWS)
def test_a_planted_mistake_is_found_and_nothing_else_is_blamed(name: str) -> None:
    rng = np.random.default_rng(sum(name.encode()))
    some = map(exercise, rng.permutation(NETWORKS).tolist())
    found = found_where_planted(name, some, rng, DIGITS, PLANTED)
    assert found
