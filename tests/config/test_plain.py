"""Configurations as Python's own dicts and lists: the same as from YAML, problems told by paths."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from support.paths import EXAMPLES
from tracer.config import load, load_plain
from tracer.config.reader import read
from tracer.config.writing import dump
from tracer.errors import ConfigError

NETWORK: dict[str, Any] = {
    "inputs": 1,
    "layers": [{"neurons": 1, "activation": "sigmoid", "weights": 0.5, "bias": "none"}],
}


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_a_file_read_as_plain_values_is_the_same_experiment(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(path.parent)
    root, _ = read(path.read_text(encoding="utf-8"), path.name)
    written = replace(load(path.name), expected=())  # which have their digits from the text
    root.value.pop("expected", None)
    assert dump(load_plain(root.value, path.name)) == dump(written)


def test_arrays_tuples_and_numpy_numbers_are_lists_and_numbers() -> None:
    layer = {
        "neurons": ("a", "b"),
        "activation": "tanh",
        "weights": np.eye(2),
        "bias": np.float32(0.5),
    }
    given = {"network": {"inputs": 2, "layers": [layer]}, "predict": [{"inputs": np.arange(2)}]}
    plain = {**layer, "neurons": ["a", "b"], "weights": [[1, 0], [0, 1]], "bias": 0.5}
    other = {"network": {"inputs": 2, "layers": [plain]}, "predict": [{"inputs": [0, 1]}]}
    assert dump(load_plain(given)) == dump(load_plain(other))


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"network": 3}, "dict: network: found 3"),
        ({"loss": "mse"}, "dict: loss: unknown loss 'mse'"),
        ({"data": [{"inputs": [b"1"], "targets": [1]}]}, "data[0].inputs[0]: found a bytes"),
        ({"data": [{"inputs": [1], "targets": [{1}]}]}, "data[0].targets[0]: found a set"),
        ({"data": [{"inputs": [float("nan")], "targets": [1]}]}, "data[0].inputs[0]"),
        ({"data": [{"inputs": ["1"], "targets": [1]}]}, "data[0].inputs[0]"),
        ({5: 1}, "dict: the key 5 is no text"),
    ],
)
def test_problems_say_the_path_to_them(changed: dict[Any, Any], words: str) -> None:
    given: dict[Any, Any] = {
        "network": NETWORK,
        "loss": "half_squared_error",
        "data": [{"inputs": [1], "targets": [1]}],
    }
    with pytest.raises(ConfigError) as caught:
        load_plain(given | changed)
    assert words in str(caught.value)


def test_a_dict_that_holds_itself_is_refused() -> None:
    given: dict[str, Any] = {}
    given["network"] = given
    with pytest.raises(ConfigError, match="nested deeper"):
        load_plain(given)
