"""LaTeX of whole results: what a TeX program would stumble over is not in it."""

from __future__ import annotations

import re

import pytest

from support.cli import run


@pytest.mark.parametrize(
    "command",
    [
        "run mazur",
        "run four-equations --view matrix --sample 1",
        "run four-equations --view matrix --sample 1 --notation z-a",
        "run xor --round 4dp --sample 1",
        "step mazur -n 5",
        "explain xor delta_o1",
        "explain mazur dE/dw1 --depth all",
        "check mazur",
        "why mazur E_total=0.291027924 --after 1",
        "gradcheck mazur",
        "graph mazur",
        "compare mazur mazur-as-published",
        "worksheet mazur --formulas",
    ],
)
def test_results_are_sound_latex(command: str) -> None:
    written = run(*command.split(), "--format", "latex", code=None).stdout
    assert written.isascii(), sorted(set(re.findall(r"[^\x00-\x7f]", written)))
    for formula in re.findall(r"\\\[.*?\\\]|\\begin{align\*}.*?\\end{align\*}", written, re.DOTALL):
        assert "\n\n" not in formula, "an empty line ends a formula"
        assert formula.count("{") == formula.count("}")
    assert written.count(r"\begin{") == written.count(r"\end{")
