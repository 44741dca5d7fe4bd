"""The ground that the models stand on: sections that recover, choices, values of several kinds.

A configuration with problems is read twice: once strictly, for the problems; and once with the faulty
fields left out (None), so that what can still be checked across fields is checked as well.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Annotated, Any, TypeAlias, TypeVar, Union, get_args

from pydantic import (
    BaseModel,
    ConfigDict,
    Discriminator,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    ValidationError,
    ValidationInfo,
    ValidatorFunctionWrapHandler,
    model_validator,
)
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

T = TypeVar("T")

_FAULTY = object()
"""Stands in for a required key that is missing, when faulty fields are left out."""


@dataclass(slots=True)
class Context:
    """One reading: whether it leaves faulty fields out, and which model each mapping was read by.

    `sections` has the identity of a mapping as its key.
    """

    recover: bool = False
    sections: dict[int, type[Section]] = field(default_factory=dict)


def _context(info: ValidationInfo) -> Context:
    assert isinstance(info.context, Context)
    return info.context


class Section(BaseModel):
    """A mapping of the file with known keys."""

    model_config = ConfigDict(strict=True, extra="forbid", allow_inf_nan=False, frozen=True)

    @model_validator(mode="before")
    @classmethod
    def _note(cls, value: Any, info: ValidationInfo) -> Any:
        context = _context(info)
        if not isinstance(value, dict):
            return value
        context.sections[id(value)] = cls
        if not context.recover:
            return value
        fields = {info.alias or name: info for name, info in cls.model_fields.items()}
        kept = {key: value[key] for key in fields if key in value}
        missing = {key: _FAULTY for key in fields if fields[key].is_required()}
        return missing | kept

    @classmethod
    def descriptions(cls) -> dict[str, str]:
        """The keys of the mapping, each with its description."""
        return {
            info.alias or name: info.description or "" for name, info in cls.model_fields.items()
        }


class _Recover:
    """None in place of a faulty value, when faulty fields are left out."""

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        kinds = tuple(kind for kind in get_args(source) if kind is not type(None))
        inner = handler.generate_schema(Union[kinds])  # noqa: UP007 - the kinds are known only here
        return core_schema.with_info_wrap_validator_function(self._validate, inner)

    @staticmethod
    def _validate(value: Any, inner: ValidatorFunctionWrapHandler, info: ValidationInfo) -> Any:
        if not _context(info).recover:
            return inner(value)
        try:
            return None if value is _FAULTY else inner(value)
        except ValidationError:
            return None


Sound: TypeAlias = Annotated[T | None, _Recover()]
"""A T; None where the file has a problem. `null` in the file is a problem."""


@dataclass(frozen=True, eq=False)
class OneOf:
    """One of the names that are known for a `thing`: those in the table when a file is read."""

    thing: str
    names: Collection[str]

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
        context = {"thing": self.thing, "names": " ".join(self.names)}
        raise PydanticCustomError("choice", "{thing}", context)


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


def by_kind(expected: str) -> Discriminator:
    """Picks one of the kinds of value that a field may have; `expected` says them in words."""
    return Discriminator(kind, custom_error_type="expected", custom_error_message=expected)
