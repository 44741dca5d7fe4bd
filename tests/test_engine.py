"""The engine against published numbers, exact values, and finite differences."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from networks import build, experiments, random_parameters, shipped

from tracer.engine.passes import Rule, backward, forward, loss_of
from tracer.engine.trace import IterationTrace
from tracer.engine.training import Stepper, trace_iterations, train
from tracer.errors import UnknownNameError
from tracer.explain.forms import shown
from tracer.formula import evaluate
from tracer.model.activations import ACTIVATIONS
from tracer.model.experiment import Data, Experiment, Training
from tracer.model.network import Bias, flatten, unflatten
from tracer.model.quantity import Kind, Stage


def first_trace(experiment: Experiment) -> IterationTrace:
    return trace_iterations(experiment, [1])[1][0]


def numeric_gradient(experiment: Experiment) -> np.ndarray:
    """∂loss/∂parameter by central differences."""
    data, values = experiment.data, np.array(flatten(experiment.parameters))
    assert data is not None

    def loss(at: int, distance: float) -> float:
        moved = values.copy()
        moved[at] += distance
        parameters = unflatten(experiment.network, moved.tolist())
        rule = Rule.of(experiment)
        return loss_of(experiment.network, rule, parameters, data.inputs, data.targets)

    h = 1e-6
    return np.array([(loss(k, h) - loss(k, -h)) / (2 * h) for k in range(len(values))])


def analytic_gradient(trace: IterationTrace) -> np.ndarray:
    values: list[float] = []
    for layer in trace.experiment.network.layers:
        for kind in (Kind.WEIGHT_GRADIENT, Kind.BIAS_GRADIENT):
            array = trace.arrays.get(Stage(kind, layer.number))
            values += [] if array is None else array.ravel().tolist()
    return np.array(values)


@settings(deadline=None, max_examples=150)
@given(experiments(exact=True, smooth=True))
def test_gradients_agree_with_finite_differences(experiment: Experiment) -> None:
    expected = numeric_gradient(experiment)
    found = analytic_gradient(first_trace(experiment))
    np.testing.assert_allclose(found, expected, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("name", ["relu", "leaky_relu"])
def test_gradients_of_kinked_activations_agree_away_from_the_kink(name: str) -> None:
    rng = np.random.default_rng(3)
    network, _ = build([3, 4, 2], [name, "identity"], [Bias.EACH, Bias.EACH], "half_squared_error")
    data = Data(rng.normal(0, 1, (5, 3)), rng.normal(0, 1, (5, 2)), (None,) * 5)
    experiment = Experiment("kinks", network, random_parameters(network, rng), data=data)
    trace = first_trace(experiment)
    assert np.abs(trace.arrays[Stage(Kind.NET, 1)]).min() > 0.01
    np.testing.assert_allclose(
        analytic_gradient(trace), numeric_gradient(experiment), rtol=1e-6, atol=1e-8
    )


def test_a_wrong_slope_does_not_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    row = ACTIVATIONS["sigmoid"]
    wrong = replace(row, slope=lambda net, out: out * (1 - net), stable_slope=None)
    monkeypatch.setitem(ACTIVATIONS, "sigmoid", wrong)
    experiment = shipped("mazur")
    found, expected = analytic_gradient(first_trace(experiment)), numeric_gradient(experiment)
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
    run = train(experiment, 10_000, keep=[1])
    one, last = (
        loss_of(
            experiment.network,
            Rule.of(experiment),
            run.kept[k],
            experiment.data.inputs,
            experiment.data.targets,
        )
        for k in (1, 10_000)
    )
    assert one == pytest.approx(after_one, abs=1e-12)
    assert last == pytest.approx(after_ten_thousand, rel=3e-8)


def test_outputs_of_the_worked_example_after_ten_thousand_updates() -> None:
    experiment = shipped("mazur")
    assert experiment.data is not None
    run = train(experiment, 10_000)
    out = forward(experiment.network, run.parameters, experiment.data.inputs).outs[-1]
    np.testing.assert_allclose(out, [[0.015913620444, 0.984064273515]], atol=1e-12)


def test_hidden_deltas_use_the_old_weights_unless_told_otherwise() -> None:
    plain, published = (first_trace(shipped(n)) for n in ("mazur", "mazur-as-published"))
    for trace, weight in ((plain, "w5"), (published, "w5+")):
        assert trace["dE/dout_h1:o1"] == pytest.approx(trace[weight] * trace["delta_o1"], rel=1e-15)
    assert plain["dE/dout_h1"] != published["dE/dout_h1"]


def test_batch_means_are_not_the_gradient() -> None:
    network, _ = build([1, 1], ["sigmoid"], [Bias.EACH], "half_squared_error")
    parameters = ((np.zeros((1, 1)), np.zeros(1)),)
    data = Data(np.array([[1.0], [-1.0]]), np.array([[1.0], [0.0]]), (None, None))
    exact = Experiment("one neuron", network, parameters, data=data, training=Training(0.1))
    means = replace(exact, training=Training(0.1, gradient="batch_means"))
    assert first_trace(exact)["dE/dw1"] == -1 / 8
    assert first_trace(means)["dE/dw1"] == 0
    assert first_trace(means)["mean_delta_o1"] == first_trace(means)["dE/db1"] == 0


def test_a_shared_bias_gets_the_sum_of_its_neurons_gradients() -> None:
    trace = first_trace(shipped("mazur-shared-biases"))
    assert trace["dE/db2"] == pytest.approx(trace["delta_o1"] + trace["delta_o2"], rel=1e-15)


def test_frozen_parameters_do_not_move() -> None:
    experiment = shipped("mazur")
    assert experiment.training is not None
    training = replace(experiment.training, frozen=frozenset({"w5", "b1"}))
    trace = first_trace(replace(experiment, training=training))
    assert trace["w5+"] == trace["w5"]
    assert trace["b1+"] == trace["b1"]
    assert trace["w6+"] != trace["w6"]
    assert trace["b2+"] != trace["b2"]


@settings(deadline=None, max_examples=60)
@given(experiments(exact=True))
def test_the_short_cut_gives_the_chain_rules_numbers(experiment: Experiment) -> None:
    data, network = experiment.data, experiment.network
    assert data is not None
    updated = []
    for shortcut in (True, False):
        rule = replace(Rule.of(experiment), shortcut=shortcut)
        passed = forward(network, experiment.parameters, data.inputs)
        updated.append(
            flatten(backward(network, rule, experiment.parameters, passed, data.targets))
        )
    np.testing.assert_allclose(updated[0], updated[1], rtol=1e-11, atol=1e-13)


@settings(deadline=None, max_examples=60)
@given(experiments())
def test_compiled_formulas_and_arrays_take_the_same_step(experiment: Experiment) -> None:
    stepper = Stepper(experiment, with_losses=True)
    ways, losses = [], []
    for compiled in (True, False):
        if compiled and not stepper.compiled:
            return
        stepper.compiled = compiled
        seen: list[float] = []
        ways.append(flatten(stepper.advance(experiment.parameters, 0, 3, seen)))
        losses.append(seen)
    np.testing.assert_allclose(ways[0], ways[1], rtol=1e-11, atol=1e-13)
    np.testing.assert_allclose(losses[0], losses[1], rtol=1e-11, atol=1e-13)


@pytest.mark.parametrize("net", [800.0, -800.0, 40.0, -40.0])
def test_saturated_outputs_lose_no_accuracy(net: float) -> None:
    network, _ = build([1, 1], ["sigmoid"], [Bias.NONE], "binary_cross_entropy")
    data = Data(np.array([[1.0]]), np.array([[0.0 if net > 0 else 1.0]]), (None,))
    trace = first_trace(Experiment("s", network, ((np.array([[net]]), None),), data=data))
    assert trace.loss == pytest.approx(abs(net), rel=1e-15)
    assert trace["delta_o1"] == (1 if net > 0 else -1)
    right = Data(data.inputs, 1 - data.targets, (None,))
    well = first_trace(Experiment("s", network, ((np.array([[net]]), None),), data=right))
    assert well.loss == pytest.approx(np.exp(-abs(net)), rel=1e-14)


def test_softmax_takes_large_net_inputs() -> None:
    network, _ = build([1, 2], ["softmax"], [Bias.NONE], "cross_entropy")
    data = Data(np.array([[1.0]]), np.array([[0.0, 1.0]]), (None,))
    weights = ((np.array([[1000.0], [0.0]]), None),)
    trace = first_trace(Experiment("s", network, weights, data=data))
    assert trace.loss == 1000
    assert (trace["delta_o1"], trace["delta_o2"]) == (1, -1)
    assert trace.first_non_finite() is None


def single(activation: str, net: float, loss: str = "squared_error") -> IterationTrace:
    """One neuron with that net input."""
    network, _ = build([1, 1], [activation], [Bias.NONE], loss)
    data = Data(np.array([[1.0]]), np.array([[1.0]]), (None,))
    return first_trace(Experiment("s", network, ((np.array([[net]]), None),), data=data))


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
    trace = first_trace(Experiment("s", network, ((np.array([nets]).T, None),), data=data))
    others = sum(math.exp(net - max(nets)) for net in nets[1:])
    own = math.exp(nets[0] - max(nets))
    expected = math.log1p(others) if own == 1 else max(nets) - nets[0] + math.log1p(own)
    assert trace.loss == pytest.approx(expected, rel=1e-14)
    assert trace["delta_o1"] == pytest.approx(-others / (own + others), rel=1e-14)
    assert trace["dout/dnet_o1"] == pytest.approx(own * others / (own + others) ** 2, rel=1e-14)


def test_the_softmax_of_the_issue_is_printed_right() -> None:
    network, _ = build([1, 2], ["softmax"], [Bias.NONE], "cross_entropy")
    data = Data(np.array([[1.0]]), np.array([[1.0, 0.0]]), (None,))
    weights = ((np.array([[36.0], [0.0]]), None),)
    trace = first_trace(Experiment("s", network, weights, data=data))
    assert trace["E_total"] == pytest.approx(2.319522830243569e-16, rel=1e-14)


@pytest.mark.parametrize("size", [1.0, 1000.0])
def test_the_stable_forms_of_softmax_can_be_compiled(size: float) -> None:
    network, _ = build([2, 3], ["softmax"], [Bias.EACH], "cross_entropy")
    rng = np.random.default_rng(6)
    data = Data(rng.normal(0, 1, (2, 2)), np.eye(3)[:2], (None,) * 2)
    start = tuple((size * W, b) for W, b in random_parameters(network, rng))
    stepper = Stepper(
        Experiment("s", network, start, data=data, training=Training(0.5)), with_losses=True
    )
    ways, losses = [], []
    for compiled in (True, False):
        stepper.compiled = compiled
        seen: list[float] = []
        ways.append(flatten(stepper.advance(start, 0, 3, seen)))
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
    trace = first_trace(saturating(np.random.default_rng(seed), activation, output, loss))
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
    run = train(Experiment("s", network, large, data=data, training=training), 3)
    assert (run.ended, run.done) == ("finished", 3)


def test_batch_means_average_the_deltas_of_the_outputs_and_before_them_the_factors() -> None:
    trace = first_trace(shipped("cubes-batch-means"))
    rows = [row + 1 for row in trace.rows]
    mean = np.mean([trace[f"dE/dout_o1#{k}"] * trace[f"dout/dnet_o1#{k}"] for k in rows])
    assert trace["mean_delta_o1"] == pytest.approx(mean, rel=1e-13)
    slope = np.mean([trace[f"dout/dnet_g1#{k}"] for k in rows])
    assert trace["mean_delta_g1"] == pytest.approx(trace["w16"] * mean * slope, rel=1e-13)
    out = np.mean([trace[f"out_g1#{k}"] for k in rows])
    assert trace["dE/dw16"] == pytest.approx(mean * out, rel=1e-13)
    for name in ("mean_dE/dout_o1", "mean_dout/dnet_o1"):
        with pytest.raises(UnknownNameError, match="of the outputs only delta is averaged"):
            trace[name]
