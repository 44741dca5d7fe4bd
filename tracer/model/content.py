"""What a description holds, as a key: two that say the same have the same one, whoever made them."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import fields, replace
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


def form(experiment: Any) -> Hashable:
    """What is in an experiment but for the numbers that are given and the words: how it is calculated.

    Two exercises that differ in nothing else have the same formulas.
    """
    counts = [data and len(data) for data in (experiment.data, experiment.predict)]
    bare = replace(experiment, title="", source="", parameters=(), slots={}, expected=())
    optimizer = experiment.training.optimizer if experiment.training else None
    return content((replace(bare, data=None, predict=None), tuple(counts), content(optimizer)))
