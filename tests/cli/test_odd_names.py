"""Odd names of neurons and nodes, through every command and format."""

from __future__ import annotations

import json
from itertools import cycle, product
from pathlib import Path

import pytest

from support.cli import run
from support.odd_names import ODD, odd_file
from support.sparing import sparing

GRAPH = """\
graph:
  inputs: {\u00b5: 2, cafe\u0301: 3, दि: 4, dtotal: 5}
  nodes:
    Σ: (\u03bc * café + दि) * dtotal
    total: Σ * 2
training: {learning_rate: 0.1, trainable: [\u03bc, café]}
"""


@pytest.fixture(scope="module")
def odd(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A network with all the odd names."""
    return odd_file(tmp_path_factory.mktemp("odd"), ODD)


FORMS = ("text", "json", "csv", "markdown", "latex")
NOTATIONS = ("net-out", "z-a")


@pytest.mark.parametrize(
    ("form", "notation"),
    sparing(product(FORMS, NOTATIONS), list(zip(FORMS, cycle(NOTATIONS), strict=False))),
)
def test_runs_in_every_format(odd: Path, form: str, notation: str) -> None:
    printed = run("run", odd, "--format", form, "--notation", notation).stdout
    assert "猫" in printed


@pytest.mark.parametrize("command", ["step", "gradcheck", "graph", "explain"])
def test_is_taken_by_the_other_commands(odd: Path, command: str) -> None:
    run(command, odd)


def test_worksheets_are_printed_with_their_answers(tmp_path: Path) -> None:
    key = tmp_path / "key.yaml"
    assert "猫" in run("worksheet", odd_file(tmp_path, ("猫", "δ1", "שלום", "a⁺", "[", "C"))).stdout
    run("worksheet", tmp_path / "odd.yaml", "--answers", "-o", key)
    filled = key.read_text(encoding="utf-8").replace(":\n", ": 0.5\n")
    told = run("check", tmp_path / "odd.yaml", "-", input=filled, code=1).stdout
    assert f"{filled.count(': 0.5')} of {filled.count(': 0.5')} supplied" in told


def test_everything_that_run_prints_is_explained_and_checked_by_its_name(odd: Path) -> None:
    shown = json.loads(run("run", odd, "--format", "json").stdout)["iterations"][0]
    numbers = {
        name: value
        for name, value in shown["samples"][0]["quantities"].items()
        if not name.startswith(("dE/dw", "dE/db"))
    }
    neurons = [name for name in numbers if name.startswith(("net_", "delta_", "dE/dout_"))]
    records = json.loads(run("explain", odd, "--format", "json", "--", *neurons).stdout)
    explained = {record["name"]: record["value"] for record in records}
    assert {name: explained[name] for name in neurons} == pytest.approx(
        {name: numbers[name] for name in neurons}
    )
    answers = odd.with_name("answers.yaml")
    answers.write_text(json.dumps(numbers, ensure_ascii=False), encoding="utf-8")
    checked = json.loads(run("check", odd, answers, "--format", "json").stdout)
    assert {verdict["verdict"] for verdict in checked["verdicts"]} == {"right"}
    run("why", odd, *(f"{name}={numbers[name]:.6f}" for name in ("net_W1", "E_total")))


def test_a_graph_whose_names_formulas_read_otherwise(tmp_path: Path) -> None:
    path = tmp_path / "graph.yaml"
    path.write_text(GRAPH, encoding="utf-8")
    for form in ("text", "json", "csv", "markdown", "latex"):
        run("run", path, "--format", form)
    asked = ["\u00b5+", "∂total/∂cafe\u0301", "dtotal/dद\u093f", "dtotal/ddtotal", "σ"]
    records = json.loads(run("explain", path, "--format", "json", *asked).stdout)
    found = {record["name"]: record["value"] for record in records}
    assert found == pytest.approx(
        {
            "\u03bc+": 2 - 0.1 * 30,
            "dtotal/dcafé": 20,
            "dtotal/dदि": 10,
            "dtotal/ddtotal": 20,
            "Σ": 50,
        }
    )
