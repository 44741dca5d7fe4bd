"""The engine against published numbers, exact values, and finite differences."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given

from support.networks import build, experiments, parameters_named, random_parameters, shipped
from support.traces import analytic_gradient, named, numeric_gradient, traced, trained
from tracer.engine.compiled import worth_compiling
from tracer.engine.forward import cost, forward, loss_of
from tracer.engine.passes import backward
from tracer.engine.rule import Rule
from tracer.engine.timeline import NetworkTimeline
from tracer.errors import UnknownNameError
from tracer.model.activations import ACTIVATIONS
from tracer.model.experiment import Data, Experiment, Training
from tracer.model.network import Bias, State
from tracer.model.penalties import Penalty
from tracer.model.quantity import Kind, Stage


@given(experiments(exact=True, smooth=True))
def test_gradients_agree_with_finite_differences(experiment: Experiment) -> None:
    expected = numeric_gradient(experiment)
    found = analytic_gradient(traced(experiment))
    np.testing.assert_allclose(found, expected, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("name", ["relu", "leaky_relu"])
def test_gradients_of_kinked_activations_agree_away_from_the_kink(name: str) -> None:
    rng = np.random.default_rng(3)
    network, _ = build([3, 4, 2], [name, "identity"], [Bias.EACH, Bias.EACH], "half_squared_error")
    data = Data(rng.normal(0, 1, (5, 3)), rng.normal(0, 1, (5, 2)), (None,) * 5)
    experiment = Experiment("kinks", network, random_parameters(network, rng), data=data)
    trace = traced(experiment)
    assert np.abs(trace.arrays[Stage(Kind.NET, 1)]).min() > 0.01
    np.testing.assert_allclose(
        analytic_gradient(trace), numeric_gradient(experiment), rtol=1e-6, atol=1e-8
    )


def test_a_wrong_slope_does_not_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    row = ACTIVATIONS["sigmoid"]
    wrong = replace(row, slope=lambda net, out: out * (1 - net), stable_slope=None)
    monkeypatch.setitem(ACTIVATIONS, "sigmoid", wrong)
    experiment = shipped("mazur")
    found, expected = analytic_gradient(traced(experiment)), numeric_gradient(experiment)
    assert not np.allclose(found, expected, rtol=1e-3)


@pytest.mark.parametrize(
    ("name", "after_one", "after_ten_thousand"),
    [
        ("mazur", 0.291027773694, 3.510187782979e-05),
        ("mazur-as-published", 0.291027923905, 3.508478630e-05),
        ("mazur-free-biases", 0.280471446791, 2.4475622e-06),
        ("mazur-shared-biases", 0.285750886699, 4.3553211e-06),
    ],
)
def test_totals_of_the_worked_example_under_four_conventions(
    name: str, after_one: float, after_ten_thousand: float
) -> None:
    experiment = shipped(name)
    assert experiment.data is not None
    run = trained(experiment, 10_000, keep=[1])
    one, last = (
        loss_of(
            experiment.network,
            Rule.of(experiment),
            run.timeline.state(k).parameters,
            experiment.data.inputs,
            experiment.data.targets,
        )
        for k in (1, 10_000)
    )
    assert one == pytest.approx(after_one, abs=1e-12)
    assert last == pytest.approx(after_ten_thousand, rel=3e-8)


def test_the_loss_of_many_samples_is_that_of_one_pass() -> None:
    network, _ = build([3, 4, 2], ["tanh", "sigmoid"], [Bias.EACH] * 2, "half_squared_error")
    rng = np.random.default_rng(0)
    inputs, targets = rng.normal(0, 1, (10_000, 3)), rng.random((10_000, 2))
    parameters, rule = random_parameters(network, rng), Rule(penalty=Penalty(0.1))
    whole = float(cost(network, rule, forward(network, parameters, inputs), targets))
    assert loss_of(network, rule, parameters, inputs, targets) == pytest.approx(whole, rel=1e-14)


def test_outputs_of_the_worked_example_after_ten_thousand_updates() -> None:
    experiment = shipped("mazur")
    assert experiment.data is not None
    run = trained(experiment, 10_000)
    out = forward(experiment.network, run.state.parameters, experiment.data.inputs).outs[-1]
    np.testing.assert_allclose(out, [[0.015913620444, 0.984064273515]], atol=1e-12)


def test_hidden_deltas_use_the_old_weights_unless_told_otherwise() -> None:
    plain, published = (named(traced(shipped(n))) for n in ("mazur", "mazur-as-published"))
    for trace, weight in ((plain, "w5"), (published, "w5+")):
        assert trace["dE/dout_h1:o1"] == pytest.approx(trace[weight] * trace["delta_o1"], rel=1e-15)
    assert plain["dE/dout_h1"] != published["dE/dout_h1"]


def test_batch_means_are_not_the_gradient() -> None:
    network, _ = build([1, 1], ["sigmoid"], [Bias.EACH], "half_squared_error")
    parameters = ((np.zeros((1, 1)), np.zeros(1)),)
    data = Data(np.array([[1.0], [-1.0]]), np.array([[1.0], [0.0]]), (None, None))
    exact = Experiment("one neuron", network, parameters, data=data, training=Training(0.1))
    means = replace(exact, training=Training(0.1, gradient="batch_means"))
    assert named(traced(exact))["dE/dw1"] == -1 / 8
    found = named(traced(means))
    assert (found["dE/dw1"], found["mean_delta_o1"], found["dE/db1"]) == (0, 0, 0)


def test_a_shared_bias_gets_the_sum_of_its_neurons_gradients() -> None:
    trace = named(traced(shipped("mazur-shared-biases")))
    assert trace["dE/db2"] == pytest.approx(trace["delta_o1"] + trace["delta_o2"], rel=1e-15)


def test_frozen_parameters_do_not_move() -> None:
    experiment = shipped("mazur")
    assert experiment.training is not None
    training = replace(experiment.training, frozen=parameters_named(experiment.network, "w5", "b1"))
    trace = named(traced(replace(experiment, training=training)))
    assert trace["w5+"] == trace["w5"]
    assert trace["b1+"] == trace["b1"]
    assert trace["w6+"] != trace["w6"]
    assert trace["b2+"] != trace["b2"]


@given(experiments(exact=True))
def test_the_short_cut_gives_the_chain_rules_numbers(experiment: Experiment) -> None:
    data, network = experiment.data, experiment.network
    assert data is not None
    updated = []
    for shortcut in (True, False):
        rule = replace(Rule.of(experiment), shortcut=shortcut)
        passed = forward(network, experiment.parameters, data.inputs)
        before = State(experiment.parameters)
        updated.append(backward(network, rule, before, passed, data.targets).numbers())
    np.testing.assert_allclose(updated[0], updated[1], rtol=1e-11, atol=1e-13)


@given(experiments())
def test_compiled_formulas_and_arrays_take_the_same_step(experiment: Experiment) -> None:
    assert experiment.data is not None
    if not worth_compiling(experiment.network, len(experiment.data)):
        return
    ways, losses = [], []
    for compiled in (True, False):
        way = NetworkTimeline(experiment)
        way.compiled = compiled
        seen: list[float] = []
        ways.append(way.advance(way.start, 0, 3, seen).numbers())
        losses.append(seen)
    np.testing.assert_allclose(ways[0], ways[1], rtol=1e-11, atol=1e-13)
    np.testing.assert_allclose(losses[0], losses[1], rtol=1e-11, atol=1e-13)


@pytest.mark.parametrize("net", [800.0, -800.0, 40.0, -40.0])
def test_saturated_outputs_lose_no_accuracy(net: float) -> None:
    network, _ = build([1, 1], ["sigmoid"], [Bias.NONE], "binary_cross_entropy")
    data = Data(np.array([[1.0]]), np.array([[0.0 if net > 0 else 1.0]]), (None,))
    trace = traced(Experiment("s", network, ((np.array([[net]]), None),), data=data))
    assert trace.loss == pytest.approx(abs(net), rel=1e-15)
    assert named(trace)["delta_o1"] == (1 if net > 0 else -1)
    right = Data(data.inputs, 1 - data.targets, (None,))
    well = traced(Experiment("s", network, ((np.array([[net]]), None),), data=right))
    assert well.loss == pytest.approx(np.exp(-abs(net)), rel=1e-14)


def test_softmax_takes_large_net_inputs() -> None:
    network, _ = build([1, 2], ["softmax"], [Bias.NONE], "cross_entropy")
    data = Data(np.array([[1.0]]), np.array([[0.0, 1.0]]), (None,))
    weights = ((np.array([[1000.0], [0.0]]), None),)
    trace = traced(Experiment("s", network, weights, data=data))
    assert trace.loss == 1000
    assert (named(trace)["delta_o1"], named(trace)["delta_o2"]) == (1, -1)
    assert trace.first_non_finite() is None


def test_batch_means_average_the_deltas_of_the_outputs_and_before_them_the_factors() -> None:
    full = traced(shipped("cubes-batch-means"))
    trace, rows = named(full), [row + 1 for row in full.rows]
    mean = np.mean([trace[f"dE/dout_o1#{k}"] * trace[f"dout/dnet_o1#{k}"] for k in rows])
    assert trace["mean_delta_o1"] == pytest.approx(mean, rel=1e-13)
    slope = np.mean([trace[f"dout/dnet_g1#{k}"] for k in rows])
    assert trace["mean_delta_g1"] == pytest.approx(trace["w16"] * mean * slope, rel=1e-13)
    out = np.mean([trace[f"out_g1#{k}"] for k in rows])
    assert trace["dE/dw16"] == pytest.approx(mean * out, rel=1e-13)
    for name in ("mean_dE/dout_o1", "mean_dout/dnet_o1"):
        with pytest.raises(UnknownNameError, match="of the outputs only delta is averaged"):
            trace[name]
