"""docs/optimizers.md has the equations that are calculated with."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks import equations
from benchmarks.block import END
from support.paths import DOCS
from tracer.model.optimizers import OPTIMIZERS
from tracer.model.penalties import FACTORS
from tracer.model.schedules import SCHEDULES

PAGE = DOCS / "optimizers.md"


def test_the_page_has_the_equations_of_today(
    request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    page = PAGE if request.config.getoption("--update-golden") else tmp_path / "page.md"
    page.write_text(PAGE.read_text(encoding="utf-8"), encoding="utf-8")
    equations.main(["--write", str(page)])
    written = page.read_text(encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == written, "make equations writes it anew"


def test_every_row_stands_there() -> None:
    text = "\n".join(equations.lines())
    for row in (*OPTIMIZERS, *SCHEDULES, *FACTORS):
        assert f"`{row}`" in text
    assert "w+ = w − lr · m̂/(√(v̂) + ε) − lr · λ · w" in text
    assert "| `per_sample` | λ/(2m)·Σ w² | λ/m · w |" in text


def test_a_page_without_the_block_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = tmp_path / "page.md"
    page.write_text(f"nothing\n{END}\n", encoding="utf-8")
    with pytest.raises(SystemExit, match="has no lines"):
        equations.main(["--write", str(page)])
    equations.main([])
    assert "### `adam`" in capsys.readouterr().out
