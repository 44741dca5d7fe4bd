"""The command line as its users meet it: results, errors, exit codes."""

from __future__ import annotations

import inspect
import os
import re
from pathlib import Path

import numpy as np
import pytest

from support.cli import ended, process, python, run, run_json, terminal
from tracer import __version__, bundled
from tracer.cli.commands import COMMANDS, command_of

DIVERGING = """\
title: too fast
network: {inputs: 1, layers: [{neurons: 1, activation: identity, weights: 1}]}
loss: half_squared_error
data: [{inputs: [1], targets: [0]}]
training: {learning_rate: 100, iterations: 1000}
"""


@pytest.mark.parametrize("name", [example.name for example in bundled.examples()])
def test_every_example_runs(name: str) -> None:
    result = run("run", name)
    title = bundled.find(name)
    assert title is not None
    assert result.stdout.startswith(next(e.title() for e in bundled.examples() if e.name == name))


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_every_command_has_help(command: str) -> None:
    assert "Usage: " in run(command, "--help").stdout


@pytest.mark.parametrize("command", ["run", "explain", "check", "compare", "worksheet", "graph"])
def test_without_a_configuration_the_examples_are_named(command: str) -> None:
    result = run(command, code=2)
    start = (
        "bptrace: missing CONFIG; a YAML file, - for standard input, or one of the bundled examples"
    )
    names = ", ".join(example.name for example in bundled.examples())
    assert result.stderr == f"{start}: {names}\n"


def test_another_argument_that_is_missing_keeps_its_own_message() -> None:
    assert "NAME=VALUE" in run("why", "mazur", code=2).stderr
    assert "missing CONFIG" not in run("why", "mazur", code=2).stderr


def test_a_mistyped_option_or_value_gets_the_known_ones() -> None:
    assert "--view" in run("run", "mazur", "--vew", "paths", code=2).stderr
    wrong = run("run", "mazur", "--view", "path", code=2).stderr
    assert "'path' is not one of 'neurons', 'matrix', 'paths', 'layers'" in wrong
    assert "Value error" not in wrong


@pytest.mark.parametrize(
    ("option", "value", "expected"),
    [("-n", "x", "expected a whole number"), ("-n", "0", "expected 1 or more")],
)
def test_a_value_of_another_kind_is_answered_in_our_words(
    option: str, value: str, expected: str
) -> None:
    wrong = run("run", "mazur", option, value, code=2).stderr
    assert expected in wrong
    assert "Input should" not in wrong


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_help_of_a_command_is_what_its_option_prints(command: str) -> None:
    assert run("help", command).stdout == run(command, "--help").stdout


def test_help_alone_is_the_help_of_all() -> None:
    assert run("help").stdout == run("--help").stdout


@pytest.mark.parametrize("words", [("--help",), ("help",), ()])
def test_a_process_lists_all_commands(words: tuple[str, ...]) -> None:
    told = process(*words)
    shown = (told.stdout + told.stderr).decode()
    assert [line.split()[0] for line in shown.partition("Commands:\n")[2].splitlines() if line][
        : len(COMMANDS)
    ] == list(COMMANDS)


def test_a_process_helps_with_a_command() -> None:
    assert process("help", "run").stdout == process("run", "--help").stdout != b""


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_the_line_in_the_list_is_the_first_of_the_help(command: str) -> None:
    assert (inspect.getdoc(command_of(command)) or "").splitlines()[0] == COMMANDS[command]


def test_only_the_command_that_is_asked_for_is_imported() -> None:
    program = (
        "import sys\n"
        "from tracer.cli import application\n"
        "from tracer.cli.commands import COMMANDS\n"
        "try: application()(['examples', '--help'])\n"
        "except SystemExit: pass\n"
        "names = {f'tracer.cli.{name}' for name in COMMANDS} & set(sys.modules)\n"
        "sys.exit(str(names) if names != {'tracer.cli.examples'} else 0)\n"
    )
    done = python(program)
    assert done.returncode == 0, done.stderr


