"""Answers as Python has them: a dict of names with numbers, texts, lists or arrays; or moments of such.

What NumPy or another library holds in an array goes by its type, as an array of an NPZ file does; the
rest is read as YAML would be, a number with the digits that it is written with.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np

from tracer.config.plain import tree
from tracer.diagnose.answers.model import Entry, Spot
from tracer.diagnose.answers.precision import of_dtype
from tracer.diagnose.answers.tree import read_nodes
from tracer.errors import ConfigError, Problem, UsageError
from tracer.model.network import FloatArray


def read_plain(
    content: Mapping[str, Any] | Sequence[Any], file: str
) -> tuple[list[Entry], list[Problem]]:
    """The entries, and what is wrong with the rest.

    Raises ConfigError where the content is no answers at all.
    """
    arrays: list[Entry] = []
    if isinstance(content, Mapping):
        found = {name: value for name, value in content.items() if hasattr(value, "__array__")}
        content = {name: value for name, value in content.items() if name not in found}
        arrays = [_entry(str(name), np.asarray(value), file) for name, value in found.items()]
        if arrays and not content:
            return arrays, []
    root, problems = tree(content, file)
    if problems and not root.value:  # nothing is left, but there was something
        raise ConfigError(problems)
    entries, others = read_nodes(root, file)
    return [*arrays, *entries], [*problems, *others]


def _entry(name: str, array: Any, file: str) -> Entry:
    read, precision = partial(_numbers, name, array), of_dtype(array.dtype)
    return Entry(name, Spot(file, path=name), shape=array.shape, read=read, precision=precision)


def _numbers(name: str, array: Any) -> FloatArray:
    """The array as float64; UsageError where it holds something else than finite numbers."""
    if array.dtype.kind not in "fiu":
        raise UsageError(f"{name} is an array of {array.dtype}", "expected real numbers")
    if not np.isfinite(array).all():
        raise UsageError(f"{name} has numbers that are not finite")
    return np.asarray(array, dtype=float)
