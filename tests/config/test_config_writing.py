"""What `dump` writes, `load` reads back bit for bit."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.configs import GRAPH, SOUND, graph, network
from support.paths import EXAMPLES
from tracer.config import load
from tracer.config.writing import dump
from tracer.model.experiment import Data, Experiment, GraphExperiment


def _same(first: Experiment, second: Experiment) -> None:
    assert first.network == second.network
    for (W1, b1), (W2, b2) in zip(first.parameters, second.parameters, strict=True):
        assert W1.tobytes() == W2.tobytes()
        assert (b1 is None and b2 is None) or b1.tobytes() == b2.tobytes()
    for before, after in ((first.data, second.data), (first.predict, second.predict)):
        assert (before is None) == (after is None)
        if before is not None and after is not None:
            assert before.inputs.tobytes() == after.inputs.tobytes()
            assert before.targets.tobytes() == after.targets.tobytes()
            assert before.targets.shape == after.targets.shape
            assert before.names == after.names
    assert first.training == second.training
    assert (first.title, first.source) == (second.title, second.source)
    assert (first.reduction, first.expected) == (second.reduction, second.expected)


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_every_bundled_example_comes_back(path: Path) -> None:
    experiment = load(path)
    again = load("again.yaml", dump(experiment))
    if isinstance(experiment, Experiment) and isinstance(again, Experiment):
        _same(experiment, again)
    else:
        assert dump(again) == dump(experiment)


def test_the_layout() -> None:
    text = """\
  epochs: 3
  batch: online
  freeze: [w2, b1]
  stop: {loss_below: 0.01, window: 5}
  resume: {iterations: 4, losses: [0.5]}
predict: [{inputs: [1, 2], name: Ann}]
expected: [{iteration: 1, values: {E_total: 0.3850}, note: "by hand, on paper"}]
"""
    assert (
        dump(network(SOUND + text))
        == """\
title: A 2-3-2 network

network:
  inputs: [i1, i2]
  layers:
    - neurons: [h1, h2, h3]
      activation: sigmoid
      weights:
        - [1.0, 2.0]
        - [3.0, 4.0]
        - [5.0, 6.0]
      bias: [1.0, 2.0, 3.0]
    - neurons: [o1, o2]
      activation: sigmoid
      weights:
        - [0.5, 0.5, 0.5]
        - [0.5, 0.5, 0.5]
      bias: none

loss: half_squared_error
reduction: mean

data:
  - {inputs: [1.0, 2.0], targets: [0.0, 1.0]}
  - {inputs: [3.0, 4.0], targets: [1.0, 0.0]}

predict:
  - {name: Ann, inputs: [1.0, 2.0]}

training:
  learning_rate: 0.5
  epochs: 3
  batch: 1
  shuffle: false
  seed: 0
  gradient: exact
  freeze: [w2, b1]
  update_order: simultaneous
  optimizer: sgd
  stop: {loss_below: 0.01, window: 5}
  resume: {iterations: 4, losses: [0.5]}

expected:
  - iteration: 1
    values:
      E_total: 0.3850
    note: by hand, on paper
"""
    )


def test_the_layout_of_a_graph() -> None:
    text = GRAPH + "    half: 1 / total\ntraining: {learning_rate: 0.5, trainable: [x]}\n"
    text += "source: a \\ b # c\nexpected: [{values: {total: 7}}]\n"
    text = text.replace("# c", "'").replace("a \\ b", "'a \\ b")
    assert (
        dump(graph(text))
        == """\
source: "a \\\\ b "

graph:
  inputs: {x: 2.0, y: 3.0}
  nodes:
    product: x * y
    total: product + 1
    half: 1 / total

training:
  learning_rate: 0.5
  iterations: 1
  trainable: [x]

expected:
  - values:
      total: 7
"""
    )


def test_frozen_groups_keep_their_word() -> None:
    text = dump(network(SOUND + "  freeze: biases\n"))
    assert "  freeze: biases\n" in text
    assert "  freeze: weights\n" in dump(network(SOUND + "  freeze: weights\n"))


def test_long_rows_are_broken_and_long_default_names_are_counted() -> None:
    text = """
network: {inputs: 100, layers: [{neurons: 2, activation: relu, weights: {init: he}}]}
predict: [{inputs: %s}]
""" % ([1.5] * 100)
    experiment = network(text)
    written = dump(experiment)
    assert "  inputs: 100\n" in written
    assert max(map(len, written.splitlines())) <= 100
    _same(experiment, network(written))


def test_numpy_numbers_are_written_as_numbers() -> None:
    experiment = network(SOUND)
    assert experiment.training is not None
    training = replace(experiment.training, learning_rate=np.float64(0.1))
    assert "learning_rate: 0.1\n" in dump(replace(experiment, training=training))


_NAMES = st.text(st.characters(exclude_categories=["Cs"]), max_size=130)


@given(
    st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from(["yes", "null", "1e3", "a, b", "New  York", "x: y", "#", "'"]) | _NAMES,
    _NAMES,
)
def test_any_number_and_any_text_comes_back(value: float, name: str, title: str) -> None:
    experiment = network(SOUND)
    data = Data(np.full((2, 2), value), np.array([[0.0, 1.0], [1.0, 0.0]]), (name, None))
    (W, _), second = experiment.parameters
    parameters = ((W, np.array([value, -0.0, 5e-324])), second)
    changed = replace(experiment, title=title, data=data, parameters=parameters)
    _same(changed, network(dump(changed)))


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=130))
def test_any_formula_comes_back(formula: str) -> None:
    experiment = graph(GRAPH)
    node = replace(experiment.nodes[0], text=formula)
    again = load("x", dump(replace(experiment, nodes=(node,))))
    assert isinstance(again, GraphExperiment)
    assert again.nodes[0].text == formula
