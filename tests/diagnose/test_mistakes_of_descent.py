"""The rows about optimisers, penalties, clipping and schedules: found where they were planted."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import numpy as np
import pytest

from support.descents import descents
from support.planting import (
    Planted,
    answers,
    can_be_told,
    exact_of,
    plants,
    sheet,
)
from tracer.diagnose.check import check
from tracer.diagnose.mistakes import MISTAKES, optimizers, penalties, schedules, states, update
from tracer.explain.calculation import Calculation
from tracer.formula import EvaluationError
from tracer.model.experiment import Experiment

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


def planted(name: str) -> Iterator[tuple[Experiment, Calculation, Planted]]:
    """The mistake, in one number of each exercise where it can be made and told."""
    rng = np.random.default_rng(sum(name.encode()))
    for place in rng.permutation(NETWORKS):
        experiment, exact = exercises()[place]
        for plant in plants(exact, MISTAKES[name], rng):
            if can_be_told(plant, DIGITS):
                yield experiment, exact, plant
                break


@pytest.mark.parametrize("name", ROWS)
def test_a_planted_mistake_is_found_and_nothing_else_is_blamed(name: str) -> None:
    found = 0
    for experiment, exact, plant in planted(name):
        try:
            texts = sheet(exact, DIGITS, plant)
        except EvaluationError:
            continue
        report = check(experiment, answers(texts))
        blamed = {f.identity: f for f in report.findings if f.blamed}
        assert list(blamed) == [plant.quantity]
        assert name in [match.name for match in blamed[plant.quantity].matches]
        found += 1
        if found == PLANTED:
            break
    assert found
