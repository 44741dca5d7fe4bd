"""Networks with a row of the guide in them, docs/extending.md."""

from __future__ import annotations

import pytest

from support.guide import guide_class, guide_row
from tracer import formula as expression
from tracer.config import load
from tracer.model import activations, losses, optimizers
from tracer.model.experiment import Experiment

_TEXT = """\
network:
  inputs: [x]
  layers:
    - {{neurons: [h1, h2], activation: {hidden}, weights: [[0.5], [1.5]], bias: [0.1, 0.2]}}
    - {{neurons: [o1, o2], activation: identity, weights: [[0.3, 0.8], [0.1, 0.2]], bias: 0.1}}
loss: {loss}
data: [{{inputs: 1, targets: [0.5, 0.2]}}, {{inputs: 0.5, targets: [0.25, 0.1]}}]
training: {{learning_rate: 0.5, optimizer: {optimizer}}}
"""


def extended(kind: str, monkeypatch: pytest.MonkeyPatch) -> Experiment:
    """A network with the guide's new activation, loss or optimiser."""
    words = {"hidden": "relu", "loss": "squared_error", "optimizer": "sgd"}
    if kind == "Activation":
        row = guide_row("Activation", vars(expression) | vars(activations))
        monkeypatch.setitem(activations.ACTIVATIONS, row.name, row)
        words["hidden"] = row.name
    elif kind == "Loss":
        row = guide_row("Loss", vars(expression) | vars(losses))
        monkeypatch.setitem(losses.LOSSES, row.name, row)
        words["loss"] = row.name
    else:
        row = guide_class("Rolling", vars(optimizers))
        monkeypatch.setitem(optimizers.OPTIMIZERS, row.name, row)
        words["optimizer"] = row.name
    experiment = load("net.yaml", _TEXT.format(**words))
    assert isinstance(experiment, Experiment)
    return experiment
