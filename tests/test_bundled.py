"""The bundled examples are found, named and titled without parsing them."""

from pathlib import Path

import pytest
import yaml

from tracer.bundled import Example, examples, find

NAMES = [
    "appendix-b",
    "apples",
    "apples-oranges",
    "cubes",
    "cubes-batch-means",
    "cubes-relu",
    "descent",
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


def test_data_files_are_bundled_beside_the_examples_that_name_them() -> None:
    for example in examples():
        data = yaml.safe_load(example.path.read_text(encoding="utf-8")).get("data")
        if isinstance(data, dict):
            assert (example.path.parent / data["file"]).is_file()
