"""The JSON Schema for editors agrees with what `load` accepts."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import jsonschema
import pytest

from support.configs import SOUND, spoiled
from support.paths import EXAMPLES
from tracer.config.reader import read
from tracer.config.schema import json_schema
from tracer.model.activations import ACTIVATIONS


@cache
def _validator() -> jsonschema.Draft202012Validator:
    return jsonschema.Draft202012Validator(json_schema())


def _validate(text: str) -> None:
    _validator().validate(read(text, "net.yaml")[0].value)


def test_it_is_a_schema_itself() -> None:
    jsonschema.Draft202012Validator.check_schema(json_schema())


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_every_bundled_example_is_valid(path: Path) -> None:
    _validate(path.read_text(encoding="utf-8"))


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
        _validate(spoiled(change))


@pytest.mark.parametrize(
    "change",
    [
        ("weights: 0.5", "weights: {file: w.npz, array: fc.weight, layout: in_out}"),
        ("bias: none", "bias: {file: b.npy}"),
        ("data:\n", "predict: {file: p.csv, inputs: x1..x9}\ndata:\n"),
        ("data:\n", "predict: {file: p.npy}\ndata:\n"),
    ],
)
def test_a_file_with_numbers_from_other_files_is_valid(change: tuple[str, str]) -> None:
    _validate(spoiled(change))


def test_it_says_what_keys_mean_and_what_they_may_be() -> None:
    layer = json_schema()["$defs"]["LayerModel"]["properties"]
    assert layer["activation"]["enum"] == list(ACTIVATIONS)
    assert layer["neurons"]["description"] == "the neurons' names, or their count"
    assert layer["bias"]["default"] == "none"
    assert "default" not in json_schema()["$defs"]["SampleModel"]["properties"]["name"]
    assert json_schema()["$defs"]["LayerModel"]["required"] == ["neurons", "activation", "weights"]


def test_defaults_are_those_of_the_experiment() -> None:
    keys = json_schema()["$defs"]["TrainingModel"]["properties"]
    shown = {key: value["default"] for key, value in keys.items() if "default" in value}
    assert shown == {
        "iterations": 1,
        "batch": "full",
        "shuffle": False,
        "seed": 0,
        "gradient": "exact",
        "update_order": "simultaneous",
        "optimizer": "sgd",
    }


def test_the_sound_file_is_valid() -> None:
    _validate(SOUND)
