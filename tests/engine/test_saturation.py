"""Neurons that are saturated: no digit is lost, and what is shown gives the number."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
import pytest

from support.networks import build, random_parameters
from support.traces import named, traced, trained
from tracer.engine.timeline import NetworkTimeline
from tracer.explain.forms import shown
from tracer.formula import evaluate
from tracer.model.experiment import Data, Experiment, Training
from tracer.model.network import Bias


def single(activation: str, net: float, loss: str = "squared_error") -> Mapping[str, float]:
    """The numbers of one neuron with that net input."""
    network, _ = build([1, 1], [activation], [Bias.NONE], loss)
    data = Data(np.array([[1.0]]), np.array([[1.0]]), (None,))
    return named(traced(Experiment("s", network, ((np.array([[net]]), None),), data=data)))


@pytest.mark.parametrize("net", [2.0, 7.9, 8.1, 20.0, 36.0, 300.0, 500.0])
def test_slopes_keep_their_digits_where_neurons_are_saturated(net: float) -> None:
    for sign in (1, -1):
        power = math.exp(-net)
        found = single("sigmoid", sign * net)["dout/dnet_o1"]
        assert found == pytest.approx(power / (1 + power) ** 2, rel=1e-12)
        found = single("tanh", sign * net / 2)["dout/dnet_o1"]
        assert found == pytest.approx(4 * power / (1 + power) ** 2, rel=1e-12)
    assert single("elu", -net)["dout/dnet_o1"] == pytest.approx(math.exp(-net), rel=1e-12)


def test_ordinary_slopes_are_a_persons_to_the_last_bit() -> None:
    for net in (-3.0, 0.3775, 3.9):
        sigmoid, tanh = (single(name, net) for name in ("sigmoid", "tanh"))
        assert sigmoid["dout/dnet_o1"] == sigmoid["out_o1"] * (1 - sigmoid["out_o1"])
        assert tanh["dout/dnet_o1"] == 1 - tanh["out_o1"] * tanh["out_o1"]


@pytest.mark.parametrize(
    "nets", [[36.0, 0.0], [0.0, 36.0], [5.0, 5.0], [800.0, 0.0], [36.0, 36.0, 0.0]]
)
def test_cross_entropy_keeps_its_digits_at_saturated_outputs(nets: list[float]) -> None:
    network, _ = build([1, len(nets)], ["softmax"], [Bias.NONE], "cross_entropy")
    target = [1.0] + [0.0] * (len(nets) - 1)
    data = Data(np.array([[1.0]]), np.array([target]), (None,))
    trace = traced(Experiment("s", network, ((np.array([nets]).T, None),), data=data))
    numbers = named(trace)
    others = sum(math.exp(net - max(nets)) for net in nets[1:])
    own = math.exp(nets[0] - max(nets))
    expected = math.log1p(others) if own == 1 else max(nets) - nets[0] + math.log1p(own)
    assert trace.loss == pytest.approx(expected, rel=1e-14)
    assert numbers["delta_o1"] == pytest.approx(-others / (own + others), rel=1e-14)
    assert numbers["dout/dnet_o1"] == pytest.approx(own * others / (own + others) ** 2, rel=1e-14)


def test_the_softmax_of_the_issue_is_printed_right() -> None:
    network, _ = build([1, 2], ["softmax"], [Bias.NONE], "cross_entropy")
    data = Data(np.array([[1.0]]), np.array([[1.0, 0.0]]), (None,))
    weights = ((np.array([[36.0], [0.0]]), None),)
    trace = traced(Experiment("s", network, weights, data=data))
    assert named(trace)["E_total"] == pytest.approx(2.319522830243569e-16, rel=1e-14)


@pytest.mark.parametrize("size", [1.0, 1000.0])
def test_the_stable_forms_of_softmax_can_be_compiled(size: float) -> None:
    network, _ = build([2, 3], ["softmax"], [Bias.EACH], "cross_entropy")
    rng = np.random.default_rng(6)
    data = Data(rng.normal(0, 1, (2, 2)), np.eye(3)[:2], (None,) * 2)
    start = tuple((size * W, b) for W, b in random_parameters(network, rng))
    experiment = Experiment("s", network, start, data=data, training=Training(0.5))
    ways, losses = [], []
    for compiled in (True, False):
        timeline = NetworkTimeline(experiment)
        timeline.compiled = compiled
        seen: list[float] = []
        ways.append(timeline.advance(timeline.start, 0, 3, seen).numbers())
        losses.append(seen)
    np.testing.assert_allclose(ways[0], ways[1], rtol=1e-12)
    np.testing.assert_allclose(losses[0], losses[1], rtol=1e-12)


def saturating(rng: np.random.Generator, activation: str, output: str, loss: str) -> Experiment:
    """A network of three layers whose weights are so large that neurons are saturated."""
    network, _ = build([2, 3, 2], [activation, output], [Bias.EACH] * 2, loss)
    large = tuple((6 * W, b) for W, b in random_parameters(network, rng))
    targets = np.eye(2)[rng.integers(0, 2, 3)]
    data = Data(rng.normal(0, 3, (3, 2)), targets, (None,) * 3)
    return Experiment("saturated", network, large, data=data, training=Training(0.5))


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize(
    ("activation", "output", "loss"),
    [
        ("sigmoid", "sigmoid", "binary_cross_entropy"),
        ("tanh", "softmax", "cross_entropy"),
        ("elu", "tanh", "half_squared_error"),
        ("softplus", "softmax", "squared_error"),
    ],
)
def test_what_is_shown_gives_the_number_also_where_neurons_are_saturated(
    seed: int, activation: str, output: str, loss: str
) -> None:
    trace = traced(saturating(np.random.default_rng(seed), activation, output, loss))
    values = dict(trace)
    for quantity in trace.quantities():
        formula, value = shown(trace, quantity), trace.value(quantity)
        if formula is not None and math.isfinite(value):
            found = evaluate(formula, values)
            assert found == pytest.approx(value, rel=1e-9, abs=0), trace.names.name(quantity)


@pytest.mark.parametrize(
    ("output", "loss"), [("sigmoid", "binary_cross_entropy"), ("softmax", "cross_entropy")]
)
def test_batch_means_work_with_saturated_outputs_of_matched_losses(output: str, loss: str) -> None:
    network, _ = build([1, 2, 2], ["tanh", output], [Bias.EACH] * 2, loss)
    data = Data(np.array([[1.0], [-1.0]]), np.array([[1.0, 0.0], [0.0, 1.0]]), (None, None))
    large = tuple((400 * W, b) for W, b in random_parameters(network, np.random.default_rng(2)))
    training = Training(0.1, gradient="batch_means", iterations=3)
    run = trained(Experiment("s", network, large, data=data, training=training), 3)
    assert (run.ended, run.done) == ("finished", 3)
