"""`bptrace code` in PyTorch and JAX, run where these are installed."""

from __future__ import annotations

import importlib.util

import pytest
from hypothesis import given

from support.descents import descents
from support.extended import extended
from support.networks import experiments, shipped, shipped_networks
from support.programs import assert_same, run_python, varied
from tracer.code.program import program
from tracer.errors import DivergedError, UsageError
from tracer.model.experiment import Experiment


def is_installed(name: str) -> bool:
    """Whether there is such a package."""
    found = importlib.util.find_spec(name)
    return found is not None and found.origin is not None


LANGUAGES = [
    pytest.param(
        name, marks=pytest.mark.skipif(not is_installed(name), reason=f"{name} is not installed")
    )
    for name in ("torch", "jax")
]


def written(experiment: Experiment, language: str, iterations: int | None) -> str | None:
    """The program; None where the language can't have it, or the training diverges."""
    try:
        return program(experiment, language, iterations, trace=True)
    except (DivergedError, UsageError):
        return None


@pytest.mark.parametrize("language", LANGUAGES)
def test_examples(language: str) -> None:
    done = 0
    for name in shipped_networks():
        experiment = shipped(name)
        training = experiment.training
        source = written(experiment, language, min(training.iterations, 8) if training else None)
        if source is not None:
            done += 1
            assert max(map(len, source.splitlines())) <= 100
            assert assert_same(run_python(source), experiment)
    assert done > 12


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_optimiser_with_batches_schedules_penalties_and_clipping(language: str) -> None:
    done = 0
    for number, experiment in enumerate(descents(16)):
        some = varied(experiment, number)
        source = written(some, language, 5)
        if source is not None:
            done += 1
            assert_same(run_python(source), some)
    assert done > 8


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", ["Activation", "Loss", "Optimizer"])
def test_a_new_row_needs_nothing_else(
    language: str, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    experiment = extended(kind, monkeypatch)
    assert assert_same(run_python(program(experiment, language, 3)), experiment)


@pytest.mark.parametrize("language", LANGUAGES)
@given(experiment=experiments(exact=True))
def test_any_network(language: str, experiment: Experiment) -> None:
    source = written(experiment, language, 3)
    if source is not None:
        assert_same(run_python(source), experiment)
