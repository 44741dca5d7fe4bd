"""Computation graphs as done by hand: every calculated number rounded before it is used."""

from __future__ import annotations

import math
from itertools import product
from pathlib import Path

import pytest

from support.cli import run, run_json, shown
from support.graphs import described, shipped_graph, shipped_graphs
from support.sparing import LARGE, sparing
from support.traces import named
from tracer.diagnose.carried import Carried
from tracer.digits.numbers import RoundingMode
from tracer.digits.rounding import Rounding
from tracer.explain.byhand import by_hand, drifts
from tracer.explain.calculation import calculations
from tracer.model.clipping import Clip
from tracer.model.experiment import GraphExperiment, GraphTraining
from tracer.model.optimizers import OPTIMIZERS
from tracer.model.quantity import Kind, Quantity
from tracer.model.schedules import Exponential

FOUR_SF = Rounding(4, significant=True)
MODES: list[RoundingMode] = ["half-up", "half-even", "cut"]


def scheduled() -> GraphExperiment:
    """Two inputs, Adam, a learning rate of its own for each iteration, and clipping."""
    training = GraphTraining(
        0.1,
        ("x", "y"),
        optimizer=OPTIMIZERS["adam"](),
        schedule=Exponential(rate=0.93),
        clip=Clip("norm", 0.5),
    )
    return described({"x": 0.5, "y": 2.0}, {"f": "(x - y)**2 + exp(x)*y"}, training)


CASES = list(product(sorted(shipped_graphs()), MODES))
SMALL = [case for case in CASES[::2] if case[0] not in LARGE]
"""Each graph, and each way of rounding with every other one."""


def expected_by_check(experiment: GraphExperiment, rounding: Rounding, last: int) -> None:
    """`run --round` shows what `check --round` compares with, to the last bit."""
    timeline = by_hand(experiment, rounding)
    for number in range(1, last + 1):
        exact = calculations(experiment, [number])[number]
        carried, hand = Carried(exact, {}, rounding=rounding), timeline.trace(number)
        for identity in hand.order():
            assert hand.value(identity) == carried[identity], (number, identity)


@pytest.mark.parametrize(("name", "mode"), sparing(CASES, SMALL))
def test_shipped_graphs_are_calculated_as_check_expects(name: str, mode: RoundingMode) -> None:
    experiment = shipped_graph(name)
    last = min(3, experiment.training.iterations or 1) if experiment.training else 1
    for rounding in (Rounding(4, mode=mode), Rounding(3, significant=True, mode=mode)):
        expected_by_check(experiment, rounding, last)


@pytest.mark.parametrize("mode", MODES)
def test_schedules_and_clipping_are_calculated_as_check_expects(mode: RoundingMode) -> None:
    for digits in (2, 4):
        expected_by_check(scheduled(), Rounding(digits, significant=True, mode=mode), 3)


@pytest.mark.parametrize("rounding", ["4sf", "3sf", "4dp"])
def test_a_sheet_of_run_round_is_right_for_check_round(tmp_path: Path, rounding: str) -> None:
    result = run_json("run", "adam-by-hand", "-n", "3", "--round", rounding)
    lines = [
        f"{name}@{iteration['iteration']}: {both['by_hand']!r}"
        for iteration in result["iterations"]
        for name, both in iteration["quantities"].items()
    ]
    assert len(lines) == 21
    for some in (lines, lines[-7:], lines[-1:]):
        answers = tmp_path / "answers.yaml"
        answers.write_text("\n".join(some), encoding="utf-8")
        checked = run_json("check", "adam-by-hand", str(answers), "--round", rounding)
        assert checked["counts"]["wrong"] == checked["counts"]["mistake"] == 0


def test_adam_by_hand_to_four_significant_digits() -> None:
    timeline = by_hand(shipped_graph("adam-by-hand"), FOUR_SF)
    second, third = (named(timeline.trace(k)) for k in (2, 3))
    assert second["v_theta+@2"] == 0.1959  # 0.999 · 0.1 + 0.001 · 96.04 is 0.19594
    assert second["vhat_theta@2"] == 98.0  # and 0.1959/0.001999 is 97.99900…
    assert third["v_theta@3"] == 0.1959
    assert third["theta@3"] == second["theta+@2"] == 4.8
    assert third["mhat_theta@3"] == 9.786


