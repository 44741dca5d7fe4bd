"""A configuration as Python has it, a dict of dicts and lists, as a tree that the models read.

The way of `tracer.config.reader` without a text: the same values come out, and nothing stands in a
line, so that a problem says its path alone.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from os import PathLike, fspath
from typing import Any

from tracer.config.nodes import KeyPath, Node, spell
from tracer.config.syntax import MOST_LEVELS, TOO_DEEP
from tracer.errors import ConfigError, Problem

_NOWHERE = (0, 0)
_QUOTED = '"'


def tree(value: Mapping[Any, Any] | Sequence[Any], shown: str) -> tuple[Node, list[Problem]]:
    """The tree of the mapping or the list, and what in it can't stand in a configuration.

    NumPy's arrays and numbers are taken for lists and numbers. `shown` is its name in problems. Raises
    ConfigError for one that is nested too deep, as one that holds itself is.
    """
    reader = _Reader(shown)
    return reader.node(value, ()), reader.problems


_MOST_BITS = 1024
"""Of whole numbers up to the largest float64."""


@dataclass(slots=True)
class _Reader:
    shown: str
    problems: list[Problem] = field(default_factory=list)

    def node(self, value: Any, path: KeyPath) -> Node:
        """The node of any value."""
        if len(path) > MOST_LEVELS:
            message = TOO_DEEP
            raise ConfigError([Problem(self.shown, *_NOWHERE, spell(path[:3]), message)])
        if not isinstance(value, str) and hasattr(value, "tolist"):
            value = value.tolist()
        match value:
            case Mapping():
                return self._mapping(value, path)
            case str() | PathLike():
                return Node(fspath(value), _NOWHERE, fspath(value), _QUOTED)
            case int() if value.bit_length() > _MOST_BITS:
                return Node(math.inf, _NOWHERE, f"a whole number of {value.bit_length():,} bits")
            case None | bool() | int() | float():
                return Node(value, _NOWHERE, "" if value is None else repr(value))
            case Sequence() if not isinstance(value, bytes | bytearray):
                children = [self.node(item, (*path, place)) for place, item in enumerate(value)]
                return _joined([child.value for child in children], children)
        found = f"found a {type(value).__name__}, expected a number, text, a list or a dict"
        self._complain(path, found, "")
        return Node(None, _NOWHERE)

    def _mapping(self, value: Mapping[Any, Any], path: KeyPath) -> Node:
        children: dict[str, Node] = {}
        for key, item in value.items():
            if isinstance(key, str):
                children[key] = self.node(item, (*path, key))
            else:
                self._complain(path, f"the key {key!r} is no text", f'write "{key}"')
        return _joined({key: child.value for key, child in children.items()}, children)

    def _complain(self, path: KeyPath, message: str, hint: str) -> None:
        self.problems.append(Problem(self.shown, *_NOWHERE, spell(path), message, hint))


def _joined(value: Any, children: dict[str, Node] | list[Node]) -> Node:
    below = children.values() if isinstance(children, dict) else children
    keys = dict.fromkeys(children, _NOWHERE) if isinstance(children, dict) else None
    size = 1 + sum(child.size for child in below)
    return Node(value, _NOWHERE, children=children, keys=keys, size=size)
