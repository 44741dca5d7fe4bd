"""Optimisers, penalties, clipping and schedules: three witnesses, two ways to many iterations."""

from __future__ import annotations

import warnings
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from support.cli import built, run, run_json
from support.sparing import sparing
from tracer.config import load
from tracer.config.writing import dump
from tracer.diagnose.gradcheck import GradientVerdict, check_network
from tracer.engine.timeline import NetworkTimeline
from tracer.formula import evaluate
from tracer.model.experiment import Experiment
from tracer.model.network import State
from tracer.model.quantity import Kind
from tracer.show.notation.notation import QuantityNotation

NETWORK = """\
network:
  inputs: [i1, i2]
  layers:
    - {neurons: [h1, h2], activation: tanh, weights: [[0.15, -0.2], [0.25, 0.3]], bias: 0.35}
    - {neurons: [o1, o2], activation: sigmoid, weights: [[0.4, 0.45], [-0.5, 0.55]], bias: [0.6, 0.7]}
loss: half_squared_error
data:
  - {inputs: [0.05, 0.1], targets: [0.01, 0.99]}
  - {inputs: [0.5, -0.2], targets: [0.3, 0.6]}
  - {inputs: [-1, 0.7], targets: [0.8, 0.1]}
"""
DESCENTS = {
    "sum": "optimizer: {name: momentum, momentum: 0.8}",
    "dampened": "optimizer: {name: momentum, dampening: 0.25}",
    "look ahead": "optimizer: {name: momentum, nesterov: true}",
    "average": "optimizer: {name: momentum, form: average}",
    "velocity": "optimizer: {name: momentum, form: velocity}",
    "velocity ahead": "optimizer: {name: momentum, form: velocity, nesterov: true}",
    "adagrad": "optimizer: {name: adagrad, epsilon: 1e-6, epsilon_place: inside}",
    "rmsprop": "optimizer: rmsprop",
    "centred": "optimizer: {name: rmsprop, centered: true, epsilon_place: inside, epsilon: 1e-4}",
    "adam": "optimizer: adam",
    "adam uncorrected": "optimizer: {name: adam, bias_correction: false, beta2: 0.9}",
    "adamw": "optimizer: {name: adamw, weight_decay: 0.1}",
    "mini-batches": "optimizer: adam, batch: 2, freeze: [w1, w6, b2]",
    "frozen": "optimizer: adam, freeze: biases, clip: {norm: 0.05}",
    "given": "optimizer: adam, state: {updates: 5, m: {w1: 0.5, b1: -0.25}, v: {w1: 0.04}}",
    "by value": "optimizer: adagrad, clip: {value: 0.05}",
    "by norm": "optimizer: rmsprop, clip: {norm: 0.1}",
    "old weights last": "optimizer: momentum, update_order: output_first, clip: {value: 0.05}",
    "l2": "regularization: {kind: l2, strength: 0.1}",
    "whole": "regularization: {strength: 0.1, form: whole, of: parameters}, clip: {norm: 0.2}",
    "per sample": "regularization: {strength: 0.3, form: per_sample}, batch: 2, optimizer: adam",
    "l1": "regularization: {kind: l1, strength: 0.02, of: parameters}, optimizer: momentum",
}
RATES = {
    "step": "{initial: 0.2, schedule: step, factor: 0.5, every: 2}",
    "exponential": "{initial: 0.2, schedule: exponential, rate: 0.9, warmup: 2}",
    "inverse": "{initial: 0.2, schedule: inverse_time, rate: 0.5}",
    "linear": "{initial: 0.2, schedule: linear, final: 0.05, over: 3}",
    "cosine": "{initial: 0.2, schedule: cosine, final: 0.05, over: 3, warmup: 1}",
    "warm-up": "{initial: 0.2, schedule: constant, warmup: 3}",
}
AMBIGUOUS = {"λ", "c"}
"""Letters that stand for two options: those are typed by name."""
CASES = {name: f"learning_rate: 0.1, {rest}" for name, rest in DESCENTS.items()} | {
    name: f"learning_rate: {rate}, optimizer: adam" for name, rate in RATES.items()
}


