"""What is measured: an experiment, others who calculate the same, and how long a round is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from benchmarks import peers, plain
from tracer.model.experiment import Data, Experiment, Training
from tracer.model.network import Bias, Network, Parameters, parameters_of
from tracer.model.optimizers import Adam
from tracer.model.quantity import Kind

PLAIN = "a plain NumPy loop"
"""What every case is compared with."""

Other = Callable[[Experiment, int], Parameters | None]


@dataclass(frozen=True, slots=True)
class Case:
    """`others`: what does the same as the engine in `count` updates, each `other(experiment, count)`.

    One that comes to no parameters does only a part. `compiled`: whether the engine's own side is the
    compiled formulas or the NumPy path. `iterations`: updates in a round, some tens of milliseconds.
    """

    title: str
    experiment: Experiment
    others: Mapping[str, Other]
    iterations: int
    compiled: bool = False


def cases() -> tuple[Case, ...]:
    """The networks of `docs/performance.md`."""
    single, deep, wide = _single_sample(), _deep(), _wide()
    adam = replace(single, training=replace(_training(single), optimizer=Adam()))
    by_hand: dict[str, Other] = {PLAIN: plain.single_sample}
    by_hand_adam: dict[str, Other] = {PLAIN: plain.single_sample_adam}
    return (
        Case(
            "2-2-2, one sample, compiled",
            single,
            {**by_hand, **peers.single_sample()},
            2000,
            compiled=True,
        ),
        Case("2-2-2, one sample, NumPy", single, by_hand, 2000),
        Case("2-2-2 with Adam, compiled", adam, by_hand_adam, 1000, compiled=True),
        Case("2-2-2 with Adam, NumPy", adam, by_hand_adam, 1000),
        Case("3-3-2-1, batches of 128", deep, {PLAIN: plain.deep, **peers.dense()}, 1000),
        Case(
            "784-128-10 softmax, batches of 64",
            wide,
            {PLAIN: plain.wide, "its five products alone": plain.products, **peers.dense()},
            40,
        ),
    )


def _training(experiment: Experiment) -> Training:
    assert experiment.training is not None
    return experiment.training


def _single_sample() -> Experiment:
    layers = ((("h1", "h2"), "sigmoid", Bias.SHARED), (("o1", "o2"), "sigmoid", Bias.SHARED))
    parameters = (
        (np.array([[0.15, 0.20], [0.25, 0.30]]), np.array([0.35])),
        (np.array([[0.40, 0.45], [0.50, 0.55]]), np.array([0.60])),
    )
    network = Network.build(("i1", "i2"), layers, "half_squared_error")
    return Experiment(
        "one sample",
        network,
        parameters,
        data=Data(np.array([[0.05, 0.10]]), np.array([[0.01, 0.99]]), (None,)),
        training=Training(0.5, frozen=parameters_of(network, Kind.BIAS)),
    )


def _deep() -> Experiment:
    """Points of two unit cubes, one with its corner at (1, 1, 1), the other at (-1, 2, -7)."""
    random = np.random.default_rng(0)
    corners = np.array([[1.0, 1.0, 1.0], [-1.0, 2.0, -7.0]])
    labels = np.arange(256) % 2
    network = _network((3, 3, 2, 1), ("sigmoid",) * 3, "half_squared_error")
    return Experiment(
        "two cubes",
        network,
        _parameters(network, random),
        data=Data(
            corners[labels] + random.random((256, 3)),
            labels[:, None].astype(np.float64),
            (None,) * 256,
        ),
        training=Training(0.1, batch=128),
    )


def _wide() -> Experiment:
    """Random pictures of 28 by 28 in ten random classes."""
    random = np.random.default_rng(0)
    network = _network((784, 128, 10), ("relu", "softmax"), "cross_entropy")
    classes = np.eye(10)[random.integers(10, size=512)]
    return Experiment(
        "random pictures",
        network,
        _parameters(network, random),
        data=Data(random.random((512, 784)), classes, (None,) * 512),
        training=Training(0.1, batch=64),
    )


def _network(sizes: tuple[int, ...], activations: tuple[str, ...], loss: str) -> Network:
    neurons = [tuple(f"n{k}_{i}" for i in range(size)) for k, size in enumerate(sizes)]
    layers = [(names, g, Bias.EACH) for names, g in zip(neurons[1:], activations, strict=True)]
    return Network.build(neurons[0], layers, loss)


def _parameters(network: Network, random: np.random.Generator) -> Parameters:
    """Normal weights with standard deviation 1/√m, biases of zero."""
    return tuple(
        (random.standard_normal((n, m)) / np.sqrt(m), np.zeros(n))
        for m, n in zip(network.sizes, network.sizes[1:], strict=False)
    )
