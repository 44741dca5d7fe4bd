"""What a description holds, as a key: two that say the same have the same one, whoever made them."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import fields
from typing import Any

import numpy as np


def content(value: Any) -> Hashable:
    """The value itself where it is a key; of dataclasses, arrays and mappings what is in them."""
    if isinstance(value, np.ndarray):
        return value.dtype.str, value.shape, value.tobytes()
    if isinstance(value, Mapping):
        return tuple((key, content(inner)) for key, inner in value.items())
    try:
        hash(value)
    except TypeError:
        if isinstance(value, (tuple, list)):
            return tuple(map(content, value))
        return (type(value), *(content(getattr(value, field.name)) for field in fields(value)))
    found: Hashable = value
    return found
