"""An experiment: a network with its parameters, its data and its training, as a configuration says.

It stands between the reader of YAML and the engine, and knows neither.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field

from tracer.digits.numbers import Written
from tracer.immutable import immutable
from tracer.model.clipping import Clip
from tracer.model.network import FloatArray, Network, Parameters
from tracer.model.optimizers import SGD, Optimizer
from tracer.model.penalties import Penalty
from tracer.model.quantity import Kind, Quantity
from tracer.model.schedules import CONSTANT, Schedule

UPDATE_ORDERS: Mapping[str, str] = {
    "simultaneous": "every gradient is taken at the old parameters",
    "output_first": "the layers are updated from the outputs back, and each hidden delta sees the new "
    "weights after it",
}
"""When parameters change, in words for a network of any depth, by the name in a configuration."""


@immutable
class Data:
    """`inputs`: (samples, inputs); `targets`: (samples, outputs); a name or None for each sample."""

    inputs: FloatArray
    targets: FloatArray
    names: tuple[str | None, ...]

    def __len__(self) -> int:
        return len(self.inputs)


@immutable
class Stop:
    """Stop when the mean loss over the last `window` iterations is below `loss_below`."""

    loss_below: float
    window: int = 1


@immutable
class Resume:
    """Where an earlier run stopped: updates done, and the last losses that `stop` still needs."""

    iterations: int = 0
    losses: tuple[float, ...] = ()


@immutable
class Training:
    """How parameters change. `batch` None is the full batch; `frozen` holds weights and biases.

    `iterations` is the number asked for; where a configuration gives `epochs`, `epochs` is set and
    `iterations` is what they come to. `learning_rate` is the one that `schedule` starts from. `updates`
    are those that the optimiser has counted before, where they aren't those of `resume`.
    """

    learning_rate: float
    iterations: int = 1
    epochs: int | None = None
    batch: int | None = None
    shuffle: bool = False
    seed: int = 0
    gradient: str = "exact"
    frozen: frozenset[Quantity] = frozenset()
    update_order: str = "simultaneous"
    optimizer: Optimizer = SGD
    schedule: Schedule = CONSTANT
    clip: Clip | None = None
    stop: Stop | None = None
    resume: Resume = field(default_factory=Resume)
    updates: int | None = None

    @property
    def earlier(self) -> int:
        """The updates made before iteration 1, as optimiser and schedule count them."""
        return self.resume.iterations if self.updates is None else self.updates

    @property
    def batch_means(self) -> bool:
        """Whether means over the batch are multiplied, which gives no gradient."""
        return self.gradient == "batch_means"

    def frozen_in_order(self) -> list[Quantity]:
        """The frozen parameters in the order of the network's parameters."""
        return sorted(self.frozen, key=lambda q: (q.layer, q.kind is Kind.BIAS, q.index))


@immutable
class Expected:
    """Published numbers of one iteration, or of the forward pass after so many updates.

    Exactly one of `iteration` and `after` is set. `values` keeps the digits as written;
    `note` is a remark for readers of the file.
    """

    values: Mapping[str, Written]
    iteration: int | None = None
    after: int | None = None
    note: str = ""


@immutable
class Experiment:
    """One configuration, checked and complete. `reduction` is `mean` or `sum` over a batch.

    `data` is None when there are only samples to predict; `training` is None without updates.
    `slots` are the optimiser's own arrays where training starts, by their letters; zeros where
    nothing is given.
    """

    title: str
    network: Network
    parameters: Parameters
    reduction: str = "mean"
    data: Data | None = None
    predict: Data | None = None
    training: Training | None = None
    expected: tuple[Expected, ...] = ()
    source: str = ""
    slots: Mapping[str, Parameters] = field(default_factory=dict)
    penalty: Penalty | None = None


@immutable
class GraphNode:
    """A node of a computation graph: its name, its formula's text, and where the text begins."""

    name: str
    text: str
    line: int
    column: int


@immutable
class GraphTraining:
    """Descent of a graph's last node in its `trainable` inputs.

    `slots` are the optimiser's own numbers at the start, by their letters and the inputs; `updates`
    those that it has counted before.
    """

    learning_rate: float
    trainable: tuple[str, ...]
    iterations: int = 1
    optimizer: Optimizer = SGD
    schedule: Schedule = CONSTANT
    clip: Clip | None = None
    updates: int = 0
    slots: Mapping[str, Mapping[str, float]] = field(default_factory=dict)


@immutable
class GraphExperiment:
    """A scalar computation graph as a configuration gives it, its formulas still text."""

    title: str
    file: str
    inputs: Mapping[str, float]
    nodes: tuple[GraphNode, ...]
    training: GraphTraining | None = None
    expected: tuple[Expected, ...] = ()
    source: str = ""