def experiment(training: str, network: str = NETWORK) -> Experiment:
    """The network with that training."""
    found = load("net.yaml", f"{network}training: {{{training}}}\n")
    assert isinstance(found, Experiment)
    return found


@pytest.fixture(params=CASES)
def training(request: pytest.FixtureRequest) -> str:
    """Each training in turn."""
    return CASES[request.param]


def test_each_formula_gives_the_number_beside_it(training: str) -> None:
    timeline = NetworkTimeline(experiment(training))
    for iteration in (1, 3):
        trace, before = timeline.trace(iteration), timeline.trace(max(iteration - 1, 1))
        for quantity in trace.quantities():
            assert trace.names.parse(trace.names.name(quantity)) == quantity
            formula = trace.formula(quantity)
            if formula is None:
                assert quantity.stage.is_given
                continue
            of_before = quantity.stage.is_given and quantity.kind is not Kind.LEARNING_RATE
            value = evaluate(formula, before if of_before else trace)
            assert value == pytest.approx(trace.value(quantity), rel=1e-12, abs=1e-15)


def test_what_the_screen_prints_is_read_again(training: str) -> None:
    trace = NetworkTimeline(experiment(training)).trace(2)
    notation = QuantityNotation(trace.names)
    for quantity in trace.quantities():
        printed = notation.name(quantity)
        if printed not in AMBIGUOUS:
            assert trace.names.parse(printed) == quantity


def test_compiled_recorded_and_single_steps_go_the_same_way(training: str) -> None:
    found = experiment(training)
    ways = []
    for compiled in (True, False):
        timeline = NetworkTimeline(found)
        timeline.compiled = compiled
        ways.append(timeline.state(30))
        stepped = timeline.start
        for done in range(30):
            stepped = timeline.advance(stepped, done, 1)
        assert_same(stepped, ways[-1], rtol=0)
    assert_same(ways[0], ways[1], rtol=1e-12)


def assert_same(one: State, other: State, rtol: float) -> None:
    """The same parameters, and the same state."""
    for left, right in zip(one.arrays(), other.arrays(), strict=True):
        np.testing.assert_allclose(left, right, rtol=rtol, atol=rtol)


@pytest.mark.parametrize("compiled", sparing([True, False], 1))
def test_a_training_in_two_pieces_ends_where_one_does_to_the_bit(
    training: str, compiled: bool
) -> None:
    whole = NetworkTimeline(experiment(training))
    whole.compiled = compiled
    saved = dump(whole.continued(7, ()))
    again = load("saved.yaml", saved)
    assert isinstance(again, Experiment)
    assert dump(again) == saved
    rest = NetworkTimeline(again)
    rest.compiled = compiled
    assert_same(rest.state(8), whole.state(15), rtol=0)
    assert rest.trace(1).moment.learning_rate == whole.trace(8).moment.learning_rate


@pytest.mark.parametrize("name", ["l2", "whole", "per sample", "l1"])
def test_gradients_with_a_penalty_are_those_of_the_loss(name: str) -> None:
    found = experiment(CASES[name])
    checked = check_network(found)
    assert {row.verdict for row in checked.checks} == {GradientVerdict.AGREES}


def test_a_run_without_a_penalty_has_the_loss_of_the_data_alone() -> None:
    with_penalty = experiment(CASES["whole"])
    without = replace(with_penalty, penalty=None)
    traces = [NetworkTimeline(each).trace(1) for each in (with_penalty, without)]
    arrays = [array for pair in with_penalty.parameters for array in pair]
    penalty = 0.1 * sum(float((array**2).sum()) for array in arrays)
    assert traces[0].value(traces[0].find("penalty")) == pytest.approx(penalty)
    assert traces[0].loss - traces[1].loss == pytest.approx(penalty)


def numbers(training: str, *names: str, iteration: int = 1) -> list[float]:
    """Those numbers of an iteration."""
    trace = NetworkTimeline(experiment(training)).trace(iteration)
    return [trace.value(trace.find(name)) for name in names]


