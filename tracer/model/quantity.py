"""The quantities of a backpropagation: which kinds there are, and one of them as a reference.

A `Quantity` is the name of a number with its parts taken out of the string: what kind of number, of
which layer, of which neurons, of which sample and iteration. `tracer.model.names` turns one into
the other.

Layers are counted from 0 (the inputs) to L (the outputs). A quantity of a connection belongs to the
layer that the connection leads into.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Kind(Enum):
    """What a number is; in the order of the calculation."""

    INPUT = "input"
    TARGET = "target"
    WEIGHT = "weight"
    BIAS = "bias"
    LEARNING_RATE = "learning rate"
    NET = "net input"
    OUT = "output"
    ERROR = "error at an output"
    TOTAL = "loss of the sample"
    LOSS = "loss of the batch"
    PATH = "part of ∂E/∂out that came back through one neuron"
    DE_DOUT = "∂E/∂out"
    SLOPE = "∂out/∂net"
    DELTA = "delta, ∂E/∂net"
    WEIGHT_PART = "a sample's own part of a weight's gradient"
    BIAS_PART = "a sample's own part of a bias's gradient"
    WEIGHT_GRADIENT = "gradient of a weight"
    BIAS_GRADIENT = "gradient of a bias"
    NEW_WEIGHT = "weight after the update"
    NEW_BIAS = "bias after the update"


OF_A_SAMPLE = frozenset(
    {
        Kind.INPUT,
        Kind.TARGET,
        Kind.NET,
        Kind.OUT,
        Kind.ERROR,
        Kind.TOTAL,
        Kind.PATH,
        Kind.DE_DOUT,
        Kind.SLOPE,
        Kind.DELTA,
        Kind.WEIGHT_PART,
        Kind.BIAS_PART,
    }
)
"""The kinds whose arrays have the samples of the batch as their first axis."""

PARTS = {Kind.WEIGHT_PART: Kind.WEIGHT_GRADIENT, Kind.BIAS_PART: Kind.BIAS_GRADIENT}
"""A sample's own part of a gradient, and the gradient after reduction over the batch."""


@dataclass(frozen=True, slots=True)
class Stage:
    """One array of the engine: all the quantities of a kind in a layer.

    `mean`: the array has been averaged over the batch (`gradient: batch_means`).
    """

    kind: Kind
    layer: int
    mean: bool = False

    @property
    def of_a_sample(self) -> bool:
        """Whether the first axis of the array counts samples."""
        return self.kind in OF_A_SAMPLE and not self.mean


class Stages(dict[int | tuple[int, bool], Stage]):
    """The stages of one kind: `[layer]`, or `[layer, mean]`; each is made once.

    The engine asks for a dozen stages a layer in every iteration.
    """

    def __init__(self, kind: Kind) -> None:
        super().__init__()
        self._kind = kind

    def __missing__(self, key: int | tuple[int, bool]) -> Stage:
        layer, mean = key if isinstance(key, tuple) else (key, False)
        stage = self[key] = Stage(self._kind, layer, mean)
        return stage


@dataclass(frozen=True, slots=True)
class Quantity:
    """One number: its stage, its place in the stage's array without the sample, sample, iteration.

    `index` is (neuron,) for quantities of a neuron, (neuron, input) for weights, (neuron, neuron
    after) for `dE/dout_h1:o1`, (out, net) for a slope of a coupled layer, () for losses.
    `sample` is a row of `data`, counted from 0; None for what belongs to the whole batch.
    `iteration` counts from 1.
    """

    stage: Stage
    index: tuple[int, ...] = ()
    sample: int | None = None
    iteration: int = 1

    @property
    def kind(self) -> Kind:
        """What the number is."""
        return self.stage.kind

    @property
    def layer(self) -> int:
        """Number of the layer, 0 for the inputs."""
        return self.stage.layer
