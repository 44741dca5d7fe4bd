"""What the objects of all reports share: their version, and numbers that JSON can hold.

The objects are mappings in which long lists are iterators, for `tracer.show.formats.objects` to
write as they come. Described in docs/output.schema.json.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any, TypeAlias

SCHEMA_VERSION = 1

Object: TypeAlias = dict[str, Any]


def finite(value: float | None) -> float | None:
    """The number; None where there is none, or float64 can't hold it: null, or an empty cell."""
    return value if value is not None and math.isfinite(value) else None


def all_finite(values: Mapping[str, float]) -> dict[str, float | None]:
    """The numbers by their names, null for those that aren't finite."""
    return {name: finite(value) for name, value in values.items()}


def only_finite(names: Iterable[str], values: Iterable[float]) -> Object:
    """The numbers by their names, without those that aren't finite."""
    return {name: value for name, value in zip(names, values, strict=True) if math.isfinite(value)}