def test_a_gradient_with_a_penalty_is_explained_beside_its_samples_part() -> None:
    text = NETWORK + f"training: {{learning_rate: 0.1, {DESCENTS['l2']}}}\n"
    said = built("explain", "-", "dE/dw1", "dE/dw1#1", "dE/dw1:data", "--depth", "1", input=text)
    assert "∂E/∂w1 = ∂E/∂w1:data + ∂E/∂w1:penalty" in said
    assert "∂E/∂w1#1 = δ_h1 · i1" in said


def test_all_gradients_together_have_the_norm_that_they_are_clipped_to() -> None:
    trace = NetworkTimeline(experiment(CASES["frozen"])).trace(1)
    clipped = [trace.value(trace.find(f"g_w{k}")) for k in range(1, 9)]
    gradients = [trace.value(trace.find(f"dE/dw{k}")) for k in range(1, 9)]
    assert np.linalg.norm(clipped) == pytest.approx(0.05)
    assert trace.value(trace.find("grad_norm")) == pytest.approx(np.linalg.norm(gradients))


def test_small_gradients_stay_as_they_are() -> None:
    clipped, gradient = numbers("learning_rate: 0.1, clip: {norm: 100}", "g_w5", "dE/dw5")
    assert clipped == gradient


@pytest.mark.parametrize(
    ("name", "rates"),
    [
        ("step", [0.2, 0.2, 0.1, 0.1, 0.05]),
        ("exponential", [0.1, 0.2, 0.2, 0.18, 0.162]),
        ("inverse", [0.2, 0.2 / 1.5, 0.1, 0.08, 0.2 / 3]),
        ("linear", [0.2, 0.15, 0.1, 0.05, 0.05]),
        ("cosine", [0.2, 0.2, 0.1625, 0.0875, 0.05]),
        ("warm-up", [0.2 / 3, 0.4 / 3, 0.2, 0.2, 0.2]),
    ],
)
def test_the_learning_rate_of_each_iteration(name: str, rates: list[float]) -> None:
    timeline = NetworkTimeline(experiment(CASES[name]))
    found = [timeline.trace(k).moment.learning_rate for k in range(1, 6)]
    assert found == pytest.approx(rates)


def test_counting_goes_on_from_a_given_state() -> None:
    mhat, m = numbers(CASES["given"], "mhat_w1", "m_w1+")
    assert mhat == pytest.approx(m / (1 - 0.9**6))


def test_nothing_to_divide_by_is_told_and_is_no_nan(tmp_path: Path) -> None:
    path = tmp_path / "net.yaml"
    relu = NETWORK.replace("tanh", "relu").replace("bias: 0.35", "bias: -5")
    path.write_text(
        f"{relu}training: {{learning_rate: 0.1, optimizer: {{name: adam, epsilon: 0}}}}\n"
    )
    said = built("step", str(path), "-n", "3", code=2)
    assert "training diverged in iteration 1: w5+ (division by zero)" in said
    assert "epsilon more than 0" in said
    assert "nan" not in said.lower()


LARGE = {
    "exponential": ("{initial: 0.1, schedule: exponential, rate: 1.0e+200}", 3),
    "step": ("{initial: 0.1, schedule: step, factor: 1.0e+300, every: 2}", 5),
    "linear": ("{initial: 0.1, schedule: linear, final: 1.0e+308, over: 3}", 3),
    "cosine": ("{initial: 0.1, schedule: cosine, final: 1.0e+308, over: 3}", 1),
}
"""Schedules, and in which iteration their learning rate is beyond float64."""


@pytest.mark.parametrize("frozen", ["biases", "[w1, w2, w3, w4, w5, w6, w7, w8, b1, b2, b3]"])
@pytest.mark.parametrize("name", LARGE)
def test_a_schedule_that_overflows_is_named(name: str, frozen: str, tmp_path: Path) -> None:
    schedule, first = LARGE[name]
    path = tmp_path / "net.yaml"
    small = NETWORK.replace("0.", "0.0") + f"training: {{learning_rate: {schedule}"
    path.write_text(f"{small}, freeze: {frozen}, clip: {{norm: 1.0e-200}}, iterations: 6}}\n")
    said = f"training diverged in iteration {first}: lr (overflow) is not a finite number; "
    for words in (
        ("run", str(path), "-n", "6"),
        ("step", str(path)),
        ("explain", str(path), "lr@6"),
    ):
        result = run(*words, code=2)
        assert said in result.stderr
        assert "its schedule makes it so large" in result.stderr
        assert " inf" not in result.stdout


