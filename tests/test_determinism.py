"""The same bytes twice: from any folder, with any hash seed, locale and number of threads."""

from __future__ import annotations

import os
from pathlib import Path

from support.cli import python
from support.paths import CONFIGS

_COMMANDS = (
    ("run", "cubes", "--sample", "all"),
    ("step", "zhou-training", "--format", "json"),
    ("step", "descent-adagrad", "--format", "html"),
    ("check", "mazur-as-published", "--format", "json"),
    ("explain", "mazur", "w5+", "--format", "latex"),
    ("run", "apples", "--format", "svg"),
    ("worksheet", "xor", "--key"),
)
_PROGRAM = f"""
import sys
from typer.testing import CliRunner
from tracer.cli import application
app = application()
for words in {_COMMANDS!r}:
    result = CliRunner().invoke(app, words)
    assert result.exit_code in (0, 1), (words, result.output)
    sys.stdout.write(result.output)
"""


def _printed(folder: Path, **environment: str) -> str:
    path = os.pathsep.join([str(CONFIGS.parent), os.environ.get("PYTHONPATH", "")])
    surroundings = os.environ | {"PYTHONPATH": path, "PYTHONIOENCODING": "utf-8"} | environment
    done = python(_PROGRAM, cwd=folder, env=surroundings, encoding="utf-8")
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_what_is_printed_depends_on_nothing_around_it(tmp_path: Path) -> None:
    one = _printed(
        CONFIGS.parent, PYTHONHASHSEED="1", LC_ALL="C.UTF-8", OPENBLAS_NUM_THREADS="1", TZ="UTC"
    )
    other = _printed(
        tmp_path,
        PYTHONHASHSEED="4242",
        LC_ALL="tr_TR.UTF-8",
        OPENBLAS_NUM_THREADS="2",
        TZ="Asia/Tokyo",
        HOME="/nonexistent",
        TMPDIR="/nonexistent",
    )
    assert len(one) > 10_000
    assert one == other
