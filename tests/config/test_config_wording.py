"""Every problem of a network's configuration, word by word."""

from __future__ import annotations

import pytest

from support.configs import SOUND, problems, spoiled

_LOSSES = (
    "half_squared_error, squared_error, mean_squared_error, binary_cross_entropy, cross_entropy"
)
_ACTIVATIONS = "sigmoid, tanh, relu, leaky_relu, elu, softplus, silu, gelu, identity, softmax"

# What is changed in the sound file, and the one problem that it makes.
_CASES = {
    "unknown key": (
        ("learning_rate: 0.5", "learning_rate: 0.5\n  optimiser: sgd"),
        "net.yaml:19:3: training.optimiser: unknown key 'optimiser'; did you mean 'optimizer'?",
    ),
    "unknown key, nothing near": (
        ("      bias: none", "      bias: none\n      q: 1"),
        "net.yaml:13:7: network.layers[1].q: unknown key 'q'; "
        "known here: neurons, activation, weights, bias, "
        "threshold",
    ),
    "misspelled key that is required": (
        ("      activation: sigmoid\n      weights: 0.5", "      activaton: tanh\n      weights: 0.5"),
        "net.yaml:10:7: network.layers[1].activaton: unknown key 'activaton'; "
        "did you mean 'activation'?",
    ),
    "missing key": (
        ("      weights: 0.5\n", ""),
        "net.yaml:9:7: network.layers[1]: missing key 'weights'; "
        "a row for each neuron, a column for each input; or one number for all; or {init: ...}",
    ),
    "duplicate key": (
        ("learning_rate: 0.5", "learning_rate: 0.5\n  learning_rate: 0.6"),
        "net.yaml:19:3: training.learning_rate: duplicate key 'learning_rate'; "
        "it first stands in line 18",
    ),
    "unknown activation": (
        ("activation: sigmoid\n      weights: 0.5", "activation: sigmod\n      weights: 0.5"),
        "net.yaml:10:19: network.layers[1].activation: unknown activation 'sigmod'; "
        "did you mean 'sigmoid'?",
    ),
    "unknown activation, nothing near": (
        ("activation: sigmoid\n      weights: 0.5", "activation: xyz\n      weights: 0.5"),
        "net.yaml:10:19: network.layers[1].activation: unknown activation 'xyz'; "
        f"there are {_ACTIVATIONS}",
    ),
    "unknown loss": (
        ("loss: half_squared_error", "loss: half_square_error"),
        "net.yaml:13:7: loss: unknown loss 'half_square_error'; "
        "did you mean 'half_squared_error', 'squared_error' or 'mean_squared_error'?",
    ),
    "a number for a loss": (
        ("loss: half_squared_error", "loss: 2"),
        f"net.yaml:13:7: loss: found 2, expected the name of the loss; there are {_LOSSES}",
    ),
    "unknown optimizer": (
        ("learning_rate: 0.5", "learning_rate: 0.5\n  optimizer: adamant"),
        "net.yaml:19:14: training.optimizer: unknown optimizer 'adamant'; "
        "did you mean 'adam' or 'adamw'?",
    ),
    "ragged matrix": (
        ("[3, 4], [5", "[3, 4, 5], [5"),
        "net.yaml:7:25: network.layers[0].weights[1]: row 2 has 3 numbers, row 1 has 2; "
        "expected 3 rows of 2",
    ),
    "transposed matrix": (
        ("[[1, 2], [3, 4], [5, 6]]", "[[1, 3, 5], [2, 4, 6]]"),
        "net.yaml:7:16: network.layers[0].weights: 2 rows of 3; expected 3 rows of 2: transposed?",
    ),
    "too few rows": (
        ("[[1, 2], [3, 4], [5, 6]]", "[[1, 2]]"),
        "net.yaml:7:16: network.layers[0].weights: 1 row of 2; expected 3 rows of 2; "
        "a row is a neuron, a column is an input",
    ),
    "a list for a matrix": (
        ("[[1, 2], [3, 4], [5, 6]]", "[1, 2, 3]"),
        "net.yaml:7:16: network.layers[0].weights: found a list, "
        "expected a row for each neuron, as in [[0.1, 0.2]]",
    ),
    "text for a matrix": (
        ("weights: 0.5", "weights: random"),
        "net.yaml:11:16: network.layers[1].weights: found 'random', expected a row of numbers for "
        "each neuron, one number for all, or {init: ...}",
    ),
    "too few biases": (
        ("bias: [1, 2, 3]", "bias: [1, 2]"),
        "net.yaml:8:13: network.layers[0].bias: 2 biases; expected 3; "
        "one for each neuron, or a number without brackets for one that the layer shares",
    ),
    "null for no bias": (
        ("bias: none", "bias: null"),
        "net.yaml:12:13: network.layers[1].bias: found nothing, expected one number, "
        "a list with a number for each neuron, {init: ...}, or none",
    ),
    "nothing after the colon": (
        ("bias: none", "bias:"),
        "net.yaml:12:7: network.layers[1].bias: found nothing, expected one number, "
        "a list with a number for each neuron, {init: ...}, or none",
    ),
    "unknown word for a bias": (
        ("bias: none", "bias: nine"),
        "net.yaml:12:13: network.layers[1].bias: unknown bias 'nine'; did you mean 'none'?",
    ),
    "unknown scheme": (
        ("weights: 0.5", "weights: {init: zavier}"),
        "net.yaml:11:23: network.layers[1].weights.init: unknown scheme 'zavier'; "
        "did you mean 'xavier'?",
    ),
    "no scheme": (
        ("weights: 0.5", "weights: {std: 1}"),
        "net.yaml:11:16: network.layers[1].weights: missing key 'init'; "
        "there are constant, normal, uniform, xavier, he, lecun",
    ),
    "an option of another scheme": (
        ("weights: 0.5", "weights: {init: uniform, std: 1}"),
        "net.yaml:11:32: network.layers[1].weights.std: unknown key 'std'; "
        "known here: init, low, high",
    ),
    "negative standard deviation": (
        ("weights: 0.5", "weights: {init: normal, std: -1}"),
        "net.yaml:11:36: network.layers[1].weights.std: found -1, expected 0 or more",
    ),
    "unknown distribution": (
        ("weights: 0.5", "weights: {init: he, distribution: norm}"),
        "net.yaml:11:41: network.layers[1].weights.distribution: unknown distribution 'norm'; "
        "did you mean 'normal' or 'uniform'?",
    ),
    "drawn numbers overflow": (
        ("weights: 0.5", "weights: {init: uniform, low: -1e308, high: 1e308}"),
        "net.yaml:11:16: network.layers[1].weights: drawn numbers are too large for float64; "
        "use a smaller range",
    ),
    "too few inputs in a sample": (
        ("inputs: [3, 4]", "inputs: [3]"),
        "net.yaml:16:14: data[1].inputs: 1 input; the network has 2 (i1, i2)",
    ),
    "too many targets in a sample": (
        ("targets: [1, 0]", "targets: [1, 0, 0]"),
        "net.yaml:16:31: data[1].targets: 3 targets; the network has 2 outputs (o1, o2)",
    ),
    "no targets in a sample": (
        (", targets: [1, 0]", ""),
        "net.yaml:16:5: data[1]: a sample without targets; "
        "add targets: or class:; a sample without them belongs under predict",
    ),
    "targets and class": (
        ("targets: [1, 0]", "targets: [1, 0], class: 0"),
        "net.yaml:16:46: data[1].class: both targets and class; leave one of them out",
    ),
    "class out of range": (
        ("targets: [1, 0]", "class: 2"),
        "net.yaml:16:29: data[1].class: class 2; with 2 outputs the classes are 0 to 1",
    ),
    "negative class": (
        ("targets: [1, 0]", "class: -1"),
        "net.yaml:16:29: data[1].class: found -1, expected 0 or more",
    ),
    "no samples": (
        (
            "data:\n  - {inputs: [1, 2], targets: [0, 1]}\n  - {inputs: [3, 4], targets: [1, 0]}",
            "data: []",
        ),
        "net.yaml:14:7: data: found an empty list, expected at least one",
    ),
    "data that is no list": (
        (
            "data:\n  - {inputs: [1, 2], targets: [0, 1]}\n  - {inputs: [3, 4], targets: [1, 0]}",
            "data: cubes.csv",
        ),
        "net.yaml:14:7: data: found 'cubes.csv', expected a list of samples, "
        "or {file: ..., inputs: ..., targets: ...}",
    ),
    "targets in a prediction": (
        ("training:", "predict: [{inputs: [1, 2], targets: [0, 1]}]\ntraining:"),
        "net.yaml:17:11: predict[0]: a sample to predict has no targets; "
        "put samples with targets under data",
    ),
    "text in a number's place": (
        ("inputs: [1, 2]", "inputs: [1, abc]"),
        "net.yaml:15:18: data[0].inputs[1]: found 'abc', expected a number",
    ),
    "a number in quotes": (
        ("inputs: [1, 2]", "inputs: [1, '2']"),
        "net.yaml:15:18: data[0].inputs[1]: found '2', expected a number; "
        "write it without quotes",
    ),
    "a comma for a point": (
        ("learning_rate: 0.5", "learning_rate: 0,5"),
        "net.yaml:18:18: training.learning_rate: found '0,5', expected a number; write 0.5",
    ),
    "underscores in a number": (
        ("learning_rate: 0.5", "learning_rate: 0.5\n  iterations: 10_000"),
        "net.yaml:19:15: training.iterations: found '10_000', expected a whole number; "
        "write 10000",
    ),
    "true in a number's place": (
        ("inputs: [1, 2]", "inputs: [1, true]"),
        "net.yaml:15:18: data[0].inputs[1]: found true, expected a number",
    ),
    "NaN": (
        ("inputs: [1, 2]", "inputs: [1, .nan]"),
        "net.yaml:15:18: data[0].inputs[1]: found .nan, expected a finite number",
    ),
    "infinity": (
        ("weights: 0.5", "weights: -.inf"),
        "net.yaml:11:16: network.layers[1].weights: found -.inf, expected a finite number",
    ),
    "a number beyond float64": (
        ("weights: 0.5", "weights: 1e999"),
        "net.yaml:11:16: network.layers[1].weights: found 1e999, expected a finite number",
    ),
    "a fraction of an iteration": (
        ("learning_rate: 0.5", "learning_rate: 0.5\n  iterations: 1.5"),
        "net.yaml:19:15: training.iterations: found 1.5, expected a whole number",
    ),
    "a count with an exponent": (
        ("learning_rate: 0.5", "learning_rate: 0.5\n  iterations: 1e4"),
        "net.yaml:19:15: training.iterations: found 1e4, expected a whole number; write 10000",
    ),
    "negative count": (
        ("inputs: [i1, i2]", "inputs: -2"),
        "net.yaml:3:11: network.inputs: found -2, expected 1 or more",
    ),
    "zero iterations": (
        ("learning_rate: 0.5", "learning_rate: 0.5\n  iterations: 0"),
        "net.yaml:19:15: training.iterations: found 0, expected 1 or more",
    ),
    "no for a truth value": (
        ("learning_rate: 0.5", "learning_rate: 0.5\n  shuffle: no"),
        "net.yaml:19:12: training.shuffle: found 'no', expected true or false",
    ),
    "no layers": (
        (SOUND[SOUND.index("\n    - neurons: [h1") : SOUND.index("\nloss")], " []"),
        "net.yaml:4:11: network.layers: found an empty list, expected at least one",
    ),
    "a layer that is a number": (
        ("  layers:", "  layers:\n    - 3"),
        "net.yaml:5:7: network.layers[0]: found 3, expected keys with values",
    ),
    "a title that is a number": (
        ("title: A 2-3-2 network", "title: 2015"),
        "net.yaml:1:8: title: found 2015, expected text; put it in quotes",
    ),
    "duplicate neuron": (
        ("[o1, o2]", "[o1, h2]"),
        "net.yaml:9:21: network.layers[1].neurons[1]: duplicate neuron name 'h2'; "
        "it first stands at network.layers[0].neurons[1]",
    ),
    "a default name that is taken": (
        ("inputs: [i1, i2]", "inputs: [o1, i2]"),
        "net.yaml:9:17: network.layers[1].neurons[0]: duplicate neuron name 'o1'; "
        "it first stands at network.inputs[0]",
    ),
    "softmax on a hidden layer": (
        ("activation: sigmoid\n      weights: [[1", "activation: softmax\n      weights: [[1"),
        "net.yaml:6:19: network.layers[0].activation: softmax on a hidden layer; "
        "softmax belongs to the output layer; use sigmoid, tanh or relu here",
    ),
    "cross-entropy without softmax": (
        ("loss: half_squared_error", "loss: cross_entropy"),
        "net.yaml:13:7: loss: cross_entropy needs softmax outputs; the output layer has sigmoid; "
        "for sigmoid outputs use binary_cross_entropy",
    ),
    "no loss": (
        ("loss: half_squared_error\n", ""),
        f"net.yaml:13:1: data: data without a loss; add loss:, one of {_LOSSES}",
    ),
    "negative learning rate": (
        ("learning_rate: 0.5", "learning_rate: -0.5"),
        "net.yaml:18:18: training.learning_rate: found -0.5, expected 0 or more",
    ),
    "iterations and epochs": (
        ("learning_rate: 0.5", "learning_rate: 0.5\n  iterations: 1\n  epochs: 1"),
        "net.yaml:20:3: training.epochs: both iterations and epochs; leave one of them out",
    ),
    "a batch too large": (
        ("learning_rate: 0.5", "learning_rate: 0.5\n  batch: 3"),
        "net.yaml:19:10: training.batch: batch of 3; the data has 2 samples; "
        "write full for all of them",
    ),
    "unknown batch": (
        ("learning_rate: 0.5", "learning_rate: 0.5\n  batch: on-line"),
        "net.yaml:19:10: training.batch: unknown batch 'on-line'; did you mean 'online'?",
    ),
    "freezing what isn't there": (
        ("learning_rate: 0.5", "learning_rate: 0.5\n  freeze: [w5, w13]"),
        "net.yaml:19:16: training.freeze[1]: there is no weight or bias 'w13'; "
        "did you mean 'w3', 'w1' or 'w12'?",
    ),
    "freezing a bias that isn't there": (
        ("learning_rate: 0.5", "learning_rate: 0.5\n  freeze: ['b[o1]']"),
        "net.yaml:19:12: training.freeze[0]: there is no weight or bias 'b[o1]'; "
        "there are w1 to w12 and b1 to b3",
    ),
    "freezing what never changes": (
        ("learning_rate: 0.5", "learning_rate: 0.5\n  freeze: [out_h1]"),
        "net.yaml:19:12: training.freeze[0]: 'out_h1' is not a weight or a bias; "
        "there are w1 to w12 and b1 to b3",
    ),
    "freezing a group that isn't there": (
        ("learning_rate: 0.5", "learning_rate: 0.5\n  freeze: bias"),
        "net.yaml:19:11: training.freeze: unknown freeze 'bias'; did you mean 'biases'?",
    ),
    "batch means of a sum": (
        ("learning_rate: 0.5", "learning_rate: 0.5\n  gradient: batch_means\nreduction: sum"),
        "net.yaml:19:13: training.gradient: batch_means needs reduction: mean; "
        "products of means have no sum over samples",
    ),
    "stopping at no loss": (
        ("learning_rate: 0.5", "learning_rate: 0.5\n  stop: {loss_below: 0}"),
        "net.yaml:19:22: training.stop.loss_below: found 0, expected more than 0",
    ),
    "training without data": (
        (
            "data:\n  - {inputs: [1, 2], targets: [0, 1]}\n  - {inputs: [3, 4], targets: [1, 0]}",
            "predict: [{inputs: [1, 2]}]",
        ),
        "net.yaml:15:1: training: training without data; add data: with inputs and targets",
    ),
    "both kinds of configuration": (
        ("training:", "graph: {}\ntraining:"),
        "net.yaml:17:1: graph: both network and graph; a file describes one of them",
    ),
    "neither kind of configuration": (
        (SOUND, "title: nothing"),
        "net.yaml:1:1: missing key 'network'; the network",
    ),
    "a misspelled kind": (
        ("network:", "netwrok:"),
        "net.yaml:2:1: netwrok: unknown key 'netwrok'; did you mean 'network'?",
    ),
    "iteration and after": (
        ("training:", "expected: [{iteration: 1, after: 2, values: {E_total: 1}}]\ntraining:"),
        "net.yaml:17:27: expected[0].after: both iteration and after; leave one of them out",
    ),
    "an expected number in hexadecimal": (
        ("training:", "expected: [{values: {E_total: 0xF}}]\ntraining:"),
        "net.yaml:17:31: expected[0].values.E_total: expected a decimal number; "
        "write it with the digits 0 to 9",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("change", "problem"), _CASES.values(), ids=list(_CASES))
def test_a_problem_is_told_with_its_place_and_a_remedy(
    change: tuple[str, str], problem: str
) -> None:
    assert problems(spoiled(change)) == [problem]


def test_a_span_of_one_is_no_span() -> None:
    text = """\
network: {inputs: [x], layers: [{neurons: [o], activation: tanh, weights: [[1]], bias: [0]}]}
loss: squared_error
data: [{inputs: 1, targets: 0}]
training: {learning_rate: 0.1, freeze: [o]}
"""
    assert problems(text) == [
        "net.yaml:4:41: training.freeze[0]: 'o' is not a weight or a bias; there are w1 and b1"
    ]
