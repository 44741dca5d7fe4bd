"""A row added to a table is the whole change: docs/extending.md says so, and here it is done."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TextIO

import numpy as np
import pytest
from typer.testing import CliRunner

from support.networks import build, random_parameters
from support.paths import DOCS
from support.traces import analytic_gradient, numeric_gradient, traced
from tracer import formula as expression
from tracer.cli import command_line
from tracer.engine.trace import IterationTrace
from tracer.formula import evaluate
from tracer.model import activations
from tracer.model.experiment import Data, Experiment
from tracer.model.network import Bias
from tracer.show.document import Block, Column, Document, Name, Notation, Table, Text
from tracer.show.formats import FORMATS, Format, Medium
from tracer.show.formats.common import canonical
from tracer.show.reports.selection import Selection
from tracer.show.reports.views import VIEWS, View

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


def bptrace(*words: str, code: int = 0) -> str:
    """What a command prints, on a command line that is built from the tables as they are now."""
    environment = {"COLUMNS": "", "NO_COLOR": "1"}
    result = CliRunner().invoke(command_line(), words, env=environment)
    assert result.exit_code == code, result.output
    return result.stdout


def write_words(document: Document, notation: Notation, stream: TextIO, medium: Medium) -> None:
    """A paragraph a line, a table by its title."""
    for block in document:
        if isinstance(block, Text):
            stream.write(f"words {block.content}\n")
        elif isinstance(block, Table):
            stream.write(f"table {block.title} {notation.name('delta_o1')}\n")


def write_tabbed(document: Document, notation: Notation, stream: TextIO, medium: Medium) -> None:
    for block in document:
        if isinstance(block, Table):
            for row in block.rows:
                cells = (canonical(c) if isinstance(c, Name) else str(c) for c in row)
                stream.write("\t".join(cells) + "\n")


def write_lengths(result: Any, notation: Notation, stream: TextIO, medium: Medium) -> None:
    stream.write(f"{len(list(result))} parts\n")


@pytest.fixture
def new_formats(monkeypatch: pytest.MonkeyPatch) -> None:
    for row in (
        Format("words", write_words, "for listeners", (".words",), other_names=("prose",)),
        Format("tsv", write_tabbed, "for spreadsheets", (".tsv",), for_programs=True),
        Format("lengths", write_lengths, "for counting", (".len",), objects=True),
    ):
        monkeypatch.setitem(FORMATS, row.name, row)


@pytest.mark.usefixtures("new_formats")
@pytest.mark.parametrize("command", ["run", "step", "explain", "check", "worksheet"])
def test_a_new_format_is_told_of_in_the_help(command: str) -> None:
    shown = " ".join(bptrace(command, "--help").split())
    assert "|words|prose|tsv|lengths>" in shown.replace(" ", "")
    assert "words or prose: for listeners; tsv: for spreadsheets; lengths: for counting." in shown


@pytest.mark.usefixtures("new_formats")
def test_a_new_format_writes_every_result(tmp_path: Path) -> None:
    assert "table Forward δ_o1\n" in bptrace("run", "mazur", "--format", "words")
    assert "table Verdicts δ_o1\n" in bptrace("check", "mazur", "--format", "prose", code=1)
    assert "words By the chain rule:\n" in bptrace(
        "explain", "mazur", "dE/dw1", "--format", "words"
    )
    assert "\ntable Edges, from the output back δ" in bptrace("graph", "mazur", "--format", "words")
    path = tmp_path / "sheet.words"
    assert bptrace("worksheet", "mazur", "-o", str(path)) == ""
    assert "table Forward δ_o1\n" in path.read_text(encoding="utf-8")


@pytest.mark.usefixtures("new_formats")
def test_a_new_format_for_programs_gets_the_records() -> None:
    assert bptrace("run", "xor", "--format", "tsv").startswith("1\t1\tx1\t0.0\n")
    assert bptrace("explain", "mazur", "net_h1", "--format", "tsv").startswith("net_h1\tw1*i1 + w2")
    assert "\tright\t\n" in bptrace("check", "mazur", "--format", "tsv", code=1)
    assert "h1\t" in bptrace("run", "mazur", "--format", "tsv", "--table", "forward")


@pytest.mark.usefixtures("new_formats")
def test_a_new_format_of_objects_gets_those() -> None:
    assert bptrace("run", "mazur", "--format", "lengths") == "5 parts\n"
    assert bptrace("explain", "mazur", "net_h1", "w1", "--format", "lengths") == "2 parts\n"


def nets(trace: IterationTrace, selection: Selection) -> Iterator[Block]:
    """The net inputs of the samples."""
    rows = [
        (Name(trace.names.name(quantity)), trace.value(quantity))
        for position in selection.positions(trace)
        for quantity in trace.quantities(sample=trace.rows[position])
        if quantity.kind.value == "net input"
    ]
    yield Table((Column("quantity"), Column("net", "right")), rows, "Net inputs", "nets")


@pytest.fixture
def new_view(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(VIEWS, "nets", View("nets", "the net inputs alone", lambda: nets))


@pytest.mark.usefixtures("new_view")
@pytest.mark.parametrize("format", FORMATS)
def test_a_new_view_is_shown_in_every_format(format: str) -> None:
    shown = bptrace("run", "mazur", "--view", "nets", "--format", format)
    assert "0.3775" in shown
    if not FORMATS[format].for_programs:
        assert "Net inputs" in shown
        assert "Backward" not in shown


@pytest.mark.usefixtures("new_view")
def test_a_new_view_is_told_of_in_the_help_and_has_its_tables() -> None:
    shown = " ".join(bptrace("run", "--help").split())
    assert "|layers|nets>" in shown.replace(" ", "")
    assert "nets: the net inputs alone." in shown
    table = bptrace("run", "mazur", "--view", "nets", "--table", "nets", "--format", "csv")
    assert table.splitlines()[:2] == ["quantity,net", "net_h1,0.3775"]
    none = CliRunner().invoke(command_line(), ["run", "zhou-neuron", "--view", "nets"])
    assert "--view nets needs samples with targets" in none.stderr
