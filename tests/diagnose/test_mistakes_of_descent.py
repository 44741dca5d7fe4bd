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


@cache
def exercises() -> tuple[tuple[Experiment, Calculation], ...]:
    """Every optimiser with all that there is besides, in iterations 1 to 3."""
    found = enumerate(descents(NETWORKS))
    return tuple((experiment, exact_of(experiment, 1 + n % 3)) for n, experiment in found)


@pytest.mark.parametrize("name", ROWS)
def test_a_planted_mistake_is_found_and_nothing_else_is_blamed(name: str) -> None:
    rng = np.random.default_rng(sum(name.encode()))
    some = (exercises()[place] for place in rng.permutation(NETWORKS))
    found = found_where_planted(name, some, rng, DIGITS, PLANTED)
    assert found
