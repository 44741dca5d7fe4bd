"""`check --no-reveal`: no right value that wasn't supplied stands anywhere in what it prints."""

from __future__ import annotations

import io
import json
import re
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pytest

from support.cli import run
from support.graphs import shipped_graph, shipped_graphs
from support.networks import shipped
from tracer import bundled
from tracer.diagnose.answers import read_answers
from tracer.diagnose.check import check, with_reasons
from tracer.digits.agreement import agreement
from tracer.digits.numbers import NumberFormat, Written
from tracer.model.experiment import Experiment, GraphExperiment
from tracer.show.formats import FORMATS, render
from tracer.show.notation.notation import QuantityNotation
from tracer.show.reports.check import check_document
from tracer.show.reports.check_objects import check_json

_ENOUGH = 4
"""Significant digits from which on a number gives a right value away."""
_NUMBER = re.compile(r"(?<![\w.])[-−]?\d+(?:\.\d+)?(?:e[+-]?\d+)?", re.ASCII)

SLOPES = "dE/dout_h1: 0.03635\ndE/dout_h2: 0.04137\n"
SHEETS = {
    "a few right": ("mazur", "net_h1: 0.3775\nout_h1: 0.5933\n"),
    "all kinds of wrong": (
        "mazur",
        "net_h1: 0.3775\nout_h1: 0.5933\nout_h2: 0.6123\ndE/dout_h1: 0.03635\n"
        "delta_h1: 0.03635\ndE/dw1: 0.001818\nw5+: 0.4411\nE_o1: 0.2749\nE_o2: 0.1234\n",
    ),
    "everything wrong": ("mazur", "net_h1: 1.234\nnet_o1: 2.345\ndelta_o1: 3.456\nw1+: 4.567\n"),
    "the same twice": ("mazur", f"{SLOPES}delta_h1: 0.03635\ndelta_h2: 0.04137\n"),
    "a given number misread": ("mazur", "net_h1: 0.3825\nout_h1: 0.594477\n"),
    "a neighbour's value": ("mazur", "out_h1: 0.596884\nout_o2: 0.751365\n"),
    "two swapped": ("mazur", "out_o1: 0.772928\nout_o2: 0.751365\n"),
    "slips of the pen": (
        "mazur",
        "net_h1: 0.3757\nnet_o1: 11.05906\ndelta_o2: 0.0380982\nE_o1: 0.274911\nout_o2: 0.77929\n",
    ),
    "off by one": ("mazur", "out_h1: 0.593271\n"),
    "too few digits": ("mazur", "dE/dw1: 0.0\ndelta_h1: 0.02\n"),
    "two iterations": (
        "mazur",
        "w5+: 0.4411\nw1+: 0.14978\nnet_o1@2: 1.2\nout_h1@2: 0.5932\nE_total@2: 0.31\n"
        "w1@2: 0.17498\nnet_h1@2: 0.3887\nw5@2: 0.35981\n",
    ),
    "a later total": ("mazur", "- {after: 1, values: {E_total: 0.2910279, out_o1: 0.7421}}\n"),
    "a published total": ("mazur", "- {after: 1, values: {E_total: 0.291027924}}\n"),
    "a total that nothing gives": (
        "mazur",
        "- {after: 1, values: {E_total: 0.1234567}}\n- {iteration: 3, values: {w1: 0.777}}\n",
    ),
    "another convention": (
        "xor-thresholds",
        "dE/dout_o5: -0.5097\ndelta_o5: -0.1274\ndelta_h3: 0.0381\ndelta_h4: -0.0147\n"
        "w5+: -1.2067\ntheta_o5+: 0.3127\nw3+: 0.7777\nE_total: 0.2345\n",
    ),
    "a batch": ("relu-bce", "net_h1: 0.36\nout_o1#2: 0.1234\ndE/dw1: 0.5\nloss: 0.7\n"),
    "a graph": ("apples", "apple_price: 210\ntotal: 725.5\ndtotal/dtax: 660.5\n"),
}

IN_ALL_FORMATS = {"all kinds of wrong", "another convention"}


def arrays_of(config: str, spoil: str, times: float, kind: str) -> bytes:
    """A program's arrays of iteration 1, one of them multiplied: NPZ, or JSON with lists."""
    saved = json.loads(run("run", config, "--format", "json").stdout)
    parameters = saved["iterations"][0]["parameters"]
    found: dict[str, Any] = {}
    network = shipped(config).network
    names = iter([name for name in parameters if name.startswith("w")])
    for number, layer in enumerate(network.layers, 1):
        chosen = [next(names) for _ in range(len(layer.neurons) * len(layer.inputs))]
        gradients = [parameters[name]["gradient"] for name in chosen]
        shape = (len(layer.neurons), len(layer.inputs))
        found[f"dW{number}"] = np.array(gradients).reshape(shape)
    found[spoil] = found[spoil] * times
    if kind == "json":
        return json.dumps({name: array.tolist() for name, array in found.items()}).encode()
    packed = io.BytesIO()
    np.savez(packed, **found)
    return packed.getvalue()


