"""`%bptrace` and `%%bptrace`, without a kernel; see tests/notebook for those in one."""

from __future__ import annotations

import sys

import pytest

from tracer.cli.magic import load, magic

GRAPH = "graph:\n  inputs: {x: 3}\n  nodes: {y: x*x}\n"


def test_a_cell_is_the_configuration_or_what_a_minus_stands_for() -> None:
    stdin = sys.stdin
    shown = magic("run", GRAPH)
    assert shown is not None
    assert "dy/dx" in shown.content
    checked = magic("check mazur -", "out_h1: 0.5933\n")
    assert checked is not None
    assert "1 of 43 supplied" in checked.content
    marked = magic("mark mazur -", "out_h1: 0.5933\n")
    assert marked is not None
    assert "1 of 43 points" in marked.content
    assert sys.stdin is stdin


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("explain mazur dE/dw1", "text/html"),
        ("run mazur --format=markdown", "text/markdown"),
        ("run mazur --format latex", "text/latex"),
        ("graph apples --format svg", "image/svg+xml"),
    ],
)
def test_the_format_says_what_the_notebook_shows(line: str, kind: str) -> None:
    shown = magic(line)
    assert shown is not None
    assert shown._repr_mimebundle_().keys() == {kind, "text/plain"}


@pytest.mark.parametrize(
    ("line", "printed"),
    [
        ("run mazur --format json", '{\n "schema_version"'),
        ("run --help", "Usage: bptrace run"),
        ("examples", "adam-by-hand"),
    ],
)
def test_other_text_is_printed(line: str, printed: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert magic(line) is None
    assert printed in capsys.readouterr().out


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("rum mazur", "did you mean 'run'?"),
        ("run mazr", "did you mean 'mazur'?"),
        ("run 'mazur", "No closing quotation"),
        ("run mazur --iterations x", "x"),
    ],
)
def test_what_goes_wrong_is_told_without_a_traceback(
    line: str, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert magic(line) is None
    told = capsys.readouterr()
    assert words in told.err
    assert told.out == ""


def test_the_extension_registers_the_magic() -> None:
    class Shell:
        registered: tuple[object, ...] = ()

        def register_magic_function(self, *given: object) -> None:
            self.registered = given

    shell = Shell()
    load(shell)
    assert shell.registered == (magic, "line_cell", "bptrace")
