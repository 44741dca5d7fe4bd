"""Backpropagation against differences: right gradients pass, wrong ones don't, kinks are named."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given

from support.graphs import built, shipped_graphs
from support.networks import build, experiments, random_parameters, shipped, shipped_networks
from support.sparing import small_first
from tracer.diagnose.gradcheck import (
    GradientCheck,
    GradientFinding,
    GradientVerdict,
    check_graph,
    check_network,
)
from tracer.diagnose.gradcheck.check import SAMPLED
from tracer.errors import BptraceError, UsageError
from tracer.formula import Primitive
from tracer.formula.primitives import PRIMITIVES
from tracer.graph.building import build_graph
from tracer.model.activations import ACTIVATIONS, Activation
from tracer.model.experiment import Data, Experiment, Training
from tracer.model.losses import LOSSES
from tracer.model.names import Names
from tracer.model.network import Bias, Network, parameter_names
from tracer.model.quantity import Kind, Quantity, Stage

NOT_GRADIENTS = {"cubes-batch-means", "mazur-as-published"}


def outcomes(checked: GradientCheck) -> set[GradientVerdict]:
    return {check.verdict for check in checked.checks}


def by_name(checked: GradientCheck, experiment: Experiment) -> dict[str, GradientFinding]:
    """What was found about each parameter of a network."""
    names = Names(experiment.network)
    return {names.name(check.quantity): check for check in checked.checks}


def verdicts(experiment: Experiment) -> dict[str, GradientVerdict]:
    """The verdict on each parameter of a network."""
    checked = by_name(check_network(experiment), experiment)
    return {name: check.verdict for name, check in checked.items()}


def with_network(experiment: Experiment, change: Callable[[Network], Network]) -> Experiment:
    return replace(experiment, network=change(experiment.network))


def with_activation(experiment: Experiment, row: Activation) -> Experiment:
    """The experiment with another row in place of its first layer's activation."""
    layers = experiment.network.layers
    changed = (replace(layers[0], activation=row), *layers[1:])
    return with_network(experiment, lambda network: replace(network, layers=changed))


def one_neuron(activation: str, weight: float, inputs: list[float]) -> Experiment:
    """o1 = g(w1·i1), without bias, squared error against 1 for each sample."""
    network, _ = build([1, 1], [activation], [Bias.NONE], "half_squared_error")
    data = Data(np.array([inputs]).T, np.ones((len(inputs), 1)), (None,) * len(inputs))
    return Experiment("neuron", network, ((np.array([[weight]]), None),), data=data)


@pytest.mark.parametrize("name", small_first(sorted(set(shipped_networks()) - NOT_GRADIENTS)))
def test_gradients_of_shipped_networks_agree(name: str) -> None:
    experiment = shipped(name)
    checked = check_network(experiment, all=True)
    assert outcomes(checked) == {GradientVerdict.AGREES}
    assert list(by_name(checked, experiment)) == list(parameter_names(experiment.network))
    for check in checked.checks:
        assert check.numeric == pytest.approx(check.analytic, rel=1e-10, abs=1e-14)
        assert check.central == pytest.approx(check.analytic, rel=1e-4, abs=1e-9)


@pytest.mark.parametrize("name", small_first(shipped_graphs()))
def test_gradients_of_shipped_graphs_agree(name: str) -> None:
    checked = check_graph(build_graph(shipped_graphs()[name]))
    assert outcomes(checked) == {GradientVerdict.AGREES}


@given(experiments(exact=True))
def test_gradients_of_random_networks_agree(experiment: Experiment) -> None:
    assert not check_network(experiment).count(GradientVerdict.DISAGREES)


@pytest.mark.parametrize("name", [n for n, row in ACTIVATIONS.items() if not row.coupled])
@pytest.mark.parametrize("factor", [1.001, 0.0, -1.0])
def test_a_wrong_slope_of_any_activation_is_caught(name: str, factor: float) -> None:
    network, _ = build([2, 3, 1], [name, "sigmoid"], [Bias.EACH] * 2, "squared_error")
    rng = np.random.default_rng(1)
    data = Data(rng.normal(size=(3, 2)), rng.random((3, 1)), (None,) * 3)
    right = Experiment("", network, random_parameters(network, rng), data=data)
    row = ACTIVATIONS[name]
    slope = row.stable_slope or row.slope
    wrong = replace(row, slope=lambda net, out: factor * slope(net, out), stable_slope=None)
    assert not check_network(right).count(GradientVerdict.DISAGREES)
    found = verdicts(with_activation(right, wrong))
    assert GradientVerdict.DISAGREES in {found[f"w{number}"] for number in range(1, 7)}
    assert {found[name] for name in ("w7", "w8", "w9", "b4")} == {GradientVerdict.AGREES}


