"""The keys of a network's configuration: their types, defaults and meanings, in this one place.

The JSON Schema for editors is generated from here. What concerns several keys at once (the shape of
a matrix, a loss that goes with an activation) is checked where the parts are put together.

What makes an empty default is a lambda: pydantic reads the signature of a builtin from its text, which
takes 30 ms.
"""

from __future__ import annotations

from typing import Annotated, Any, TypeAlias

from pydantic import Field, Tag

from tracer.config.fields import ByKind, ConfigModel, OneOf, Sound, default, kind
from tracer.config.hints import for_samples
from tracer.config.values import (
    WORDS_OF_BATCH,
    BatchSize,
    BiasValues,
    Columns,
    Count,
    Natural,
    Neurons,
    Numbers,
    OptimizerValue,
    RateValue,
    StateValues,
    ThresholdValues,
    Weights,
    WhatIsFrozen,
)
from tracer.model.activations import ACTIVATIONS
from tracer.model.experiment import (
    UPDATE_ORDERS,
    Expected,
    Experiment,
    Resume,
    Stop,
    Training,
)
from tracer.model.losses import LOSSES
from tracer.model.penalties import COVERED, FACTORS, NORMS, Penalty
from tracer.model.words import other_words

_BIASES_TOO = {"all": "parameters", "biases": "parameters"}


class LayerModel(ConfigModel):
    """One layer of neurons."""

    neurons: Sound[Neurons] = Field(description="the neurons' names, or their count")
    activation: Sound[
        Annotated[str, OneOf("activation", ACTIVATIONS, other_words(ACTIVATIONS))]
    ] = Field(description="the activation function")
    weights: Sound[Weights] = Field(
        description="a row for each neuron, a column for each input; or one number for all; "
        "or {init: ...}"
    )
    bias: Sound[BiasValues] = Field(
        "none",
        description="one number: a bias that the layer shares; a list: one for each neuron; "
        "none; or {init: ...}, one for each neuron",
    )
    threshold: Sound[ThresholdValues] = Field(
        None,
        description="instead of bias, subtracted, each neuron's own: one number to start with for "
        "all; a list: one for each neuron; or {init: ...}",
    )


class NetworkModel(ConfigModel):
    """A network: its inputs, and its layers up to the outputs."""

    inputs: Sound[Neurons] = Field(description="the inputs' names, or their count")
    layers: Sound[Annotated[list[Sound[LayerModel]], Field(min_length=1)]] = Field(
        description="the layers, the output layer last"
    )
    seed: Sound[Natural] = Field(0, description="the random seed of {init: ...}")


class SampleModel(ConfigModel):
    """One sample: its inputs, and its targets or its class."""

    inputs: Sound[Numbers] = Field(description="a number for each input")
    targets: Sound[Numbers] = Field(None, description="a number for each output")
    class_: Sound[Natural] = Field(
        None,
        alias="class",
        description="instead of targets: the number of the right output, from 0",
    )
    name: Sound[str] = Field(None, description="the sample's name")


class DataFileModel(ConfigModel):
    """A CSV file with a header, and its columns; or an NPZ file and its arrays; or an NPY file."""

    file: Sound[str] = Field(description="the CSV file, relative to this file")
    inputs: Sound[Columns] = Field(None, description="a column for each input")
    targets: Sound[Columns] = Field(None, description="a column for each output")
    class_: Sound[str] = Field(
        None, alias="class", description="instead of targets: the column with the class, from 0"
    )
    names: Sound[str] = Field(None, description="the column with the samples' names")


def _samples_or_file(value: Any) -> str | None:
    """The kind of value; None for a mapping that is a sample, and no list of them."""
    if isinstance(value, dict) and "file" not in value:
        inputs = value.get("inputs")
        first = inputs[0] if isinstance(inputs, list) and inputs else inputs
        return None if kind(first) == "number" else "mapping"
    return kind(value)


Samples: TypeAlias = Annotated[
    Annotated[list[Sound[SampleModel]], Field(min_length=1), Tag("list")]
    | Annotated[DataFileModel, Tag("mapping")],
    ByKind(
        "a list of samples, or {file: ..., inputs: ..., targets: ...}",
        for_samples,
        _samples_or_file,
    ),
]


class StopModel(ConfigModel):
    """Stop when the mean loss of the last iterations is low enough."""

    loss_below: Sound[Annotated[float, Field(gt=0)]] = Field(
        description="stop below this mean loss"
    )
    window: Sound[Count] = Field(
        default(Stop, "window"), description="over how many iterations the mean is taken"
    )


class ResumeModel(ConfigModel):
    """Where an earlier training stopped; written by `step --save`."""

    iterations: Sound[Natural] = Field(
        default(Resume, "iterations"), description="how many updates were made"
    )
    losses: Sound[list[float]] = Field(
        default_factory=lambda: [], description="the last losses, for stop.window"
    )


