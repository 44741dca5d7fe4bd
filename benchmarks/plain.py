"""Training loops as a person writes them for one network: the yardstick.

Each takes the parameters of `experiment` through `count` updates, with the engine's conventions: delta
with the sign of ∂E/∂net, gradients averaged over the batch, the old weights in the backward pass,
and no bookkeeping of losses. Parameters are updated in place, gradients scaled in one go with the
learning rate: what a good loop does when it serves one network only.
"""

from __future__ import annotations

import numpy as np

from tracer.model.experiment import Experiment
from tracer.model.network import FloatArray, Parameters


def _sigmoid(net: FloatArray) -> FloatArray:
    out: FloatArray = 1 / (1 + np.exp(-net))
    return out


def _softmax(net: FloatArray) -> FloatArray:
    powers = np.exp(net - net.max(axis=1, keepdims=True))
    out: FloatArray = powers / powers.sum(axis=1, keepdims=True)
    return out


def single_sample(experiment: Experiment, count: int) -> Parameters:
    """2-2-2 sigmoid, half squared error, biases that stay as they are."""
    assert experiment.data is not None
    assert experiment.training is not None
    inputs, targets = experiment.data.inputs, experiment.data.targets
    (W1, b1), (W2, b2) = ((W.copy(), b) for W, b in experiment.parameters)
    lr = experiment.training.learning_rate
    for _ in range(count):
        out1 = _sigmoid(inputs @ W1.T + b1)
        out2 = _sigmoid(out1 @ W2.T + b2)
        delta2 = (out2 - targets) * (out2 * (1 - out2))
        delta1 = (delta2 @ W2) * (out1 * (1 - out1))
        W2 -= lr * (delta2.T @ out1)
        W1 -= lr * (delta1.T @ inputs)
    return (W1, b1), (W2, b2)


def single_sample_adam(experiment: Experiment, count: int) -> Parameters:
    """The same with Adam: m and v of each matrix, corrected for their start at 0."""
    assert experiment.data is not None
    assert experiment.training is not None
    inputs, targets = experiment.data.inputs, experiment.data.targets
    (W1, b1), (W2, b2) = ((W.copy(), b) for W, b in experiment.parameters)
    lr = experiment.training.learning_rate
    m1, m2, v1, v2 = (np.zeros_like(W) for W in (W1, W2, W1, W2))
    for t in range(1, count + 1):
        out1 = _sigmoid(inputs @ W1.T + b1)
        out2 = _sigmoid(out1 @ W2.T + b2)
        delta2 = (out2 - targets) * (out2 * (1 - out2))
        delta1 = (delta2 @ W2) * (out1 * (1 - out1))
        _adam(W2, m2, v2, delta2.T @ out1, lr, t)
        _adam(W1, m1, v1, delta1.T @ inputs, lr, t)
    return (W1, b1), (W2, b2)


def _adam(W: FloatArray, m: FloatArray, v: FloatArray, g: FloatArray, lr: float, t: int) -> None:
    """One step in place, with the usual options."""
    m *= 0.9
    m += (1 - 0.9) * g
    v *= 0.999
    v += (1 - 0.999) * (g * g)
    W -= lr * (m / (1 - 0.9**t)) / (np.sqrt(v / (1 - 0.999**t)) + 1e-8)


def deep(experiment: Experiment, count: int) -> Parameters:
    """3-3-2-1 sigmoid, half squared error, all parameters free."""
    assert experiment.data is not None
    assert experiment.training is not None
    inputs, targets = experiment.data.inputs, experiment.data.targets
    (W1, b1), (W2, b2), (W3, b3) = ((W.copy(), b.copy()) for W, b in experiment.parameters)
    size = experiment.training.batch or len(inputs)
    lr = experiment.training.learning_rate / size
    for update in range(count):
        start = update * size % len(inputs)
        out0, target = inputs[start : start + size], targets[start : start + size]
        out1 = _sigmoid(out0 @ W1.T + b1)
        out2 = _sigmoid(out1 @ W2.T + b2)
        out3 = _sigmoid(out2 @ W3.T + b3)
        delta3 = (out3 - target) * (out3 * (1 - out3))
        delta2 = (delta3 @ W3) * (out2 * (1 - out2))
        delta1 = (delta2 @ W2) * (out1 * (1 - out1))
        W3 -= lr * (delta3.T @ out2)
        b3 -= lr * delta3.sum(axis=0)
        W2 -= lr * (delta2.T @ out1)
        b2 -= lr * delta2.sum(axis=0)
        W1 -= lr * (delta1.T @ out0)
        b1 -= lr * delta1.sum(axis=0)
    return (W1, b1), (W2, b2), (W3, b3)


def wide(experiment: Experiment, count: int) -> Parameters:
    """784-128-10, relu and softmax with cross-entropy, all parameters free."""
    assert experiment.data is not None
    assert experiment.training is not None
    inputs, targets = experiment.data.inputs, experiment.data.targets
    (W1, b1), (W2, b2) = ((W.copy(), b.copy()) for W, b in experiment.parameters)
    size = experiment.training.batch or len(inputs)
    lr = experiment.training.learning_rate / size
    for update in range(count):
        start = update * size % len(inputs)
        out0, target = inputs[start : start + size], targets[start : start + size]
        net1 = out0 @ W1.T + b1
        out1 = np.maximum(net1, 0)
        out2 = _softmax(out1 @ W2.T + b2)
        delta2 = out2 - target
        delta1 = (delta2 @ W2) * (net1 > 0)
        W2 -= lr * (delta2.T @ out1)
        b2 -= lr * delta2.sum(axis=0)
        W1 -= lr * (delta1.T @ out0)
        b1 -= lr * delta1.sum(axis=0)
    return (W1, b1), (W2, b2)


def products(experiment: Experiment, count: int) -> None:
    """The five products of matrices in an update of the wide network, and nothing else."""
    assert experiment.data is not None
    assert experiment.training is not None
    inputs = experiment.data.inputs
    (W1, _), (W2, _) = experiment.parameters
    size = experiment.training.batch or len(inputs)
    out1, delta2 = np.ones((size, len(W1))), np.ones((size, len(W2)))
    net1, net2, back = np.ones_like(out1), np.ones_like(delta2), np.ones_like(out1)
    dW1, dW2 = np.ones_like(W1), np.ones_like(W2)
    for update in range(count):
        start = update * size % len(inputs)
        out0 = inputs[start : start + size]
        out0.dot(W1.T, net1)
        out1.dot(W2.T, net2)
        delta2.T.dot(out1, dW2)
        delta2.dot(W2, back)
        back.T.dot(out0, dW1)
