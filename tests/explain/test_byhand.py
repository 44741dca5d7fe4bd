"""The calculation as done by hand: every number rounded, the given ones as they are."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import cycle, pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from support.cli import run, run_json, shown
from support.networks import experiments, shipped, shipped_networks
from support.traces import named, traced
from tracer.config import load
from tracer.diagnose.carried import Carried
from tracer.digits.numbers import RoundingMode
from tracer.digits.rounding import Rounding
from tracer.engine.trace import IterationTrace
from tracer.errors import UsageError
from tracer.explain.byhand import by_hand, drifts
from tracer.explain.calculation import Calculation, calculations
from tracer.explain.explanation import explanation
from tracer.explain.worksheet import formula, to_calculate
from tracer.formula import EvaluationError, evaluate, symbols
from tracer.model.experiment import Experiment
from tracer.model.quantity import BEFORE, PARTS, Kind, Stage
from tracer.model.schedules import Exponential

FOUR = Rounding(4)
SATURATED = """
network:
  inputs: [i1]
  layers:
    - {neurons: [h1], activation: sigmoid, weights: [[2]], bias: 1}
    - {neurons: [o1], activation: sigmoid, weights: [[20]], bias: 0}
loss: binary_cross_entropy
data: [{inputs: [3], targets: [1]}]
training: {learning_rate: 0.5, iterations: 3}
"""
ROUNDINGS = st.builds(
    Rounding, st.integers(1, 6), st.booleans(), st.sampled_from(["half-up", "half-even", "cut"])
)


def first_by_hand(experiment: Experiment, rounding: Rounding = FOUR) -> IterationTrace:
    """Iteration 1, every number rounded."""
    return by_hand(experiment, rounding).trace(1)


def test_the_classic_example_to_four_decimals() -> None:
    hand = named(first_by_hand(shipped("mazur")))
    assert hand["net_h1"] == 0.3775
    assert hand["out_h1"] == 0.5933
    assert hand["delta_o1"] == 0.1385
    assert hand["dE/dout_h1:o2"] == -0.0191  # 0.5 · −0.0381 is −0.01905
    assert hand["dE/dout_h1"] == 0.0363
    assert hand["delta_h1"] == 0.0088
    assert hand["w1+"] == 0.1498


def follows_its_formulas(experiment: Experiment, rounding: Rounding, iteration: int = 1) -> None:
    """Every number is what its printed formulas give, of the rounded numbers, rounded."""
    timeline = by_hand(experiment, rounding)
    hand = timeline.trace(iteration)
    calculation = Calculation(timeline, hand)
    finish = rounding.function()
    frozen = experiment.training.frozen if experiment.training else frozenset()
    on_sheet = set(to_calculate(hand))
    for quantity in hand.quantities():
        stage = replace(quantity.stage, kind=BEFORE.get(quantity.kind, quantity.kind))
        if hand.formula(quantity) is None or replace(quantity, stage=stage) in frozen:
            continue
        printed = [explanation(calculation, quantity).formula]
        if quantity in on_sheet:
            printed.append(formula(hand, quantity))
        for expression in printed:
            assert expression is not None
            inputs = {used: calculation.value(used) for used in symbols(expression)}
            try:
                value = finish(evaluate(expression, inputs))
            except EvaluationError:
                assert not math.isfinite(hand.value(quantity)), quantity
                continue
            assert value == hand.value(quantity), (quantity, expression)


@given(experiments(), ROUNDINGS)
def test_every_number_is_its_formula_with_the_rounded_numbers_put_in(
    experiment: Experiment, rounding: Rounding
) -> None:
    follows_its_formulas(experiment, rounding)


LARGE = ("two-layer", "cubes", "cs231n-two-layer")
SHIPPED = [name for name in shipped_networks() if not name.startswith(LARGE)]
MODES: tuple[RoundingMode, ...] = ("half-up", "half-even", "cut")


@pytest.mark.parametrize(("name", "mode"), [*zip(SHIPPED, cycle(MODES), strict=False)])
def test_shipped_networks_follow_their_formulas(name: str, mode: RoundingMode) -> None:
    experiment = shipped(name)
    for rounding in (Rounding(4, mode=mode), Rounding(3, significant=True, mode=mode)):
        for iteration in (1, 3) if experiment.training else (1,):
            follows_its_formulas(experiment, rounding, iteration)


@given(experiments(), ROUNDINGS)
def test_formulas_arrays_and_traces_round_alike(experiment: Experiment, rounding: Rounding) -> None:
    ways = []
    for compiled in (True, False):
        way = by_hand(experiment, rounding)
        way.compiled = compiled
        ways.append([way.state(k).numbers() for k in (1, 2, 3)])
    timeline = by_hand(experiment, rounding)
    traced = []
    for k in (1, 2, 3):
        hand = timeline.trace(k)
        new = [
            hand.arrays[Stage(kind, n)]
            for n in range(1, experiment.network.depth + 1)
            for kind in (Kind.NEW_WEIGHT, Kind.NEW_BIAS)
            if Stage(kind, n) in hand.arrays
        ]
        traced.append(tuple(x for array in new for x in array.ravel().tolist()))
    assume(np.max(np.abs(ways[0])) < 1e6)  # beyond, floats have no digit to round at
    assert ways[0] == ways[1] == traced


def test_an_output_delta_is_out_minus_target_where_they_match() -> None:
    hand = named(first_by_hand(shipped("relu-bce")))
    assert hand["out_o1"] == 0.5694
    assert hand["delta_o1"] == -0.4306
    output = shown("explain", "relu-bce", "delta_o1", "--round", "4dp", "--depth", "2")
    assert "= 0.5694 − 1" in output
    assert "∂out/∂net_o1" not in output  # not used, so not derived


def test_what_is_given_is_not_rounded() -> None:
    experiment = shipped("mazur")
    assert experiment.training is not None
    assert experiment.data is not None
    odd = replace(
        experiment,
        parameters=tuple((W + 1e-6, b + 1e-6) for W, b in experiment.parameters),
        data=replace(experiment.data, inputs=experiment.data.inputs + 1e-6),
        training=replace(experiment.training, learning_rate=0.123456),
    )
    exact, hand = traced(odd), first_by_hand(odd, Rounding(2))
    given = [q for q in exact.quantities() if q.stage.is_given]
    assert [hand.value(q) for q in given] == [exact.value(q) for q in given]
    assert named(hand)["b1+"] == named(exact)["b1"]  # fixed, so nobody calculates it
    assert named(hand)["w1+"] == 0.15


def test_a_scheduled_learning_rate_is_given_for_check_too() -> None:
    experiment = shipped("mazur")
    assert experiment.training is not None
    training = replace(experiment.training, schedule=Exponential(rate=0.93))
    scheduled = replace(experiment, training=training)
    hand = by_hand(scheduled, Rounding(2)).trace(2)
    carried = Carried(calculations(scheduled, [2])[2], {}, rounding=Rounding(2))
    assert named(hand)["lr@2"] == 0.465
    for name in ("lr@2", "w5+@2", "w1+@2"):
        assert carried[hand.find(name)] == named(hand)[name]


@pytest.mark.parametrize("name", ["mazur", "relu-bce", "xor"])
def test_the_next_iteration_goes_on_from_the_rounded_parameters(name: str) -> None:
    timeline = by_hand(shipped(name), FOUR)
    traces = [timeline.trace(k) for k in (1, 2, 3)]
    for before, after in pairwise(traces):
        for layer, (W, b) in enumerate(after.before.parameters, 1):
            assert np.array_equal(W, before.arrays[Stage(Kind.NEW_WEIGHT, layer)])
            assert np.array_equal(b, before.arrays[Stage(Kind.NEW_BIAS, layer)])


@pytest.mark.parametrize("name", ["mazur", "relu-bce", "zhou-training"])
def test_a_late_iteration_is_the_same_whether_or_not_those_before_are_shown(name: str) -> None:
    experiment, three = shipped(name), Rounding(3, significant=True)
    timeline = by_hand(experiment, three)
    *_, chained = [timeline.trace(k) for k in range(1, 8)]
    alone = by_hand(experiment, three).trace(7)
    assert alone.before.numbers() == chained.before.numbers()
    assert dict(alone) == dict(chained)


def test_fifteen_digits_hardly_drift() -> None:
    experiment = shipped("relu-bce")
    rounded = first_by_hand(experiment, Rounding(15))
    found = drifts(traced(experiment), rounded, Rounding(15))
    assert all(abs(drift.drift) < 1e-13 for drift in found)


def test_drift_counts_units_of_the_last_digit() -> None:
    exact, rounded = traced(shipped("mazur")), first_by_hand(shipped("mazur"))
    name = exact.names.name
    found = {name(drift.quantity): drift for drift in drifts(exact, rounded, FOUR)}
    drift = found["dE/dout_h2"]
    assert drift.by_hand == 0.0413
    assert drift.drift == pytest.approx(-0.0000703226487)
    assert drift.units == pytest.approx(-0.703226487)
    assert found["net_h2"].drift == 0.0
    assert not {"i1", "w1", "target_o1", "lr"} & set(found)


def test_without_training_there_is_one_iteration() -> None:
    experiment = replace(shipped("mazur"), training=None)
    assert named(first_by_hand(experiment))["delta_o1"] == 0.1385
    with pytest.raises(UsageError, match="only iteration 1"):
        by_hand(experiment, FOUR).trace(2)


def test_run_shows_exact_by_hand_and_drift() -> None:
    output = shown("run", "mazur", "--round", "4dp", "-n", "2")
    assert "rounded to 4 decimals (half-up)" in output
    rows = [line.split() for line in output.splitlines() if "δ_h1" in line]
    assert rows[0][1:] == ["0.008771355", "0.0088", "0.000028645", "+0.29"]
    assert "Iteration 2" in output


def test_run_shows_a_batch_sample_by_sample() -> None:
    output = shown("run", "relu-bce", "--round", "3sf", "--sample", "2")
    assert "Sample 2" in output
    assert "Its parts of the gradients" in output
    assert "Sample 1" not in output
    means = shown("run", "cubes-batch-means", "--round", "3sf", "--sample", "1")
    assert "Batch means" in means


def test_run_as_json_has_both_numbers() -> None:
    result = run_json("run", "mazur", "--round", "4sf")
    assert result["round"] == "4sf"
    found = result["iterations"][0]["quantities"]["delta_h1"]
    assert found["by_hand"] == 0.008771
    assert found["exact"] == pytest.approx(0.008771354689486937, rel=1e-15)


def test_explain_puts_the_rounded_numbers_in() -> None:
    output = shown("explain", "mazur", "delta_h1", "i1", "--round", "4dp")
    assert "= 0.0363 · 0.2413" in output
    assert "≈ 0.0088   (exactly 0.0087713546894" in output
    assert "i1 = 0.05, given" in output


def test_explain_goes_on_from_rounded_parameters() -> None:
    (found,) = run_json("explain", "mazur", "w5+@3", "--round", "4sf")
    assert found["substituted"] == "0.3173 - 0.5*0.084"
    assert found["value"] == 0.2753
    assert found["exact"] == pytest.approx(0.27536, abs=1e-5)


def test_half_even_is_another_calculation() -> None:
    up = shown("explain", "mazur", "net_h1", "--round", "3dp")
    even = shown("explain", "mazur", "net_h2", "--round", "3dp", "--rounding", "half-even")
    assert "≈ 0.378 " in up
    assert "≈ 0.392 " in even


def test_what_cannot_be_done_by_hand_is_refused() -> None:
    for arguments in (["run", "mazur", "--round", "4xp"], ["explain", "apples", "--round", "4dp"]):
        assert "bptrace: " in run(*arguments, code=2).output


def test_parts_of_a_batch_are_rounded_too() -> None:
    hand = first_by_hand(shipped("relu-bce"), Rounding(2))
    parts = [hand.value(q) for q in hand.quantities() if q.kind in PARTS]
    assert parts
    assert all(round(part, 2) == part for part in parts)


def test_a_logarithm_of_a_rounded_0_has_no_value_and_the_word_says_so(tmp_path: Path) -> None:
    config = tmp_path / "saturated.yaml"
    config.write_text(SATURATED, encoding="utf-8")
    output = shown("run", str(config), "--round", "4dp")
    row = next(line for line in output.splitlines() if "E_o1" in line)
    assert row.split()[-2:] == ["no", "value"]
    assert "nan" not in output
    assert "more digits keep an output from being rounded to 0 or 1" in output
    worked = shown("explain", str(config), "E_o1", "--round", "4dp")
    assert "no value by hand: a logarithm of 0" in worked
    experiment = load(config)
    assert isinstance(experiment, Experiment)
    assert named(first_by_hand(experiment))["delta_o1"] == 0.0
