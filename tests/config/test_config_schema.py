"""The JSON Schema for editors agrees with what `load` accepts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import jsonschema
import pytest

from support.configs import SOUND, spoiled
from support.paths import EXAMPLES
from tracer.config import json_schema
from tracer.config.reader import read
from tracer.model.activations import ACTIVATIONS


def _content(text: str) -> Any:
    return read(text, "net.yaml")[0].value


def test_it_is_a_schema_itself() -> None:
    jsonschema.Draft202012Validator.check_schema(json_schema())


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_every_bundled_example_is_valid(path: Path) -> None:
    jsonschema.validate(_content(path.read_text(encoding="utf-8")), json_schema())


@pytest.mark.parametrize(
    "change",
    [
        ("learning_rate", "learning_rat"),
        ("activation: sigmoid\n      weights: 0.5", "activation: sigmod\n      weights: 0.5"),
        ("weights: 0.5", "weights: {init: normal, low: 1}"),
        ("[i1, i2]", "0"),
        ("bias: none", "bias: null"),
    ],
)
def test_a_faulty_file_is_not_valid(change: tuple[str, str]) -> None:
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(_content(spoiled(change)), json_schema())


def test_it_says_what_keys_mean_and_what_they_may_be() -> None:
    layer = json_schema()["$defs"]["LayerModel"]["properties"]
    assert layer["activation"]["enum"] == list(ACTIVATIONS)
    assert layer["neurons"]["description"] == "the neurons' names, or their count"
    assert layer["bias"]["default"] == "none"
    assert "default" not in json_schema()["$defs"]["SampleModel"]["properties"]["name"]
    assert json_schema()["$defs"]["LayerModel"]["required"] == ["neurons", "activation", "weights"]


def test_the_sound_file_is_valid() -> None:
    jsonschema.validate(_content(SOUND), json_schema())
