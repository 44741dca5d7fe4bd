"""Layers with thresholds, net = Σ w·x − θ: from the file to the names, the numbers and the verdicts."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from support.cli import run, shown
from support.configs import network, problems, spoiled
from support.names_page import spellings
from support.networks import build, random_parameters, shipped
from support.planting import answers, exact_of
from support.traces import analytic_gradient, named, numeric_gradient, traced, trained
from tracer.config import load
from tracer.config.neurons import reserved
from tracer.config.writing import dump
from tracer.diagnose.answers.arrays import find_stage
from tracer.diagnose.check import check
from tracer.errors import UnknownNameError
from tracer.formula import evaluate, symbols
from tracer.model.experiment import Data, Experiment, Training
from tracer.model.names import Names
from tracer.model.network import Bias, parameter_names
from tracer.model.quantity import Kind, Stage

THRESHOLDS = ("bias: [1, 2, 3]", "threshold: [1, 2, 3]")


def random_network() -> Experiment:
    """Thresholds before biases, a batch of three."""
    rng = np.random.default_rng(5)
    kinds = [Bias.THRESHOLD, Bias.SHARED, Bias.THRESHOLD]
    built, _ = build([2, 3, 2, 2], ["tanh", "sigmoid", "identity"], kinds, "squared_error")
    data = Data(rng.normal(0, 1, (3, 2)), rng.normal(0, 1, (3, 2)), (None,) * 3)
    parameters = random_parameters(built, rng)
    return Experiment("thresholds", built, parameters, data=data, training=Training(0.5))


def test_engine_formulas_and_finite_differences_agree() -> None:
    experiment = random_network()
    trace = traced(experiment)
    np.testing.assert_allclose(analytic_gradient(trace), numeric_gradient(experiment), rtol=1e-7)
    for quantity in trace.order():
        formula = trace.formula(quantity)
        if formula is not None:
            own = {key: trace.value(key) for key in symbols(formula)}
            assert evaluate(formula, own) == pytest.approx(trace.value(quantity), rel=1e-12)


def test_a_threshold_is_a_bias_of_the_other_sign() -> None:
    experiment = random_network()
    modes = [Bias.EACH if x.has_thresholds else x.bias for x in experiment.network.layers]
    biased, _ = build([2, 3, 2, 2], ["tanh", "sigmoid", "identity"], modes, "squared_error")
    pairs = zip(biased.layers, experiment.parameters, strict=True)
    negated = tuple((W, b if x.bias is Bias.SHARED else -b) for x, (W, b) in pairs)
    other = replace(experiment, network=biased, parameters=negated)
    mine, theirs = named(traced(experiment)), named(traced(other))
    assert mine["loss"] == theirs["loss"]
    assert mine["dE/dtheta_h2"] == -theirs["dE/db2"]
    assert mine["theta_h2+"] == -theirs["b2+"]
    assert mine["dE/db1"] == theirs["dE/db4"]


def test_thresholds_are_not_numbered() -> None:
    names = list(parameter_names(random_network().network))
    assert [name for name in names if not name.startswith("w")] == [
        *("theta_h1", "theta_h2", "theta_h3"),
        "b1",
        *("theta_o1", "theta_o2"),
    ]


@pytest.mark.parametrize(("canonical", "spelling"), spellings("Spellings of a threshold"))
def test_spellings_on_the_page_lead_to_the_threshold(canonical: str, spelling: str) -> None:
    names = Names(shipped("xor-thresholds").network)
    assert names.name(names.parse(spelling)) == canonical
    assert names.name(names.parse(canonical)) == canonical


@pytest.mark.parametrize("name", ["b1", "b[h3]", "theta_x1", "b^1_1"])
def test_a_threshold_is_no_bias_and_an_input_has_none(name: str) -> None:
    done = run("explain", "xor-thresholds", name, code=2)
    assert f"there is no quantity '{name}'" in done.stderr


def test_a_missing_bias_is_told_what_thresholds_are_called() -> None:
    hint = "the network has 6 weights, counted from 1; thresholds are called theta_h3"
    assert hint in run("explain", "xor-thresholds", "b1", code=2).stderr


def test_one_number_starts_all_thresholds() -> None:
    experiment = network(spoiled(("bias: [1, 2, 3]", "threshold: 0.5")))
    assert experiment.network.layers[0].bias is Bias.THRESHOLD
    assert experiment.parameters[0][1].tolist() == [0.5, 0.5, 0.5]


def test_thresholds_are_drawn_like_biases() -> None:
    drawn, biases = (
        network(spoiled(("bias: [1, 2, 3]", f"{key}: {{init: normal}}")))
        for key in ("threshold", "bias")
    )
    assert drawn.parameters[0][1].tolist() == biases.parameters[0][1].tolist()


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        (
            "bias: 1\n      threshold: [1, 2, 3]",
            "9:7: network.layers[0].threshold: both bias and threshold; leave one of them out: a "
            "bias is added to the net input, a threshold subtracted",
        ),
        (
            "threshold: [1, 2]",
            "8:18: network.layers[0].threshold: 2 thresholds; expected 3; one for each neuron, or a "
            "number without brackets for the same in all of them",
        ),
        (
            "thresholds: 0.5",
            "8:7: network.layers[0].thresholds: unknown key 'thresholds'; did you mean 'threshold'?",
        ),
    ],
)
def test_problems_of_thresholds_are_told(value: str, problem: str) -> None:
    assert problems(spoiled(("bias: [1, 2, 3]", value))) == [f"net.yaml:{problem}"]


@pytest.mark.parametrize(
    ("freeze", "frozen"),
    [
        ("biases", {"theta_h1", "theta_h2", "theta_h3"}),
        ("[θ_h2, w1]", {"theta_h2", "w1"}),
    ],
)
def test_thresholds_are_frozen_by_name_and_with_the_biases(freeze: str, frozen: set[str]) -> None:
    text = spoiled(THRESHOLDS) + f"  freeze: {freeze}\n"
    experiment = network(text)
    assert experiment.training
    names = Names(experiment.network)
    assert set(map(names.bare, experiment.training.frozen)) == frozen
    numbers = named(traced(experiment))
    assert numbers["theta_h2+"] == numbers["theta_h2"]
    again = load("again.yaml", dump(experiment))
    assert isinstance(again, Experiment)
    assert again.training == experiment.training


def test_what_step_saves_has_thresholds_again(tmp_path: Path) -> None:
    saved = tmp_path / "state.yaml"
    run("step", "xor-thresholds", "--iterations", 1, "--save", saved)
    assert "threshold: [0.79618" in saved.read_text(encoding="utf-8")
    again = load(saved)
    assert isinstance(again, Experiment)
    assert again.parameters[1][1].tolist() == [
        named(traced(shipped("xor-thresholds")))["theta_o5+"]
    ]


def test_thresholds_are_written_in_greek_and_in_latex() -> None:
    text = shown("explain", "xor-thresholds", "net_h3", "theta_o5+", "dE/dtheta_o5")
    assert "net_h3 = w1 · x1 + w2 · x2 − θ_h3" in text
    assert "θ_o5⁺ = θ_o5 − η · ∂E/∂θ_o5" in text
    assert "∂E/∂θ_o5 = −δ_o5" in text
    latex = ("explain", "xor-thresholds", "net_h3", "--format", "latex")
    assert r"\theta_{h3}" in shown(*latex)
    assert r"\theta_{1}^{1}" in shown(*latex, "--notation", "z-a")


def test_the_chain_rule_has_the_factor_minus_one() -> None:
    text = shown("explain", "xor-thresholds", "dE/dtheta_h3")
    assert "∂E_total/∂out_h3 · ∂out_h3/∂net_h3 · ∂net_h3/∂θ_h3" in text
    assert ["∂net_h3/∂θ_h3", "−1", "-1.000000000"] in [line.split() for line in text.splitlines()]


def test_xor_needs_as_many_epochs_as_its_source_says() -> None:
    experiment = shipped("xor-thresholds")
    assert experiment.training is not None
    run = trained(experiment, experiment.training.iterations)
    assert -(-run.done // 4) == 56_351


def test_arrays_of_thresholds_go_by_their_own_letter() -> None:
    trace = traced(random_network())
    assert find_stage("dtheta1", trace) == Stage(Kind.BIAS_GRADIENT, 1)
    with pytest.raises(UnknownNameError, match=r"'b1': layer 1 has thresholds"):
        find_stage("b1", trace)
    with pytest.raises(UnknownNameError, match=r"'theta2': layer 2 has biases"):
        find_stage("theta2", trace)


def test_a_neuron_cannot_be_called_like_an_optimisers_state_of_a_threshold() -> None:
    assert "keeps of a threshold" in reserved("v_theta_h1")
    assert reserved("theta") == ""


@pytest.mark.parametrize(
    ("name", "text", "mistake"),
    [
        ("theta_o5+", "0.2873", "threshold_without_sign"),
        ("dE/dtheta_o5", "0.1274", "threshold_without_sign"),
        ("net_h3", "1.700", "threshold_added"),
        ("net_h3", "0.900", "threshold_left_out"),
    ],
)
def test_mistakes_with_thresholds_are_named(name: str, text: str, mistake: str) -> None:
    experiment = shipped("xor-thresholds")
    supplied = answers({exact_of(experiment).find(name): text})
    (finding,) = check(experiment, supplied).findings
    assert mistake in [match.name for match in finding.matches]