def test_what_is_given_is_not_rounded() -> None:
    inputs = {"a": 0.123456, "b": 7.654321}
    training = GraphTraining(0.123456, ("a",))
    experiment = described(inputs, {"copy": "a", "y": "copy * b"}, training)
    hand = named(by_hand(experiment, Rounding(2)).trace(1))
    assert (hand["a"], hand["b"], hand["lr"], hand["copy"]) == (
        0.123456,
        7.654321,
        0.123456,
        0.123456,
    )
    assert hand["y"] == 0.94
    assert hand["a+"] == -0.82  # 0.123456 − 0.123456 · 7.654321


def test_a_scheduled_learning_rate_is_given() -> None:
    experiment = scheduled()
    exact, hand = calculations(experiment, [3])[3].trace, by_hand(experiment, Rounding(2)).trace(3)
    assert named(hand)["lr@3"] == named(exact)["lr@3"] == pytest.approx(0.1 * 0.93**2)
    shown_kinds = {
        drift.quantity.kind
        for drift in drifts(exact, hand, Rounding(2))
        if isinstance(drift.quantity, Quantity)
    }
    assert Kind.LEARNING_RATE not in shown_kinds
    assert Kind.SETTING not in shown_kinds


def test_a_late_iteration_is_the_same_whether_or_not_those_before_were_asked_for() -> None:
    experiment = shipped_graph("adam-by-hand")
    timeline = by_hand(experiment, FOUR_SF)
    *_, chained = [timeline.trace(k) for k in range(1, 8)]
    assert dict(by_hand(experiment, FOUR_SF).trace(7)) == dict(chained)


def test_rounded_numbers_that_lead_nowhere_have_no_value(tmp_path: Path) -> None:
    config = tmp_path / "log.yaml"
    config.write_text(
        "graph: {inputs: {x: 0.001}, nodes: {s: x * x, y: log(s), z: y if y > 0 else x, w: x + 1}}\n",
        encoding="utf-8",
    )
    output = shown("run", str(config), "--round", "4dp")
    rows = {line.split()[0]: line.split() for line in output.splitlines() if line.startswith("  ")}
    assert rows["y"][-2:] == rows["z"][-2:] == ["no", "value"]
    assert rows["w"][2] == "1.0010"
    assert "nan" not in output
    assert "no value by hand" in shown("explain", str(config), "y", "--round", "4dp")


def test_a_number_spoilt_by_hand_spoils_only_what_stands_on_it() -> None:
    training = GraphTraining(0.1, ("x", "u"))
    nodes = {"s": "x * x", "y": "log(s) + u"}
    experiment = described({"x": 0.001, "u": 1.0}, nodes, training)
    third = named(by_hand(experiment, Rounding(3)).trace(3))
    assert math.isnan(third["x@3"])
    assert third["u@3"] == 0.8


def test_explain_puts_the_rounded_numbers_in() -> None:
    output = shown("explain", "adam-by-hand", "vhat_theta@2", "--round", "4sf")
    assert "= 0.1959/(1 − 0.999²)" in output
    assert "≈ 98   (exactly 98.019009506" in output
    assert "the trainable inputs and what the optimiser keeps go on so" in output
    (found,) = run_json("explain", "apples", "dtotal/dapple", "--round", "4dp")
    assert found["value"] == 2.2


def test_run_shows_values_gradients_and_updates_both_ways() -> None:
    output = shown("run", "adam-by-hand", "-n", "2", "--round", "4sf")
    for title in ("Values", "Gradients", "Updates", "Iteration 2"):
        assert f"\n{title}\n" in output
    assert "lr" not in output
    untrained = shown("run", "apples", "--round", "4dp")
    assert "before it is used. What is given" in untrained
    assert "Iteration" not in untrained


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("run", "apples", "--round", "4dp", "--sample", "1"), "--sample and --view are for"),
        (("run", "apples", "--round", "4dp", "--save-arrays", "a.npz"), "leave --round out"),
        (("run", "apples", "--round", "4dp", "-n", "2"), "without `training`"),
        (("explain", "apples", "--round", "4dp"), "name one"),
    ],
)
def test_what_cannot_be_done_by_hand_is_said(words: tuple[str, ...], message: str) -> None:
    assert message in run(*words, code=2).output


def test_without_an_optimiser_that_keeps_anything_only_inputs_go_on() -> None:
    training = GraphTraining(0.1, ("x",))
    experiment = described({"x": 1.0}, {"y": "x * x"}, training)
    assert named(by_hand(experiment, FOUR_SF).trace(2))["x@2"] == 0.8
