"""The kinds of value that the keys of a configuration take: counts, names, numbers, files of numbers.

Used by the models, which say what each key means.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Annotated, Any, ClassVar, Literal, TypeAlias, Union

from pydantic import (
    BeforeValidator,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    Tag,
    TypeAdapter,
    create_model,
)
from pydantic_core import CoreSchema, PydanticCustomError, PydanticKnownError, core_schema

from tracer.config.fields import ANeuron, ByKind, ConfigModel, OneOf, Sound, kind, kind_but_numbers
from tracer.config.hints import for_names, for_numbers, for_text, for_weights, for_whole
from tracer.digits.whole import MOST
from tracer.errors import did_you_mean
from tracer.model.initializers import INITIALIZERS
from tracer.model.optimizers import OPTIMIZERS
from tracer.model.options import Option, options_of
from tracer.model.schedules import SCHEDULES
from tracer.model.words import other_words

BATCHES = {"full": None, "online": 1}
"""Words for the size of a batch; None is all the samples."""
WORDS_OF_BATCH = {size: word for word, size in BATCHES.items()}

Count: TypeAlias = Annotated[int, Field(ge=1, le=MOST)]
Natural: TypeAlias = Annotated[int, Field(ge=0, le=MOST)]


class RowModel(ConfigModel):
    """A row of a table, by its name under the model's `key`, with the options that the row knows."""

    key: ClassVar[str]
    known: ClassVar[tuple[str, ...]]

    @property
    def row(self) -> str:
        """The name of the row."""
        name: str = getattr(self, self.key)
        return name

    @property
    def options(self) -> dict[str, Any]:
        """Its options, with their defaults where the file says nothing."""
        return {name: getattr(self, name) for name in self.known}


def _option(name: str, option: Option) -> tuple[Any, Any]:
    recovering: Any = Sound
    annotated: Any = Annotated[float, Field(ge=option.least, gt=option.above, lt=option.below)]
    if option.whole:
        annotated = Count if option.least else Natural
    elif option.choices:
        annotated = Annotated[str, OneOf(name, option.choices)]
    elif isinstance(option.default, bool):
        annotated = bool
    start: Any = ... if option.default is None else option.default
    return recovering[annotated], Field(start, description=option.meaning)


@dataclass(frozen=True, eq=False)
class AnyRow:
    """The model of the row that `key` names in a mapping; `more` are keys that all rows have."""

    key: str
    thing: str
    table: Mapping[str, Any]
    more: Mapping[str, tuple[Any, Any]] = field(default_factory=dict)

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        # A file names one row of some, or none: no model is made before.
        return core_schema.no_info_plain_validator_function(self._validate)

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        models = tuple(_model(self, name) for name in self.table)
        union: Any = Annotated[Union[models], Field(discriminator=self.key)]  # noqa: UP007
        return handler(TypeAdapter(union).core_schema)

    def _validate(self, value: Any) -> RowModel:
        told = {"discriminator": f"'{self.key}'"}
        if self.key not in value:
            raise PydanticKnownError("union_tag_not_found", told)
        name = value[self.key]
        if not isinstance(name, str) or name not in self.table:
            told |= {"tag": str(name), "expected_tags": ", ".join(self.table)}
            raise PydanticKnownError("union_tag_invalid", told)
        return _model(self, name).model_validate(value)

    @property
    def choice(self) -> OneOf:
        """The names of the rows, and other people's words for them."""
        return OneOf(self.thing, self.table, other_words(self.table))


@cache
def _model(rows: AnyRow, name: str) -> type[RowModel]:
    """The model of a row, made once, wherever the row may stand."""
    row = rows.table[name]
    literal: Any = Literal
    options = options_of(row)
    keys: dict[str, Any] = {rows.key: (literal[name], Field(description=row.words))}
    keys |= {**rows.more, **{each: _option(each, known) for each, known in options.items()}}
    model = create_model(f"{rows.thing}_{name}", __base__=RowModel, __doc__=row.words, **keys)
    model.key, model.known = rows.key, tuple(options)
    return model


ROWS = {
    row.key: row
    for row in (
        AnyRow("init", "scheme", INITIALIZERS),
        AnyRow("name", "optimizer", OPTIMIZERS),
        AnyRow(
            "schedule",
            "schedule",
            SCHEDULES,
            {"initial": _option("initial", Option("the learning rate at the start", least=0.0))},
        ),
    )
}
"""The tables whose rows stand in a mapping with their options, by the key that names the row."""

Init: TypeAlias = Annotated[RowModel, ROWS["init"]]


class BiasFileModel(ConfigModel):
    """A file with a layer's biases or thresholds: NumPy's `.npz` or `.npy`, or `.csv`."""

    file: Sound[str] = Field(description="the file, relative to this one: .npz, .npy or .csv")
    array: Sound[str] = Field(None, description="the array's name in an .npz file")


