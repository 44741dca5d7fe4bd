"""The same training with other libraries, as their users write it; those that are installed.

All calculate in float64 and with one thread. None is needed to run anything else here.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from functools import cache
from importlib.util import find_spec
from typing import Any

import numpy as np

from tracer.model.experiment import Experiment
from tracer.model.network import Parameters

Peer = Callable[[Experiment, int], Parameters]

LIBRARIES = ("torch", "jax", "autograd", "micrograd")
"""What is looked for: the extra `bench`."""


def missing() -> list[str]:
    """The libraries that aren't installed."""
    return [name for name in LIBRARIES if find_spec(name) is None]


def single_sample() -> dict[str, Peer]:
    """A 2-2-2 network with one sample, half squared error and biases that stay as they are."""
    rows: dict[str, Peer] = {
        "torch": torch_loop,
        "jax": jax_loop,
        "autograd": autograd_loop,
        "micrograd": micrograd_loop,
    }
    return {name: row for name, row in rows.items() if name not in missing()}


def dense() -> dict[str, Peer]:
    """Any layers in mini-batches, all parameters free."""
    return {} if "torch" in missing() else {"torch": torch_loop}


def _batches(experiment: Experiment, count: int) -> Iterator[tuple[Any, Any]]:
    assert experiment.data is not None
    assert experiment.training is not None
    inputs, targets = experiment.data.inputs, experiment.data.targets
    size = experiment.training.batch or len(inputs)
    for update in range(count):
        start = update * size % len(inputs)
        yield inputs[start : start + size], targets[start : start + size]


def _rate(experiment: Experiment) -> float:
    assert experiment.training is not None
    assert experiment.training.learning_rate is not None
    return experiment.training.learning_rate


def torch_loop(experiment: Experiment, count: int) -> Parameters:
    """PyTorch, eager: its backward pass and its SGD."""
    import torch

    torch.set_num_threads(1)
    frozen = bool(experiment.training and experiment.training.frozen)
    arrays = [array for pair in experiment.parameters for array in pair]
    tensors = [torch.tensor(array, requires_grad=True) for array in arrays]
    free = tensors[::2] if frozen else tensors
    for bias in tensors[1::2] if frozen else []:
        bias.requires_grad_(False)
    optimizer = torch.optim.SGD(free, lr=_rate(experiment))
    names = [layer.activation.name for layer in experiment.network.layers]
    softmax = names[-1] == "softmax"  # which cross_entropy does itself
    activations = [torch.nn.Identity() if n == "softmax" else getattr(torch, n) for n in names]
    layers = list(zip(tensors[::2], tensors[1::2], activations, strict=True))
    pairs = [tuple(map(torch.from_numpy, pair)) for pair in _batches(experiment, count)]
    for batch, target in pairs:
        out = batch
        optimizer.zero_grad()
        for W, b, activation in layers:
            net = torch.nn.functional.linear(out, W, b.expand(len(W)))
            out = activation(net)
        if softmax:
            loss = torch.nn.functional.cross_entropy(out, target)
        else:
            loss = 0.5 * ((out - target) ** 2).sum() / len(out)
        loss.backward()
        optimizer.step()
    found = [tensor.detach().numpy() for tensor in tensors]
    return tuple(zip(found[::2], found[1::2], strict=True))


def _loss(weights: Any, biases: Any, x: Any, target: Any, numpy: Any) -> Any:
    """Half the squared error of a network of sigmoids, on arrays of any library like NumPy."""
    out = x
    for W, b in zip(weights, biases, strict=True):
        out = 1 / (1 + numpy.exp(-(numpy.dot(out, W.T) + b)))
    return 0.5 * numpy.sum((out - target) ** 2)


@cache
def _jax_update() -> Any:
    """The update, compiled when it is first called."""
    import jax

    jax.config.update("jax_enable_x64", True)

    def update(weights: Any, biases: Any, x: Any, target: Any, rate: float) -> Any:
        gradients = jax.grad(lambda w: _loss(w, biases, x, target, jax.numpy))(weights)
        return [W - rate * dW for W, dW in zip(weights, gradients, strict=True)]

    return jax.jit(update)


def jax_loop(experiment: Experiment, count: int) -> Parameters:
    """JAX: the update compiled once, called once an iteration."""
    ((x, target),) = _batches(experiment, 1)
    update, rate = _jax_update(), _rate(experiment)
    weights, biases = map(list, zip(*experiment.parameters, strict=True))
    for _ in range(count):
        weights = update(weights, biases, x, target, rate)
    return tuple(zip(map(np.asarray, weights), biases, strict=True))


def autograd_loop(experiment: Experiment, count: int) -> Parameters:
    """HIPS autograd: NumPy with gradients."""
    import autograd.numpy
    from autograd import grad

    ((x, target),) = _batches(experiment, 1)
    weights, biases = map(list, zip(*experiment.parameters, strict=True))
    gradient, rate = grad(_loss), _rate(experiment)
    for _ in range(count):
        steps = zip(weights, gradient(weights, biases, x, target, autograd.numpy), strict=True)
        weights = [W - rate * dW for W, dW in steps]
    return tuple(zip(weights, biases, strict=True))


def micrograd_loop(experiment: Experiment, count: int) -> Parameters:
    """micrograd: a graph of single numbers, built anew in each iteration."""
    from micrograd.engine import Value

    def sigmoid(x: Any) -> Any:
        power = Value(math.exp(-x.data), (x,), "exp")

        def backward() -> None:
            x.grad -= power.data * power.grad

        power._backward = backward
        return (power + 1) ** -1

    ((x, target),) = _batches(experiment, 1)
    weights = [[[Value(w) for w in row] for row in W.tolist()] for W, _ in experiment.parameters]
    biases = [np.resize(b, len(W)).tolist() for W, b in experiment.parameters]
    for _ in range(count):
        out: list[Any] = x[0].tolist()
        for W, bs in zip(weights, biases, strict=True):
            nets = [
                sum((w * o for w, o in zip(row, out, strict=True)), Value(b))
                for row, b in zip(W, bs, strict=True)
            ]
            out = list(map(sigmoid, nets))
        pairs = zip(out, target[0].tolist(), strict=True)
        loss = sum(((o - t) ** 2 * 0.5 for o, t in pairs), Value(0.0))
        for w in (w for W in weights for row in W for w in row):
            w.grad = 0.0
        loss.backward()
        for w in (w for W in weights for row in W for w in row):
            w.data -= _rate(experiment) * w.grad
    arrays = [np.array([[w.data for w in row] for row in W]) for W in weights]
    return tuple((W, b) for W, (_, b) in zip(arrays, experiment.parameters, strict=True))
