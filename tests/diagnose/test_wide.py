"""Checking a few numbers of a wide network costs what was asked, and not what the network has."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest

from support.cli import run, run_json
from tracer.config import load
from tracer.diagnose.carried import MOST_BY_HAND
from tracer.diagnose.check import check
from tracer.diagnose.mistakes.row import Mistake, Site
from tracer.engine.trace import IterationTrace
from tracer.explain.calculation import Calculation
from tracer.formula import Expression, Key, derivatives, symbols

WIDE = 150
FORMULAS_MADE = 5000
"""The network has some 140,000 numbers, 45,000 of them weights."""


@pytest.fixture
def wide(tmp_path: Path) -> Path:
    layer = (
        f"{{neurons: {WIDE}, activation: sigmoid, weights: {{init: normal, std: 0.1}}, bias: 0.1}}"
    )
    row = ", ".join(["0.1"] * WIDE)
    sample = f"{{inputs: [{row}], targets: [{row}]}}"
    path = tmp_path / "wide.yaml"
    path.write_text(
        f"network: {{inputs: {WIDE}, seed: 1, layers: [{layer}, {layer}]}}\n"
        "loss: half_squared_error\n"
        f"data: [{sample}, {sample}, {sample}]\n"
        "training: {learning_rate: 0.5}\n"
    )
    return path


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """What formulas were made of."""
    asked: list[object] = []
    for owner, name in ((IterationTrace, "formula"), (Calculation, "_derived")):
        original = getattr(owner, name)

        def counted(
            self: object, identity: object, *args: object, _of: object = original, **options: object
        ) -> object:
            asked.append(identity)
            return _of(self, identity, *args, **options)  # type: ignore[operator]

        monkeypatch.setattr(owner, name, counted)
    return asked


@pytest.mark.parametrize(
    "answer", ["delta_h1: 0.3", "dE/dw1: 0.332143", "E_total: 3.1234", "out_h1: 0.32"]
)
def test_one_number_of_a_wide_network_is_checked_by_few_formulas(
    answer: str, wide: Path, made: list[object]
) -> None:
    result = run("check", wide, "-", input=f"{answer}\n", code=1)
    assert "The first wrong one is" in result.stdout
    assert len(made) < FORMULAS_MADE


@pytest.fixture
def widest(tmp_path: Path) -> Path:
    """A layer of so many inputs that nobody adds them up by hand, and one of as many neurons."""
    many = MOST_BY_HAND + 1
    np.savez(tmp_path / "data.npz", X=np.full((1, many), 0.5), y=np.zeros((1, 2)))
    path = tmp_path / "widest.yaml"
    path.write_text(
        f"network: {{inputs: {many}, layers: [{_layer(2, '1.0e-6')}, {_layer(many, '1.0e-3')}, "
        f"{_layer(2, '1.0e-6')}]}}\n"
        "loss: half_squared_error\ndata: {file: data.npz, inputs: X, targets: y}\n"
        "training: {learning_rate: 0.5}\n"
    )
    return path


def _layer(neurons: int, weights: str) -> str:
    return f"{{neurons: {neurons}, activation: sigmoid, weights: {weights}, bias: 0}}"


@pytest.mark.parametrize("answer", ["out_o1: 0.3", "w1+: 5", "dE/dw2: 0.7"])
def test_one_number_beside_thousands_of_neurons_is_checked_by_few_formulas(
    answer: str, widest: Path, made: list[object]
) -> None:
    result = run("check", widest, "-", input=f"{answer}\n", code=1)
    assert "The first wrong one is" in result.stdout
    assert len(made) < 2 * FORMULAS_MADE


def test_nobody_looks_for_slips_in_a_sum_of_thousands_of_terms(
    widest: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []

    def counted(formula: Expression) -> Mapping[Key, Expression]:
        asked.append(len(symbols(formula)))
        return derivatives(formula)

    def variants(row: Mistake, site: Site) -> tuple[Expression, ...]:
        asked.append(len(symbols(site.formula)))
        return found(row, site)

    found = Mistake.variants
    monkeypatch.setattr("tracer.formula.prepared.derivatives", counted)
    monkeypatch.setattr(Mistake, "variants", variants)
    answers = "net_h1: 7\nout_h1: 0.99908895\nnet_h3: 0.001501589\n"
    judged = run_json("check", widest, "-", input=answers, code=1)["verdicts"]
    assert [one["verdict"] for one in judged] == ["wrong", "follows", "follows"]
    assert max(asked, default=0) < MOST_BY_HAND


def test_an_array_off_by_the_batch_size_is_read_by_few_formulas(
    wide: Path, tmp_path: Path, made: list[object]
) -> None:
    arrays, summed = tmp_path / "arrays.npz", tmp_path / "summed.npz"
    run("run", wide, "--save-arrays", arrays)
    np.savez(summed, dW1=3 * np.load(arrays)["dW1"])
    made.clear()
    found = run_json("check", wide, summed)
    assert found["sheet_conventions"] == ["reduction_sum"]
    assert len(made) < 2 * FORMULAS_MADE


@pytest.mark.parametrize("freeze", ["biases", "weights", "[w1, b2]"])
def test_numbers_are_counted_as_they_are_listed(freeze: str, wide: Path) -> None:
    text = wide.read_text().replace("0.5}", f"0.5, freeze: {freeze}}}").replace("150", "3")
    row = ", ".join(["0.1"] * WIDE)
    small = load("small.yaml", text.replace(row, "0.1, 0.1, 0.1"))
    (section,) = check(small, []).sections
    assert section.count == len(section.known)
