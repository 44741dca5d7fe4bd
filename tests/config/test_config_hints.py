"""What a learner is likely to write, and what the problem says to write instead."""

from __future__ import annotations

import pytest

from support.configs import problems, spoiled

_BIAS = "expected one number, a list with a number for each neuron, {init: ...}, or none"
_NAMES = "give names, as in [x1, x2], or their count without brackets"
_CASES = {
    "a bias with a decimal comma": (
        ("bias: none", "bias: 0,1"),
        f"bias: found '0,1', {_BIAS}; write 0.1 with a point, or [0, 1] for two neurons",
    ),
    "a bias in quotes": (
        ("bias: none", "bias: '0.1'"),
        f"bias: found '0.1', {_BIAS}; write it without quotes",
    ),
    "biases without brackets": (
        ("bias: none", "bias: 0.1, 0.2"),
        f"bias: found '0.1, 0.2', {_BIAS}; write [0.1, 0.2]",
    ),
    "a word for a bias": (
        ("bias: none", "bias: random"),
        "bias: unknown bias 'random'; write a number, a list of numbers, or {init: ...}; "
        "none is for no bias at all",
    ),
    "a weight with a decimal comma": (
        ("weights: 0.5", "weights: 0,5"),
        "weights: found '0,5', expected a row of numbers for each neuron, one number for all, "
        "or {init: ...}; write 0.5",
    ),
    "a scheme by its name alone": (
        ("weights: 0.5", "weights: xavier"),
        "weights: found 'xavier', expected a row of numbers for each neuron, one number for all, "
        "or {init: ...}; write {init: xavier}",
    ),
    "a scheme by another name": (
        ("weights: 0.5", "weights: {init: glorot}"),
        "init: unknown scheme 'glorot'; did you mean 'xavier'?",
    ),
    "another scheme's name alone": (
        ("weights: 0.5", "weights: kaiming"),
        "weights: found 'kaiming', expected a row of numbers for each neuron, one number for all, "
        "or {init: ...}; write {init: he}",
    ),
    "numbers without commas": (
        ("[[1, 2], [3, 4]", "[[1 2], [3, 4]"),
        "weights[0][0]: found '1 2', expected a number; "
        "numbers stand in a list, with commas between them: [1, 2]",
    ),
    "a thousand as a bias": (
        ("bias: none", "bias: 1 000"),
        f"bias: found '1 000', {_BIAS}; write 1000",
    ),
    "a misspelled file": (
        ("weights: 0.5", "weights: {fil: w.npz}"),
        "fil: unknown key 'fil'; did you mean 'file'?",
    ),
    "a sample that is no list": (
        (
            "\n  - {inputs: [1, 2], targets: [0, 1]}\n  - {inputs: [3, 4], targets: [1, 0]}",
            " {inputs: [1, 2], targets: [0, 1]}",
        ),
        "data: found a mapping, expected a list of samples, "
        "or {file: ..., inputs: ..., targets: ...}; a list of samples has a - before each",
    ),
    "all the samples": (
        ("learning_rate: 0.5", "learning_rate: 0.5\n  batch: all"),
        "batch: unknown batch 'all'; did you mean 'full'?",
    ),
    "mini-batches": (
        ("learning_rate: 0.5", "learning_rate: 0.5\n  batch: mini"),
        "batch: unknown batch 'mini'; write full, online, or how many samples",
    ),
    "another word for a key": (
        ("learning_rate: 0.5", "lr: 0.5"),
        "lr: unknown key 'lr'; did you mean 'learning_rate'?",
    ),
    "an average": (
        ("loss:", "reduction: average\nloss:"),
        "reduction: unknown reduction 'average'; did you mean 'mean'?",
    ),
    "names without brackets": (
        ("[o1, o2]", "o1, o2"),
        "neurons: found 'o1, o2', expected a list of names, or a count; write [o1, o2]",
    ),
    "a fraction": (
        ("learning_rate: 0.5", "learning_rate: 1/4"),
        "learning_rate: found '1/4', expected a number; write 0.25",
    ),
    "a typographic minus": (
        ("learning_rate: 0.5", "learning_rate: −1"),
        "learning_rate: found '−1', expected a number; write -1",
    ),
    "a number with spaces": (
        ("learning_rate: 0.5", "learning_rate: 0.5\n  iterations: 10 000"),
        "iterations: found '10 000', expected a whole number; write 10000",
    ),
    "a fraction for a count": (
        ("learning_rate: 0.5", "learning_rate: 0.5\n  iterations: 1,5"),
        "iterations: found '1,5', expected a whole number",
    ),
    "a batch in quotes": (
        ("learning_rate: 0.5", "learning_rate: 0.5\n  batch: '2'"),
        "batch: found '2', expected full, online, or a size; write it without quotes",
    ),
    "a parameter to freeze": (
        ("learning_rate: 0.5", "learning_rate: 0.5\n  freeze: w1"),
        "freeze: unknown freeze 'w1'; there are biases, weights; "
        "names stand in a list, as in [w1]",
    ),
    "a whole number beyond float64": (
        ("weights: 0.5", f"weights: 1{'0' * 350}"),
        f"weights: found 1{'0' * 39}…, expected a finite number",
    ),
    "text over several lines": (
        ("loss: half_squared_error", "loss: |\n  mse\n  sse"),
        "loss: unknown loss 'mse\\nsse\\n'; there are half_squared_error, squared_error, "
        "mean_squared_error, binary_cross_entropy, cross_entropy",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("change", "problem"), _CASES.values(), ids=list(_CASES))
def test_a_remedy_for_what_is_meant(change: tuple[str, str], problem: str) -> None:
    (told,) = problems(spoiled(change))
    assert told.endswith(f".{problem}") or told.endswith(f": {problem}")


def test_numbers_for_names_are_not_to_be_put_in_quotes() -> None:
    assert problems(spoiled(("[i1, i2]", "[1, 0.5]"))) == [
        f"net.yaml:3:12: network.inputs[0]: found 1, expected the name of a neuron; {_NAMES}",
        f"net.yaml:3:15: network.inputs[1]: found 0.5, expected the name of a neuron; {_NAMES}",
    ]


def test_numbers_without_brackets_within_braces() -> None:
    assert problems(spoiled(("inputs: [1, 2]", "inputs: 1, 2")))[-1] == (
        "net.yaml:15:17: data[0].2: unknown key '2'; "
        "several values of a key stand in brackets, as in [1, 2]; "
        "a decimal number is written with a point, 0.3"
    )


def test_misspelled_targets_are_not_missing_too() -> None:
    assert problems(spoiled(("targets: [0, 1]", "target: [0, 1]"))) == [
        "net.yaml:15:22: data[0].target: unknown key 'target'; did you mean 'targets'?"
    ]


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("mse", "mean_squared_error"),
        ("MSELoss", "mean_squared_error"),
        ("sse", "squared_error"),
        ("bce", "binary_cross_entropy"),
        ("CE", "cross_entropy"),
        ("crossentropy", "cross_entropy"),
        ("categorical_crossentropy", "cross_entropy"),
    ],
)
def test_other_words_for_a_loss(word: str, meant: str) -> None:
    assert problems(spoiled(("half_squared_error", word))) == [
        f"net.yaml:13:7: loss: unknown loss '{word}'; did you mean '{meant}'?"
    ]


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("linear", "identity"),
        ("logistic", "sigmoid"),
        ("swish", "silu"),
        ("LeakyReLU", "leaky_relu"),
    ],
)
def test_other_words_for_an_activation(word: str, meant: str) -> None:
    output = "activation: sigmoid\n      weights: 0.5"
    assert problems(spoiled((output, output.replace("sigmoid", word)))) == [
        f"net.yaml:10:19: network.layers[1].activation: unknown activation '{word}'; "
        f"did you mean '{meant}'?"
    ]
