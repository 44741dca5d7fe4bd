"""Problems that concern several parts of a network at once, names, memory, and all at once."""

from __future__ import annotations

import pytest

from support.configs import SOUND, network, problems, spoiled
from tracer.config import memory
from tracer.model.experiment import Experiment

_SIGMOID_OUTPUT = "activation: sigmoid\n      weights: 0.5"
_SOFTMAX_OUTPUT = "activation: softmax\n      weights: 0.5"


def test_binary_cross_entropy_needs_sigmoid_outputs() -> None:
    text = spoiled(
        (_SIGMOID_OUTPUT, _SOFTMAX_OUTPUT), ("half_squared_error", "binary_cross_entropy")
    )
    assert problems(text) == [
        "net.yaml:13:7: loss: binary_cross_entropy needs sigmoid outputs; the output layer has "
        "softmax; for softmax outputs use cross_entropy"
    ]


def test_binary_cross_entropy_needs_targets_between_0_and_1() -> None:
    text = spoiled(("half_squared_error", "binary_cross_entropy"), ("[1, 0]}", "[1, -0.5]}"))
    assert problems(text) == [
        "net.yaml:16:35: data[1].targets[1]: target -0.5; "
        "binary_cross_entropy needs targets between 0 and 1"
    ]


def test_cross_entropy_needs_targets_that_are_probabilities() -> None:
    text = spoiled(
        (_SIGMOID_OUTPUT, _SOFTMAX_OUTPUT),
        ("half_squared_error", "cross_entropy"),
        ("[0, 1]}", "[0.5, 0.6]}"),
        ("[1, 0]}", "[2, -1]}"),
    )
    assert problems(text) == [
        "net.yaml:15:31: data[0].targets: the targets' sum is 1.1; cross_entropy needs 1; "
        "targets are probabilities of the classes",
        "net.yaml:16:35: data[1].targets[1]: target -1; cross_entropy needs targets of 0 or more",
    ]


def test_softmax_over_a_single_neuron_says_nothing() -> None:
    text = spoiled(
        (_SIGMOID_OUTPUT, _SOFTMAX_OUTPUT),
        ("[o1, o2]", "[o1]"),
        ("[0, 1]", "[0]"),
        ("[1, 0]", "[0]"),
    )
    assert problems(text) == [
        "net.yaml:10:19: network.layers[1].activation: softmax over a single neuron is always 1; "
        "give two outputs, or take another activation"
    ]


def test_a_class_needs_two_outputs() -> None:
    text = spoiled(("[o1, o2]", "[o1]"), ("targets: [0, 1]", "class: 0"), ("[1, 0]", "[0]"))
    assert problems(text) == [
        "net.yaml:15:29: data[0].class: a class needs two outputs or more; "
        "give targets: [0] or targets: [1]"
    ]


def test_a_network_with_nothing_to_calculate() -> None:
    text = SOUND[: SOUND.index("loss:")]
    assert problems(text) == [
        "net.yaml:2:1: network: no data and nothing to predict; "
        "add data: with inputs and targets, or predict: with inputs"
    ]


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("w1", "'w1' is the name of a weight"),
        ("b12", "'b12' is the name of a bias"),
        ("lr", "'lr' is the name of the learning rate"),
        ("J", "'J' is the name of the loss of the batch"),
        ("total", "'total' is the name of the E_total of a sample"),
        ("net_h1", "'net_h1' begins with net_, as the names of other quantities do"),
        ("dEar", "'dEar' begins with dE, as the names of other quantities do"),
        ("''", "a neuron's name is empty"),
        ("a b", "'a b' contains a space, which names of neurons can't"),
        ("a#b", "'a#b' contains #, which names of neurons can't"),
        ("'a,b'", "'a,b' contains ,, which names of neurons can't"),
        ("-x", "'-x' begins with -, as options do"),
        ("'1'", "'1' looks like a number"),
        ('"a\\u200b"', "'a\\u200b' contains a character that can't be printed"),
        ('"\\u202eab"', "'\\u202eab' contains a character that can't be printed"),
        ('"\\u0301"', "'\\u0301' begins with a character that joins the one before it"),
        ('"a\\nb"', "'a\\nb' contains a line break, which names of neurons can't"),
        ('"a\\tb"', "'a\\tb' contains a tab, which names of neurons can't"),
        ("η", "'η' is the name of the learning rate"),
        ("E", "'E' is the name of the E_total of a sample"),
        ("penalty", "'penalty' is the name of the penalty in the loss"),
        ("out", "'out' is the name of all outputs"),
        ("w1⁺", "'w1⁺' is the name of a weight"),
        ("w₁", "'w₁' is the name of a weight"),
        ("b2_new", "'b2_new' is the name of a bias"),
        ("'b[h1]'", "'b[h1]' is the name of a bias"),
        ("mhat_w1", "'mhat_w1' is the name of a weight"),
        ("v_b1", "'v_b1' is the name of a bias"),
        ("'W[1]'", "'W[1]' is the name of all of a layer's numbers"),
        ("theta_h3", "'theta_h3' begins with theta_, as the names of other quantities do"),
        ("C_o1", "'C_o1' begins with C_, as the names of other quantities do"),
        ("E_total", "'E_total' begins with E_, as the names of other quantities do"),
    ],
)
def test_reserved_neuron_names(name: str, why: str) -> None:
    text = spoiled(("[h1, h2, h3]", f"[{name}, h2, h3]"))
    place = "net.yaml:5:17: network.layers[0].neurons[0]: "
    assert problems(text) == [f"{place}{why}; choose another name"]


