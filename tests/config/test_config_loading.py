"""What a sound configuration becomes."""

from __future__ import annotations

import math
from pathlib import Path
from typing import NoReturn

import numpy as np
import pytest

from support.configs import SOUND, file_problems, graph, network, spoiled
from support.networks import parameters_named, shipped
from support.paths import EXAMPLES
from tracer.config import load
from tracer.model.experiment import Resume, Stop, Training
from tracer.model.network import Bias


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_every_bundled_example_loads(path: Path) -> None:
    assert load(path).title


def test_a_network_keeps_its_numbers_names_and_training() -> None:
    experiment = shipped("mazur")
    assert experiment.network.sizes == (2, 2, 2)
    assert experiment.network.loss.name == "half_squared_error"
    assert [layer.bias for layer in experiment.network.layers] == [Bias.SHARED, Bias.SHARED]
    (W1, b1), (W2, b2) = experiment.parameters
    assert W1.tolist() == [[0.15, 0.20], [0.25, 0.30]]
    assert W2.tolist() == [[0.40, 0.45], [0.50, 0.55]]
    assert (b1.tolist(), b2.tolist()) == ([0.35], [0.60])
    assert experiment.data is not None
    assert experiment.data.inputs.tolist() == [[0.05, 0.10]]
    assert experiment.data.targets.tolist() == [[0.01, 0.99]]
    assert experiment.training == Training(
        0.5, frozen=parameters_named(experiment.network, "b1", "b2")
    )


def test_expected_numbers_keep_their_digits_as_written() -> None:
    text = "\nexpected: [{after: 2, values: {E_total: 0.3850}}, {values: {out_h1: 1e-3}}]"
    first, second = network(SOUND + text).expected
    assert (first.iteration, first.after, second.iteration, second.after) == (None, 2, 1, None)
    assert first.values["E_total"].text == "0.3850"
    assert first.values["E_total"].decimals == 4
    assert second.values["out_h1"].value == 0.001


def test_one_number_fills_a_matrix_and_none_is_no_bias() -> None:
    W, b = network(SOUND).parameters[1]
    assert W.tolist() == [[0.5, 0.5, 0.5], [0.5, 0.5, 0.5]]
    assert b is None


def test_biases_are_shared_for_a_number_and_each_for_a_list() -> None:
    experiment = network(spoiled(("bias: none", "bias: 2")))
    assert [layer.bias for layer in experiment.network.layers] == [Bias.EACH, Bias.SHARED]
    assert [b.tolist() for _, b in experiment.parameters] == [[1, 2, 3], [2]]


def test_a_layer_without_the_key_has_no_bias() -> None:
    assert network(spoiled(("      bias: none\n", ""))).network.layers[1].bias is Bias.NONE


def test_counts_give_names_numbered_on_through_the_hidden_layers() -> None:
    text = """
network:
  inputs: 2
  layers:
    - {neurons: 2, activation: tanh, weights: 0.1}
    - {neurons: 3, activation: tanh, weights: 0.1}
    - {neurons: 1, activation: tanh, weights: 0.1}
predict: [{inputs: [1, 2]}]
"""
    built = network(text).network
    assert built.inputs == ("i1", "i2")
    assert [layer.neurons for layer in built.layers] == [("h1", "h2"), ("h3", "h4", "h5"), ("o1",)]


def test_a_network_that_only_predicts_needs_no_loss() -> None:
    experiment = network(SOUND[: SOUND.index("loss:")] + "predict: [{inputs: [1, 2], name: new}]")
    assert experiment.data is None
    assert experiment.predict is not None
    assert experiment.predict.names == ("new",)
    assert experiment.predict.targets.shape == (1, 0)


def test_a_class_becomes_one_hot() -> None:
    data = network(spoiled(("targets: [0, 1]", "class: 1, name: Alice"))).data
    assert data is not None
    assert data.targets.tolist() == [[0, 1], [1, 0]]
    assert data.names == ("Alice", None)


def test_a_single_input_and_a_single_target_need_no_brackets() -> None:
    text = """
network: {inputs: [x], layers: [{neurons: [o1], activation: sigmoid, weights: [[0]], bias: 0}]}
loss: squared_error
data: [{inputs: 1, targets: 1}, {inputs: -1, targets: 0}]
"""
    data = network(text).data
    assert data is not None
    assert (data.inputs.tolist(), data.targets.tolist()) == ([[1], [-1]], [[1], [0]])


@pytest.mark.parametrize(
    ("batch", "size", "iterations"), [("full", None, 10), ("online", 1, 20), ("2", 2, 10)]
)
def test_epochs_come_to_as_many_iterations_as_there_are_batches(
    batch: str, size: int | None, iterations: int
) -> None:
    training = network(SOUND + f"  epochs: 10\n  batch: {batch}\n").training
    assert training is not None
    assert (training.epochs, training.batch, training.iterations) == (10, size, iterations)


def test_the_last_batch_of_an_epoch_may_be_smaller() -> None:
    sample = "  - {inputs: [3, 4], targets: [1, 0]}\n"
    training = network(spoiled((sample, sample * 2)) + "  epochs: 10\n  batch: 2\n").training
    assert training is not None
    assert training.iterations == 20


