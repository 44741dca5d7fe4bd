"""Random experiments for Hypothesis, and the shipped ones: what the tests calculate on."""

from __future__ import annotations

from functools import cache

import numpy as np
from hypothesis import strategies as st

from support.paths import CONFIGS, EXAMPLES
from tracer.config import load
from tracer.model.activations import ACTIVATIONS
from tracer.model.experiment import Data, Experiment, Training
from tracer.model.losses import LOSSES
from tracer.model.names import Names
from tracer.model.network import Bias, Network, Parameters, parameter_quantities
from tracer.model.quantity import Quantity


def shipped(name: str) -> Experiment:
    """A bundled example that is a network."""
    experiment = load(CONFIGS / f"{name}.yaml")
    assert isinstance(experiment, Experiment)
    return experiment


@cache
def shipped_networks() -> tuple[str, ...]:
    """The names of the bundled examples that are networks with data."""
    loaded = {path.stem: load(path) for path in EXAMPLES}
    return tuple(n for n, e in loaded.items() if isinstance(e, Experiment) and e.data is not None)


def build(
    sizes: list[int], activations: list[str], biases: list[Bias], loss: str
) -> tuple[Network, list[str]]:
    """A network with the default names for `sizes`, the inputs first."""
    hidden = [f"h{n + 1}" for n in range(sum(sizes[1:-1]))]
    layers, start = [], 0
    for size, activation, bias in zip(sizes[1:-1], activations, biases, strict=False):
        layers.append((hidden[start : start + size], activation, bias))
        start += size
    outputs = [f"o{n + 1}" for n in range(sizes[-1])]
    inputs = [f"i{n + 1}" for n in range(sizes[0])]
    network = Network.build(inputs, [*layers, (outputs, activations[-1], biases[-1])], loss)
    return network, inputs


def random_parameters(network: Network, rng: np.random.Generator) -> Parameters:
    """Parameters from N(0, 0.7²): nothing saturates."""
    return tuple(
        (
            rng.normal(0, 0.7, (len(layer.neurons), len(layer.inputs))),
            rng.normal(0, 0.7, layer.bias_count) if layer.bias_count else None,
        )
        for layer in network.layers
    )


def random_targets(loss: str, shape: tuple[int, int], rng: np.random.Generator) -> np.ndarray:
    """Targets that suit the loss: probabilities, distributions, or any numbers."""
    targets = rng.random(shape)
    return targets / targets.sum(axis=1, keepdims=True) if loss == "cross_entropy" else targets


def diverging() -> Experiment:
    """One linear neuron whose learning rate is far too large."""
    network, _ = build([1, 1], ["identity"], [Bias.NONE], "half_squared_error")
    data = Data(np.array([[1.0]]), np.array([[0.0]]), (None,))
    parameters: Parameters = ((np.array([[1.0]]), None),)
    return Experiment("diverging", network, parameters, data=data, training=Training(10.0))


def parameters_named(network: Network, *names: str) -> frozenset[Quantity]:
    """Weights and biases by their names, for `Training.frozen`."""
    return frozenset(map(Names(network).parse, names))


@st.composite
def experiments(
    draw: st.DrawFn, *, updates: bool = True, exact: bool = False, smooth: bool = False
) -> Experiment:
    """Any small network with any conventions; `exact`: only those whose gradient is one."""
    names = [n for n, row in ACTIVATIONS.items() if not (smooth and row.kink is not None)]
    loss = draw(st.sampled_from(sorted(LOSSES)))
    sizes = draw(st.lists(st.integers(1, 3), min_size=2, max_size=4))
    hidden = [draw(st.sampled_from([n for n in names if n != "softmax"])) for _ in sizes[1:-1]]
    matched = LOSSES[loss].matched
    last = matched or draw(st.sampled_from(names))
    if last == "softmax":
        sizes[-1] = max(sizes[-1], 2)
    biases = [draw(st.sampled_from(Bias)) for _ in sizes[1:]]
    network, inputs = build(sizes, [*hidden, last], biases, loss)
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    samples = draw(st.integers(1, 3))
    data = Data(
        rng.normal(0, 1, (samples, len(inputs))),
        random_targets(loss, (samples, sizes[-1]), rng),
        (None,) * samples,
    )
    reduction = draw(st.sampled_from(["mean", "sum"]))
    means = not exact and reduction == "mean" and draw(st.booleans())
    order = "simultaneous" if exact else draw(st.sampled_from(["simultaneous", "output_first"]))
    frozen = draw(st.sets(st.sampled_from(list(parameter_quantities(network))), max_size=2))
    training = Training(
        0.5,
        gradient="batch_means" if means else "exact",
        frozen=frozenset(frozen),
        update_order=order,
    )
    return Experiment(
        "random",
        network,
        random_parameters(network, rng),
        reduction,
        data,
        training=training if updates else None,
    )