@pytest.mark.parametrize(
    ("one", "other"), [("é", "e\u0301"), ("\u00b5", "\u03bc"), ("Ω", "\u2126")]
)
def test_two_neurons_whose_names_look_the_same(one: str, other: str) -> None:
    text = spoiled(("[h1, h2, h3]", f"[h1, h2, {one}]"), ("[o1, o2]", f"[{other}, o2]"))
    assert problems(text) == [
        f"net.yaml:9:17: network.layers[1].neurons[0]: '{other}' looks the same as the name at "
        "network.layers[0].neurons[2], in other characters; choose another name"
    ]


@pytest.mark.parametrize(
    "name",
    ["y", "n", "on", "off", "no", "'[red]'", "猫", "µ", "x1", "W", "C", "δ1", "a⁺", "W1", "w²"],
)
def test_other_neuron_names_are_kept_as_they_are(name: str) -> None:
    experiment = network(spoiled(("[h1, h2, h3]", f"[{name}, h2, h3]")))
    assert experiment.network.layers[0].neurons[0] == name.strip("'")


def test_a_network_too_large_for_the_memory_is_refused_before_it_is_made() -> None:
    text = spoiled(
        ("[h1, h2, h3]", "1_000_000".replace("_", "")),
        ("[i1, i2]", "1000000"),
        ("[[1, 2], [3, 4], [5, 6]]", "0.1"),
        ("[1, 2, 3]", "none"),
        ("inputs: [1, 2]", "inputs: 0.5"),
        ("inputs: [3, 4]", "inputs: 0.5"),
    )
    first = problems(text)[0]
    assert first == (
        "net.yaml:2:1: network: the network's 1,000,002,000,000 parameters would take 116.4 TiB in "
        f"training; this machine has {memory.in_words(memory.available())} of memory; use fewer neurons"
    )


def test_a_count_beyond_all_memory_is_refused_at_once() -> None:
    assert problems(spoiled(("[i1, i2]", "9" * 500)))[0] == (
        f"net.yaml:3:11: network.inputs: found {'9' * 40}…, expected a whole number"
    )


def test_memory_is_taken_as_8_gib_where_the_system_does_not_say(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delattr("os.sysconf")
    monkeypatch.setattr(memory, "_limits", list)
    assert memory.in_words(memory.available()) == "8.0 GiB"


def test_memory_is_promised_for_what_an_optimiser_keeps_and_for_the_samples(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(memory, "available", lambda: 5000)
    assert isinstance(network(SOUND), Experiment)
    adam = spoiled(("learning_rate: 0.5", "learning_rate: 0.5\n  optimizer: adam"))
    assert problems(adam) == [
        "net.yaml:2:1: network: the network's 15 parameters would take 7.3 KiB in training; this "
        "machine has 4.9 KiB of memory; use fewer neurons, fewer samples or a smaller batch"
    ]


def test_a_matrix_is_checked_as_far_as_the_layers_sizes_are_known() -> None:
    wide = "[[1, 2, 3], [3, 4, 5], [5, 6, 7]]"
    text = spoiled(("[h1, h2, h3]", "-3"), ("[[1, 2], [3, 4], [5, 6]]", wide))
    assert problems(text) == [
        "net.yaml:5:16: network.layers[0].neurons: found -3, expected 1 or more",
        "net.yaml:7:16: network.layers[0].weights: 3 rows of 3; expected rows of 2; "
        "a row is a neuron, a column is an input",
    ]


def test_all_the_problems_are_told_at_once_in_the_order_of_the_file() -> None:
    text = spoiled(
        ("title: A 2-3-2 network", "title: A\ntitle: B"),
        ("[i1, i2]", "[i1, w1]"),
        ("activation: sigmoid\n      weights: 0.5", "activation: sigmod\n      weights: [[1, 2]]"),
        ("[[1, 2], [3, 4], [5, 6]]", "[[1, 2, 3], [4, 5, 6]]"),
        ("inputs: [1, 2]", "inputs: [1, 2, x]"),
        ("targets: [1, 0]", "targets: [1]"),
        ("learning_rate: 0.5", "learning_rat: 0.5\n  batch: 7\n  iterations: -1"),
    )
    assert [problem.split(": ")[1] for problem in problems(text)] == [
        "title",
        "network.inputs[1]",
        "network.layers[0].weights",
        "network.layers[1].activation",
        "network.layers[1].weights",
        "data[0].inputs[2]",
        "data[1].targets",
        "training.learning_rat",
        "training.batch",
        "training.iterations",
    ]