def test_code_names_it_too(tmp_path: Path) -> None:
    path = tmp_path / "net.yaml"
    path.write_text(f"{NETWORK}training: {{learning_rate: {LARGE['step'][0]}, iterations: 6}}\n")
    said = run("code", str(path), code=2).stderr
    assert "lr (overflow) is not a finite number" in said


@pytest.mark.parametrize("command", ["step", "code", "explain"])
def test_a_graph_names_it_too(command: str, tmp_path: Path) -> None:
    path = tmp_path / "graph.yaml"
    training = (
        f"training: {{learning_rate: {LARGE['exponential'][0]}, trainable: [x], iterations: 6}}"
    )
    path.write_text(f"graph: {{inputs: {{x: 1, y: 2}}, nodes: {{z: x*y}}}}\n{training}\n")
    names = ["lr@4"] if command == "explain" else []
    said = run(command, str(path), *names, code=2).stderr
    assert "training diverged in iteration 3: lr (overflow) is not a finite number" in said


def test_a_divisor_that_overflows_gives_a_rate_of_zero(tmp_path: Path) -> None:
    path = tmp_path / "net.yaml"
    rate = "{initial: 0.1, schedule: inverse_time, rate: 1.0e+308}"
    path.write_text(f"{NETWORK}training: {{learning_rate: {rate}, iterations: 6}}\n")
    iterations = run_json("run", str(path), "-n", "6")["iterations"]
    assert iterations[5]["learning_rate"] == 0


def test_a_page_whose_first_iteration_overflows_says_so(tmp_path: Path) -> None:
    path, page = tmp_path / "net.yaml", tmp_path / "page.html"
    path.write_text(f"{NETWORK}training: {{learning_rate: {LARGE['cosine'][0]}}}\n")
    said = run("page", str(path), "-o", str(page), code=2).stderr
    assert "training diverged in iteration 1: lr (overflow)" in said
    assert not page.exists()


PROBLEMS: dict[str, tuple[str, str]] = {
    "momentum above 1": (
        "optimizer: {name: momentum, momentum: 1.01}",
        "training.optimizer.momentum: found 1.01, expected less than 1",
    ),
    "beta of 1": (
        "optimizer: {name: adam, beta2: 1.0}",
        "training.optimizer.beta2: found 1.0, expected less than 1",
    ),
    "a negative epsilon": (
        "optimizer: {name: adam, epsilon: -1e-8}",
        "training.optimizer.epsilon: found -1e-8, expected 0 or more",
    ),
    "an option of another": (
        "optimizer: {name: rmsprop, beta1: 0.9}",
        "training.optimizer.beta1: unknown key 'beta1'",
    ),
    "another name": (
        "optimizer: {name: adams}",
        "training.optimizer.name: unknown optimizer 'adams'; did you mean 'adam'",
    ),
    "another word": (
        "optimizer: nag",
        "training.optimizer: unknown optimizer 'nag'; did you mean 'momentum'?",
    ),
    "no name": ("optimizer: {beta1: 0.9}", "training.optimizer: missing key 'name'"),
    "a form that is none": (
        "optimizer: {name: momentum, form: mean}",
        "training.optimizer.form: unknown form 'mean'; there are sum, average, velocity",
    ),
    "an average ahead": (
        "optimizer: {name: momentum, form: average, nesterov: true}",
        "training.optimizer.nesterov: an average has no Nesterov form",
    ),
    "two ways to clip": (
        "clip: {norm: 1, value: 1}",
        "training.clip: both norm and value; leave one of them out",
    ),
    "no way to clip": ("clip: {}", "training.clip: neither norm nor value"),
    "a limit of 0": ("clip: {norm: 0}", "training.clip.norm: found 0, expected more than 0"),
    "the norm too early": (
        "clip: {norm: 1}, update_order: output_first",
        "training.update_order: clip by norm needs all gradients before the first update",
    ),
    "l1 with a form": (
        "regularization: {kind: l1, strength: 1, form: half}",
        "training.regularization.form: l1 has no form",
    ),
    "no strength": (
        "regularization: {kind: l2}",
        "training.regularization: missing key 'strength'",
    ),
    "a state that isn't kept": (
        "optimizer: adam, state: {s: {w1: 1}}",
        "training.state.s: adam keeps no 's'; it keeps m, v",
    ),
    "a negative square": (
        "optimizer: adam, state: {v: {w1: 1, w2: -0.5}}",
        "training.state.v.w2: found -0.5, expected 0 or more; v is made of squared gradients",
    ),
    "updates that are no count": (
        "optimizer: adam, state: {updates: [1]}",
        "training.state.updates: expected a count",
    ),
}


