"""CSV of each command: one complete, rectangular table, whatever people are shown."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

import pytest

from support.cli import run
from support.sparing import small_first
from tracer import bundled
from tracer.config import load
from tracer.engine.timeline import NetworkTimeline
from tracer.model.experiment import Experiment


def read(command: str, *more: str) -> list[dict[str, str]]:
    result = run(*command.split(), *more, "--format", "csv", code=None)
    assert result.exit_code in (0, 1), result.output
    lines = list(csv.reader(io.StringIO(result.stdout)))
    assert lines, "no table"
    assert len(set(lines[0])) == len(lines[0]), "headers stand once"
    assert {len(line) for line in lines} == {len(lines[0])}, "rectangular"
    assert not any(cell.endswith("…") for line in lines for cell in line), "cut off"
    return [dict(zip(lines[0], line, strict=True)) for line in lines[1:]]


def experiment(name: str) -> Experiment:
    path = bundled.find(name)
    assert path is not None
    found = load(path)
    assert isinstance(found, Experiment)
    return found


@pytest.mark.parametrize(
    "name", small_first(["mazur", "xor", "cubes", "cubes-batch-means", "zhou-neuron"])
)
def test_a_run_has_every_quantity_of_every_sample_and_iteration(name: str) -> None:
    loaded = experiment(name)
    count = 2 if loaded.training else 1
    traces = map(NetworkTimeline(loaded).trace, range(1, count + 1))
    wanted = {
        (str(t.number), "" if q.sample is None else str(q.sample + 1), t.names.bare(q)): t.value(q)
        for t in traces
        for q in t.quantities()
    }
    rows = read(f"run {name} -n {count}")
    found = {(row["iteration"], row["sample"], row["quantity"]): row["value"] for row in rows}
    assert len(found) == len(rows)
    assert {key: float(value) for key, value in found.items()} == wanted


def test_a_sample_can_be_picked() -> None:
    assert {row["sample"] for row in read("run cubes --sample 7")} <= {"7", ""}


def test_traced_iterations_of_step_are_complete() -> None:
    rows = read("step relu-bce -n 3 --trace-at 1,3")
    assert {row["iteration"] for row in rows} == {"1", "3"}
    samples = experiment("relu-bce").data
    assert samples is not None
    assert {row["sample"] for row in rows} == {"", *map(str, range(1, len(samples) + 1))}


def test_a_training_is_its_history() -> None:
    rows = read("step mazur -n 3")
    assert [row["iteration"] for row in rows] == ["0", "1", "2", "3"]
    assert list(rows[0]) == ["iteration", "loss", "out_o1", "out_o2"]
    assert read("step mazur -n 3 --table parameters")[0]["parameter"] == "w1"
    assert len(read("step cubes -n 1 --table outputs")) == 200


def test_by_hand_has_all_samples_of_all_iterations() -> None:
    rows = read("run relu-bce -n 2 --round 4dp")
    assert list(rows[0]) == [
        "iteration", "sample", "quantity", "exact", "by_hand", "drift", "units",
    ]  # fmt: skip
    samples = experiment("relu-bce").data
    assert samples is not None
    assert {row["sample"] for row in rows} == {"", *map(str, range(1, len(samples) + 1))}
    assert {row["iteration"] for row in rows} == {"1", "2"}
    only = read("run relu-bce --round 4dp --sample 2")
    assert {row["sample"] for row in only} == {"", "2"}


@pytest.mark.parametrize(
    ("command", "header"),
    [
        ("check zhou", "iteration after quantity given exact carried verdict mistakes"),
        ("check zhou --no-reveal", "iteration after quantity given verdict mistakes"),
        ("why mazur w5+=0.4", "match changes quantity given value"),
        ("compare mazur xor", "run configuration title updates ended first_loss last_loss"),
        ("graph mazur", "iteration node formula value gradient"),
        ("run apples", "iteration node formula value gradient"),
        ("explain mazur dE/dw1 --depth all", "quantity formula substituted value"),
        ("explain mazur", "quantity what layer"),
        ("worksheet mazur", "section quantity value"),
    ],
)
def test_each_command_has_its_table(command: str, header: str) -> None:
    assert list(read(command)[0]) == header.split()


@pytest.mark.parametrize(
    "name", ["mazur", "zhou-feedforward", "apples", "adam-by-hand", "relu-bce"]
)
def test_every_table_that_is_named_can_be_picked(name: str) -> None:
    told = run("run", name, "--table", "?", code=2).stderr
    names = told.partition("there are ")[2].strip().split(", ")
    assert len(names) > 1
    for table in names:
        assert read(f"run {name}", "--table", table)
        shown = run("run", name, "--table", table, "--format", "markdown").stdout
        assert len(re.findall(r"^\|(?: :?---:? \|)+$", shown, re.MULTILINE)) == 1


def test_an_unknown_table_is_told_with_those_there_are() -> None:
    wrong = run("run", "mazur", "--table", "update", "-o", "never.txt", code=2)
    assert wrong.stderr == (
        "bptrace: there is no table 'update'; did you mean 'updates'? "
        "there are network, forward, errors, backward, updates, loss\n"
    )
    assert not Path("never.txt").exists()
    json = run("run", "mazur", "--table", "updates", "--format", "json", code=2)
    assert "--format json has no tables; leave out --table" in json.stderr


@pytest.mark.parametrize(
    ("name", "start"),
    [
        ("a.md", "# A step"),
        ("a.MD", "# A step"),
        ("a.tex", "\\section*{A step"),
        ("a.csv", "iteration,sample,"),
        ("a.json", '{\n "schema_version"'),
        ("a.txt", "A step by step backpropagation example\n═"),
        ("a", "A step by step backpropagation example\n═"),
    ],
)
def test_the_ending_of_a_file_chooses_its_format(name: str, start: str, tmp_path: Path) -> None:
    path = tmp_path / name
    run("run", "mazur", "-o", path)
    assert path.read_text(encoding="utf-8").startswith(start)


def test_an_explicit_format_goes_before_the_ending(tmp_path: Path) -> None:
    for format, start in (("csv", "iteration,"), ("table", "A step"), ("text", "A step")):
        path = tmp_path / f"{format}.md"
        run("run", "mazur", "--format", format, "-o", str(path))
        assert path.read_text(encoding="utf-8").startswith(start)
    sheet = tmp_path / "sheet.txt"
    run("worksheet", "mazur", "-o", str(sheet))
    assert sheet.read_text(encoding="utf-8").startswith("A step")
