"""A row in the table of optimisers, without state and with: the whole change."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from itertools import cycle, product
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from support.cli import run, run_json
from support.guide import guide_class
from support.schema import validate
from support.sparing import sparing
from tracer.cli.walk import walk
from tracer.config import load
from tracer.config.writing import dump
from tracer.engine.timeline import NetworkTimeline
from tracer.errors import ConfigError
from tracer.formula import evaluate
from tracer.model import optimizers
from tracer.model.experiment import Experiment
from tracer.model.network import State
from tracer.model.quantity import Kind
from tracer.show.formats import FORMATS
from tracer.show.notation.notation import QuantityNotation
from tracer.show.reports.views import VIEWS

NAMES = ("halved", "rolling")
NETWORK = """\
network:
  inputs: [i1, i2]
  layers:
    - {neurons: [h1, h2], activation: sigmoid, weights: [[0.15, 0.2], [0.25, 0.3]], bias: 0.35}
    - {neurons: [o1, o2], activation: sigmoid, weights: [[0.4, 0.45], [0.5, 0.55]], bias: [0.6, 0.7]}
loss: half_squared_error
data:
  - {inputs: [0.05, 0.1], targets: [0.01, 0.99]}
  - {inputs: [0.5, 0.2], targets: [0.3, 0.6]}
"""
TRAINING = "training: {learning_rate: 0.5, iterations: 3, optimizer: OPTIMIZER}\n"


@pytest.fixture(autouse=True)
def _rows(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in NAMES:
        row = guide_class(name.title(), vars(optimizers))
        monkeypatch.setitem(optimizers.OPTIMIZERS, name, row)


def text(optimizer: str, **changed: object) -> str:
    """A configuration; `changed` are further keys of its training."""
    more = "".join(f", {key}: {value}" for key, value in changed.items())
    return NETWORK + TRAINING.replace("OPTIMIZER", optimizer + more)


def experiment(optimizer: str, **changed: object) -> Experiment:
    """The same, read."""
    found = load("net.yaml", text(optimizer, **changed))
    assert isinstance(found, Experiment)
    return found


@pytest.fixture(params=NAMES)
def path(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A configuration for each of the two rows."""
    written = tmp_path / f"{request.param}.yaml"
    written.write_text(text(request.param))
    return written


Step = Callable[[Any, Any, Any], tuple[Any, Any]]
STEPS: dict[str, Step] = {
    "halved": lambda w, v, g: (w - 0.5 * g / 2, v),
    "rolling": lambda w, v, g: (w - 0.5 * (0.9 * v + g), 0.9 * v + g),
}


def plain_loop(step: Step, updates: int) -> list[list[np.ndarray]]:
    """W1, b1, W2, b2 and their states after so many updates, in nothing but NumPy."""
    X, T = np.array([[0.05, 0.1], [0.5, 0.2]]), np.array([[0.01, 0.99], [0.3, 0.6]])
    w = [np.array(a) for a in ([[0.15, 0.2], [0.25, 0.3]], [0.35])]
    w += [np.array(a) for a in ([[0.4, 0.45], [0.5, 0.55]], [0.6, 0.7])]
    v = [np.zeros_like(a) for a in w]
    for _ in range(updates):
        H = 1 / (1 + np.exp(-(X @ w[0].T + w[1])))
        Y = 1 / (1 + np.exp(-(H @ w[2].T + w[3])))
        D2 = (Y - T) * Y * (1 - Y)
        D1 = D2 @ w[2] * H * (1 - H)
        gradients = [D1.T @ X / 2, [D1.sum() / 2], D2.T @ H / 2, D2.mean(axis=0)]
        stepped = [step(a, b, np.array(g)) for a, b, g in zip(w, v, gradients, strict=True)]
        w, v = [a for a, _ in stepped], [b for _, b in stepped]
    return [w, v]


def assert_like_the_loop(state: State, optimizer: str, updates: int) -> None:
    groups = plain_loop(STEPS[optimizer], updates)[: 1 + len(state.slots)]
    expected = [array for group in groups for array in group]
    for array, other in zip(state.arrays(), expected, strict=True):
        np.testing.assert_allclose(array, other, rtol=1e-12)