ARRAYS = [
    ("mazur", "dW1", 2.0, "json"),
    ("relu-bce", "dW2", 1.37, "npz"),
    ("mazur", "dW1", 0.0, "json"),
]


def numbers_in(text: str) -> list[Written]:
    """All numbers in a text that are no part of a name."""
    return [Written.parse(token) for token in _NUMBER.findall(text)]


def given_numbers(config: str) -> set[float]:
    """The numbers of a bundled configuration, without those that it expects to come out."""
    path = bundled.find(config)
    assert path is not None
    stated = path.read_text(encoding="utf-8").split("expected:")[0]
    return {abs(number.value) for number in numbers_in(stated)}


def load(config: str) -> Experiment | GraphExperiment:
    return shipped_graph(config) if config in shipped_graphs() else shipped(config)


class Secrets:
    """What a sheet must not be told: right values, and how far its wrong numbers are from them."""

    def __init__(self, config: str, answers: bytes) -> None:
        experiment = load(config)
        read = read_answers(answers, "answers", experiment)
        self.checked = with_reasons(check(experiment, read))
        sections = self.checked.sections
        self.supplied = [f.answer.value for section in sections for f in section.numbers]
        everything = {section.exact.value(i) for section in sections for i in section.exact}
        given = given_numbers(config)
        self.values = {abs(v) for v in everything if v and abs(v) not in given}
        for section in sections:
            for finding in section.numbers:
                if finding.tainted:
                    self._add_distance(finding.answer.value, finding.exact)
                    self._add_distance(finding.answer.value, finding.carried)

    def shown(self, format: str, *, reveal: bool) -> str:
        """All that `check` prints of it in one format."""
        checked, show = self.checked, {"reveal": reveal, "carry": True}
        if format == "json":
            return json.dumps(check_json(checked, **show))
        document = check_document(checked, NumberFormat(), **show, limit=None)
        notation = QuantityNotation(checked.names, "net-out", FORMATS[format].notation)
        return render(document, notation, format)

    def _add_distance(self, value: float, right: float | None) -> None:
        if right and value:
            self.values |= {abs(v) for v in (right, value - right, value / right, right / value)}

    def told(self, text: str) -> list[str]:
        """The numbers of the text that give one of them away."""
        found = [number for number in numbers_in(text) if number.significant >= _ENOUGH]
        return [number.text for number in found if self._gives_away(number)]

    def _gives_away(self, number: Written) -> bool:
        size = replace(number, value=abs(number.value))
        if any(agreement(size, abs(value)) for value in self.supplied):
            return False
        return any(agreement(size, value) for value in self.values)


secrets_of = cache(Secrets)


@pytest.mark.parametrize("case", SHEETS)
def test_no_right_value_is_told_without_reveal(case: str) -> None:
    """Formats write one document; most sheets are read as a table, and as JSON, which is none."""
    config, sheet = SHEETS[case]
    secrets = secrets_of(config, sheet.encode())
    for format in FORMATS if case in IN_ALL_FORMATS else ("table", "json"):
        assert secrets.told(secrets.shown(format, reveal=False)) == [], format
        found = secrets.told(secrets.shown(format, reveal=True))
        assert found, f"the search finds nothing in {format}"


@pytest.mark.parametrize(("config", "spoil", "times", "kind"), ARRAYS)
def test_arrays_tell_none_either(config: str, spoil: str, times: float, kind: str) -> None:
    secrets = secrets_of(config, arrays_of(config, spoil, times, kind))
    for format in FORMATS:
        assert secrets.told(secrets.shown(format, reveal=False)) == [], format
        assert secrets.told(secrets.shown(format, reveal=True)), format


@pytest.mark.parametrize("sheet", ["net_h1: 0.3775", "net_h1: 1.234"])
@pytest.mark.parametrize("format", FORMATS)
def test_a_calculation_carried_on_is_refused_without_reveal(sheet: str, format: str) -> None:
    words = ("check", "mazur", "-", "--no-reveal", "--carry", "--format", format)
    refused = run(*words, input=sheet, code=2)
    assert refused.stdout == ""
    assert "--carry shows right values" in refused.stderr


@pytest.mark.parametrize("sheet", ["", "net_h1:\n"])
def test_an_empty_sheet_is_told_nothing(sheet: str) -> None:
    assert run("check", "mazur", "-", "--no-reveal", input=sheet, code=2).stdout == ""


def test_other_conventions_are_named_without_their_numbers() -> None:
    config, sheet = SHEETS["a published total"]
    published = check_json(secrets_of(config, sheet.encode()).checked, reveal=False)
    matches = [match for reason in published["why"] for match in reason["matches"]]
    assert {"update_order": "output_first"} in [match["changes"] for match in matches]
    assert not any("values" in match for match in matches)
    assert not any("nearest" in reason for reason in published["why"])
