"""A row in the table of commands, a file among the examples: each is the whole change."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from tracer import bundled
from tracer.cli import application
from tracer.cli.commands import COMMANDS
from tracer.cli.display import Display
from tracer.cli.source import ConfigArgument
from tracer.errors import UsageError


def test_a_new_command_has_help_options_and_errors(monkeypatch: pytest.MonkeyPatch) -> None:
    def count(config: ConfigArgument, *, display: Display) -> None:
        """Count letters."""
        if config == "nothing":
            raise UsageError("there is nothing to count")
        typer.echo(f"{len(config)} {display.sig}")

    monkeypatch.setitem(COMMANDS, "count", count)

    def run(*words: str) -> tuple[int, str]:
        result = CliRunner().invoke(application(), words, env={"COLUMNS": ""})
        return result.exit_code, result.output

    assert re.search(r"^  count +Count letters\.$", run("--help")[1], re.MULTILINE)
    assert run("help", "count") == run("count", "--help")
    assert "--notation" in run("help", "count")[1]
    assert run("count", "mazur", "--sig", "3") == (0, "5 3\n")
    assert run("count", "nothing") == (2, "bptrace: there is nothing to count\n")
    assert run("count")[1].startswith("bptrace: missing CONFIG;")
    assert "did you mean 'count'" in run("coumt")[1]


def test_a_file_in_the_folder_is_a_bundled_example(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mazur = bundled.find("mazur")
    assert mazur is not None
    text = mazur.read_text(encoding="utf-8").replace("title: A step by step", "title: Another")
    (tmp_path / "configs").mkdir()
    (tmp_path / "configs" / "newcomer.yaml").write_text(text, encoding="utf-8")
    monkeypatch.setattr(bundled, "_PACKAGE", tmp_path)

    def run(*words: str, **environment: str) -> str:
        return CliRunner().invoke(application(), words, env=environment, prog_name="bptrace").output

    assert run("run", "newcomer").startswith("Another backpropagation example\n")
    assert "δ_o1 = " in run("explain", "newcomer", "delta_o1")
    assert "31 of 76 supplied" in run("check", "newcomer")
    assert run("examples") == "newcomer  Another backpropagation example\n"
    assert run("examples", "newcomer") == text
    assert run("run").endswith("one of the bundled examples: newcomer\n")
    assert "Usage: bptrace run" in run("run", "newcomer", "--help")
    asked = {"COMP_WORDS": "bptrace\nrun\nne", "COMP_CWORD": "2"}
    assert run(_BPTRACE_COMPLETE="complete_bash", **asked) == "newcomer\n"