@pytest.mark.parametrize("name", PROBLEMS)
def test_what_does_not_go_together_is_told_with_its_place(name: str) -> None:
    training, problem = PROBLEMS[name]
    with pytest.raises(Exception, match=r"net\.yaml:11:") as caught:
        experiment(f"learning_rate: 0.1, {training}")
    assert problem in str(caught.value)


@pytest.mark.parametrize(
    ("rate", "problem"),
    [
        ("{initial: 0.1, schedule: exponential}", "missing key 'rate'"),
        ("{initial: 0.1, schedule: exp}", "unknown schedule 'exp'; did you mean 'exponential'?"),
        ("{schedule: step, factor: 0.5, every: 2}", "missing key 'initial'"),
        ("{initial: 0.1}", "missing key 'schedule'; there are constant, step"),
        ("{initial: 0.1, schedule: cosine, final: 0, over: 0}", "found 0, expected 1 or more"),
    ],
)
def test_a_schedule_that_is_not_complete_is_told(rate: str, problem: str) -> None:
    with pytest.raises(Exception, match=r"training\.learning_rate") as caught:
        experiment(f"learning_rate: {rate}")
    assert problem in str(caught.value)


def test_a_penalty_stands_once(tmp_path: Path) -> None:
    beside = NETWORK + "regularization: {strength: 0.1}\n"
    assert experiment("learning_rate: 0.1", beside) is not None
    with pytest.raises(Exception, match="regularization stands twice"):
        experiment(CASES["l2"], beside)


def test_json_has_all_of_an_update(tmp_path: Path) -> None:
    path = tmp_path / "net.yaml"
    path.write_text(
        f"{NETWORK}training: {{learning_rate: {RATES['step']}, optimizer: adam, "
        "clip: {norm: 0.1}, regularization: {strength: 0.1}}\n"
    )
    found: dict[str, Any] = run_json("run", path, "--iterations", 3)["iterations"][2]
    assert found["learning_rate"] == 0.1
    assert found["penalty"] > 0
    w5 = found["parameters"]["w5"]
    assert w5["data"] + w5["penalty"] == pytest.approx(w5["gradient"])
    assert w5["clipped"] == pytest.approx(w5["gradient"] / max(1, found["gradient_norm"] / 0.1))
    m = w5["state"]["m"]
    assert m["after"] == pytest.approx(0.9 * m["before"] + 0.1 * w5["clipped"])
    assert w5["mhat"] == pytest.approx(m["after"] / (1 - 0.9**3))


def test_a_negative_variance_is_told_as_such(tmp_path: Path) -> None:
    path = tmp_path / "net.yaml"
    states = "state: {s: {w1: 0.1}, m: {w1: 5}}"
    centred = "optimizer: {name: rmsprop, centered: true}"
    path.write_text(f"{NETWORK}training: {{learning_rate: 0.1, {centred}, {states}}}\n")
    said = built("step", str(path), "-n", "3", code=2)
    assert "in iteration 1: w1+ (the square root of a negative number)" in said
    assert "a mean of squares below the square of the mean" in said


def test_a_state_that_its_correction_takes_beyond_float64_is_named(tmp_path: Path) -> None:
    path = tmp_path / "net.yaml"
    adam = "optimizer: adam, state: {v: {w1: 1e308}}"
    path.write_text(f"{NETWORK}training: {{learning_rate: 0.1, {adam}}}\n")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        said = built("run", str(path), code=2)
    assert "in iteration 1: vhat_w1 is not a finite number" in said
