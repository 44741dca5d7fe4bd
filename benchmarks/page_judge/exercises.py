"""The bundled small examples, and those that the people of `benchmarks.people` can calculate."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from benchmarks.people.exercises import Exercise, Layer
from tracer.config import load
from tracer.diagnose.answers.moments import Moment, traced
from tracer.explain.calculation import Calculation
from tracer.model.experiment import Experiment, GraphExperiment
from tracer.model.network import Bias

CONFIGS = Path(__file__).parent.parent.parent / "configs"
_MODES = {Bias.SHARED: "shared", Bias.EACH: "each", Bias.NONE: "none", Bias.THRESHOLD: "threshold"}
_KNOWN = ("sigmoid", "tanh", "relu", "leaky_relu", "softplus", "identity", "softmax")


@dataclass(frozen=True)
class Example:
    """An exercise by its name, as this program has it, and as people do where they can."""

    name: str
    configuration: str
    file: str = "exercise.yaml"

    @cached_property
    def experiment(self) -> Experiment | GraphExperiment:
        """What the configuration describes."""
        return load(self.file, self.configuration)

    @cached_property
    def exact(self) -> Calculation:
        """Its right numbers, of the first iteration."""
        return traced(self.experiment, [Moment()])[Moment()]

    @cached_property
    def exercise(self) -> Exercise | None:
        """The same for people; None for a graph, and for what they don't know."""
        return on_paper(self.experiment)


def bundled(name: str) -> Example:
    """The bundled example of that name."""
    path = CONFIGS / f"{name}.yaml"
    return Example(name, path.read_text(encoding="utf-8"), str(path))


def on_paper(experiment: Experiment | GraphExperiment) -> Exercise | None:
    """The exercise for people; None for a graph, and for what they don't know."""
    if not isinstance(experiment, Experiment) or experiment.data is None:
        return None
    network, training = experiment.network, experiment.training
    if training is None or training.optimizer.name != "sgd" or experiment.penalty is not None:
        return None
    if training.schedule.varies or training.clip is not None or training.batch_means:
        return None
    if any(layer.activation.name not in _KNOWN for layer in network.layers):
        return None
    biases = [layer.bias_count for layer in network.layers]
    frozen = {quantity.kind.name for quantity in training.frozen}
    if frozen - {"BIAS"} or (frozen and len(training.frozen) != sum(biases)):
        return None
    data = experiment.data
    return Exercise(
        inputs=tuple(network.inputs),
        layers=tuple(_layers(experiment)),
        loss=network.loss.name,
        reduction=experiment.reduction,
        samples=tuple(map(tuple, data.inputs.tolist())),
        targets=tuple(map(tuple, data.targets.tolist())),
        rate=training.learning_rate,
        iterations=1,
        freeze=bool(frozen),
        output_first=training.update_order == "output_first",
        online=training.batch == 1 and len(data) > 1,
    )


def _layers(experiment: Experiment) -> list[Layer]:
    pairs = zip(experiment.network.layers, experiment.parameters, strict=True)
    return [
        Layer(
            tuple(layer.neurons),
            layer.activation.name,
            tuple(map(tuple, W.tolist())),
            _MODES[layer.bias],
            () if b is None else tuple(b.tolist()),
        )
        for layer, (W, b) in pairs
    ]
