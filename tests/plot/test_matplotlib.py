"""Curves drawn by matplotlib, where it is installed: `make test-plot`."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import pytest

from support.cli import run

if find_spec("matplotlib") is None:
    pytest.skip("matplotlib is not installed: make test-plot", allow_module_level=True)


@pytest.mark.parametrize(("ending", "begin"), [("png", b"\x89PNG\r\n"), ("pdf", b"%PDF-")])
def test_matplotlib_draws_the_same_file_twice(ending: str, begin: bytes, tmp_path: Path) -> None:
    files = [tmp_path / f"{n}.{ending}" for n in range(2)]
    words = ("--plot-quantity", "gradients", "--plot-quantity", "loss", "-n", 50)
    for path in files:
        run("step", "mazur", "--plot", path, *words)
    first, second = (path.read_bytes() for path in files)
    assert first == second
    assert first.startswith(begin)
    assert len(first) > 5000
