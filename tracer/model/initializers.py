"""One row a scheme: the values that a layer's weights or biases start with.

Used where a configuration says `{init: normal, std: 1.0}`. Symbols: `fan_in` and `fan_out` are the
counts of the layer's inputs and of its neurons; N(mean, std) is the normal distribution, U(low, high)
the uniform one.

Sources: Y. LeCun et al., "Efficient BackProp" (1998), variance 1/fan_in; X. Glorot and Y. Bengio 2010
("xavier"), variance 2/(fan_in + fan_out); K. He et al. 2015, variance 2/fan_in.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from tracer.immutable import immutable
from tracer.model.network import FloatArray
from tracer.model.options import Option

Options = Mapping[str, Any]
Shape = tuple[int, ...]


@immutable
class Initializer:
    """values = draw(generator, shape, (fan_in, fan_out), options); `words` is the formula.

    `also`: names that other people use, for hints.
    """

    name: str
    words: str
    options: Mapping[str, Option]
    draw: Callable[[np.random.Generator, Shape, tuple[int, int], Options], FloatArray]
    also: tuple[str, ...] = ()


def _normal(generator: np.random.Generator, shape: Shape, mean: float, std: float) -> FloatArray:
    """Mean + std·N(0, 1)."""
    return mean + std * generator.standard_normal(shape)


def _uniform(generator: np.random.Generator, shape: Shape, low: float, high: float) -> FloatArray:
    """Low + (high − low)·U(0, 1)."""
    return low + (high - low) * generator.random(shape)


def _scaled(
    name: str,
    words: str,
    variance: Callable[[int, int], float],
    usual: str,
    also: tuple[str, ...] = (),
) -> Initializer:
    """A scheme of mean 0 whose variance follows from the fans, normal or uniform."""

    def draw(
        generator: np.random.Generator, shape: Shape, fans: tuple[int, int], options: Options
    ) -> FloatArray:
        spread = variance(*fans)
        if options["distribution"] == "normal":
            return _normal(generator, shape, 0.0, math.sqrt(spread))
        limit = math.sqrt(3 * spread)  # U(−limit, limit) has the variance limit²/3
        return _uniform(generator, shape, -limit, limit)

    distribution = Option("the distribution", usual, choices=("uniform", "normal"))
    return Initializer(name, words, {"distribution": distribution}, draw, also)


_ROWS = (
    Initializer(
        "constant",
        "value",
        {"value": Option("the value of all")},
        lambda _, shape, __, options: np.full(shape, options["value"]),
        also=("zeros", "ones"),
    ),
    Initializer(
        "normal",
        "N(mean, std)",
        {"mean": Option("the mean", 0.0), "std": Option("the standard deviation", 1.0, least=0.0)},
        lambda generator, shape, _, options: _normal(
            generator, shape, options["mean"], options["std"]
        ),
        also=("gaussian", "randn"),
    ),
    Initializer(
        "uniform",
        "U(low, high)",
        {"low": Option("the lower end", -1.0), "high": Option("the upper end", 1.0)},
        lambda generator, shape, _, options: _uniform(
            generator, shape, options["low"], options["high"]
        ),
        also=("rand",),
    ),
    _scaled(
        "xavier",
        "U(−√(6/(fan_in + fan_out)), √(6/(fan_in + fan_out)))",
        lambda fan_in, fan_out: 2 / (fan_in + fan_out),
        "uniform",
        also=("glorot", "glorot_uniform", "xavier_uniform"),
    ),
    _scaled(
        "he",
        "N(0, √(2/fan_in))",
        lambda fan_in, _: 2 / fan_in,
        "normal",
        also=("kaiming", "kaiming_normal", "he_normal"),
    ),
    _scaled("lecun", "N(0, √(1/fan_in))", lambda fan_in, _: 1 / fan_in, "normal"),
)

INITIALIZERS = {row.name: row for row in _ROWS}
"""The schemes by the name that a configuration uses."""
