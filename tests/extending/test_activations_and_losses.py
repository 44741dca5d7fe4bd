"""A row added to a table is the whole change: docs/extending.md says so, and here it is done."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from support.cli import run, run_json, shown
from support.guide import guide_row
from support.networks import build, random_parameters
from support.paths import DOCS
from support.traces import analytic_gradient, numeric_gradient, traced
from tracer import formula as expression
from tracer.config import load
from tracer.errors import ConfigError
from tracer.formula import evaluate
from tracer.model import activations, losses
from tracer.model.experiment import Data, Experiment
from tracer.model.network import Bias
from tracer.show.formats import FORMATS
from tracer.show.reports.views import VIEWS


@pytest.fixture
def softsign(monkeypatch: pytest.MonkeyPatch) -> None:
    row = guide_row("Activation", vars(expression) | vars(activations))
    monkeypatch.setitem(activations.ACTIVATIONS, row.name, row)


@pytest.mark.usefixtures("softsign")
def test_a_new_activation_has_gradients_and_formulas() -> None:
    rng = np.random.default_rng(4)
    network, _ = build([2, 3, 2], ["softsign"] * 2, [Bias.EACH] * 2, "squared_error")
    data = Data(rng.normal(0, 1, (4, 2)), rng.normal(0, 1, (4, 2)), (None,) * 4)
    experiment = Experiment("softsign", network, random_parameters(network, rng), data=data)
    trace = traced(experiment)
    np.testing.assert_allclose(
        analytic_gradient(trace), numeric_gradient(experiment), rtol=1e-6, atol=1e-8
    )
    for quantity in trace.quantities():
        formula = trace.formula(quantity)
        if formula is not None:
            assert evaluate(formula, trace) == pytest.approx(trace.value(quantity), rel=1e-12)


SOFTSIGN = """\
network:
  inputs: [x]
  layers:
    - {neurons: [h1, h2], activation: softsign, weights: [[0.5], [-1.5]], bias: [0.1, 0.2]}
    - {neurons: [o1], activation: softsign, weights: [[0.3, 0.8]], bias: 0.1}
loss: squared_error
data: [{inputs: 1, targets: 0.5}, {inputs: -0.5, targets: -0.25}]
training: {learning_rate: 0.5}
"""
ROOTED = """\
network:
  inputs: [x]
  layers:
    - {neurons: [h1, h2], activation: relu, weights: [[0.5], [1.5]], bias: [0.1, 0.2]}
    - {neurons: [o1], activation: identity, weights: [[0.3, 0.8]], bias: 0.1}
loss: rooted_error
data: [{inputs: 1, targets: 0.5}, {inputs: 0.5, targets: 0.25}]
training: {learning_rate: 0.5}
"""


@pytest.fixture
def rooted_error(monkeypatch: pytest.MonkeyPatch) -> None:
    row = guide_row("Loss", vars(expression) | vars(losses))
    monkeypatch.setitem(losses.LOSSES, row.name, row)


def check_commands(path: Path, delta: str) -> None:
    """`run`, `explain`, `check`, `gradcheck` and `--help`, in every format that they have."""
    for format in FORMATS:
        assert shown("run", path, "--format", format)
    for view in VIEWS:
        assert shown("run", path, "--view", view)
    for format in FORMATS:
        assert shown("explain", path, delta, "out_h1", "E_o1", "--depth", "all", "--format", format)
    answers = path.with_name("answers.yaml")
    numbers = run_json("run", path)["iterations"][0]
    answers.write_text(f"{delta}: {numbers['samples'][0]['quantities'][delta]}\n")
    for format in FORMATS:
        assert shown("check", path, answers, "--format", format)
        assert shown("gradcheck", path, "--format", format)
    assert run("new", "--help")


@pytest.mark.usefixtures("softsign")
def test_a_new_activation_goes_through_all_the_commands(tmp_path: Path) -> None:
    path = tmp_path / "softsign.yaml"
    path.write_text(SOFTSIGN)
    check_commands(path, "delta_h1")
    assert "net_h1/(1 + |net_h1|)" in shown("explain", path, "out_h1")


@pytest.mark.usefixtures("rooted_error")
def test_a_new_loss_goes_through_all_the_commands(tmp_path: Path) -> None:
    path = tmp_path / "rooted.yaml"
    path.write_text(ROOTED)
    check_commands(path, "delta_o1")
    told = shown("explain", path, "delta_o1")
    assert "The short cut: the slope of the identity is 1." in told
    assert "δ_o1 = out_o1 − target_o1" in told
    assert "E_total = Σ ½·|target − out|²" in told


@pytest.mark.usefixtures("rooted_error")
def test_the_limits_of_a_new_loss_are_checked() -> None:
    text = ROOTED.replace("identity", "tanh").replace("targets: 0.5", "targets: 1.5")
    with pytest.raises(ConfigError) as caught:
        load("net.yaml", text)
    assert str(caught.value).splitlines() == [
        "net.yaml:6:7: loss: rooted_error needs identity outputs; the output layer has tanh",
        "net.yaml:7:29: data[0].targets[0]: target 1.5; rooted_error needs targets between -1 and 1",
    ]


def test_a_row_that_is_not_in_the_table_is_still_unknown() -> None:
    with pytest.raises(ConfigError, match="unknown activation 'softsign'"):
        load("net.yaml", SOFTSIGN)


@pytest.mark.parametrize("name", sorted({*activations.ACTIVATIONS, *losses.LOSSES}))
def test_no_other_module_knows_a_row_by_its_name(name: str) -> None:
    """But the wish of `bptrace new`, whose defaults are a choice, primitives, and PyTorch's names."""
    package = DOCS.parent / "tracer"
    own = {"activations.py", "losses.py", "new.py", "exercise.py"}
    knowing = [
        path.name
        for path in package.rglob("*.py")
        if path.name not in own
        and path.parent.name not in ("formula", "torch")
        and re.search(rf"""["']{name}["']""", path.read_text("utf-8"))
    ]
    assert knowing == []
