"""docs/configuration.md: its examples load, and it names everything there is."""

from __future__ import annotations

import re

import pytest

from support.paths import DOCS
from tracer.config import load
from tracer.config.schema import json_schema
from tracer.model.activations import ACTIVATIONS, Activation
from tracer.model.initializers import INITIALIZERS
from tracer.model.losses import LOSSES, Loss
from tracer.model.optimizers import OPTIMIZERS
from tracer.model.words import plain

_PAGE = (DOCS / "configuration.md").read_text(encoding="utf-8")
_SNIPPETS = re.findall(r"^```yaml\n(.*?)^```", _PAGE, re.DOTALL | re.MULTILINE)


@pytest.mark.parametrize("snippet", _SNIPPETS)
def test_an_example_on_the_page_loads(snippet: str) -> None:
    load("docs/configuration.md", snippet)


@pytest.mark.parametrize("name", [*ACTIVATIONS, *LOSSES, *OPTIMIZERS, *INITIALIZERS])
def test_the_page_names_every_row_of_the_tables(name: str) -> None:
    assert f"`{name}`" in _PAGE


@pytest.mark.parametrize("row", ACTIVATIONS.values(), ids=ACTIVATIONS)
def test_the_page_says_of_an_activation_what_its_row_says(row: Activation) -> None:
    note = plain(row.note) or ("on the output layer only" if row.coupled else "")
    assert f"| `{row.name}` | {row.words} | {note}".rstrip() in _PAGE


@pytest.mark.parametrize("row", LOSSES.values(), ids=LOSSES)
def test_the_page_says_of_a_loss_what_its_row_says(row: Loss) -> None:
    outputs = ", ".join(f"`{name}`" for name in row.outputs) or "any"
    total = "" if row.targets.total is None else f", with the sum {row.targets.total:g}"
    targets = (row.targets.words or "any") + total
    words = plain(row.words).removeprefix("E_total = ")
    assert f"| `{row.name}` | {words} | {outputs} | {targets} |" in _PAGE
    assert bool(row.matched) == bool(row.cancelled)


def test_the_page_names_every_key() -> None:
    models = json_schema()["$defs"].values()
    keys = {key for model in models for key in model["properties"]}
    assert {key for key in keys if not re.search(rf"\b{key}\b", _PAGE)} == set()
