"""docs/output.md: what its examples show is what the commands print."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tracer.cli import app

PAGE = Path(__file__).parents[1] / "docs" / "output.md"
EXAMPLES = re.findall(
    r"^```console\n\$ bptrace (.+)\n([\s\S]+?)^```$", PAGE.read_text(encoding="utf-8"), re.MULTILINE
)


@pytest.mark.parametrize(("command", "shown"), EXAMPLES)
def test_examples_are_what_is_printed(command: str, shown: str) -> None:
    result = CliRunner().invoke(app, command.split(), env={"COLUMNS": "", "NO_COLOR": "1"})
    assert result.exit_code == 0, result.stderr
    for part in re.split(r"^…\n", shown, flags=re.MULTILINE):
        assert part in result.stdout
