"""`bptrace explain`: what it says, how deep it goes, and what it refuses."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from support.cli import run, run_json
from support.networks import shipped
from support.sparing import sparing
from tracer.engine.batches import Batch
from tracer.errors import UsageError
from tracer.explain.calculation import Calculation, calculations
from tracer.explain.chain import chain_rule
from tracer.explain.explanation import explanation, needed
from tracer.formula import evaluate, parse
from tracer.model.experiment import Data, Experiment, Training
from tracer.model.network import Bias, Network
from tracer.model.quantity import Index, Quantity, Stage
from tracer.show.reports.explain_objects import record

SATURATED = """\
network:
  inputs: [x]
  layers: [{neurons: [o], activation: sigmoid, weights: [[1000]], bias: none}]
loss: binary_cross_entropy
data: [{inputs: [1], targets: [0]}]
"""
NEAR_ITS_TARGET = """\
network:
  inputs: [x]
  layers: [{neurons: [o1, o2], activation: softmax, weights: [[36], [0]]}]
loss: cross_entropy
data: [{inputs: [1], targets: [1, 0]}]
"""


def records(*arguments: object) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = run_json("explain", *arguments)
    return found


def numbers(name: str, iteration: int = 1) -> Calculation:
    return calculations(shipped(name), [iteration])[iteration]


def needed_names(known: Calculation, asked: list[str], depth: int | None) -> list[str]:
    return [known.names.name(found) for found in needed(known, list(map(known.find, asked)), depth)]


def test_json_gives_formula_and_numbers_in_full() -> None:
    assert records("mazur", "dE/dw1") == [
        {
            "name": "dE/dw1",
            "formula": "delta_h1*i1",
            "substituted": "0.008771354689486937*0.05",
            "value": pytest.approx(0.00043856773447434685, rel=1e-14),
            "inputs": {"delta_h1": pytest.approx(0.008771354689486937), "i1": 0.05},
        }
    ]


def test_substituted_formulas_can_be_read_back_and_give_the_value() -> None:
    for found in records("mazur", "dE/dw1", "E_total", "--depth", "all"):
        value = evaluate(parse(found["substituted"]), {})
        assert value == pytest.approx(found["value"], rel=1e-12), found["name"]


def test_given_numbers_have_no_formula() -> None:
    (found,) = records("mazur", "w5")
    assert (found["formula"], found["value"], found["inputs"]) == (None, 0.4, {})


def test_depth_counts_formulas_and_all_goes_down_to_the_given() -> None:
    known = numbers("mazur")
    assert needed_names(known, ["dE/dw5"], 1) == ["dE/dw5"]
    assert needed_names(known, ["dE/dw5"], 2) == ["out_h1", "delta_o1", "dE/dw5"]
    assert needed_names(known, ["dE/dw5"], None) == [
        "net_h1", "net_h2", "out_h1", "out_h2", "net_o1", "out_o1",
        "dE/dout_o1", "dout/dnet_o1", "delta_o1", "dE/dw5",
    ]  # fmt: skip


def test_each_derivation_comes_once_and_after_those_it_stands_on() -> None:
    known = numbers("two-layer-net")
    order = needed(known, [known.find("dE/dw1"), known.find("loss")], None)
    assert len(order) == len(set(order))
    for place, identity in enumerate(order):
        inputs = explanation(known, identity).inputs
        assert all(used in order[:place] for used in inputs if known.formula(used) is not None)


def test_a_derivative_is_explained_by_the_chain_rule_with_each_factor() -> None:
    shown = run("explain", "mazur", "dE/dw5").stdout
    assert "∂E_total/∂w5 = ∂E_total/∂out_o1 · ∂out_o1/∂net_o1 · ∂net_o1/∂w5" in shown
    assert "≈ 0.741365070 · 0.186815602 · 0.593269992" in shown
    assert "∂net_o1/∂w5       out_h1                 0.593269992" in shown


def test_a_hidden_weight_goes_through_all_the_paths() -> None:
    shown = run("explain", "mazur", "dE/dw1").stdout
    sums = "∂E_total/∂net_o1 · ∂net_o1/∂out_h1 + ∂E_total/∂net_o2 · ∂net_o2/∂out_h1"
    assert f"∂E_total/∂out_h1 = {sums}" in shown


@pytest.mark.parametrize(
    ("name", "result"),
    [("net_h1", "= 0.3775"), ("net_h2", "= 0.3925"), ("out_h1", "≈ 0.593269992")],
)
def test_only_rounded_numbers_say_so(name: str, result: str) -> None:
    assert run("explain", "mazur", name).stdout.rstrip().endswith(result)


def test_digits_decide_what_is_rounded() -> None:
    shown = run("explain", "mazur", "net_h1", "--digits", 2).stdout
    assert "= 0.15 · 0.05 + 0.2 · 0.1 + 0.35" in shown
    assert "≈ 0.3775" not in shown


def test_softmax_is_explained_by_its_jacobian_and_then_by_the_short_cut() -> None:
    shown = run("explain", "xor", "delta_o1").stdout
    jacobian = "δ_o1 = ∂E/∂out_o1 · ∂out/∂net_o1 + ∂E/∂out_o2 · ∂out_o2/∂net_o1"
    assert shown.index(jacobian) < shown.index("δ_o1 = out_o1 − target_o1")
    assert "out_o2 · (−out_o1)" in shown


def test_sigmoid_with_binary_cross_entropy_has_the_short_cut_too() -> None:
    shown = run("explain", "relu-bce", "delta_o1#2").stdout
    assert "δ_o1#2 = out_o1#2 − target_o1#2" in shown


def test_saturated_outputs_are_explained_by_the_short_cut(tmp_path: Path) -> None:
    path = tmp_path / "saturated.yaml"
    path.write_text(SATURATED)
    (found,) = records(path, "delta_o")
    assert (found["formula"], found["value"]) == ("out_o - target_o", 1.0)
    shown = run("explain", path, "dE/dout_o").stdout
    assert "not representable" in shown
    assert "inf" not in shown


def test_where_digits_are_lost_the_form_that_was_calculated_is_explained(tmp_path: Path) -> None:
    path = tmp_path / "near.yaml"
    path.write_text(NEAR_ITS_TARGET)
    shown = run("explain", path, "E_o1", "dout/dnet_o1", "delta_o1").stdout
    assert "E_o1 = target_o1 · ln(1 + exp(net_o2 − net_o1))" in shown
    assert shown.count("2.319522830e-16") > 6
    assert "2.220446049e-16" not in shown
    usual = "Calculated so because digits are lost in the usual form, out_o1 · (1 − out_o1)."
    assert usual in shown
    (factors,) = re.findall(r"∂out_o1/∂net_o1 +(out_o1 · \S+) ", shown)
    assert factors == "out_o1 · out_o2"
    assert "δ_o1 = 1 − target_o1 − out_o2" in shown
    (found,) = records(path, "E_o1")
    value = evaluate(parse(found["formula"]), found["inputs"])  # math's last bit may not be NumPy's
    assert value == pytest.approx(found["value"], rel=1e-15)


def test_a_person_reads_no_names_of_library_functions(tmp_path: Path) -> None:
    path = tmp_path / "near.yaml"
    text = NEAR_ITS_TARGET.replace("softmax", "softplus")
    path.write_text(text.replace("cross_entropy", "squared_error"))
    assert "out_o1 = ln(1 + exp(net_o1))" in run("explain", path, "out_o1").stdout
    assert records(path, "out_o1")[0]["formula"] == "softplus(net_o1)"


def test_batches_have_the_reduction_in_the_formula() -> None:
    (found,) = records("relu-bce", "dE/db1")
    assert found["formula"] == "(delta_h1 + delta_h1#2 + delta_h1#3 + delta_h1#4)/4"
    shown = run("explain", "relu-bce", "dE/db1").stdout
    assert "∂loss/∂b1 = (∂E_total/∂b1#1 + ∂E_total/∂b1#2" in shown


def test_long_sums_are_shortened_with_a_count_or_shown_in_full() -> None:
    short = run("explain", "cubes", "dE/dw1").stdout
    assert "… (120 more) …" in short
    assert "112 more factors" in short
    full = run("explain", "cubes", "dE/dw1", "--full").stdout
    assert "(120 more)" not in full
    assert full.count("δ_h1") > 128


@pytest.mark.parametrize("text", ["w5+@3", "w5⁺@3", "w[o1,h1]+@3"])
def test_a_suffix_picks_the_iteration(text: str) -> None:
    (found,) = records("mazur", text)
    assert found["name"] == "w5+@3"
    assert found == records("mazur", "w5+", "--iteration", 3)[0]


def test_iterations_far_on_are_trained_for() -> None:
    (found,) = records("mazur", "E_total@10000")
    assert found["name"] == "E_total@10000"
    assert found["value"] == pytest.approx(3.5108e-05, rel=1e-3)


@pytest.mark.parametrize("name", ["∂C/∂a_h1:o1", "∂z_h1/∂w1", "δ_h1", "dC/dw5", "a_i1", "C"])
def test_names_of_either_notation_are_understood(name: str) -> None:
    assert run("explain", "mazur", name, "--notation", "z-a").stdout


def test_samples_to_predict_are_explained_forwards() -> None:
    assert "= 1/(1 + exp(−7))" in run("explain", "zhou-neuron", "out_o1").stdout
    told = run("explain", "zhou-neuron", "dE/dw1", code=2).stderr
    assert "the configuration has no `data`" in told


def test_without_names_the_names_are_listed() -> None:
    shown = run("explain", "mazur").stdout
    groups = ("Given", "Forward", "Errors", "Backward", "Gradients", "Updates")
    places = [shown.index(f"\n{group}\n") for group in groups]
    assert places == sorted(places)
    assert "dE/dout_h1:o1" in shown


def test_without_names_a_graph_lists_its_own() -> None:
    shown = run("explain", "apples").stdout
    assert "dtotal/dtotal  dtotal/dtax" in shown or "dtotal/dapple" in shown


def test_a_graph_is_explained_down_to_its_inputs() -> None:
    shown = run("explain", "apples", "dtotal/dapple", "--depth", "all").stdout
    assert "∂total/∂apple_price = ∂total/∂total · tax" in shown
    assert "∂total/∂apple = ∂total/∂apple_price · ∂apple_price/∂apple" in shown
    assert shown.rstrip().endswith("2.000000000")


def test_batch_means_are_marked() -> None:
    shown = run("explain", "cubes-batch-means", "dE/dw1").stdout
    assert "Warning: Not a gradient" in shown
    assert "chain rule" not in shown


def test_updated_weights_in_hidden_deltas_are_marked() -> None:
    shown = run("explain", "mazur-as-published", "dE/dout_h1:o1").stdout
    assert "= w5⁺ · δ_o1" in shown
    assert "Warning: Not the gradient: with update_order: output_first" in shown


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["dE/dw55"], "the network has 8 weights"),
        (["delta_h3"], "did you mean"),
        (["net_h1#2"], "sample 2 is not in the batch"),
        (["net_h1", "--depth", "deep"], "--depth deep"),
        (["--format", "json"], "needs the name"),
    ],
)
def test_what_cannot_be_explained_is_told(arguments: list[str], told: str) -> None:
    assert told in run("explain", "mazur", *arguments, code=2).stderr


def test_without_training_there_is_one_iteration() -> None:
    told = run("explain", "zhou-neuron", "out_o1@2", code=2).stderr
    assert "only iteration 1" in told


SIZES = (784, 128, 10)


def wide() -> Experiment:
    rng = np.random.default_rng(0)
    names = [
        [f"{letter}{k}" for k in range(1, n + 1)] for letter, n in zip("iho", SIZES, strict=True)
    ]
    layers = [(names[1], "relu", Bias.EACH), (names[2], "softmax", Bias.EACH)]
    network = Network.build(names[0], layers, "cross_entropy")
    parameters = tuple((rng.normal(0, 0.05, (n, m)), np.zeros(n)) for m, n in pairwise(SIZES))
    data = Data(rng.random((64, SIZES[0])), np.eye(10)[rng.integers(0, 10, 64)], (None,) * 64)
    return Experiment("wide", network, parameters, data=data, training=Training(0.1))


@pytest.mark.parametrize(
    "name", sparing(["dE/dw100353", "delta_h128#64", "net_h1", "dE/dw1", "loss"], 2)
)
def test_one_number_of_a_wide_network_builds_no_more_than_it_needs(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = calculations(wide(), [1])[1]
    built, build = [], Batch.quantity

    def quantity_of(self: Batch, stage: Stage, place: Index) -> Quantity:
        built.append(place)
        return build(self, stage, place)

    monkeypatch.setattr(Batch, "quantity", quantity_of)
    assert record(known, known.find(name))["formula"]
    chain_rule(known.trace, known.find(name))
    assert 0 < len(built) < 20_000  # of the six million quantities that there are


def test_too_many_derivations_are_refused_with_the_depth_that_goes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("tracer.explain.explanation.MOST", 100)
    known = calculations(wide(), [1])[1]
    with pytest.raises(UsageError, match="--depth 2 gives 65"):
        needed(known, [known.find("dE/dw1")], None)
