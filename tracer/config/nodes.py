"""What the reader of YAML hands on: values that know where they stand.

A `KeyPath` leads from the top of a file to a value: ("network", "layers", 1, "weights"), spelled
`network.layers[1].weights`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

KeyPath = tuple[str | int, ...]
Position = tuple[int, int]
"""Line and column, counted from 1."""


@dataclass(frozen=True, slots=True, eq=False)
class Node:
    """One value of the file: `value` in plain Python, and where it begins.

    `text` is a scalar as written (without its quotes), `style` the character of its quotes or of its
    block, empty for plain scalars. `children` are the nodes within a list or a mapping, `keys` the
    positions of a mapping's keys. `size` counts the nodes, with each alias spelled out.
    """

    value: Any
    position: Position
    text: str = ""
    style: str = ""
    children: Mapping[str, Node] | Sequence[Node] = ()
    keys: Mapping[str, Position] | None = None
    size: int = 1

    def child(self, key: str | int) -> Node | None:
        """The node under a key, or at a place in a list; None when there is none."""
        if isinstance(self.children, Mapping):
            return self.children.get(key) if isinstance(key, str) else None
        if isinstance(key, int) and key < len(self.children):
            return self.children[key]
        return None

    def find(self, path: KeyPath) -> Node:
        """The node at the path, or the nearest one above that exists."""
        node = self
        for key in path:
            below = node.child(key)
            if below is None:
                break
            node = below
        return node

    def position_of_key(self, path: KeyPath) -> Position:
        """Where the last key of the path stands; where its value stands when it is no key."""
        parent, key = self.find(path[:-1]), path[-1]
        if parent.keys is not None and isinstance(key, str) and key in parent.keys:
            return parent.keys[key]
        return self.find(path).position


def spell(path: KeyPath) -> str:
    """`network.layers[1].weights`."""
    spelled = "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in path)
    return spelled.removeprefix(".")
