"""docs/configuration.md: its examples load, and it names everything there is."""

from __future__ import annotations

import re

import pytest

from support.paths import DOCS
from tracer.config import json_schema, load
from tracer.model.activations import ACTIVATIONS
from tracer.model.initializers import INITIALIZERS
from tracer.model.losses import LOSSES
from tracer.model.optimizers import OPTIMIZERS

_PAGE = (DOCS / "configuration.md").read_text(encoding="utf-8")
_SNIPPETS = re.findall(r"^```yaml\n(.*?)^```", _PAGE, re.DOTALL | re.MULTILINE)


@pytest.mark.parametrize("snippet", _SNIPPETS)
def test_an_example_on_the_page_loads(snippet: str) -> None:
    load("docs/configuration.md", snippet)


@pytest.mark.parametrize("name", [*ACTIVATIONS, *LOSSES, *OPTIMIZERS, *INITIALIZERS])
def test_the_page_names_every_row_of_the_tables(name: str) -> None:
    assert f"`{name}`" in _PAGE


def test_the_page_names_every_key() -> None:
    models = json_schema()["$defs"].values()
    keys = {key for model in models for key in model["properties"]}
    assert {key for key in keys if not re.search(rf"\b{key}\b", _PAGE)} == set()
