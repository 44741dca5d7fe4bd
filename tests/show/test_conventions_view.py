"""The conventions in words."""

import re
from dataclasses import replace

import pytest

from support.cli import shown
from support.documents import items, remarks
from support.networks import parameters_named, shipped
from tracer.model.experiment import Resume, Training
from tracer.model.network import parameter_names
from tracer.show.document import Warn
from tracer.show.reports.conventions import conventions


def test_the_classic_example_states_its_rules_in_four_lines() -> None:
    assert items(conventions(shipped("mazur"))) == [
        "Loss: E_total = Σ ½·(target − out)². One sample a batch, so the loss is its E_total.",
        "delta = ∂E_total/∂net, with that sign: descent subtracts it.",
        "Update: w+ = w − learning rate · ∂E/∂w, learning rate 0.5; "
        "every gradient is taken at the old parameters.",
        "Fixed: all biases (b1 b2). Shared: b1 by h1 h2, b2 by o1 o2.",
    ]


@pytest.mark.parametrize(
    ("example", "words"),
    [
        ("relu-bce", "The loss, and each gradient, is the mean over the batch of 4 samples."),
        ("xor", "The loss, and each gradient, is the sum over the batch of 4 samples."),
        ("cubes", "Batches: 128 of 200 samples, drawn without replacement, seed 0."),
        ("zhou-training", "Batches: one sample at a time, in the order of the data."),
        ("zhou-training", "Every weight and bias is updated, and belongs to one neuron."),
        (
            "mazur-as-published",
            "the layers are updated from the outputs back, and each hidden",
        ),
        ("mazur-shared-biases", "Fixed: none. Shared: b1 by h1 h2, b2 by o1 o2."),
        ("zhou-neuron", "Forward passes only: the configuration has no `data`."),
    ],
)
def test_each_convention_is_said(example: str, words: str) -> None:
    assert any(words in str(item) for item in items(conventions(shipped(example))))


@pytest.mark.parametrize(
    ("frozen", "words"),
    [
        ({"w2"}, "Fixed: w2."),
        ({f"w{k}" for k in range(1, 9)}, "Fixed: all weights (w1 … w8)."),
        (set(parameter_names(shipped("mazur").network)), "Fixed: all parameters."),
    ],
)
def test_frozen_parameters_are_named(frozen: set[str], words: str) -> None:
    mazur = shipped("mazur")
    fixed = parameters_named(mazur.network, *frozen)
    experiment = replace(mazur, training=Training(0.5, frozen=fixed))
    assert any(words in str(item) for item in items(conventions(experiment)))


def test_without_training_there_is_no_update() -> None:
    experiment = replace(shipped("mazur"), training=None)
    assert "No update: the configuration has no `training`." in items(conventions(experiment))


def test_products_of_batch_means_come_with_a_warning() -> None:
    warnings = remarks(conventions(shipped("cubes-batch-means")), Warn)
    assert len(warnings) == 1
    assert "is not a gradient" in str(warnings[0])


def test_a_resumed_training_says_from_where() -> None:
    resumed = Training(0.5, resume=Resume(5000))
    notes = remarks(conventions(replace(shipped("mazur"), training=resumed)))
    assert notes == ["Resumed after 5000 updates; iterations count from there."]


@pytest.mark.parametrize(
    "words",
    [
        ("run", "relu-bce", "--view", "layers"),
        ("explain", "two-layer-net", "delta_o1"),
        ("worksheet", "mazur"),
        ("why", "mazur", "dE/dw1=0.2"),
    ],
)
def test_the_words_are_in_the_letters_of_the_notation(words: tuple[str, ...]) -> None:
    told = shown(*words, "--notation", "z-a", code=None)
    head = "\n".join(line for line in told.splitlines() if "Why dE/dw1" not in line)
    assert "delta = ∂C/∂z" in head
    assert not re.search(r"E_total|∂E|dE/|\b(out|net|target)\b", head)
