"""The same bytes twice: from any folder, with any hash seed, locale, number of threads and Python."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from support.paths import CONFIGS

_COMMANDS = (
    ("run", "cubes", "--sample", "all"),
    ("step", "zhou-training", "--format", "json"),
    ("step", "descent-adagrad", "--format", "html"),
    ("check", "mazur-as-published", "--format", "json"),
    ("explain", "mazur", "w5+", "--format", "latex"),
    ("run", "apples", "--format", "svg"),
    ("graph", "apples-oranges", "--format", "svg"),
    ("run", "lstm-two-steps", "--format", "json"),
    ("gradcheck", "lstm-two-steps"),
    ("run", "mazur", "--round", "4sf"),
    ("why", "mazur", "E_total=0.291027923905"),
    ("code", "mazur", "--language", "numpy"),
    ("page", "xor", "-o", "-"),
    ("new", "--seed", "3"),
    ("worksheet", "xor", "--key"),
)
_PROGRAM = f"""
import sys
from typer.testing import CliRunner
from tracer.cli import application
app = application()
runner = CliRunner()
for words in {_COMMANDS!r}:
    result = runner.invoke(app, words)
    assert result.exit_code in (0, 1), (words, result.output)
    sys.stdout.write(result.output)
"""


OTHERS = os.environ.get("OTHER_PYTHONS", "").split()
"""Interpreters that have the same packages, as `make test-pythons` installs them."""


def _printed(folder: Path, interpreter: str = sys.executable, **environment: str) -> str:
    path = os.pathsep.join([str(CONFIGS.parent), os.environ.get("PYTHONPATH", "")])
    surroundings = os.environ | {"PYTHONPATH": path, "PYTHONIOENCODING": "utf-8"} | environment
    done = subprocess.run(
        [interpreter, "-c", _PROGRAM],
        cwd=folder,
        env=surroundings,
        encoding="utf-8",
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.skipif(not OTHERS, reason="no other Pythons here: make test-pythons")
def test_what_is_printed_is_the_same_with_other_pythons(tmp_path: Path) -> None:
    own = _printed(tmp_path)
    for interpreter in OTHERS:
        assert _printed(tmp_path, os.path.abspath(interpreter)) == own, interpreter


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
