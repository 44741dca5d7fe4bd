"""The bundled examples are found, named and titled without parsing them."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

from support.paths import CONFIGS
from tracer.bundled import Example, examples, find

NAMES = [
    "adam-by-hand",
    "appendix-b",
    "apples",
    "apples-oranges",
    "cs231n-adam",
    "cs231n-momentum",
    "cs231n-rmsprop",
    "cs231n-two-layer",
    "cs231n-two-layer-l2",
    "cubes",
    "cubes-batch-means",
    "cubes-relu",
    "deeplearning-momentum",
    "descent",
    "descent-adagrad",
    "descent-momentum",
    "descent-rmsprop",
    "four-equations",
    "lstm-two-steps",
    "mazur",
    "mazur-as-published",
    "mazur-free-biases",
    "mazur-shared-biases",
    "recurrent-two-steps",
    "relu-bce",
    "reused-input",
    "sigmoid-graph",
    "square-of-sum",
    "two-layer-net",
    "xor",
    "xor-thresholds",
    "zhou",
    "zhou-feedforward",
    "zhou-neuron",
    "zhou-training",
]


def test_every_worked_example_is_bundled() -> None:
    assert sorted(example.name for example in examples()) == NAMES


@pytest.mark.parametrize("example", examples(), ids=lambda example: example.name)
def test_the_title_is_the_one_a_yaml_parser_reads(example: Example) -> None:
    assert example.title() == yaml.safe_load(example.path.read_text(encoding="utf-8"))["title"]


def test_a_file_without_a_title_goes_by_its_name(tmp_path: Path) -> None:
    path = tmp_path / "untitled.yaml"
    path.write_text("network: {}\n  title: not at the top level\n", encoding="utf-8")
    assert Example("untitled", path).title() == "untitled"


def test_an_example_is_found_by_its_bare_name() -> None:
    path = find("mazur")
    assert path is not None
    assert path.name == "mazur.yaml"
    assert path.is_file()


@pytest.mark.parametrize("name", ["", "mazur.yaml", "../configs/mazur", "Mazur", "no-such-example"])
def test_nothing_else_is_taken_for_an_example(name: str) -> None:
    assert find(name) is None


def files_named(value: Any) -> Iterator[str]:
    """Every `file: NAME` within a configuration."""
    if isinstance(value, dict) and isinstance(value.get("file"), str):
        yield value["file"]
    for inner in value.values() if isinstance(value, dict) else value:
        if isinstance(inner, dict | list):
            yield from files_named(inner)


def test_data_files_are_bundled_beside_the_examples_that_name_them() -> None:
    named = set()
    for example in examples():
        for file in files_named(yaml.safe_load(example.path.read_text(encoding="utf-8"))):
            named.add(example.path.parent / file)
    assert named == set((CONFIGS / "data").iterdir())


def test_the_arrays_of_the_course_go_in_equal_steps() -> None:
    with np.load(CONFIGS / "data" / "cs231n-two-layer.npz") as arrays:
        assert np.array_equal(arrays["W1"], np.linspace(-0.7, 0.3, 250).reshape(5, 50))
        assert np.array_equal(arrays["b1"], np.linspace(-0.1, 0.9, 50))
        assert np.array_equal(arrays["W2"], np.linspace(-0.3, 0.4, 350).reshape(50, 7))
        assert np.array_equal(arrays["b2"], np.linspace(-0.9, 0.1, 7))
        assert np.array_equal(arrays["X"], np.linspace(-5.5, 4.5, 15).reshape(5, 3).T)
        assert arrays["y"].tolist() == [0, 5, 1]
