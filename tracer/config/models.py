"""The keys of a network's configuration: their types, defaults and meanings, in this one place.

The JSON Schema for editors is generated from here. What concerns several keys at once (the shape of
a matrix, a loss that goes with an activation) is checked where the parts are put together.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeAlias, Union

from pydantic import BeforeValidator, Field, GetCoreSchemaHandler, Tag, create_model
from pydantic_core import CoreSchema, PydanticCustomError

from tracer.config.fields import OneOf, Section, Sound, by_kind
from tracer.model.activations import ACTIVATIONS
from tracer.model.experiment import UPDATE_ORDERS
from tracer.model.initializers import INITIALIZERS, Initializer, Option
from tracer.model.losses import LOSSES
from tracer.model.optimizers import OPTIMIZERS

MOST = 2**53
"""The largest count: up to here float64 holds every whole number."""

Count: TypeAlias = Annotated[int, Field(ge=1, le=MOST)]
Natural: TypeAlias = Annotated[int, Field(ge=0, le=MOST)]


class InitModel(Section):
    """How values are drawn; each scheme adds the options of its row in the table of initialisers."""

    init: str

    @property
    def options(self) -> dict[str, Any]:
        """The scheme's options, with their defaults where the file says nothing."""
        return self.model_dump(exclude={"init"})


def _scheme(row: Initializer) -> type[InitModel]:
    literal: Any = Literal
    keys: dict[str, Any] = {name: _option(name, option) for name, option in row.options.items()}
    keys["init"] = (literal[row.name], Field(description=row.words))
    return create_model(f"Init{row.name.title()}", __base__=InitModel, __doc__=row.words, **keys)


def _option(name: str, option: Option) -> tuple[Any, Any]:
    default = ... if option.default is None else option.default
    field: Any = Field(default, ge=option.least, description=option.meaning)
    if option.choices:
        field = Field(default, description=option.meaning)
        return Annotated[str, OneOf(name, option.choices)], field
    return float, field


class _AnyScheme:
    """The model of the scheme that the key `init` names."""

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        models = tuple(_scheme(row) for row in INITIALIZERS.values())
        union: Any = Annotated[Union[models], Field(discriminator="init")]  # noqa: UP007
        return handler.generate_schema(union)


Init: TypeAlias = Annotated[InitModel, _AnyScheme()]


def _rows(value: Any) -> Any:
    """Refuses a list without rows in one problem, where there would be one for each number."""
    if value and not any(isinstance(row, list) for row in value):
        raise PydanticCustomError("expected", "a row for each neuron, as in [[0.1, 0.2]]")
    return value


Matrix: TypeAlias = Annotated[list[list[float]], BeforeValidator(_rows), Field(min_length=1)]

Neurons: TypeAlias = Annotated[
    Annotated[Count, Tag("number")] | Annotated[list[str], Field(min_length=1), Tag("list")],
    by_kind("a list of names, or a count"),
]
Weights: TypeAlias = Annotated[
    Annotated[float, Tag("number")]
    | Annotated[Matrix, Tag("list")]
    | Annotated[Init, Tag("mapping")],
    by_kind("a row of numbers for each neuron, one number for all, or {init: ...}"),
]
BiasValues: TypeAlias = Annotated[
    Annotated[float, Tag("number")]
    | Annotated[list[float], Tag("list")]
    | Annotated[Init, Tag("mapping")]
    | Annotated[str, OneOf("bias", ("none",)), Tag("text")],
    by_kind("one number, a list with a number for each neuron, {init: ...}, or none"),
]
Numbers: TypeAlias = Annotated[
    Annotated[float, Tag("number")] | Annotated[list[float], Tag("list")],
    by_kind("a list of numbers"),
]
Batch: TypeAlias = Annotated[
    Annotated[Count, Tag("number")]
    | Annotated[str, OneOf("batch", ("full", "online")), Tag("text")],
    by_kind("full, online, or a size"),
]
Freeze: TypeAlias = Annotated[
    Annotated[str, OneOf("freeze", ("biases", "weights")), Tag("text")]
    | Annotated[list[str], Tag("list")],
    by_kind("biases, weights, or a list of names"),
]


Formula: TypeAlias = Annotated[
    Annotated[float, Tag("number")] | Annotated[str, Tag("text")], by_kind("a formula")
]


class LayerModel(Section):
    """One layer of neurons."""

    neurons: Sound[Neurons] = Field(description="the neurons' names, or their count")
    activation: Sound[Annotated[str, OneOf("activation", ACTIVATIONS)]] = Field(
        description="the activation function"
    )
    weights: Sound[Weights] = Field(
        description="a row for each neuron, a column for each input; or one number for all; "
        "or {init: ...}"
    )
    bias: Sound[BiasValues] = Field(
        "none",
        description="one number: a bias that the layer shares; a list: one for each neuron; "
        "none; or {init: ...}, one for each neuron",
    )


class NetworkModel(Section):
    """A network: its inputs, and its layers up to the outputs."""

    inputs: Sound[Neurons] = Field(description="the inputs' names, or their count")
    layers: Sound[Annotated[list[Sound[LayerModel]], Field(min_length=1)]] = Field(
        description="the layers, the output layer last"
    )
    seed: Sound[Natural] = Field(0, description="the random seed of {init: ...}")