@pytest.mark.parametrize("optimizer", NAMES)
@pytest.mark.parametrize("compiled", [True, False])
def test_the_numbers_are_those_of_a_plain_loop(optimizer: str, compiled: bool) -> None:
    timeline = NetworkTimeline(experiment(optimizer))
    timeline.compiled = compiled
    for updates in range(4):
        assert_like_the_loop(timeline.state(updates), optimizer, updates)


@pytest.mark.parametrize("optimizer", NAMES)
@pytest.mark.parametrize(
    "changed", [{}, {"freeze": "[w1, w6, b2]"}, {"freeze": "biases"}, {"batch": "online"}]
)
def test_each_formula_gives_the_number_beside_it(optimizer: str, changed: dict[str, str]) -> None:
    timeline = NetworkTimeline(experiment(optimizer, **changed))
    for iteration in (1, 2, 3):
        trace, before = timeline.trace(iteration), timeline.trace(max(iteration - 1, 1))
        kinds = set()
        for quantity in trace.quantities():
            formula = trace.formula(quantity)
            if formula is None:
                assert quantity.stage.is_given
                continue
            known = before if quantity.stage.is_given else trace
            assert evaluate(formula, known) == pytest.approx(trace.value(quantity), rel=1e-12)
            assert trace.names.parse(trace.names.name(quantity)) == quantity
            kinds.add(quantity.kind)
        assert (Kind.NEW_WEIGHT_STATE in kinds) == (optimizer == "rolling")


@pytest.mark.parametrize("optimizer", NAMES)
@pytest.mark.parametrize("batch", ["full", "online"])
def test_a_training_that_goes_on_ends_where_one_in_one_piece_does(
    optimizer: str, batch: str, tmp_path: Path
) -> None:
    whole, saved = tmp_path / "whole.yaml", tmp_path / "saved.yaml"
    whole.write_text(text(optimizer, batch=batch))
    run("step", str(whole), "-n", "3", "--save", str(saved))
    assert ("\n  state:\n    v: [" in saved.read_text()) == (optimizer == "rolling")
    at_once = run_json("step", whole, "-n", 8, "--trace-at", 4)
    gone_on = run_json("run", saved, "--iterations", 5)
    assert gone_on["iterations"][0]["parameters"] == at_once["iterations"][0]["parameters"]
    assert gone_on["final"]["parameters"] == at_once["final"]["parameters"]
    run("step", str(saved), "-n", "5", "--save", str(tmp_path / "end.yaml"))
    run("step", str(whole), "-n", "8", "--save", str(tmp_path / "end at once.yaml"))
    ends = [(tmp_path / f"{name}.yaml").read_text() for name in ("end", "end at once")]
    assert ends[0] == ends[1]
    again = load(saved)
    assert isinstance(again, Experiment)
    assert dump(again) == saved.read_text()


@pytest.mark.parametrize(
    ("format", "view"), sparing(product(FORMATS, VIEWS), slice(None, None, len(VIEWS) - 1))
)
def test_every_view_shows_it_in_every_format(path: Path, view: str, format: str) -> None:
    assert run("run", str(path), "--view", view, "--format", format).output


def test_the_matrices_show_the_rule_itself(tmp_path: Path) -> None:
    for name, equation in (
        ("halved", "− 0.5 · [ 0.022298019 ] / 2 = [ 0.344425495 ]"),
        ("rolling", "= 0.9 · [ 0.000000000 ] + [ 0.022298019 ] = [ 0.022298019 ]"),
    ):
        path = tmp_path / f"{name}.yaml"
        path.write_text(text(name))
        assert equation in run("run", str(path), "--view", "matrix", "--width", "200").output