def test_version() -> None:
    assert run("--version").stdout == f"bptrace {__version__}\n"


def test_examples_are_listed_and_printed() -> None:
    assert "mazur " in run("examples").stdout
    path = bundled.find("mazur")
    assert path is not None
    assert run("examples", "mazur").stdout == path.read_text(encoding="utf-8")
    wrong = run("examples", "mazr", code=2)
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
        (["run", "apples", "--sample", "1"], "graph"),
        (["run", "apples", "--view", "paths"], "graph"),
        (["step", "zhou-neuron"], "has no `training`"),
        (["step", "mazur", "--every", "2", "--rows", "3"], "exclude each other"),
        (["step", "mazur", "--trace-at", "2"], "expected iterations from 1 to 1"),
        (["step", "mazur", "--trace-at", "x"], "expected iterations from 1"),
        (["run", "mazur", "-o", "no/such/folder/x"], "does not exist"),
    ],
)
def test_wrong_use_is_told_in_one_line(words: list[str], message: str) -> None:
    result = run(*words, code=2)
    assert message in result.stderr
    assert result.stdout == ""
    assert "Traceback" not in result.stderr


def test_problems_of_a_configuration_are_told_together() -> None:
    text = "title: t\nnetwork: {inputs: 2, layers: [{neurons: 1, activation: sigmoyd}]}\nlos: x\n"
    result = run("run", "-", input=text, code=2)
    assert result.stderr.startswith("<stdin>:2:")
    assert "did you mean 'sigmoid'" in result.stderr
    assert "<stdin>:3:1: los: unknown key" in result.stderr


def test_a_configuration_comes_from_standard_input() -> None:
    path = bundled.find("mazur")
    assert path is not None
    result = run("run", "-", input=path.read_bytes())
    assert result.stdout == run("run", "mazur").stdout


def test_standard_input_that_is_not_utf8_is_refused() -> None:
    result = run("run", "-", input=b"title: \xff", code=2)
    assert "not UTF-8" in result.stderr


def test_divergence_shows_what_was_done_and_leaves_with_2(tmp_path: Path) -> None:
    path = tmp_path / "fast.yaml"
    path.write_text(DIVERGING, encoding="utf-8")
    result = run("step", str(path), "--save", str(tmp_path / "state.yaml"), code=2)
    assert "training diverged in iteration 79: E_o1 is not a finite number" in result.stderr
    assert "Warning: After 78 updates: training diverged" in result.stdout
    assert (tmp_path / "state.yaml").exists()
    found = run_json("step", path, code=2)
    assert found["final"]["iterations"] == 78


def test_a_saved_state_goes_on_exactly(tmp_path: Path) -> None:
    state = str(tmp_path / "state.yaml")
    run("step", "zhou-training", "-n", "7", "--save", state)
    second = run_json("step", state, "-n", "6")
    whole = run_json("step", "zhou-training", "-n", "13")
    assert second["final"]["parameters"] == whole["final"]["parameters"]
    again = run("step", "zhou-training", "-n", "7", "--save", state, code=2)
    assert "--force overwrites it" in again.stderr


def test_a_graph_is_saved_with_its_trained_inputs(tmp_path: Path) -> None:
    path, state = tmp_path / "graph.yaml", tmp_path / "state.yaml"
    path.write_text(
        "title: bowl\ngraph: {inputs: {x: 3}, nodes: {y: x * x}}\n"
        "training: {learning_rate: 0.1, iterations: 5, trainable: [x]}\n",
        encoding="utf-8",
    )
    run("step", str(path), "--save", str(state))
    nodes = run_json("run", state)["graph"]["nodes"]
    assert nodes["x"]["value"] == pytest.approx(3 * 0.8**5, rel=1e-14)


