"""Worksheets of several iterations, and of computation graphs."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import pytest

from support.cli import run, run_json
from support.sparing import sparing

ONLINE = """\
title: online
network:
  inputs: [i1]
  layers:
    - {neurons: [o1], activation: sigmoid, weights: [[0.5]], bias: 0.1}
loss: half_squared_error
data:
  - {inputs: [1], targets: [0]}
  - {inputs: [0.5], targets: [1]}
training:
  learning_rate: {initial: 0.1, schedule: exponential, rate: 0.93}
  iterations: 3
  batch: online
"""


@pytest.fixture
def adam(tmp_path: Path) -> str:
    """An exercise of three iterations."""
    path = tmp_path / "adam.yaml"
    run("new", "--optimizer", "adam", "--iterations", "3", "--layers", "2,2,1", "-o", str(path))
    return str(path)


@pytest.fixture
def online(tmp_path: Path) -> str:
    """One sample at a time, and a learning rate that goes down."""
    path = tmp_path / "online.yaml"
    path.write_text(ONLINE, encoding="utf-8")
    return str(path)


def headings(sheet: str) -> list[str]:
    return [line for line in sheet.splitlines() if line.startswith("#")]


def records(*arguments: str) -> dict[str, str]:
    """name → number of a key in CSV."""
    lines = run("worksheet", *arguments, "--key", "--format", "csv").output.split()
    rows = [line.rsplit(",", 2)[-2:] for line in lines if "," in line]
    return {name: value for name, value in rows if name != "quantity"}


def test_an_exercise_of_three_iterations_has_a_sheet_of_three(adam: str) -> None:
    sheet = run("worksheet", adam).output
    assert headings(sheet)[2:] == [
        "## To calculate", "### Iteration 1", "### Iteration 2", "### Iteration 3",
    ]  # fmt: skip
    assert sheet.count("**Layer 1: sigmoid**") == sheet.count("`i1` | `i2`") == 1
    assert sheet.count("Learning rate: ") == sheet.count("Options: ") == 1
    assert [f"t = {k}" in sheet.splitlines() for k in range(5)] == [False, True, True, True, False]
    assert "It starts from what iteration 2 ends with: each w its w+, m its m+, v its v+." in sheet
    assert "| `net_h1@3` | ____________ |" in sheet


def test_one_iteration_is_as_it_was(adam: str) -> None:
    for sheet in (run("worksheet", "mazur").output, run("worksheet", adam, "-n", "1").output):
        assert "Iteration" not in sheet
        assert "@2" not in sheet
    assert "t = 1" in run("worksheet", adam, "-n", "1").output
    assert "### Iteration 2" in run("worksheet", "mazur", "--iterations", "2").output


@pytest.mark.parametrize("rounding", [(), ("--round", "4sf"), ("--round", "5dp")])
def test_the_key_has_the_numbers_of_run(adam: str, rounding: tuple[str, ...]) -> None:
    for config in (adam, "adam-by-hand"):
        key = records(config, *rounding)
        (first, second, third) = (
            run_json("run", config, "-n", "3", "--round", rounding[-1] if rounding else "9sf")
        )["iterations"]
        wanted = "by_hand" if rounding else "exact"
        for number, iteration in enumerate((first, second, third), 1):
            suffix = f"@{number}" if number > 1 else ""
            for name, both in iteration["quantities"].items():
                if f"{name}{suffix}" in key:
                    assert float(key.pop(f"{name}{suffix}")) == both[wanted], name
        assert not key


@pytest.mark.parametrize(
    ("rounding", "formulas"),
    sparing(product([(), ("--round", "4sf")], [("--formulas",), ()]), slice(None, None, 3)),
)
def test_a_key_is_right_for_check(
    adam: str, online: str, tmp_path: Path, rounding: tuple[str, ...], formulas: tuple[str, ...]
) -> None:
    for config in (adam, online, "adam-by-hand", "lstm-two-steps"):
        key = tmp_path / "key.md"
        run("worksheet", config, "--key", "-o", str(key), "--force", *rounding, *formulas)
        counts = run_json("check", config, str(key), *rounding)["counts"]
        assert counts["wrong"] == counts["mistake"] == counts["coarse"] == 0
        assert counts["right"] > 9


def test_the_answers_file_names_each_iterations_numbers(adam: str, tmp_path: Path) -> None:
    text = run("worksheet", adam, "--answers").output
    assert "\n# Iteration 2: Forward\nnet_h1@2:\n" in text
    numbers = records(adam)
    names = [line[:-1] for line in text.splitlines() if line.endswith(":") and line[0] != "#"]
    assert names == list(numbers)
    filled = tmp_path / "filled.yaml"
    filled.write_text("".join(f"{name}: {numbers[name]}\n" for name in names), encoding="utf-8")
    checked = run_json("check", adam, str(filled))
    assert checked["counts"]["right"] == len(names)


def test_a_graphs_sheet_gives_its_inputs_and_nodes_and_asks_for_the_rest() -> None:
    sheet = run("worksheet", "apples", "--formulas").output
    assert "| `apple` | 100 |" in sheet
    assert r"| `apple_price` | $\mathrm{apple} \cdot \mathrm{apples}$ |" in sheet
    assert "**Values**" in sheet
    assert "**Gradients**" in sheet
    assert "Updates" not in sheet
    assert "| `total` |" in sheet
    assert "∂total/∂total` |" not in sheet


def test_adam_by_hand_is_a_sheet_of_three_iterations() -> None:
    sheet = run("worksheet", "adam-by-hand", "--formulas").output
    assert sheet.count("| `theta` | 5 |") == sheet.count("m and v are 0 for every trainable") == 1
    assert r"| `f@2` | $\mathrm{theta}^{2}$ | ____________ |" in sheet
    assert "each x its x+, m its m+, v its v+." in sheet
    assert r"{1 - \beta_{1}^{3}}$" in sheet
    assert "theta@2" not in sheet.replace("/∂theta@2", "").replace("_theta@2", "")
    key = run("worksheet", "adam-by-hand", "--key", "--round", "4sf").output
    assert "| `m_theta⁺@2` | 1.880 | `v_theta⁺@2` | 0.1959 |" in key
    assert "the trainable inputs and what the optimiser keeps go on so" in key


def test_states_that_a_graph_starts_from_are_given(tmp_path: Path) -> None:
    config = tmp_path / "g.yaml"
    config.write_text(
        "graph: {inputs: {x: 2, y: 3}, nodes: {f: x * x + y}}\n"
        "training:\n"
        "  {learning_rate: 0.1, trainable: [x, y], optimizer: momentum,"
        " state: {updates: 1, v: {x: 0.25, y: 1}}}\n",
        encoding="utf-8",
    )
    sheet = run("worksheet", str(config)).output
    assert "**State of the optimiser**" in sheet
    assert "| `x` | 0.25 |" in sheet


def test_each_iteration_says_its_samples_and_its_learning_rate(online: str) -> None:
    sheet = run("worksheet", online).output
    assert "| 1 | 1 | 0 |\n| 2 | 0.5 | 1 |" in sheet
    assert "Its batch: sample 2." in sheet
    assert "Learning rate: `η`" not in sheet
    for rate in ("0.100000000", "0.093000000", "0.086490000"):
        assert f"`η` = {rate}" in sheet


def test_a_training_that_stops_early_has_no_sheet_of_what_it_does_not_come_to(
    online: str, tmp_path: Path
) -> None:
    config = tmp_path / "stops.yaml"
    stop = "  stop: {loss_below: 10, window: 2}\n"
    config.write_text(Path(online).read_text(encoding="utf-8") + stop, encoding="utf-8")
    assert "### Iteration" in run("worksheet", str(config)).output
    assert "### Iteration 3" not in run("worksheet", str(config)).output
    asked = run("worksheet", str(config), "-n", "3", code=2).output
    assert "iteration 3 was not reached" in asked


def test_the_latex_sheet_has_the_iterations_too() -> None:
    sheet = run("worksheet", "adam-by-hand", "--format", "latex", "--formulas").output
    assert sheet.count(r"\subsubsection*{Iteration") == 3
    assert r"$f^{@2}$ & $\mathrm{theta}^{2}$ & " in sheet


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("apples", "-n", "2"), "without `training` there is only iteration 1"),
        (("mazur", "-n", "40"), "numbers to fill in; 1000 is the most"),
        (("mazur", "-n", "40"), "or fewer --iterations"),
        (("adam-by-hand", "--format", "json"), "a worksheet has no json"),
        (("adam-by-hand", "--round", "4sf"), "add --key"),
    ],
)
def test_what_cannot_be_done_is_said(words: tuple[str, ...], message: str) -> None:
    assert message in run("worksheet", *words, code=2).output
