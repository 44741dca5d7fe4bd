"""A sound configuration that the tests spoil, and the problems that come of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tracer.config import load
from tracer.errors import ConfigError
from tracer.model.experiment import Experiment, GraphExperiment

SOUND = """\
title: A 2-3-2 network
network:
  inputs: [i1, i2]
  layers:
    - neurons: [h1, h2, h3]
      activation: sigmoid
      weights: [[1, 2], [3, 4], [5, 6]]
      bias: [1, 2, 3]
    - neurons: [o1, o2]
      activation: sigmoid
      weights: 0.5
      bias: none
loss: half_squared_error
data:
  - {inputs: [1, 2], targets: [0, 1]}
  - {inputs: [3, 4], targets: [1, 0]}
training:
  learning_rate: 0.5
"""

GRAPH = """\
graph:
  inputs: {x: 2, y: 3}
  nodes:
    product: x * y
    total: product + 1
"""


def spoiled(*changes: tuple[str, str], text: str = SOUND) -> str:
    """The text with each of the changes; every one must apply."""
    for old, new in changes:
        assert old in text, f"{old!r} does not occur"
        text = text.replace(old, new)
    return text


def problems(text: str, source: str | Path = "net.yaml") -> list[str]:
    """What `load` says about the text, a line for each problem."""
    with pytest.raises(ConfigError) as caught:
        load(source, text)
    return str(caught.value).splitlines()


def file_problems(path: Path) -> list[str]:
    """What `load` says about the file, which is called FILE here, and its folder DIR."""
    with pytest.raises(ConfigError) as caught:
        load(path)
    lines = str(caught.value).replace(str(path), "FILE").replace(str(path.parent), "DIR")
    return lines.splitlines()


def network(text: str, source: str | Path = "net.yaml") -> Experiment:
    """The experiment of a network's configuration."""
    experiment = load(source, text)
    assert isinstance(experiment, Experiment)
    return experiment


def graph(text: str) -> GraphExperiment:
    """The experiment of a graph's configuration."""
    experiment = load("graph.yaml", text)
    assert isinstance(experiment, GraphExperiment)
    return experiment