@pytest.mark.parametrize(
    ("path", "format"),
    sparing(product(NAMES, FORMATS), list(zip(cycle(NAMES), FORMATS, strict=False))),
    indirect=["path"],
)
def test_every_command_knows_it_in_every_format(path: Path, format: str, tmp_path: Path) -> None:
    form = ("--format", format)
    assert run("step", str(path), "--trace-at", "1,3", *form).output
    assert run("explain", str(path), "w5+", "w5@3", "--depth", "all", *form).output
    if not FORMATS[format].objects:
        assert run("worksheet", str(path), "--key", *form).output
    assert run("gradcheck", str(path), *form).output
    assert run("why", str(path), "w5+=0.3", *form).output
    other = tmp_path / "other.yaml"
    other.write_text(text("sgd"))
    assert run("compare", str(path), str(other), *form, code=1).output


def test_the_head_of_a_result_says_its_rule(path: Path) -> None:
    said = run("step", str(path)).output
    lines = {
        "halved": ["Update: w+ = w − learning rate · ∂E/∂w/2, learning rate 0.5; every "],
        "rolling": [
            "Update: w+ = w − learning rate · v+, learning rate 0.5; every ",
            "v+ = φ · v + g: velocity, at the start 0.",
            "With g = ∂E/∂w, φ = 0.9.",
        ],
    }[path.stem]
    assert all(line in said for line in lines)


@pytest.mark.parametrize("wrong", [False, True])
def test_answers_are_checked(path: Path, wrong: bool, tmp_path: Path) -> None:
    name = "v_w5+" if path.stem == "rolling" else "w5+"
    found = run_json("run", path)
    validate(found, "run")
    after = found["iterations"][0]["parameters"]
    sheet = {f"{parameter}+": numbers["after"] for parameter, numbers in after.items()}
    for parameter, numbers in after.items():
        for letter, state in numbers.get("state", {}).items():
            assert state["before"] == 0
            sheet[f"{letter}_{parameter}+"] = state["after"]
    if wrong:
        sheet[name] *= 1.5
    answers = tmp_path / "answers.yaml"
    answers.write_text("".join(f"{key}: {value}\n" for key, value in sheet.items()))
    for format in FORMATS:
        assert run("check", str(path), str(answers), "--format", format, code=int(wrong)).output
    verdicts = json.loads(
        run("check", str(path), str(answers), "--format", "json", code=int(wrong)).output
    )
    assert verdicts["supplied"] == len(sheet)
    assert verdicts["first_wrong"] == (name if wrong else None)


@pytest.mark.parametrize("letters", ["w5", "b1"])
def test_a_step_with_the_learning_rate_left_out_is_recognised(letters: str, path: Path) -> None:
    numbers = run_json("run", path)["iterations"][0]["parameters"][letters]
    value = numbers["before"] - (numbers["before"] - numbers["after"]) / 0.5
    answers = path.with_name("answers.yaml")
    answers.write_text(f"{letters}+: {value:.9f}\n")
    said = run("check", str(path), str(answers), code=1).output
    assert "Matches learning_rate_left_out." in said
    if path.stem == "rolling":
        assert f"{letters}⁺ = {letters} − v_{letters}⁺" in said


def test_its_state_is_explained() -> None:
    def explain(*names: str) -> str:
        return run("explain", "-", *names, "--depth", "all", input=text("rolling")).output

    told = explain("v_w5+")
    assert "v_w5⁺ = φ · v_w5 + ∂E/∂w5\n        ≈ 0.9 · 0 + 0.066919273\n" in told
    assert "δ_o1#2 = " in told
    assert "v_w5@2 = v_w5⁺\n         ≈ 0.066919273\n" in explain("v_w5@2")
    assert "v_b2 = 0" in explain("v_b2")
    assert "w5⁺ = w5 − η · v_w5⁺\n" in explain("w5+")
    latex = explain("v_w5+", "--format", "latex")
    assert r"v_{w_{5}}^{+} &= \varphi \cdot v_{w_{5}} + \frac{\partial E}{\partial w_{5}}" in latex
    assert "v_{W_{11}^{2}}^{+} &= " in explain("v_w5+", "--format", "latex", "--notation", "z-a")
    assert "<msub><mi>v</mi><msub><mi>w</mi><mn>5</mn></msub></msub>" in mathml("v_w5")