class SampleModel(Section):
    """One sample: its inputs, and its targets or its class."""

    inputs: Sound[Numbers] = Field(description="a number for each input")
    targets: Sound[Numbers] = Field(None, description="a number for each output")
    class_: Sound[Natural] = Field(
        None,
        alias="class",
        description="instead of targets: the number of the right output, from 0",
    )
    name: Sound[str] = Field(None, description="the sample's name")


class DataFileModel(Section):
    """A CSV file with a header, and which of its columns are meant."""

    file: Sound[str] = Field(description="the CSV file, relative to this file")
    inputs: Sound[Annotated[list[str], Field(min_length=1)]] = Field(
        description="a column for each input"
    )
    targets: Sound[Annotated[list[str], Field(min_length=1)]] = Field(
        None, description="a column for each output"
    )
    class_: Sound[str] = Field(
        None, alias="class", description="instead of targets: the column with the class, from 0"
    )
    names: Sound[str] = Field(None, description="the column with the samples' names")


Samples: TypeAlias = Annotated[
    Annotated[list[Sound[SampleModel]], Field(min_length=1), Tag("list")]
    | Annotated[DataFileModel, Tag("mapping")],
    by_kind("a list of samples, or {file: ..., inputs: ..., targets: ...}"),
]


class StopModel(Section):
    """Stop when the mean loss of the last iterations is low enough."""

    loss_below: Sound[Annotated[float, Field(gt=0)]] = Field(
        description="stop below this mean loss"
    )
    window: Sound[Count] = Field(1, description="over how many iterations the mean is taken")


class ResumeModel(Section):
    """Where an earlier training stopped; written by `step --save`."""

    iterations: Sound[Natural] = Field(0, description="how many updates were made")
    losses: Sound[list[float]] = Field(
        default_factory=list, description="the last losses, for stop.window"
    )


class TrainingModel(Section):
    """How the parameters change."""

    learning_rate: Sound[Annotated[float, Field(ge=0)]] = Field(description="the learning rate")
    iterations: Sound[Count] = Field(None, description="how many updates; 1 without epochs")
    epochs: Sound[Count] = Field(
        None, description="instead of iterations: how often to go through the data"
    )
    batch: Sound[Batch] = Field(
        "full", description="full, online (one sample at a time), or how many samples"
    )
    shuffle: Sound[bool] = Field(False, description="draw each epoch's batches in random order")
    seed: Sound[Natural] = Field(0, description="the random seed of shuffle")
    gradient: Sound[Annotated[str, OneOf("gradient", ("exact", "batch_means"))]] = Field(
        "exact", description="batch_means: products of batch means, which is not the gradient"
    )
    freeze: Sound[Freeze] = Field(
        default_factory=list, description="parameters that stay as they are"
    )
    update_order: Sound[Annotated[str, OneOf("update order", UPDATE_ORDERS)]] = Field(
        "simultaneous", description=f"output_first: {UPDATE_ORDERS['output_first']}"
    )
    optimizer: Sound[Annotated[str, OneOf("optimizer", OPTIMIZERS)]] = Field(
        "sgd", description="the rule of the update"
    )
    stop: Sound[StopModel] = Field(None, description="when to stop before the last iteration")
    resume: Sound[ResumeModel] = Field(None, description="where an earlier training stopped")


class ExpectedModel(Section):
    """Published or hand-made numbers of one iteration, or after so many updates."""

    iteration: Sound[Count] = Field(None, description="the iteration that the values belong to")
    after: Sound[Natural] = Field(
        None, description="instead of iteration: a forward pass after so many updates"
    )
    values: Sound[dict[str, float]] = Field(description="numbers by the names of their quantities")
    note: Sound[str] = Field(None, description="a remark")


class TitledModel(Section):
    """What every configuration may have."""

    title: Sound[str] = Field("", description="what the example is called")
    source: Sound[str] = Field("", description="where it comes from")
    expected: Sound[list[Sound[ExpectedModel]]] = Field(
        default_factory=list, description="numbers for bptrace check"
    )


class NetworkConfig(TitledModel):
    """A network, its data and its training."""

    network: Sound[NetworkModel] = Field(description="the network")
    loss: Sound[Annotated[str, OneOf("loss", LOSSES)]] = Field(
        None, description="the loss; required with data"
    )
    reduction: Sound[Annotated[str, OneOf("reduction", ("mean", "sum"))]] = Field(
        "mean", description="over the samples of a batch"
    )
    data: Sound[Samples] = Field(None, description="samples with targets")
    predict: Sound[Samples] = Field(None, description="samples without targets, forward pass only")
    training: Sound[TrainingModel] = Field(None, description="how the parameters change")


class GraphModel(Section):
    """A scalar computation graph."""

    inputs: Sound[dict[str, Sound[float]]] = Field(description="the inputs' values by their names")
    nodes: Sound[Annotated[dict[str, Sound[Formula]], Field(min_length=1)]] = Field(
        description="each node's formula; the last node is the result"
    )


class GraphTrainingModel(Section):
    """Gradient descent on inputs of the graph."""

    learning_rate: Sound[Annotated[float, Field(ge=0)]] = Field(description="the learning rate")
    iterations: Sound[Count] = Field(1, description="how many updates")
    trainable: Sound[Annotated[list[str], Field(min_length=1)]] = Field(
        description="the inputs that change"
    )


class GraphConfig(TitledModel):
    """A scalar computation graph, instead of a network."""

    graph: Sound[GraphModel] = Field(description="the computation graph")
    training: Sound[GraphTrainingModel] = Field(None, description="gradient descent on inputs")
