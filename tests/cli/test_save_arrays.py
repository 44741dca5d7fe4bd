"""`--save-arrays`: what it writes, and that `check` reads it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given

from support.cli import run, run_json
from support.networks import experiments
from support.paths import CONFIGS
from support.sparing import small_first
from support.traces import traced
from tracer.config import load
from tracer.diagnose.answers.arrays import find_stage, named_arrays
from tracer.model.experiment import Experiment

NAMES = [
    "mazur", "mazur-as-published", "xor-thresholds", "relu-bce", "cubes-batch-means",
    "cs231n-two-layer-l2", "zhou-feedforward", "apples", "adam-by-hand", "descent-momentum",
]  # fmt: skip
"""One of each kind: of loss, biases, batch, rule of the gradient, optimiser, network or graph."""
SATURATED = """\
network:
  inputs: [x]
  layers:
    - {neurons: [o], activation: sigmoid, weights: [[800]], bias: none}
loss: binary_cross_entropy
data: [{inputs: [1], targets: [0]}]
"""


def verdicts(*words: object) -> tuple[int, set[str]]:
    """How many numbers `check` was given, and what it says of them."""
    checked = run_json("check", *words)
    return checked["supplied"], {verdict["verdict"] for verdict in checked["verdicts"]}


@pytest.mark.parametrize("name", small_first(NAMES))
def test_check_finds_all_that_run_saves_right(name: str, tmp_path: Path) -> None:
    saved = tmp_path / "a.npz"
    iterations = 2 if load(CONFIGS / f"{name}.yaml").training else 1
    run("run", name, "-n", iterations, "--save-arrays", saved)
    with np.load(saved) as arrays:
        count = sum(array.size for array in arrays.values())
    assert verdicts(name, saved) == (count, {"right"})


def test_each_array_has_its_name_and_shape(tmp_path: Path) -> None:
    run("run", "mazur", "-n", 2, "--save-arrays", tmp_path / "a.npz")
    with np.load(tmp_path / "a.npz") as arrays:
        shapes = {name: array.shape for name, array in arrays.items()}
        assert arrays["W1"].tolist() == [[0.15, 0.2], [0.25, 0.3]]
        assert arrays["W1@2"].tolist() == arrays["W1+"].tolist()
    first = {name: shape for name, shape in shapes.items() if not name.endswith("@2")}
    assert first.keys() == {name.removesuffix("@2") for name in shapes if name.endswith("@2")}
    layers = {
        name: shape
        for n in "12"
        for name, shape in {
            f"W{n}": (2, 2), f"b{n}": (1,), f"dW{n}": (2, 2), f"db{n}": (1,), f"W{n}+": (2, 2),
            f"b{n}+": (1,), f"net{n}": (1, 2), f"out{n}": (1, 2), f"dout{n}": (1, 2),
            f"slope{n}": (1, 2), f"delta{n}": (1, 2),
        }.items()
    }  # fmt: skip
    whole = {"inputs": (1, 2), "targets": (1, 2), "E": (1, 2), "E_total": (1,)}
    assert first == {**layers, **whole, "loss": (), "lr": ()}


@given(experiments())
def test_every_array_is_found_by_the_name_that_it_is_saved_under(experiment: Experiment) -> None:
    trace = traced(experiment)
    saved = [(name, array) for name, array in named_arrays(trace) if array.ndim]
    assert len({name for name, _ in saved}) == len(saved)
    for name, array in saved:
        assert trace.arrays[find_stage(name, trace)] is array


def test_step_saves_the_iterations_that_it_traces(tmp_path: Path) -> None:
    run("step", "xor", "-n", 30, "--trace-at", "2,30", "--save-arrays", tmp_path / "a.npz")
    with np.load(tmp_path / "a.npz") as arrays:
        assert {name.partition("@")[2] for name in arrays} == {"2", "30"}
    assert verdicts("xor", tmp_path / "a.npz")[1] == {"right"}


@pytest.mark.parametrize("name", ["mazur", "apples"])
def test_step_saves_its_last_iteration(name: str, tmp_path: Path) -> None:
    config = tmp_path / "a.yaml"
    text = (CONFIGS / f"{name}.yaml").read_text(encoding="utf-8").partition("\nexpected:")[0]
    if name == "apples":
        text += "\ntraining: {learning_rate: 0.001, trainable: [apple]}\n"
    config.write_text(text, encoding="utf-8")
    told = run("step", config, "-n", 12, "--save-arrays", tmp_path / "a.npz").stderr
    assert f"saved the arrays of iteration 12: {tmp_path / 'a.npz'}" in told
    with np.load(tmp_path / "a.npz") as arrays:
        assert {name.partition("@")[2] for name in arrays} == {"12"}
    assert verdicts(config, tmp_path / "a.npz")[1] == {"right"}


def test_a_file_is_the_same_each_time_and_kept_without_force(tmp_path: Path) -> None:
    saved = tmp_path / "a.npz"
    run("run", "mazur", "--save-arrays", saved)
    before = saved.read_bytes()
    refused = run("run", "xor", "--save-arrays", saved, code=2)
    assert f"{saved} exists already; --force overwrites it" in refused.stderr
    assert saved.read_bytes() == before
    run("run", "xor", "--save-arrays", saved, "--force")
    assert saved.read_bytes() != before
    run("run", "mazur", "--save-arrays", saved, "--force")
    assert saved.read_bytes() == before
    assert list(tmp_path.iterdir()) == [saved]


def test_arrays_that_are_not_finite_are_left_out(tmp_path: Path) -> None:
    config = tmp_path / "a.yaml"
    config.write_text(SATURATED, encoding="utf-8")
    told = run("run", config, "--save-arrays", tmp_path / "a.npz").stderr
    assert "left out, with numbers that are not finite: dout1" in told
    assert verdicts(config, tmp_path / "a.npz")[1] == {"right"}


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("run", "mazur", "--save-arrays", "a.csv"), "arrays go into an .npz file"),
        (("run", "mazur", "--save-arrays", "-"), "arrays go into an .npz file"),
        (("run", "mazur", "--round", "4dp", "--save-arrays", "a.npz"), "leave --round out"),
        (("step", "mazur", "-n", "0", "--save-arrays", "a.npz"), "no iteration was calculated"),
    ],
)
def test_what_can_not_be_saved_is_refused(
    words: tuple[str, ...], told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert told in run(*words, code=2).stderr
    assert not list(tmp_path.iterdir())
