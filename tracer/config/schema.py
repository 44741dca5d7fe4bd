"""The JSON Schema of configuration files, for completion and checks in editors."""

from __future__ import annotations

from typing import Any

from pydantic import TypeAdapter
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from tracer.config.graph_models import GraphConfig
from tracer.config.models import NetworkConfig


class _Generator(GenerateJsonSchema):
    """Says nothing of a default where a key that isn't there has none."""

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        if schema.get("default", ...) is None:
            return self.generate_inner(schema["schema"])
        return super().default_schema(schema)


def json_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of a configuration, generated from the models."""
    adapter: TypeAdapter[Any] = TypeAdapter(NetworkConfig | GraphConfig)
    schema = adapter.json_schema(schema_generator=_Generator)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "bptrace configuration",
        **schema,
    }