def test_frozen_parameters_go_by_their_own_names() -> None:
    found = network(SOUND + "  freeze: [w5, 'w[h1,i2]', 'b[h3]']\n")
    assert found.training is not None
    assert found.training.frozen == parameters_named(found.network, "w5", "w2", "b3")


def test_all_weights_can_be_frozen_at_once() -> None:
    found = network(SOUND + "  freeze: weights\n")
    weights = parameters_named(found.network, *(f"w{number}" for number in range(1, 13)))
    assert found.training is not None
    assert found.training.frozen == weights


def test_every_key_of_the_training_arrives() -> None:
    text = """\
  iterations: 7
  batch: 2
  shuffle: true
  seed: 3
  gradient: batch_means
  update_order: output_first
  stop: {loss_below: 0.01, window: 5}
  resume: {iterations: 4, losses: [0.5, 0.25]}
"""
    assert network(SOUND + text).training == Training(
        learning_rate=0.5,
        iterations=7,
        batch=2,
        shuffle=True,
        seed=3,
        gradient="batch_means",
        update_order="output_first",
        stop=Stop(0.01, 5),
        resume=Resume(4, (0.5, 0.25)),
    )


def test_drawn_parameters_follow_from_the_seed_alone() -> None:
    def drawn(seed: int) -> list[list[float]]:
        text = spoiled(
            ("weights: 0.5", "weights: {init: he}"), ("bias: none", "bias: {init: normal}")
        )
        W, b = network(text.replace("network:", f"network:\n  seed: {seed}")).parameters[1]
        return [W.ravel().tolist(), b.tolist()]

    assert drawn(1) == drawn(1)
    assert drawn(1) != drawn(2)
    generator = np.random.default_rng(1)
    weights = math.sqrt(2 / 3) * generator.standard_normal((2, 3))
    assert drawn(1)[0] == weights.ravel().tolist()
    assert drawn(1)[1] == generator.standard_normal(2).tolist()


def test_wide_layers_can_be_written_out() -> None:
    rows = np.random.default_rng(0).normal(size=(128, 784)).tolist()
    text = f"""
network:
  inputs: 784
  layers:
    - {{neurons: 128, activation: relu, weights: {rows}, bias: 0.1}}
    - {{neurons: 10, activation: softmax, weights: 0.1}}
predict: [{{inputs: {rows[0]}}}]
"""
    experiment = network(text)
    assert experiment.parameters[0][0].tolist() == rows


def test_a_graph_keeps_its_formulas_as_text_with_their_places() -> None:
    experiment = graph("""\
title: T
graph:
  inputs: {x: 2, y: 0.5}
  nodes:
    a: x * y
    b:   "a + 1"
    c: |

      b
      * 2
    d: 0.3850
    e: 0x10
training: {learning_rate: 0.1, trainable: [y]}
expected: [{values: {a: 1.0}}]
""")
    assert experiment.file == "graph.yaml"
    assert experiment.inputs == {"x": 2.0, "y": 0.5}
    assert [(node.name, node.line, node.column) for node in experiment.nodes] == [
        ("a", 5, 8),
        ("b", 6, 11),
        ("c", 9, 7),
        ("d", 11, 8),
        ("e", 12, 8),
    ]
    texts = ["x * y", "a + 1", "\nb\n* 2\n", "0.3850", "16"]
    assert [node.text for node in experiment.nodes] == texts
    assert experiment.training is not None
    assert (experiment.training.trainable, experiment.training.iterations) == (("y",), 1)
    assert experiment.expected[0].values["a"].text == "1.0"


def test_a_file_with_a_byte_order_mark_loads(tmp_path: Path) -> None:
    path = tmp_path / "net.yaml"
    path.write_bytes(b"\xef\xbb\xbf" + SOUND.encode())
    assert load(path).title == "A 2-3-2 network"


def test_a_missing_file_and_its_neighbour(tmp_path: Path) -> None:
    (tmp_path / "mazur.yaml").write_text(SOUND)
    assert file_problems(tmp_path / "mazr.yaml") == [
        "FILE: no such file; did you mean 'mazur.yaml'?"
    ]


def test_a_file_in_a_folder_that_is_missing(tmp_path: Path) -> None:
    assert file_problems(tmp_path / "none" / "net.yaml") == ["FILE: no such file"]


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    assert file_problems(tmp_path) == ["FILE: this is a folder; name a file in it"]


def test_a_file_that_may_not_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> NoReturn:
        raise PermissionError

    path = tmp_path / "net.yaml"
    path.write_text(SOUND)
    monkeypatch.setattr(Path, "open", refuse)
    assert file_problems(path) == ["FILE: the file can't be read; check its permissions"]


def test_a_name_that_no_file_can_have() -> None:
    assert file_problems(Path("a\0b")) == ["a\\x00b: no file can have this name"]


def test_a_file_that_is_not_utf_8(tmp_path: Path) -> None:
    path = tmp_path / "net.yaml"
    path.write_bytes("title: é\nsource: ".encode() + b"\xe9\n")
    assert file_problems(path) == [
        "FILE:2:9: not UTF-8: byte 18 is 0xe9; save the file with the encoding UTF-8"
    ]
