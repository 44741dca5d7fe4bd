"""docs/pytorch.md: its programs run, and print what it shows."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import Any

import pytest

from support.cli import run
from support.paths import DOCS
from test_pages import matches

pytest.importorskip("torch", reason="PyTorch is not installed: make test-torch")

BLOCK = re.compile(r"^```(python|text|sh)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def test_the_page_shows_what_its_programs_print(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    scope: dict[str, Any] = {"__name__": "page"}
    blocks = BLOCK.findall((DOCS / "pytorch.md").read_text(encoding="utf-8"))
    assert [kind for kind, _ in blocks].count("python") > 4
    for kind, text in blocks:
        if kind == "python":
            exec(compile(text, "pytorch.md", "exec"), scope)
        elif kind == "text":
            printed = capsys.readouterr().out
            assert matches(printed, text), printed
        else:
            for line in text.splitlines():
                run(*shlex.split(line)[1:], code=0)
                capsys.readouterr()
