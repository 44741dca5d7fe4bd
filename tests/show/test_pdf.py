"""LaTeX to PDF: by what is installed, and with a word where nothing is or nothing comes of it."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest

from tracer.errors import OutputError
from tracer.show.pdf import installed, pdf


def test_without_latex_it_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(OutputError, match=r"a PDF needs LaTeX.*name a .tex"):
        installed()


@pytest.mark.skipif(not shutil.which("pdflatex"), reason="no pdflatex")
def test_what_latex_cannot_compile_is_an_error_in_its_words() -> None:
    with pytest.raises(OutputError, match="Undefined control sequence"):
        pdf(r"\documentclass{article}\begin{document}\nonsense\end{document}", ["pdflatex"])


def test_another_engine_is_tried_where_the_first_one_fails(tmp_path: Path) -> None:
    good, bad = tmp_path / "good", tmp_path / "bad"
    bad.write_text("#!/bin/sh\nexit 1\n", encoding="utf-8")
    good.write_text(
        f"#!{sys.executable}\nopen('sheet.pdf', 'wb').write(b'%PDF')\n", encoding="utf-8"
    )
    for program in (good, bad):
        program.chmod(0o755)
    assert pdf("x", [str(bad), str(good)]) == b"%PDF"
    with pytest.raises(OutputError, match="bad failed"):
        pdf("x", [str(bad)])
