"""The schemes by which parameters are drawn."""

from __future__ import annotations

import math

import numpy as np
import pytest

from tracer.model.initializers import INITIALIZERS
from tracer.model.network import FloatArray

_SHAPE = (200, 300)
_FANS = (300, 200)


def _drawn(name: str, **options: float | str) -> FloatArray:
    row = INITIALIZERS[name]
    defaults = {key: option.default for key, option in row.options.items()}
    return row.draw(np.random.default_rng(0), _SHAPE, _FANS, defaults | options)


def test_constant_is_the_same_everywhere() -> None:
    assert (_drawn("constant", value=0.25) == 0.25).all()


@pytest.mark.parametrize(
    ("name", "options", "std"),
    [
        ("normal", {}, 1.0),
        ("normal", {"std": 0.1}, 0.1),
        ("uniform", {}, 1 / math.sqrt(3)),
        ("xavier", {}, math.sqrt(2 / 500)),
        ("xavier", {"distribution": "normal"}, math.sqrt(2 / 500)),
        ("he", {}, math.sqrt(2 / 300)),
        ("he", {"distribution": "uniform"}, math.sqrt(2 / 300)),
        ("lecun", {}, math.sqrt(1 / 300)),
        ("lecun", {"distribution": "uniform"}, math.sqrt(1 / 300)),
    ],
)
def test_the_spread_is_the_one_of_the_scheme(
    name: str, options: dict[str, float | str], std: float
) -> None:
    values = _drawn(name, **options)
    assert values.shape == _SHAPE
    assert values.std() == pytest.approx(std, rel=0.02)
    assert values.mean() == pytest.approx(0, abs=0.02 * std)


def test_the_mean_moves_all() -> None:
    assert (_drawn("normal", mean=5.0) - _drawn("normal")) == pytest.approx(5.0)


@pytest.mark.parametrize(
    ("name", "options", "limit"),
    [
        ("xavier", {}, math.sqrt(6 / 500)),
        ("he", {"distribution": "uniform"}, math.sqrt(6 / 300)),
        ("uniform", {"low": -0.5, "high": 0.5}, 0.5),
    ],
)
def test_uniform_values_stay_within_their_limit(
    name: str, options: dict[str, float | str], limit: float
) -> None:
    largest = np.abs(_drawn(name, **options)).max()
    assert 0.99 * limit < largest <= limit