def mathml(name: str) -> str:
    """The name in MathML."""
    names = NetworkTimeline(experiment("rolling")).trace(1).names
    return QuantityNotation(names, target="mathml").name(names.parse(name))


@pytest.mark.parametrize(
    ("spelled", "canonical"),
    [
        ("v_w5", "v_w5"), ("vw5", "v_w5"), ("V_w5", "v_w5"), ("v_{w_5}", "v_w5"), ("v_w₅", "v_w5"),
        ("v_w5⁺", "v_w5+"), ("v_w5'", "v_w5+"), ("v_{w_5}^+", "v_w5+"), ("v_w[o1,h1]", "v_w5"),
        ("v_b[o1]+@3", "v_b2+@3"),
    ],
)  # fmt: skip
def test_its_names_are_read_in_many_spellings(spelled: str, canonical: str) -> None:
    names = NetworkTimeline(experiment("rolling")).trace(1).names
    assert names.name(names.parse(spelled)) == canonical


def test_what_is_not_kept_is_not_there(tmp_path: Path) -> None:
    path = tmp_path / "net.yaml"
    path.write_text(text("halved"))
    refused = run("explain", str(path), "v_w5+", code=2).output
    assert "is not part of this calculation; `optimizer: halved` keeps nothing" in refused
    refused = run("explain", str(path), "q_w5", code=2).output
    assert refused == "bptrace: there is no quantity 'q_w5'; no optimiser keeps a state 'q'\n"


class Terminal(io.StringIO):
    """A reader who goes on and on."""

    def isatty(self) -> bool:
        return True


def test_a_walk_comes_to_its_state(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    screen = Terminal()
    with monkeypatch.context() as patched:
        patched.setattr("sys.stdin", Terminal("\n" * 1000))
        patched.setattr("sys.stdout", screen)
        walk(str(path))
    said = screen.getvalue()
    assert ("v_w5⁺ = φ · v_w5 + ∂E/∂w5" in said) == (path.stem == "rolling")
    assert "w5⁺ = w5 − " in said


@pytest.mark.parametrize(
    ("state", "problem"),
    [
        ("{s: [1]}", "10:73: training.state.s: rolling keeps no 's'; it keeps v"),
        (
            "{v: [1, 2]}",
            "10:76: training.state.v: 2 numbers; the network has 11 parameters; "
            "they stand in the order w1, w2, …, b1, …, layer by layer",
        ),
        (
            "{v: {w9: 1}}",
            "10:77: training.state.v.w9: there is no weight or bias 'w9'; "
            "there are w1 to w8 and b1 to b3",
        ),
    ],
)
def test_a_state_that_does_not_fit_is_refused(state: str, problem: str) -> None:
    with pytest.raises(ConfigError) as caught:
        experiment("rolling", state=state)
    assert str(caught.value).startswith("net.yaml:")
    assert str(caught.value).split(": ", 1)[1] == problem.split(": ", 1)[1]


def test_a_state_may_be_given_by_names() -> None:
    given = experiment("rolling", state="{v: {w5: 0.25, 'b[h1]': -0.5}}")
    trace = NetworkTimeline(given).trace(1)
    values = {n: trace.value(trace.find(n)) for n in ("v_w5", "v_b1", "v_w1")}
    assert values == {"v_w5": 0.25, "v_b1": -0.5, "v_w1": 0.0}
    assert trace.value(trace.find("v_w5+")) == pytest.approx(0.9 * 0.25 + 0.06691927341607631)


def test_no_neuron_is_called_like_its_state() -> None:
    with pytest.raises(ConfigError, match="'v_w1' is the name of a weight"):
        load("net.yaml", text("rolling").replace("h1", "v_w1"))


def test_an_optimizer_that_is_not_in_the_table_is_unknown() -> None:
    with pytest.raises(ConfigError, match="unknown optimizer 'rollin'; did you mean 'rolling'"):
        experiment("rollin")