class WeightFileModel(BiasFileModel):
    """A file with a layer's weights: NumPy's `.npz` or `.npy`, or `.csv`."""

    layout: Sound[Annotated[str, OneOf("layout", ("out_in", "in_out"))]] = Field(
        "out_in", description="out_in: a row a neuron; in_out: a column a neuron"
    )


def _source(value: Any) -> str | None:
    """The kind of value, where a mapping may name a file in place of a scheme."""
    if isinstance(value, dict) and "init" not in value:
        named = any(did_you_mean(str(key), ("file", "array", "layout")) for key in value)
        return "file" if named else "mapping"
    return kind_but_numbers(value)


def _rows(value: Any) -> Any:
    """Refuses a list without rows in one problem, where there would be one for each number."""
    if value and not any(isinstance(row, list) for row in value):
        raise PydanticCustomError(
            "expected", "a row for each neuron, as in [[0.1, 0.2]]", {"hint": for_weights}
        )
    return value


WeightRows: TypeAlias = Annotated[list[list[float]], BeforeValidator(_rows), Field(min_length=1)]

NeuronName: TypeAlias = Annotated[str, ANeuron()]
Neurons: TypeAlias = Annotated[
    Annotated[Count, Tag("number")] | Annotated[list[NeuronName], Field(min_length=1), Tag("list")],
    ByKind("a list of names, or a count", for_names),
]
Weights: TypeAlias = Annotated[
    Annotated[float, Tag("number")]
    | Annotated[WeightRows, Tag("list")]
    | Annotated[Init, Tag("mapping")]
    | Annotated[WeightFileModel, Tag("file")],
    ByKind(
        "a row of numbers for each neuron, one number for all, or {init: ...}", for_weights, _source
    ),
]
_BIASES = "write a number, a list of numbers, or {init: ...}; none is for no bias at all"
BiasValues: TypeAlias = Annotated[
    Annotated[float, Tag("number")]
    | Annotated[list[float], Tag("list")]
    | Annotated[Init, Tag("mapping")]
    | Annotated[BiasFileModel, Tag("file")]
    | Annotated[str, OneOf("bias", ("none",), otherwise=_BIASES), Tag("text")],
    ByKind(
        "one number, a list with a number for each neuron, {init: ...}, or none",
        lambda node: for_numbers(node, "neurons"),
        _source,
    ),
]
ThresholdValues: TypeAlias = Annotated[
    Annotated[float, Tag("number")]
    | Annotated[list[float], Tag("list")]
    | Annotated[Init, Tag("mapping")]
    | Annotated[BiasFileModel, Tag("file")],
    ByKind(
        "one number, a list with a number for each neuron, or {init: ...}",
        lambda node: for_numbers(node, "neurons"),
        _source,
    ),
]
Numbers: TypeAlias = Annotated[
    Annotated[float, Tag("number")] | Annotated[list[float], Tag("list")],
    ByKind("a list of numbers", lambda node: for_numbers(node, "neurons")),
]
Columns: TypeAlias = Annotated[
    Annotated[str, Tag("text")] | Annotated[list[str], Field(min_length=1), Tag("list")],
    ByKind("a list of columns, a range such as x1..x9, or the name of an array", for_text, kind),
]
_BATCHES_ALSO = {"all": "full", "whole": "full", "stochastic": "online", "single": "online"}
_BATCH = OneOf("batch", tuple(BATCHES), _BATCHES_ALSO, "write full, online, or how many samples")
BatchSize: TypeAlias = Annotated[
    Annotated[Count, Tag("number")] | Annotated[str, _BATCH, Tag("text")],
    ByKind("full, online, or a size", for_whole),
]
_FREEZE = "there are biases, weights; names stand in a list, as in [w1]"
WhatIsFrozen: TypeAlias = Annotated[
    Annotated[str, OneOf("freeze", ("biases", "weights"), otherwise=_FREEZE), Tag("text")]
    | Annotated[list[str], Tag("list")],
    ByKind("biases, weights, or a list of names"),
]

StateValues: TypeAlias = Annotated[
    Annotated[Natural, Tag("number")]
    | Annotated[list[float], Tag("list")]
    | Annotated[dict[str, float], Tag("mapping")],
    ByKind(
        "a list with a number for each parameter, or numbers by their names",
        lambda node: for_numbers(node, "parameters"),
    ),
]

OptimizerValue: TypeAlias = Annotated[
    Annotated[str, ROWS["name"].choice, Tag("text")]
    | Annotated[RowModel, ROWS["name"], Tag("mapping")],
    ByKind("a name, or {name: adam, beta1: 0.9}", for_text, kind),
]
RateValue: TypeAlias = Annotated[
    Annotated[float, Field(ge=0), Tag("number")]
    | Annotated[RowModel, ROWS["schedule"], Tag("mapping")],
    ByKind("a number"),
]
Limit: TypeAlias = Annotated[float, Field(gt=0)]

FormulaText: TypeAlias = Annotated[
    Annotated[float, Tag("number")] | Annotated[str, Tag("text")], ByKind("a formula", pick=kind)
]
