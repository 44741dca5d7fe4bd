"""The JSON Schema of what commands print, as docs/ publishes it."""

from __future__ import annotations

import json

import jsonschema

from support.paths import DOCS

SCHEMA = json.loads((DOCS / "output.schema.json").read_text(encoding="utf-8"))


def validate(value: object, definition: str) -> None:
    """Raise where the value is not what the schema's definition says."""
    schema = {"$ref": f"#/$defs/{definition}", "$defs": SCHEMA["$defs"]}
    jsonschema.Draft202012Validator(schema).validate(value)
