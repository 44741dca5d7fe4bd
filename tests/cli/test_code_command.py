"""`bptrace code`: files, languages, names that no language takes, what is refused and why."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from support.cli import run
from support.node import NODE, needs_node
from support.odd_names import ODD, odd_file
from support.programs import assert_same, run_python
from tracer.config import load


def test_the_programs_own_output_is_a_file_of_answers(tmp_path: Path) -> None:
    run("code", "mazur", "-o", tmp_path / "mazur.py")
    done = subprocess.run(
        [sys.executable, tmp_path / "mazur.py"], capture_output=True, text=True, check=True
    )
    assert done.stdout.startswith("loss@1 = 0.2983711087600027\nw1+@1 = 0.1497807161327628\n")
    assert "11 supplied; 11 right" in run("check", "mazur", "-", input=done.stdout).stdout.replace(
        "of 87 ", ""
    )


def test_the_ending_chooses_the_language_and_an_option_overrules_it(tmp_path: Path) -> None:
    def written(name: str, *options: str) -> str:
        run("code", "mazur", "-o", tmp_path / name, *options)
        return (tmp_path / name).read_text(encoding="utf-8")

    assert "def forward" not in written("a.py")
    assert "console.log" in written("a.js")
    assert "console.log" in written("a.MJS")
    assert "import numpy" in written("b.py", "--language", "numpy")
    assert "console.log" in written("c.py", "-l", "javascript")
    assert "for iteration in" in written("d.txt")


def test_a_file_that_exists_is_kept(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("mine")
    refused = run("code", "mazur", "-o", tmp_path / "a.py", code=2).output
    assert "exists already; --force overwrites it" in refused
    assert (tmp_path / "a.py").read_text() == "mine"
    run("code", "mazur", "-o", tmp_path / "a.py", "--force")
    assert (tmp_path / "a.py").read_text() != "mine"


def test_iterations_are_those_asked_for() -> None:
    assert "ITERATIONS = 7" in run("code", "mazur", "-n", 7).stdout
    printed = run_python(run("code", "mazur", "-n", 100).stdout)
    assert [line.partition(" ")[0] for line in printed.splitlines() if "loss" in line] == [
        "loss@1",
        *(f"loss@{k}" for k in range(10, 101, 10)),
    ]


WORDS = (
    "lambda",
    "class",
    "print",
    "exp",
    "samples",
    "iteration",
    "value",
    "for",
    "λ",
    "np",
    "const",
    "let",
    "NaN",
    "${y}",
)


_ALL = sorted({*ODD, *WORDS})


@pytest.fixture(scope="module", params=range(4))
def odd(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Path:
    """A network whose neurons are called as nothing is in a program."""
    names = _ALL[request.param :: 4]
    return odd_file(tmp_path_factory.mktemp("odd"), names, offset="threshold")


def test_odd_names_become_safe_ones_and_the_program_says_so(odd: Path) -> None:
    source = run("code", odd, "--trace", "-n", 2).stdout
    assert "# Called " in source
    assert assert_same(run_python(source), load(odd)) > 50


@needs_node
def test_odd_names_in_javascript(odd: Path, tmp_path: Path) -> None:
    run("code", odd, "--trace", "-n", 2, "-o", tmp_path / "odd.js")
    assert NODE is not None
    done = subprocess.run([NODE, tmp_path / "odd.js"], capture_output=True, text=True, check=True)
    assert assert_same(done.stdout, load(odd)) > 50


def test_the_head_says_how_a_word_of_the_language_is_called(tmp_path: Path) -> None:
    path = tmp_path / "l.yaml"
    path.write_text("graph: {inputs: {sum: 2, new: 3}, nodes: {print: sum * new}}\n")
    source = run("code", path).stdout
    assert "# Called sum_ here: sum\n" in source
    assert "# Called print_ here: print\n" in source
    assert "print_ = sum_*new\n" in source
    assert "// Called new_ here: new\n" in run("code", path, "-l", "javascript").stdout


def test_a_title_stays_a_remark(tmp_path: Path) -> None:
    path = tmp_path / "t.yaml"
    path.write_text(
        'title: "one\\nimport os\\u2028\\e[31m */ \\"\\"\\" {x}"\n'
        "graph: {inputs: {x: 2}, nodes: {f: x ** 2}}\n",
        encoding="utf-8",
    )
    for language in ("python", "javascript"):
        source = run("code", path, "-l", language).stdout
        assert "\x1b" not in source
        assert "import os" in source.splitlines()[0]
    assert run_python(run("code", path).stdout) == "f = 4.0\ndf/dx = 4.0\n"


def refused(*words: object) -> str:
    """What is said where there is no program."""
    return " ".join(run("code", *words, code=2).output.split())


def test_what_is_too_much_for_a_language_names_those_that_have_it(tmp_path: Path) -> None:
    wide = tmp_path / "wide.yaml"
    wide.write_text(
        "network:\n  inputs: 40\n  layers: [{neurons: 30, activation: tanh, weights: 0.1}]\n"
        f"loss: squared_error\ndata: [{{inputs: {[0.1] * 40}, targets: {[0.5] * 30}}}]\n"
    )
    assert "1,200 parameters" in refused(wide)
    assert "--language numpy, torch or jax has it" in refused(wide)
    assert "samples are drawn in 20,000 iterations" in refused("cubes")
    assert "--language numpy or jax has it" in refused("cubes")
    assert "--language python or javascript has it" in refused("apples", "-l", "numpy")


def test_iterations_without_a_training() -> None:
    assert "without `training` there is only iteration 1" in refused("apples", "-n", 3)


def test_an_unknown_language_names_the_known_ones() -> None:
    said = refused("mazur", "--language", "fortran")
    assert "python" in said
    assert "jax" in said
