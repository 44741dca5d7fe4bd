"""Worksheets: what is asked for, the sheet and its key, and the commands that make them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from support.cli import run, run_json
from support.networks import shipped
from support.traces import traced
from tracer.engine.trace import IterationTrace
from tracer.errors import UsageError
from tracer.explain.worksheet import answers, formula, groups, heading
from tracer.formula import symbols
from tracer.model.quantity import Quantity
from tracer.show.document import Blank, Table, Value
from tracer.show.notation.notation import QuantityNotation
from tracer.show.reports.worksheet import worksheet
from tracer.teach.exercise import Wish, exercise


def asked(trace: IterationTrace) -> dict[str, list[str]]:
    return {
        heading(trace, group): [trace.names.name(q) for q in group.quantities]
        for group in groups(trace)
    }


def empty(trace: IterationTrace, spell: Callable[[Quantity], str]) -> str:
    """The file of answers to one iteration."""
    return answers(trace.experiment.title, [trace], spell)


def test_a_sheet_asks_step_by_step() -> None:
    found = asked(traced(shipped("mazur")))
    assert list(found) == ["Forward", "Errors", "Backward", "Gradients", "Updates"]
    assert found["Errors"] == ["E_o1", "E_o2", "E_total"]
    assert found["Backward"][-1] == "delta_h2"


def test_frozen_parameters_are_not_asked_for() -> None:
    found = asked(traced(shipped("mazur")))
    assert not [name for name in found["Gradients"] + found["Updates"] if "b" in name]
    free = asked(traced(shipped("mazur-free-biases")))
    assert "dE/db1" in free["Gradients"]
    assert "b1+" in free["Updates"]


def test_a_batch_has_a_section_for_each_sample_then_the_reduced_gradients() -> None:
    found = asked(traced(shipped("relu-bce")))
    assert list(found)[:4] == [
        "Forward, sample 1", "Errors, sample 1", "Backward, sample 1", "Forward, sample 2",
    ]  # fmt: skip
    assert list(found)[-3:] == ["Errors", "Gradients", "Updates"]
    assert found["Errors"] == ["loss"]
    assert "net_h1#2" in found["Forward, sample 2"]


def test_factors_that_cancel_are_not_asked_for() -> None:
    trace = traced(shipped("relu-bce"))
    backward = asked(trace)["Backward, sample 1"]
    assert "dE/dout_o1" not in backward
    assert "dout/dnet_o1" not in backward
    assert "dout/dnet_g1" in backward
    used = symbols(formula(trace, trace.find("delta_o1")))
    assert sorted(map(trace.names.name, used)) == ["out_o1", "target_o1"]


def test_batch_means_are_asked_for_once() -> None:
    made = exercise(Wish((2, 2, 1), samples=2), 1)
    assert made.training is not None
    means = replace(made, training=replace(made.training, gradient="batch_means"))
    found = asked(traced(means))
    assert "mean_delta_h1" in found["Backward"]
    assert "mean_delta_o1" in found["Backward"]
    assert found["Backward, sample 2"][:3] == ["dE/dout_o1#2", "dout/dnet_o1#2", "delta_o1#2"]
    assert not any("h1:" in name or "delta_h" in name for name in found["Backward, sample 1"])


def test_without_targets_only_the_forward_pass_is_asked_for() -> None:
    trace = traced(replace(shipped("zhou-feedforward")))
    assert list(asked(trace)) == ["Forward"]


def test_a_sheet_that_nobody_could_fill_in_is_refused() -> None:
    with pytest.raises(UsageError, match="numbers to fill in; 1000 is the most"):
        groups(traced(shipped("cubes")))


@pytest.mark.parametrize("formulas", [False, True])
def test_a_sheet_has_a_blank_where_its_key_has_a_number(formulas: bool) -> None:
    trace = traced(shipped("mazur"))
    counts = []
    for key in (False, True):
        tables = [
            b
            for b in worksheet(trace.experiment, [trace], key=key, formulas=formulas)
            if isinstance(b, Table)
        ]
        cells = [cell for table in tables for row in table.rows for cell in row]
        numbers = [cell for cell in cells if isinstance(cell, Value) and cell.of]
        blanks = [cell for cell in cells if isinstance(cell, Blank)]
        counts.append((len(blanks), len(numbers)))
    total = sum(len(group.quantities) for group in groups(trace))
    assert counts == [(total, 0), (0, total)]


@pytest.mark.no_cover
def test_many_exercises_have_different_sheets_and_keys(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    run("new", "--count", "20", "-o", "ex{seed}.yaml")
    configs = [f"ex{seed}.yaml" for seed in range(1, 21)]
    run("worksheet", *configs, "-o", "{name}.md")
    run("worksheet", "--key", *configs, "-o", "{name}-key.md")
    assert len({path.read_text(encoding="utf-8") for path in tmp_path.glob("*.md")}) == 40


def test_the_sheet_is_markdown_unless_another_format_is_asked_for() -> None:
    assert run("worksheet", "mazur").output.startswith("# A step by step")
    assert run("worksheet", "mazur", "--format", "table").output.startswith("A step by step")


def test_the_latex_sheet_is_a_whole_document() -> None:
    sheet = run("worksheet", "mazur", "--format", "latex", "--formulas").output
    assert sheet.startswith(r"\documentclass")
    assert sheet.rstrip().endswith(r"\end{document}")
    assert r"\rule{3cm}{0.4pt}" in sheet


def test_a_key_in_csv_has_every_digit_and_a_sheet_has_empty_cells() -> None:
    key = run("worksheet", "mazur", "--key", "--format", "csv").output
    assert "Forward,net_h1,0.3775\n" in key.replace("\r", "")
    sheet = run("worksheet", "mazur", "--format", "csv").output
    assert "Forward,net_h1,\n" in sheet.replace("\r", "")


def test_digits_are_those_asked_for() -> None:
    key = run("worksheet", "mazur", "--key", "--digits", "6").output
    assert "| `out_h1` | 0.593270 | `out_h2` | 0.596884 |" in key


def test_the_key_of_somebody_who_rounds_is_what_run_calculates_by_hand() -> None:
    for name in ("mazur", "relu-bce", "xor-thresholds"):
        for mode in ("half-up", "half-even", "cut"):
            how = ("--round", "4dp", "--rounding", mode)
            key = run("worksheet", name, "--key", *how, "--format", "csv").output
            (iteration,) = run_json("run", name, "--sample", "all", *how)["iterations"]
            numbers = [line.split(",") for line in key.splitlines()[1:]]
            assert numbers
            for *_, quantity, written in numbers:
                assert written == f"{iteration['quantities'][quantity]['by_hand']:.4f}", quantity


def test_a_rounded_key_has_its_digits_in_every_format() -> None:
    asked = ("worksheet", "mazur", "--key", "--round", "4dp")
    assert "| `out_h1` | 0.5933 | `out_h2` | 0.5969 |" in run(*asked).output
    assert "$-0.0210$" in run(*asked, "--format", "latex").output
    assert "0.0088" in run(*asked, "--format", "table").output
    assert "rounded to 4 decimals (half-up) before it is used" in run(*asked).output
    assert "cut off after 4 decimals before it is used" in run(*asked, "--rounding", "cut").output


def test_the_empty_answers_name_everything_on_the_sheet() -> None:
    trace = traced(shipped("xor"))
    names = [name for group in asked(trace).values() for name in group]
    lines = [
        line
        for line in empty(trace, trace.names.name).splitlines()
        if line and not line.startswith("#")
    ]
    assert lines == [f"{name}:" for name in names]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (
            ("worksheet", "mazur", "xor"),
            "2 results need 2 files; name them with --output, and {name} in the name",
        ),
        (("worksheet", "mazur", "--answers", "--key"), "leave out --key"),
        (("worksheet", "mazur", "--round", "4dp"), "add --key"),
        (("worksheet", "mazur", "--format", "json"), "a worksheet has no json"),
        (("new", "--count", "2"), "2 results need 2 files; name them with --output, and {seed}"),
        (("new", "--layers", "2,x"), "--layers 2,x: expected numbers of neurons"),
        (("new", "--activation", "sigmod"), "did you mean 'sigmoid'?"),
        (("new", "--loss", "mse"), "--loss mse: there is none; did you mean 'mean_squared_error'?"),
        (("new", "--loss", "hinge"), "--loss hinge: there is none; known are half_squared_error"),
        (("new", "--layers", "3,1", "--loss", "cross_entropy"), "single neuron"),
    ],
)
def test_what_cannot_be_done_is_said(words: tuple[str, ...], message: str) -> None:
    assert message in run(*words, code=2).output


def test_an_existing_exercise_is_kept_without_force(tmp_path: Path) -> None:
    path = tmp_path / "ex.yaml"
    path.write_text("mine", encoding="utf-8")
    run("new", "-o", str(path), code=2)
    assert path.read_text(encoding="utf-8") == "mine"
    run("new", "-o", str(path), "--force")
    assert "Exercise 1" in path.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ["mazur", "relu-bce", "four-equations"])
def test_an_answers_file_in_other_letters_names_the_same_quantities(name: str) -> None:
    trace = traced(shipped(name))
    spell = QuantityNotation(trace.names, "z-a", "ascii").name
    named = [line[:-1] for line in empty(trace, spell).splitlines() if line.endswith(":")]
    own = [line[:-1] for line in empty(trace, trace.names.name).splitlines() if line.endswith(":")]
    assert not [text for text in named if "net" in text or "out" in text]
    assert [trace.names.parse(text) for text in named] == [trace.names.parse(text) for text in own]


def test_letters_that_would_mean_another_quantity_are_not_used() -> None:
    trace = traced(shipped("mazur"))
    assert "\nnet_h1:\n" in empty(
        trace, lambda quantity: trace.names.name(quantity).replace("net", "out")
    )
