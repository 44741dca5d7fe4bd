"""The ground that the models stand on: sections that recover, choices, values of several kinds.

A file is read into models once. What pydantic refuses comes out of it as a `Faulty` in the place of
the value, and `sift` (in `wording`) reports it and leaves None there, so that what can still be
checked across fields is checked as well.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias, TypeVar, Union, get_args

from pydantic import (
    BaseModel,
    ConfigDict,
    Discriminator,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    ValidationError,
    ValidatorFunctionWrapHandler,
    model_validator,
)
from pydantic_core import CoreSchema, ErrorDetails, PydanticCustomError, core_schema

from tracer.config.hints import for_number, spells_numbers
from tracer.config.nodes import Node
from tracer.immutable import immutable

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

T = TypeVar("T")
R = TypeVar("R", bound="DataclassInstance")


@immutable
class Faulty:
    """Stands in a model for a value that pydantic refused: its findings; none for a missing key."""

    findings: tuple[ErrorDetails, ...] = ()


class ConfigModel(BaseModel):
    """A mapping of the file with known keys."""

    # A network's file needs no schema of a graph's: each is built when a file is read.
    model_config = ConfigDict(
        strict=True, extra="forbid", allow_inf_nan=False, frozen=True, defer_build=True
    )

    @model_validator(mode="before")
    @classmethod
    def _recover(cls, value: Any) -> Any:
        """The known keys, and a Faulty for each that is missing."""
        if not isinstance(value, dict):
            return value
        fields = {info.alias or name: info for name, info in cls.model_fields.items()}
        missing = {key: Faulty() for key, info in fields.items() if info.is_required()}
        return missing | {key: value[key] for key in fields if key in value}

    @classmethod
    def descriptions(cls) -> dict[str, str]:
        """The keys of the mapping, each with its description."""
        return {
            info.alias or name: info.description or "" for name, info in cls.model_fields.items()
        }


class _Recover:
    """A Faulty in place of a value that pydantic refuses."""

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        kinds = tuple(kind for kind in get_args(source) if kind is not type(None))
        inner = handler.generate_schema(Union[kinds])  # noqa: UP007 - the kinds are known only here
        return core_schema.no_info_wrap_validator_function(self._validate, inner)

    @staticmethod
    def _validate(value: Any, inner: ValidatorFunctionWrapHandler) -> Any:
        if isinstance(value, Faulty):
            return value
        try:
            return inner(value)
        except ValidationError as error:
            return Faulty(tuple(error.errors(include_url=False, include_input=False)))


Sound: TypeAlias = Annotated[T | None, _Recover()]
"""A T; None where the file has a problem. `null` in the file is a problem."""


def sound(value: T | None) -> T:
    """A value of a file that has no problems, where nothing required is None."""
    assert value is not None
    return value


def default(record: type[DataclassInstance], name: str) -> Any:
    """The default of a dataclass's field, which stands in the dataclass alone."""
    return next(field.default for field in dataclasses.fields(record) if field.name == name)


def convert(record: type[R], model: ConfigModel, **others: Any) -> R:
    """The dataclass from the fields of the same names of a model without problems, and `others`."""
    names = {field.name for field in dataclasses.fields(record)}
    same = {name: getattr(model, name) for name in type(model).model_fields if name in names}
    return record(**(same | others))


class ANeuron:
    """Text that is the name of a neuron."""

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        return core_schema.custom_error_schema(
            handler(source), custom_error_type="name", custom_error_message="name"
        )


@dataclass(frozen=True, eq=False)  # hashable, as typing wants what it annotates with
class OneOf:
    """One of the names that are known for a `thing`: those in the table when a file is read.

    `also` has other people's words for them. `otherwise` is the hint where none of the names is near.
    """

    thing: str
    names: Collection[str]
    also: Mapping[str, str] = dataclasses.field(default_factory=dict)
    otherwise: str = ""

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(self._validate)

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        return {"enum": list(self.names), "type": "string"}

    def _validate(self, value: Any) -> str:
        if isinstance(value, str) and value in self.names:
            return value
        raise PydanticCustomError("choice", "{thing}", {"thing": self.thing, "choice": self})


def kind(value: Any) -> str | None:
    """`number`, `text`, `list` or `mapping`; None for nothing and for truth values."""
    if isinstance(value, bool):
        return None
    for name, types in _KINDS.items():
        if isinstance(value, types):
            return name
    return None


_KINDS: dict[str, type | tuple[type, ...]] = {
    "number": (int, float),
    "text": str,
    "list": list,
    "mapping": dict,
}


def kind_but_numbers(value: Any) -> str | None:
    """The kind of value; None for text that means numbers, which is no word for anything."""
    return None if isinstance(value, str) and spells_numbers(value) else kind(value)


@dataclass(frozen=True, eq=False)
class ByKind:
    """Picks one of the kinds of value that a field may have; `expected` says them in words."""

    expected: str
    hint: Callable[[Node], str] = for_number
    pick: Callable[[Any], str | None] = kind_but_numbers

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        discriminator = Discriminator(
            self.pick,
            custom_error_type="expected",
            custom_error_message=self.expected,
            custom_error_context={"hint": self.hint},  # type: ignore[dict-item]
        )
        return discriminator.__get_pydantic_core_schema__(source, handler)
