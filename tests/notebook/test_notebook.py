"""The notebook of docs, and what a notebook is shown, in a real kernel: `make test-notebook`."""

from __future__ import annotations

import re
from importlib.util import find_spec
from typing import Any

import pytest

from support.paths import DOCS

MISSING = [name for name in ("ipykernel", "nbclient", "nbformat", "pandas") if not find_spec(name)]
if MISSING:
    pytest.skip(f"{', '.join(MISSING)} not installed: make test-notebook", allow_module_level=True)

NUMBER = re.compile(r"(-?\d+\.\d+(?:e[-+]?\d+)?)")
NOT_OURS = "text/html"
"""What may look otherwise with another version of pandas."""


def ran(*sources: str) -> list[list[Any]]:
    """The outputs of cells with these sources."""
    from nbclient import NotebookClient
    from nbformat.v4 import new_code_cell, new_notebook

    notebook = new_notebook(cells=[new_code_cell(source) for source in sources])
    NotebookClient(notebook, timeout=60).execute()
    return [cell.outputs for cell in notebook.cells]


def shown(output: Any) -> dict[str, str]:
    """What an output shows, by its kinds; streams are text."""
    from benchmarks.notebook import lightest

    data = lightest(output["data"]) if "data" in output else {"text/plain": output["text"]}
    return {kind: text for kind, text in data.items() if kind != NOT_OURS}


def test_the_notebook_of_the_docs_has_the_outputs_that_it_gives() -> None:
    import nbformat

    from benchmarks.notebook import executed

    path = DOCS / "notebook.ipynb"
    fresh, stored = executed(path), nbformat.read(path, as_version=4)
    for cell, kept in zip(fresh.cells, stored.cells, strict=True):
        now, before = cell.get("outputs", ()), kept.get("outputs", ())
        assert len(now) == len(before), cell.source
        for output, earlier in zip(now, before, strict=True):
            assert output.output_type == "execute_result", cell.source
            for kind, text in shown(output).items():
                words, wanted = NUMBER.split(text), NUMBER.split(shown(earlier)[kind])
                assert words[::2] == wanted[::2], "make notebook"
                numbers = [float(number) for number in wanted[1::2]]
                assert [float(n) for n in words[1::2]] == pytest.approx(numbers, rel=1e-7)


YAML = """%%bptrace run --view matrix
network:
  inputs: 1
  layers: [{neurons: 1, activation: sigmoid, weights: 0.5, bias: none}]
loss: half_squared_error
data: [{inputs: [1], targets: [1]}]
"""
BAR = """
import time
from tracer.api import notebook
notebook._LONG = 0
entered = notebook.bar(10)
advance = entered.__enter__()
advance(3)
"""


def test_commands_progress_and_results_in_a_kernel() -> None:
    loaded, run, typo, wrong, drawn, progress, done, result = ran(
        "%load_ext tracer\nimport tracer",
        YAML,
        "%bptrace explain mazur dE/dw99",
        "%%bptrace run\nnetwork: 3",
        "%bptrace run mazur --format svg",
        BAR,
        "_ = entered.__exit__(None, None, None)",
        "tracer.trace('mazur')",
    )
    assert loaded == []
    assert 'data-quantity="dE/dw1"' in run[0]["data"]["text/html"]
    for outputs, words in ((typo, "8 weights and 2 biases"), (wrong, "<stdin>:1:10: network")):
        assert [output["name"] for output in outputs] == ["stderr"]
        assert words in outputs[0]["text"]
        assert "Traceback" not in outputs[0]["text"]
    assert drawn[0]["data"]["image/svg+xml"].startswith("<svg")
    assert done == []
    assert progress[0]["data"]["text/html"] == ""  # it was there, and has gone
    assert result[0]["data"].keys() == {"text/html", "text/markdown", "text/latex", "text/plain"}


def test_a_bar_is_drawn_while_training_goes_on() -> None:
    (outputs,) = ran(BAR)
    assert '<progress max="10" value="3"' in outputs[0]["data"]["text/html"]