@pytest.mark.parametrize("name", sorted(LOSSES))
def test_a_wrong_slope_of_any_loss_is_caught(name: str) -> None:
    network, _ = build([2, 2], ["sigmoid"], [Bias.EACH], name)
    row = replace(LOSSES[name], matched=None, errors_from_net=None)
    wrong = replace(row, slope=lambda out, target: 1.01 * row.slope(out, target))
    rng = np.random.default_rng(2)
    data = Data(rng.normal(size=(2, 2)), rng.random((2, 2)), (None,) * 2)
    right = Experiment("", replace(network, loss=row), random_parameters(network, rng), data=data)
    assert outcomes(check_network(right)) == {GradientVerdict.AGREES}
    caught = check_network(with_network(right, lambda n: replace(n, loss=wrong)))
    assert outcomes(caught) == {GradientVerdict.DISAGREES}


@pytest.mark.parametrize("function", ["exp", "log", "tanh", "erf", "sqrt", "softplus"])
def test_a_wrong_derivative_of_a_primitive_is_caught(
    function: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    graph = built({"x": 0.7}, {"y": f"3 * {function}(x)"})
    right: Primitive = PRIMITIVES[function]
    assert outcomes(check_graph(graph)) == {GradientVerdict.AGREES}
    partials: Any = (lambda x: 1.0001 * right.partials[0](x),)
    monkeypatch.setitem(PRIMITIVES, function, replace(right, partials=partials))
    assert outcomes(check_graph(graph)) == {GradientVerdict.DISAGREES}


@pytest.mark.parametrize("activation", ["relu", "leaky_relu"])
def test_a_net_input_at_the_kink_is_named_with_its_sample(activation: str) -> None:
    network, _ = build([2, 1], [activation], [Bias.NONE], "half_squared_error")
    data = Data(np.array([[1.0, 1.0], [2.0, -2.0]]), np.ones((2, 1)), (None, None))
    experiment = Experiment("", network, ((np.array([[0.5, 0.5]]), None),), data=data)
    (first, second) = check_network(experiment).checks
    assert (first.verdict, second.verdict) == (GradientVerdict.KINK, GradientVerdict.KINK)
    assert first.note == f"net_o1#2 at the kink of {activation}"


def test_a_net_input_so_near_the_kink_that_a_step_crosses_it_is_a_kink() -> None:
    (check,) = check_network(one_neuron("relu", 1e-7, [1.0])).checks
    assert check.verdict is GradientVerdict.KINK


def test_a_net_input_beside_the_kink_out_of_reach_is_checked() -> None:
    for weight in (1e-5, -1e-5):
        (check,) = check_network(one_neuron("relu", weight, [1.0])).checks
        assert check.verdict is GradientVerdict.AGREES


def test_a_net_input_that_stays_at_the_kink_whatever_the_weight_is_no_kink() -> None:
    (check,) = check_network(one_neuron("relu", 0.3, [0.0])).checks
    assert (check.verdict, check.analytic) == (GradientVerdict.AGREES, 0.0)


@pytest.mark.parametrize(
    ("formula", "kink"),
    [("max(0, x)", "max(0, x)"), ("2 + abs(x)", "abs(x)"), ("x if x > 0 else 3*x", "> 0")],
)
def test_kinks_of_graphs_are_named_with_their_node(formula: str, kink: str) -> None:
    graph = built({"x": 0.0, "y": 2.0}, {"corner": formula, "z": "corner * y"})
    by_x, by_y = check_graph(graph).checks
    assert (by_x.verdict, by_y.verdict) == (GradientVerdict.KINK, GradientVerdict.AGREES)
    assert kink in by_x.note
    assert by_x.note.endswith(" in corner")


def test_hidden_gradients_of_output_first_disagree_and_say_why() -> None:
    experiment = shipped("mazur-as-published")
    found = by_name(check_network(experiment), experiment)
    wrong = {name: c.note for name, c in found.items() if c.verdict is GradientVerdict.DISAGREES}
    assert set(wrong) == {"w1", "w2", "w3", "w4", "b1"}
    assert set(wrong.values()) == {"not a gradient: its delta saw updated weights"}


def test_batch_means_disagree_and_say_why() -> None:
    """One sigmoid neuron, samples (1→1), (−1→0), w = b = 0: batch means give 0, the gradient −1/8."""
    network, _ = build([1, 1], ["sigmoid"], [Bias.EACH], "half_squared_error")
    data = Data(np.array([[1.0], [-1.0]]), np.array([[1.0], [0.0]]), (None, None))
    training = Training(0.1, gradient="batch_means")
    parameters = ((np.zeros((1, 1)), np.zeros(1)),)
    experiment = Experiment("", network, parameters, data=data, training=training)
    weight, bias = check_network(experiment).checks
    assert weight.analytic == 0
    assert weight.numeric == pytest.approx(-0.125)
    assert (weight.verdict, bias.verdict) == (GradientVerdict.DISAGREES, GradientVerdict.AGREES)
    assert weight.note == "not a gradient: products of batch means"


def test_frozen_parameters_are_checked_too() -> None:
    assert {"b1", "b2"} <= set(verdicts(shipped("mazur")))


def test_without_a_complex_step_differences_decide() -> None:
    """GELU's erf takes no complex numbers."""
    rng = np.random.default_rng(3)
    network, _ = build([2, 3, 2], ["gelu", "gelu"], [Bias.EACH] * 2, "half_squared_error")
    data = Data(rng.normal(size=(2, 2)), rng.normal(size=(2, 2)), (None, None))
    checked = check_network(Experiment("", network, random_parameters(network, rng), data=data))
    assert outcomes(checked) == {GradientVerdict.AGREES}
    assert "complex step" not in {check.method for check in checked.checks}


def test_small_gradients_are_not_drowned_in_rounding_errors() -> None:
    """A gradient of 1e-9 in a loss of 1: central differences see nothing of it, others do."""
    right = built({"x": 1.0}, {"y": "1 + 1e-9 * erf(x)"})
    (check,) = check_graph(right).checks
    assert (check.method, check.verdict) == ("five-point difference", GradientVerdict.AGREES)
    assert check.numeric == pytest.approx(check.analytic, rel=1e-2)


def test_saturated_outputs_agree() -> None:
    """1 − out has no digits left there, and that is no disagreement."""
    for net in (20.0, 36.0, -36.0, 200.0):
        experiment = one_neuron("sigmoid", net, [1.0])
        assert not check_network(experiment).count(GradientVerdict.DISAGREES)


def test_gradients_at_the_lower_end_of_float64_agree() -> None:
    (check,) = check_graph(built({"x": 1.0}, {"y": "3.3e-300 * exp(x) / 7"})).checks
    assert check.verdict is GradientVerdict.AGREES


def test_gradients_that_cancel_to_rounding_errors_agree() -> None:
    graph = built({"x": 0.1, "y": 0.3}, {"a": "x * y", "z": "a * 3 - (x * y + x * y + y * x)"})
    assert outcomes(check_graph(graph)) == {GradientVerdict.AGREES}


def test_a_point_at_the_end_of_a_domain_has_no_difference() -> None:
    graph = built({"x": 1e-9}, {"y": "log(x) * erf(x)"})
    (check,) = check_graph(graph).checks
    assert (check.verdict, check.numeric) == (GradientVerdict.KINK, None)
    assert "no value right beside" in check.note


def test_beside_the_end_of_a_domain_the_complex_step_decides() -> None:
    graph = built({"x": 1 + 4e-16}, {"b": "x * 1", "a": "b - 1", "y": "sqrt(a)"})
    (check,) = check_graph(graph).checks
    assert (check.verdict, check.method, check.central) == (
        GradientVerdict.AGREES,
        "complex step",
        None,
    )


def test_kinks_in_a_branch_that_does_not_hold_do_not_count() -> None:
    graph = built({"x": -1.0}, {"y": "max(log(x), 1) if x > 0 else x"})
    (check,) = check_graph(graph).checks
    assert check.verdict is GradientVerdict.AGREES


def test_progress_counts_the_checks() -> None:
    done: list[int] = []
    check_network(shipped("zhou"), progress=done.append)
    assert done == list(range(1, 10))


def test_of_a_wide_network_an_even_share_is_checked() -> None:
    rng = np.random.default_rng(4)
    network, _ = build([30, 20, 5], ["tanh", "softmax"], [Bias.EACH] * 2, "cross_entropy")
    data = Data(rng.normal(size=(1, 30)), np.eye(5)[:1], (None,))
    experiment = Experiment("", network, random_parameters(network, rng), data=data)
    some, every = check_network(experiment), check_network(experiment, all=True)
    assert (len(some.checks) + some.unchecked, every.unchecked) == (some.total, 0)
    assert len(some.checks) <= SAMPLED
    names = list(by_name(some, experiment))
    assert names == list(verdicts(experiment))
    assert {"b25", "b1"} <= set(names)
    assert outcomes(every) == {GradientVerdict.AGREES}


def test_the_relative_error_is_that_of_the_larger_number() -> None:
    weight = Quantity(Stage(Kind.WEIGHT, 1), (0, 0))
    agrees, disagrees, kink = GradientVerdict
    assert GradientFinding(weight, 1.0, 2.0, disagrees).relative_error == 0.5
    assert GradientFinding(weight, 0.0, 0.0, agrees).relative_error == 0.0
    assert GradientFinding(weight, 0.0, None, kink).relative_error is None


def test_without_data_there_is_nothing_to_check() -> None:
    with pytest.raises(UsageError, match="nothing to check"):
        check_network(shipped("zhou-neuron"))


def test_a_loss_that_is_not_a_finite_number_is_an_error() -> None:
    with pytest.raises(BptraceError, match="not a finite number"):
        check_network(one_neuron("identity", 1e200, [1.0]))
