"""A new activation, loss or optimiser is in every language; a new language is on the command line."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from support.cli import built
from support.extended import extended
from support.node import NODE, needs_node
from support.programs import assert_same, run_python
from tracer.code import languages
from tracer.code.languages import AnyExperiment, Language, Wish
from tracer.code.program import program

KINDS = ("Activation", "Loss", "Optimizer")


@pytest.mark.parametrize("language", ["python", "numpy"])
@pytest.mark.parametrize("kind", KINDS)
def test_a_new_row_is_in_a_program(
    kind: str, language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    experiment = extended(kind, monkeypatch)
    assert assert_same(run_python(program(experiment, language, 3)), experiment)


@needs_node
@pytest.mark.parametrize("kind", KINDS)
def test_a_new_row_is_in_a_program_of_javascript(
    kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    experiment = extended(kind, monkeypatch)
    assert NODE is not None
    done = subprocess.run(
        [NODE, "-e", program(experiment, "javascript", 3)],
        capture_output=True,
        text=True,
        check=True,
    )
    assert assert_same(done.stdout, experiment)


@pytest.mark.parametrize("language", ["torch", "jax"])
def test_what_a_library_has_no_name_for_is_written_as_its_formula(
    language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    library = {"torch": "torch", "jax": "jnp"}[language]
    activation = program(extended("Activation", monkeypatch), language)
    assert f"out1 = net1 / (1 + {library}.abs(net1))\n" in activation
    assert f"E = 0.5 * {library}.abs(T - out2) ** 2\n" in program(
        extended("Loss", monkeypatch), language
    )
    optimizer = program(extended("Optimizer", monkeypatch), language)
    assert "W1 -= lr * v_W1\n" in optimizer
    assert "torch.optim" not in optimizer


def test_a_new_language_is_on_the_command_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def write(experiment: AnyExperiment, wish: Wish) -> str:
        return f"PROGRAM {experiment.title}; {wish.iterations}\n"

    row = Language("algol", "for the brave", write, (".alg",))
    monkeypatch.setitem(languages.LANGUAGES, row.name, row)
    assert "algol: for the brave" in " ".join(built("code", "--help").split())
    assert built("code", "mazur", "-l", "algol").endswith("example; 1\n")
    built("code", "mazur", "-o", str(tmp_path / "a.alg"))
    assert (tmp_path / "a.alg").read_text().startswith("PROGRAM A step")