def test_output_goes_to_a_file_whole(tmp_path: Path) -> None:
    path = tmp_path / "out.md"
    result = run("run", "mazur", "--format", "markdown", "-o", str(path))
    assert result.stdout == ""
    assert path.read_text(encoding="utf-8").startswith("# A step by step")


def test_digits_change_what_is_shown_and_not_what_is_computed() -> None:
    assert "0.5933" in run("run", "mazur", "--digits", "4").stdout
    assert " 0.00877135" in run("run", "mazur", "--sig", "6").stdout
    full, short = (
        run("run", "mazur", "--format", "json", *d).stdout for d in ([], ["--digits", "2"])
    )
    assert full == short


def test_nothing_is_cut_off_without_a_terminal() -> None:
    for width in ([], ["--width", "20"]):
        assert "0.359836" not in run("run", "mazur", *width).stdout
        assert "…" not in run("run", "mazur", *width).stdout


def test_an_ascii_locale_gets_ascii() -> None:
    environment = {**os.environ, "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}
    done = process("run", "mazur", env=environment)
    assert done.returncode == 0, done.stderr
    text = done.stdout.decode("ascii")
    assert "delta_o1" in text or "dE/dout" in text
    assert "\\u" not in text


def test_ctrl_c_prints_and_saves_what_was_done(tmp_path: Path) -> None:
    state = tmp_path / "state.yaml"
    child = terminal("step", "mazur", "-n", 2_000_000_000, "--save", state)
    child.expect("training")  # the progress bar: the work has begun
    child.sendintr()
    assert ended(child) == 130
    assert "Interrupted" in child.before
    assert "Traceback" not in child.before
    assert state.exists()


@pytest.mark.parametrize(
    ("read", "words"),
    [
        ("net.yaml", "run net.yaml"),
        ("net.yaml", "page net.yaml"),
        ("net.yaml", "code net.yaml"),
        ("net.yaml", "compare mazur link.yaml"),
        ("a.yaml", "check mazur ./a.yaml"),
        ("net.yaml", "mark mazur ."),
        ("w.npy", "run weights.yaml"),
        ("points.yaml", "mark mazur a.yaml --points points.yaml"),
        ("rec.npz", "compare mazur --against rec.npz"),
        ("cp.npz", "run mazur --checkpoints cp.npz"),
        ("cp.npz", "explain mazur w5@3 --checkpoints cp.npz"),
    ],
)
def test_a_result_never_replaces_what_is_read(
    read: str, words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    example = bundled.find("mazur")
    assert example is not None
    text = example.read_text(encoding="utf-8")
    Path("net.yaml").write_text(text, encoding="utf-8")
    of_file = re.sub(r"weights: \[\[0.15[^\]]*\][^\]]*\]\]", "weights: {file: w.npy}", text)
    Path("weights.yaml").write_text(of_file, encoding="utf-8")
    np.save("w.npy", [[0.15, 0.2], [0.25, 0.3]])
    Path("link.yaml").symlink_to("net.yaml")
    Path("a.yaml").write_text("net_h1: 0.3775\n", encoding="utf-8")
    Path("points.yaml").write_text("total: 10\n", encoding="utf-8")
    run("step", "mazur", "-n", "5", "--record", "rec.npz", "--checkpoints", "cp.npz")
    content = Path(read).read_bytes()
    output = ["-o", read, *([] if words.startswith(("page", "code")) else ["--format", "html"])]
    result = run(*words.split(), *output, "--force", code=2)
    assert result.stderr.endswith(f"bptrace: {read} is what is read; name another file\n")
    assert Path(read).read_bytes() == content


def test_training_goes_on_in_its_own_file(tmp_path: Path) -> None:
    state = tmp_path / "state.yaml"
    run("step", "mazur", "-n", "5", "--save", state)
    run("step", state, "-n", "5", "--save", state, "--force")
    assert "iterations: 10" in state.read_text(encoding="utf-8")
