"""Random dense models, losses and optimisers of a real PyTorch: the engine agrees with all of it."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

import numpy as np
import pytest

pytest.importorskip("torch", reason="PyTorch is not installed: make test-torch")

import torch
from torch import nn

from tracer.config import load
from tracer.diagnose.answers.arrays import named_arrays
from tracer.engine.timeline import NetworkTimeline
from tracer.model.experiment import Experiment
from tracer.torch import Recorded, record

ACTIVATIONS: list[Callable[[], Any]] = [
    nn.Sigmoid, nn.Tanh, nn.ReLU, nn.LeakyReLU, nn.ELU, nn.Softplus, nn.SiLU, nn.GELU, nn.Identity,
    lambda: nn.ReLU(inplace=True), lambda: nn.ELU(inplace=True), lambda: nn.SiLU(inplace=True),
]  # fmt: skip

OPTIMIZERS: list[Callable[[Any], Any]] = [
    lambda p: torch.optim.SGD(p, lr=0.1),
    lambda p: torch.optim.SGD(p, lr=0.1, weight_decay=0.05),
    lambda p: torch.optim.SGD(p, lr=0.1, momentum=0.9),
    lambda p: torch.optim.SGD(p, lr=0.1, momentum=0.8, dampening=0.3, weight_decay=0.01),
    lambda p: torch.optim.SGD(p, lr=0.1, momentum=0.9, nesterov=True),
    lambda p: torch.optim.Adam(p, lr=0.05),
    lambda p: torch.optim.Adam(p, lr=0.05, betas=(0.8, 0.95), eps=1e-6, weight_decay=0.02),
    lambda p: torch.optim.AdamW(p, lr=0.05, weight_decay=0.1),
    lambda p: torch.optim.RMSprop(p, lr=0.01),
    lambda p: torch.optim.RMSprop(p, lr=0.01, alpha=0.9, centered=True, eps=1e-5),
    lambda p: torch.optim.Adagrad(p, lr=0.1),
    lambda p: torch.optim.Adagrad(p, lr=0.1, lr_decay=0.2, initial_accumulator_value=0.1),
]

Case = tuple[list[Any], Callable[[Any, Any], Any], str]


def _losses() -> list[Case]:
    """What stands behind the last Linear layer, the loss, and what the targets are."""
    reductions = ("mean", "sum")
    return [
        *[([], nn.MSELoss(reduction=r), "any") for r in reductions],
        *[([nn.Sigmoid()], nn.BCEWithLogitsLoss(reduction=r), "drop") for r in reductions],
        ([nn.Sigmoid()], nn.BCELoss(reduction="sum"), "part"),
        ([nn.Softmax(dim=1)], nn.MSELoss(), "any"),
        *[([], nn.CrossEntropyLoss(reduction=r), "class") for r in reductions],
        ([], nn.CrossEntropyLoss(), "simplex"),
        ([nn.LogSoftmax(dim=1)], nn.NLLLoss(), "class"),
        ([nn.Tanh()], lambda out, y: 0.5 * ((out - y) ** 2).sum(), "any"),
        ([nn.Tanh()], lambda out, y: ((y - out) ** 2).sum(1).mean(), "any"),
        ([], lambda out, y: (0.5 * (out - y).pow(2).sum(dim=1)).mean(), "any"),
        ([], lambda out, y: torch.sum(torch.square(out - y)) / len(y) / 2, "any"),
    ]


def _targets(kind: str, samples: int, outputs: int) -> Any:
    if kind == "class":
        return torch.randint(outputs, (samples,))
    drawn = torch.rand(samples, outputs, dtype=torch.float64)
    return drawn / drawn.sum(1, keepdim=True) if kind == "simplex" else drawn


def recorded(seed: int, iterations: int = 3) -> Recorded:
    rng = Random(seed)
    torch.manual_seed(seed)
    behind, loss, kind = rng.choice(_losses())
    sizes = [rng.randint(1, 4) for _ in range(rng.randint(1, 3))]
    outputs = 1 if kind == "drop" else rng.randint(2, 3)
    layers: list[Any] = []
    for before, after in zip([*sizes], [*sizes[1:], outputs], strict=True):
        layers += [nn.Linear(before, after, bias=rng.random() < 0.8), rng.choice(ACTIVATIONS)()]
    layers = [*layers[:-1], *(behind if kind != "drop" else [])]
    model = nn.Sequential(*layers).double()
    optimizer = rng.choice(OPTIMIZERS)(model.parameters())
    size, batches = rng.randint(1, 4), rng.choice((1, 3))
    x = torch.randn(size * batches, sizes[0], dtype=torch.float64)
    y = _targets(kind, len(x), outputs)
    with record(model) as numbers:
        for k in range(iterations):
            some = slice(k % batches * size, (k % batches + 1) * size)
            optimizer.zero_grad()
            loss(model(x[some]), y[some]).backward()
            optimizer.step()
    return numbers


def _ours(numbers: Recorded) -> dict[str, Any]:
    """The same arrays, from the configuration that the recording writes."""
    experiment = load("recorded.yaml", numbers.config())
    assert isinstance(experiment, Experiment)
    timeline = NetworkTimeline(experiment)
    return {
        name: array
        for iteration in range(1, numbers.iterations + 1)
        for name, array in named_arrays(timeline.trace(iteration))
    }


@pytest.mark.parametrize("seed", range(40))
def test_the_configuration_gives_pytorchs_numbers(seed: int) -> None:
    numbers = recorded(seed)
    ours = _ours(numbers)
    assert len(numbers) > 15
    for name, array in numbers.items():
        assert array.shape == ours[name].shape, name
        np.testing.assert_allclose(array, ours[name], rtol=1e-10, atol=1e-10, err_msg=name)


@pytest.mark.parametrize("seed", range(40, 60))
def test_all_is_right(seed: int) -> None:
    numbers = recorded(seed)
    judged = numbers.check()
    assert judged.all_right, judged
    assert judged.checked.supplied == sum(array.size for array in numbers.values())
