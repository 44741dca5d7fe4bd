"""What Tab completes, asked as the shells ask: through the environment."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tracer import bundled
from tracer.cli import application
from tracer.show.pictures.views import PICTURE_VIEWS

ROOT = Path(__file__).parent.parent


def answered(**environment: str) -> str:
    result = CliRunner().invoke(application(), [], env=environment, prog_name="bptrace")
    assert result.stderr == ""
    return result.stdout


def in_bash(*words: str) -> list[str]:
    """The completions of the last word."""
    lines = "\n".join(["bptrace", *words])
    asked = {"COMP_WORDS": lines, "COMP_CWORD": str(len(words))}
    return answered(_BPTRACE_COMPLETE="complete_bash", **asked).split()


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "mine.yaml").write_text("title: none\n", encoding="utf-8")
    (tmp_path / "mine.txt").write_text("", encoding="utf-8")
    (tmp_path / "math").mkdir()
    monkeypatch.chdir(tmp_path)


def test_commands_and_options_are_completed() -> None:
    assert sorted(in_bash("gra")) == ["gradcheck", "graph"]
    assert in_bash("help", "wa") == ["walk"]
    assert "--notation" in in_bash("run", "mazur", "--no")


@pytest.mark.parametrize(
    ("words", "values"),
    [
        (["run", "mazur", "--notation"], ["net-out", "z-a"]),
        (["run", "mazur", "--view"], ["neurons", "matrix", "paths", "layers", *PICTURE_VIEWS]),
        (["run", "mazur", "--rounding"], ["half-up", "half-even", "cut"]),
        (["new", "--bias"], ["each", "shared", "none"]),
    ],
)
def test_values_of_options_are_completed(words: list[str], values: list[str]) -> None:
    assert in_bash(*words, "") == values


def test_values_from_tables_are_completed() -> None:
    assert "markdown" in in_bash("run", "mazur", "--format", "m")
    assert "sigmoid" in in_bash("new", "--activation", "s")
    assert in_bash("new", "--loss", "half") == ["half_squared_error"]


def test_a_configuration_is_an_example_or_a_file() -> None:
    examples = [example.name for example in bundled.examples()]
    offered = in_bash("run", "")
    assert offered[: len(examples)] == examples
    assert offered[len(examples) :] == ["math/", "mine.yaml"]
    near = in_bash("compare", "xor", "ma")
    assert near == [name for name in examples if name.startswith("ma")] + ["math/"]
    assert in_bash("examples", "apples-") == ["apples-oranges"]


def test_paths_are_left_to_the_shell() -> None:
    assert in_bash("run", "min") == []
    assert in_bash("run", "math/") == []
    assert in_bash("check", "mazur", "mi") == []


def test_names_are_those_of_the_configuration_before_them() -> None:
    nets = ["net_h1", "net_h2", "net_o1", "net_o2"]
    assert sorted(in_bash("explain", "mazur", "net_")) == nets
    assert sorted(in_bash("explain", "apples", "t")) == ["tax", "total"]
    assert in_bash("explain", "relu-bce", "loss", "E_to") == ["E_total"]
    assert "E_total#2" in in_bash("explain", "relu-bce", "E_total#")
    for config in ("mine.yaml", "nowhere", "-"):
        assert in_bash("explain", config, "net") == []


def test_bash_s_pieces_of_a_name_are_put_together() -> None:
    assert in_bash("explain", "mazur", "dE/dout_h1", ":", "o") == ["o1", "o2"]


def test_names_of_why_come_with_their_sign_and_numbers_with_none() -> None:
    assert sorted(in_bash("why", "mazur", "E_")) == ["E_o1=", "E_o2=", "E_total="]
    assert in_bash("why", "mazur", "E_o1=0.27", "E_to") == ["E_total="]
    assert in_bash("why", "mazur", "E_o1", "=") == []
    assert in_bash("why", "mazur", "E_o1", "=", "0.2") == []
    assert in_bash("why", "mazur", "E_o1", "=", "0.2", "E_to") == ["E_total="]


def test_zsh_and_fish_are_answered_in_their_own_ways() -> None:
    asked = {"_TYPER_COMPLETE_ARGS": "bptrace explain mazur delta_h"}
    zsh = answered(_BPTRACE_COMPLETE="complete_zsh", **asked)
    assert '"delta_h1"' in zsh
    assert '"delta_h2"' in zsh
    action = {"_TYPER_COMPLETE_FISH_ACTION": "get-args"}
    fish = answered(_BPTRACE_COMPLETE="complete_fish", **asked, **action)
    assert fish.split() == ["delta_h1", "delta_h2"]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_each_shell_has_a_script(shell: str) -> None:
    script = answered(_BPTRACE_COMPLETE=f"source_{shell}")
    assert f"complete_{shell}" in script
    assert "bptrace" in script


def test_the_examples_are_completed_without_numpy_and_yaml() -> None:
    program = (
        "import sys\n"
        "from tracer.__main__ import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "sys.exit(str({'numpy', 'rich', 'yaml'} & set(sys.modules) or 0))\n"
    )
    asked = {"_BPTRACE_COMPLETE": "complete_bash", "COMP_WORDS": "bptrace\nrun\nlst"}
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, **asked, "COMP_CWORD": "2", "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.stdout, done.stderr) == ("lstm-two-steps\n", "0\n")


@pytest.mark.skipif(shutil.which("bash") is None, reason="needs bash")
def test_the_script_works_in_bash() -> None:
    """The function that the script defines, called as bash calls it."""
    script = answered(_BPTRACE_COMPLETE="source_bash")
    program = (
        f'bptrace() {{ "{sys.executable}" -m bptrace "$@"; }}; export -f bptrace\n'
        f"{script.replace('$1 )', 'bash -c bptrace )')}\n"
        "COMP_WORDS=(bptrace run zhou-); COMP_CWORD=2; _bptrace_completion bptrace\n"
        'printf "%s\\n" "${COMPREPLY[@]}"\n'
    )
    done = subprocess.run(
        ["bash", "--norc", "-c", program],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.split() == ["zhou-feedforward", "zhou-neuron", "zhou-training"], done.stderr
