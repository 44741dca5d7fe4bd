"""A row added to a table is the whole change: docs/extending.md says so, and here it is done."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
import typer
from typer.testing import CliRunner

from support.networks import build, random_parameters
from support.paths import DOCS
from support.traces import analytic_gradient, numeric_gradient, traced
from tracer import bundled
from tracer import formula as expression
from tracer.cli import application
from tracer.cli.commands import COMMANDS
from tracer.cli.display import Display
from tracer.cli.source import ConfigArgument
from tracer.errors import UsageError
from tracer.formula import evaluate
from tracer.model import activations
from tracer.model.experiment import Data, Experiment
from tracer.model.network import Bias

GUIDE = DOCS / "extending.md"


@pytest.fixture
def softsign(monkeypatch: pytest.MonkeyPatch) -> None:
    """The row of the guide, taken from its text."""
    found = re.search(
        r"```python\n(Activation\(.+?)\n```", GUIDE.read_text(encoding="utf-8"), re.DOTALL
    )
    assert found
    row = eval(found[1], vars(expression) | vars(activations))
    monkeypatch.setitem(activations.ACTIVATIONS, row.name, row)


@pytest.mark.usefixtures("softsign")
def test_a_new_activation_has_gradients_and_formulas() -> None:
    rng = np.random.default_rng(4)
    network, _ = build([2, 3, 2], ["softsign"] * 2, [Bias.EACH] * 2, "squared_error")
    data = Data(rng.normal(0, 1, (4, 2)), rng.normal(0, 1, (4, 2)), (None,) * 4)
    experiment = Experiment("softsign", network, random_parameters(network, rng), data=data)
    trace = traced(experiment)
    np.testing.assert_allclose(
        analytic_gradient(trace), numeric_gradient(experiment), rtol=1e-6, atol=1e-8
    )
    for quantity in trace.quantities():
        formula = trace.formula(quantity)
        if formula is not None:
            assert evaluate(formula, trace) == pytest.approx(trace.value(quantity), rel=1e-12)


def test_a_new_command_has_help_options_and_errors(monkeypatch: pytest.MonkeyPatch) -> None:
    def count(config: ConfigArgument, *, display: Display) -> None:
        """Count letters."""
        if config == "nothing":
            raise UsageError("there is nothing to count")
        typer.echo(f"{len(config)} {display.sig}")

    monkeypatch.setitem(COMMANDS, "count", count)

    def run(*words: str) -> tuple[int, str]:
        result = CliRunner().invoke(application(), words, env={"COLUMNS": ""})
        return result.exit_code, result.output

    assert re.search(r"^  count +Count letters\.$", run("--help")[1], re.MULTILINE)
    assert run("help", "count") == run("count", "--help")
    assert "--notation" in run("help", "count")[1]
    assert run("count", "mazur", "--sig", "3") == (0, "5 3\n")
    assert run("count", "nothing") == (2, "bptrace: there is nothing to count\n")
    assert run("count")[1].startswith("bptrace: missing CONFIG;")
    assert "did you mean 'count'" in run("coumt")[1]


def test_a_file_in_the_folder_is_a_bundled_example(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mazur = bundled.find("mazur")
    assert mazur is not None
    text = mazur.read_text(encoding="utf-8").replace("title: A step by step", "title: Another")
    (tmp_path / "configs").mkdir()
    (tmp_path / "configs" / "newcomer.yaml").write_text(text, encoding="utf-8")
    monkeypatch.setattr(bundled, "_PACKAGE", tmp_path)

    def run(*words: str, **environment: str) -> str:
        return CliRunner().invoke(application(), words, env=environment, prog_name="bptrace").output

    assert run("run", "newcomer").startswith("Another backpropagation example\n")
    assert "δ_o1 = " in run("explain", "newcomer", "delta_o1")
    assert "31 of 76 supplied" in run("check", "newcomer")
    assert run("examples") == "newcomer  Another backpropagation example\n"
    assert run("examples", "newcomer") == text
    assert run("run").endswith("one of the bundled examples: newcomer\n")
    assert "Usage: bptrace run" in run("run", "newcomer", "--help")
    asked = {"COMP_WORDS": "bptrace\nrun\nne", "COMP_CWORD": "2"}
    assert run(_BPTRACE_COMPLETE="complete_bash", **asked) == "newcomer\n"
