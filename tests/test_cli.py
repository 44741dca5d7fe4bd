"""The command line as its users meet it: results, errors, exit codes."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from tracer import __version__, bundled
from tracer.cli import app
from tracer.cli.commands import COMMANDS

DIVERGING = """\
title: too fast
network: {inputs: 1, layers: [{neurons: 1, activation: identity, weights: 1}]}
loss: half_squared_error
data: [{inputs: [1], targets: [0]}]
training: {learning_rate: 100, iterations: 1000}
"""


def bptrace(*words: str, input: str | bytes | None = None) -> Result:
    return CliRunner().invoke(app, words, input=input, env={"COLUMNS": "", "NO_COLOR": "1"})


@pytest.mark.parametrize("name", [example.name for example in bundled.examples()])
def test_every_example_runs(name: str) -> None:
    result = bptrace("run", name)
    assert result.exit_code == 0, result.output
    title = bundled.find(name)
    assert title is not None
    assert result.stdout.startswith(next(e.title() for e in bundled.examples() if e.name == name))


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_every_command_has_help(command: str) -> None:
    result = bptrace(command, "--help")
    assert result.exit_code == 0
    assert "Usage: " in result.stdout


@pytest.mark.parametrize("command", ["run", "explain", "check", "compare", "worksheet", "graph"])
def test_without_a_configuration_the_examples_are_named(command: str) -> None:
    result = bptrace(command)
    assert result.exit_code == 2
    start = (
        "bptrace: missing CONFIG; a YAML file, - for standard input, or one of the bundled examples"
    )
    names = ", ".join(example.name for example in bundled.examples())
    assert result.stderr == f"{start}: {names}\n"


def test_another_argument_that_is_missing_keeps_its_own_message() -> None:
    assert "NAME=VALUE" in bptrace("why", "mazur").stderr
    assert "missing CONFIG" not in bptrace("why", "mazur").stderr


def test_a_mistyped_option_or_value_gets_the_known_ones() -> None:
    assert "--view" in bptrace("run", "mazur", "--vew", "paths").stderr
    wrong = bptrace("run", "mazur", "--view", "path").stderr
    assert "'path' is not one of 'neurons', 'matrix', 'paths', 'layers'" in wrong
    assert "Value error" not in wrong


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_help_of_a_command_is_what_its_option_prints(command: str) -> None:
    result = bptrace("help", command)
    assert result.exit_code == 0
    assert result.stdout == bptrace(command, "--help").stdout


def test_help_alone_is_the_help_of_all() -> None:
    assert bptrace("help").stdout == bptrace("--help").stdout


def test_version() -> None:
    assert bptrace("--version").stdout == f"bptrace {__version__}\n"


def test_examples_are_listed_and_printed() -> None:
    assert "mazur " in bptrace("examples").stdout
    path = bundled.find("mazur")
    assert path is not None
    assert bptrace("examples", "mazur").stdout == path.read_text(encoding="utf-8")
    wrong = bptrace("examples", "mazr")
    assert wrong.exit_code == 2
    assert "did you mean 'mazur'" in wrong.stderr


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["run", "nothing.yaml"], "there is no file or bundled example 'nothing.yaml'"),
        (["run", "mazor"], "did you mean 'mazur'"),
        (["runn"], "bptrace: there is no command 'runn'; did you mean 'run'?"),
        (["mazur"], "there is no command 'mazur'; did you mean `bptrace run mazur`?"),
        (["xyz"], "there is no command 'xyz'; `bptrace help` lists them"),
        (["help", "wlak"], "there is no command 'wlak'; did you mean 'walk'?"),
        (["run", "."], "this is a folder"),
        (["run", "mazur", "--sample", "0"], "expected a number from 1, or all"),
        (["run", "mazur", "--sample", "2"], "there is no sample 2"),
        (["run", "mazur", "--digits", "3", "--sig", "3"], "exclude each other"),
        (["run", "mazur", "--round", "4xp"], "4dp rounds to four decimals"),
        (["run", "mazur", "--round", "4dp", "--view", "paths"], "leave one of them out"),
        (["run", "zhou-neuron", "-n", "3"], "without `training` there is only iteration 1"),
        (["run", "zhou-neuron", "--round", "4dp"], "needs samples with targets"),
        (["run", "apples", "--round", "4dp"], "graph"),
        (["run", "apples", "--view", "paths"], "graph"),
        (["step", "zhou-neuron"], "has no `training`"),
        (["step", "mazur", "--every", "2", "--rows", "3"], "exclude each other"),
        (["step", "mazur", "--trace-at", "2"], "expected iterations from 1 to 1"),
        (["step", "mazur", "--trace-at", "x"], "expected iterations from 1"),
        (["run", "mazur", "-o", "no/such/folder/x"], "does not exist"),
    ],
)
def test_wrong_use_is_told_in_one_line(words: list[str], message: str) -> None:
    result = bptrace(*words)
    assert result.exit_code == 2
    assert message in result.stderr
    assert result.stdout == ""
    assert "Traceback" not in result.stderr


def test_problems_of_a_configuration_are_told_together() -> None:
    text = "title: t\nnetwork: {inputs: 2, layers: [{neurons: 1, activation: sigmoyd}]}\nlos: x\n"
    result = bptrace("run", "-", input=text)
    assert result.exit_code == 2
    assert result.stderr.startswith("<stdin>:2:")
    assert "did you mean 'sigmoid'" in result.stderr
    assert "<stdin>:3:1: los: unknown key" in result.stderr


def test_a_configuration_comes_from_standard_input() -> None:
    path = bundled.find("mazur")
    assert path is not None
    result = bptrace("run", "-", input=path.read_bytes())
    assert result.stdout == bptrace("run", "mazur").stdout


def test_standard_input_that_is_not_utf8_is_refused() -> None:
    result = bptrace("run", "-", input=b"title: \xff")
    assert result.exit_code == 2
    assert "not UTF-8" in result.stderr


def test_divergence_shows_what_was_done_and_leaves_with_2(tmp_path: Path) -> None:
    path = tmp_path / "fast.yaml"
    path.write_text(DIVERGING, encoding="utf-8")
    result = bptrace("step", str(path), "--save", str(tmp_path / "state.yaml"))
    assert result.exit_code == 2
    assert "training diverged in iteration 79: E_o1 is not a finite number" in result.stderr
    assert "Warning: After 78 updates: training diverged" in result.stdout
    assert (tmp_path / "state.yaml").exists()
    found = json.loads(bptrace("step", str(path), "--format", "json").stdout)
    assert found["final"]["iterations"] == 78


def test_a_saved_state_goes_on_exactly(tmp_path: Path) -> None:
    state = str(tmp_path / "state.yaml")
    assert bptrace("step", "zhou-training", "-n", "7", "--save", state).exit_code == 0
    second = bptrace("step", state, "-n", "6", "--format", "json")
    whole = bptrace("step", "zhou-training", "-n", "13", "--format", "json")
    parts = [json.loads(result.stdout)["final"]["parameters"] for result in (second, whole)]
    assert parts[0] == parts[1]
    again = bptrace("step", "zhou-training", "-n", "7", "--save", state)
    assert again.exit_code == 2
    assert "--force overwrites it" in again.stderr


def test_a_graph_is_saved_with_its_trained_inputs(tmp_path: Path) -> None:
    path, state = tmp_path / "graph.yaml", tmp_path / "state.yaml"
    path.write_text(
        "title: bowl\ngraph: {inputs: {x: 3}, nodes: {y: x * x}}\n"
        "training: {learning_rate: 0.1, iterations: 5, trainable: [x]}\n",
        encoding="utf-8",
    )
    assert bptrace("step", str(path), "--save", str(state)).exit_code == 0
    assert json.loads(bptrace("run", str(state), "--format", "json").stdout)["graph"]["nodes"]["x"][
        "value"
    ] == pytest.approx(3 * 0.8**5, rel=1e-14)


def test_output_goes_to_a_file_whole(tmp_path: Path) -> None:
    path = tmp_path / "out.md"
    result = bptrace("run", "mazur", "--format", "markdown", "-o", str(path))
    assert result.exit_code == 0
    assert result.stdout == ""
    assert path.read_text(encoding="utf-8").startswith("# A step by step")


def test_digits_change_what_is_shown_and_not_what_is_computed() -> None:
    assert "0.5933" in bptrace("run", "mazur", "--digits", "4").stdout
    assert " 0.00877135" in bptrace("run", "mazur", "--sig", "6").stdout
    full, short = (
        bptrace("run", "mazur", "--format", "json", *d).stdout for d in ([], ["--digits", "2"])
    )
    assert full == short


def test_nothing_is_cut_off_without_a_terminal() -> None:
    for width in ([], ["--width", "20"]):
        assert "0.359836" not in bptrace("run", "mazur", *width).stdout
        assert "…" not in bptrace("run", "mazur", *width).stdout


def test_an_ascii_locale_gets_ascii() -> None:
    environment = {**os.environ, "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}
    done = subprocess.run(
        [sys.executable, "-m", "tracer", "run", "mazur"],
        capture_output=True,
        env=environment,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    text = done.stdout.decode("ascii")
    assert "delta_o1" in text or "dE/dout" in text
    assert "\\u" not in text


def test_ctrl_c_prints_and_saves_what_was_done(tmp_path: Path) -> None:
    state = tmp_path / "state.yaml"
    words = ["step", "mazur", "-n", "2000000000", "--save", str(state)]
    process = subprocess.Popen(
        [sys.executable, "-m", "tracer", *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    time.sleep(2)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=30)
    assert process.returncode == 130
    assert "Interrupted" in out.decode()
    assert "Traceback" not in err.decode()
    assert state.exists()
