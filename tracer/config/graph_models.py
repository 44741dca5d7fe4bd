"""The keys of a computation graph's configuration: apart from a network's, which don't need them."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from tracer.config.fields import ConfigModel, Sound
from tracer.config.models import DescentModel, TitledModel
from tracer.config.values import FormulaText


class GraphModel(ConfigModel):
    """A scalar computation graph."""

    inputs: Sound[dict[str, Sound[float]]] = Field(description="the inputs' values by their names")
    nodes: Sound[Annotated[dict[str, Sound[FormulaText]], Field(min_length=1)]] = Field(
        description="each node's formula; the last node is the result"
    )


class GraphTrainingModel(DescentModel):
    """Gradient descent on inputs of the graph."""

    trainable: Sound[Annotated[list[str], Field(min_length=1)]] = Field(
        description="the inputs that change"
    )


class GraphConfig(TitledModel):
    """A scalar computation graph, instead of a network."""

    graph: Sound[GraphModel] = Field(description="the computation graph")
    training: Sound[GraphTrainingModel] = Field(None, description="gradient descent on inputs")
