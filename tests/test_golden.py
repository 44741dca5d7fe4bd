"""What commands print, whole: each case is a command line and a file in `tests/golden/`."""

from __future__ import annotations

import pytest

from conftest import CompareGolden
from support.cli import run
from support.paths import GOLDEN

CASES = {
    "mazur.txt": "run mazur --width 90",
    "mazur.md": "run mazur --format markdown --digits 6",
    "mazur.csv": "run mazur --format csv",
    "mazur.json": "run mazur --format json",
    "mazur-z-a.txt": "run mazur --notation z-a --sig 4",
    "mazur-paths.txt": "run mazur-as-published --view paths",
    "mazur-step.txt": "step mazur --iterations 10 --trace-at 10 --width 100",
    "mazur-step.json": "step mazur --iterations 10 --trace-at 10 --format json",
    "zhou-neuron.txt": "run zhou-neuron",
    "zhou-training.txt": "run zhou-training --iterations 2 --digits 6",
    "two-layer-net.txt": "run two-layer-net --sample 2 --digits 6",
    "relu-bce-layers.txt": "run relu-bce --view layers --digits 6",
    "cubes-batch-means.txt": "run cubes-batch-means --sample 2 --digits 4",
    "four-equations-matrix.txt": "run four-equations --view matrix --sample 1 --digits 6",
    "mazur-explain.txt": "explain mazur dE/dw1 dE/dw5",
    "mazur-explain.md": "explain mazur dE/dw1 --format markdown --digits 6",
    "mazur-explain.json": "explain mazur dE/dw1 dE/dw5 --depth all --format json",
    "mazur-explain-z-a.tex": "explain mazur dE/dw1 --format latex --notation z-a",
    "xor-explain.txt": "explain xor delta_o1 dE/dw7 E_o1",
    "apples-explain.txt": "explain apples dtotal/dapple --depth all",
}


@pytest.mark.parametrize("name", CASES)
def test_commands_print_what_the_golden_files_hold(name: str, golden: CompareGolden) -> None:
    golden(run(*CASES[name].split()).stdout, name)


def test_every_golden_file_belongs_to_a_case() -> None:
    assert {path.name for path in GOLDEN.iterdir()} == {*CASES, "mistakes.csv"}
