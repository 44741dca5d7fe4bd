"""LaTeX of whole results: what a TeX program would stumble over is not in it."""

from __future__ import annotations

import re

import pytest

from support.cli import run
from support.latex_lines import widths
from tracer.show.formats.latex_width import LINE


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
        "check zhou",
        pytest.param("check mazur", marks=pytest.mark.long),
        "why mazur E_total=0.291027924 --after 1",
        "gradcheck mazur",
        "graph mazur",
        "compare mazur mazur-as-published",
        "worksheet mazur --formulas",
        "worksheet relu-bce --formulas --key --digits 15",
        "run two-layer-net --digits 20",
        "run four-equations --view matrix --digits 15",
        "graph xor --fine",
        "explain cubes net_h1 dE/dw1 --full --digits 20",
    ],
)
def test_results_are_sound_latex(command: str) -> None:
    written = run(*command.split(), "--format", "latex", code=None).stdout
    assert written.isascii(), sorted(set(re.findall(r"[^\x00-\x7f]", written)))
    for formula in re.findall(r"\\\[.*?\\\]|\\begin{align\*}.*?\\end{align\*}", written, re.DOTALL):
        assert "\n\n" not in formula, "an empty line ends a formula"
        assert formula.count("{") == formula.count("}")
    assert written.count(r"\begin{") == written.count(r"\end{")
    assert max(widths(written)) <= LINE


def test_conventions_can_be_left_out_of_every_document() -> None:
    for command in (
        "run mazur",
        "explain mazur w1+",
        "worksheet mazur",
        "why mazur w1+=1",
    ):
        for format in ("table", "markdown", "latex"):
            words = [*command.split(), "--format", format]
            assert "descent subtracts" in _written(words)
            assert "descent subtracts" not in _written([*words, "--no-conventions"])
    assert "upstream is the node" in _written(["graph", "apples"])
    assert "upstream is the node" not in _written(["graph", "apples", "--no-conventions"])


def test_a_warning_stays_where_conventions_are_left_out() -> None:
    words = ["run", "cubes-batch-means", "--no-conventions"]
    assert "the product of means is not a gradient" in _written(words)


def _written(words: list[str]) -> str:
    return run(*words).stdout