class RegularizationModel(ConfigModel):
    """A penalty on the size of parameters, in the loss and in each gradient."""

    kind: Sound[Annotated[str, OneOf("kind", NORMS)]] = Field(
        default(Penalty, "kind"), description="l2: squares; l1: absolute values"
    )
    strength: Sound[Annotated[float, Field(ge=0)]] = Field(description="the factor λ")
    form: Sound[Annotated[str, OneOf("form", FACTORS)]] = Field(
        default(Penalty, "form"),
        description="; ".join(f"{name}: {row.words}" for name, row in FACTORS.items()),
    )
    of: Sound[Annotated[str, OneOf("of", COVERED, _BIASES_TOO)]] = Field(
        default(Penalty, "of"), description="which parameters are penalised"
    )


class ClipModel(ConfigModel):
    """The most that reaches the optimiser of a gradient, the penalty in it."""

    norm: Sound[Annotated[float, Field(gt=0)]] = Field(
        None, description="of all gradients together"
    )
    value: Sound[Annotated[float, Field(gt=0)]] = Field(None, description="of each gradient")


class DescentModel(ConfigModel):
    """What a network's training and a graph's have in common."""

    learning_rate: Sound[RateValue] = Field(
        description="the learning rate; or {initial: 0.1, schedule: exponential, rate: 0.95}"
    )
    iterations: Sound[Count] = Field(
        default(Training, "iterations"), description="how many updates"
    )
    optimizer: Sound[OptimizerValue] = Field(
        default(Training, "optimizer").name,
        description="the rule of the update; or {name: adam, beta1: 0.9, ...}",
    )
    clip: Sound[ClipModel] = Field(None, description="{norm: 1.0} or {value: 0.5}")
    state: Sound[dict[str, Sound[StateValues]]] = Field(
        default_factory=lambda: {},
        description="the optimizer's own numbers at the start, by their letters; 0 where left out; "
        "and updates: how many it has counted",
    )


class TrainingModel(DescentModel):
    """How the parameters change."""

    epochs: Sound[Count] = Field(
        None, description="instead of iterations: how often to go through the data"
    )
    batch: Sound[BatchSize] = Field(
        WORDS_OF_BATCH[default(Training, "batch")],
        description="full, online (one sample at a time), or how many samples",
    )
    shuffle: Sound[bool] = Field(
        default(Training, "shuffle"), description="draw each epoch's batches in random order"
    )
    seed: Sound[Natural] = Field(
        default(Training, "seed"), description="the random seed of shuffle"
    )
    gradient: Sound[Annotated[str, OneOf("gradient", ("exact", "batch_means"))]] = Field(
        default(Training, "gradient"),
        description="batch_means: products of batch means, which is not the gradient",
    )
    freeze: Sound[WhatIsFrozen] = Field(
        default_factory=lambda: [], description="parameters that stay as they are"
    )
    update_order: Sound[Annotated[str, OneOf("update order", UPDATE_ORDERS)]] = Field(
        default(Training, "update_order"),
        description=f"output_first: {UPDATE_ORDERS['output_first']}",
    )
    stop: Sound[StopModel] = Field(None, description="when to stop before the last iteration")
    regularization: Sound[RegularizationModel] = Field(
        None, description="the same as beside loss, where it may stand too"
    )
    resume: Sound[ResumeModel] = Field(None, description="where an earlier training stopped")


class ExpectedModel(ConfigModel):
    """Published or hand-made numbers of one iteration, or after so many updates."""

    iteration: Sound[Count] = Field(None, description="the iteration that the values belong to")
    after: Sound[Natural] = Field(
        None, description="instead of iteration: a forward pass after so many updates"
    )
    values: Sound[dict[str, float]] = Field(description="numbers by the names of their quantities")
    note: Sound[str] = Field(default(Expected, "note"), description="a remark")


class TitledModel(ConfigModel):
    """What every configuration may have."""

    title: Sound[str] = Field("", description="what the example is called")
    source: Sound[str] = Field(default(Experiment, "source"), description="where it comes from")
    expected: Sound[list[Sound[ExpectedModel]]] = Field(
        default_factory=lambda: [], description="numbers for bptrace check"
    )


class NetworkConfig(TitledModel):
    """A network, its data and its training."""

    network: Sound[NetworkModel] = Field(description="the network")
    loss: Sound[Annotated[str, OneOf("loss", LOSSES, other_words(LOSSES))]] = Field(
        None, description="the loss; required with data"
    )
    reduction: Sound[Annotated[str, OneOf("reduction", ("mean", "sum"), {"average": "mean"})]] = (
        Field(default(Experiment, "reduction"), description="over the samples of a batch")
    )
    regularization: Sound[RegularizationModel] = Field(
        None, description="a penalty on the size of parameters: {kind: l2, strength: 0.01}"
    )
    data: Sound[Samples] = Field(None, description="samples with targets")
    predict: Sound[Samples] = Field(None, description="samples without targets, forward pass only")
    training: Sound[TrainingModel] = Field(None, description="how the parameters change")
