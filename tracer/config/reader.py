"""YAML text → a tree of nodes with line and column, by the rules of YAML 1.2.

The parser's events are put together here and not by PyYAML, so that nothing but text, numbers, lists
and mappings can come out, keys that stand twice are seen, and neither deep nesting nor aliases of
aliases can exhaust the machine.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml

from tracer.config.nodes import KeyPath, Node, Position, spell
from tracer.config.scalars import resolve
from tracer.config.syntax import MOST_LEVELS, TOO_DEEP, explain, position_of
from tracer.errors import ConfigError, Problem

MOST_REPEATED = 1_000_000
"""How many values the aliases of a file may stand for."""
MOST_VALUES = 5_000_000
"""How many values a file may have."""

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_UNPRINTABLE = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(slots=True)
class _Open:
    """A list or a mapping that isn't closed yet; `key` is the mapping's key that waits for a value."""

    position: Position
    anchor: str | None
    value: Any
    children: Any
    keys: dict[str, Position] | None = None
    key: str | None = None
    size: int = 1

    def place(self) -> str | int:
        """The key or the number of the value that comes next."""
        return len(self.children) if self.keys is None else self.key or ""


@dataclass(slots=True)
class _Composer:
    file: str
    tops: tuple[type, ...] = (dict,)
    problems: list[Problem] = field(default_factory=list)
    anchors: dict[str, Node] = field(default_factory=dict)
    stack: list[_Open] = field(default_factory=list)
    root: Node | None = None
    repeated: int = 0
    values: int = 0

    def compose(self, text: str) -> Node:
        for event in self._events(text):
            self._take(event)
        if self.root is None or self.root.value is None:
            self._refuse((0, 0), "the file is empty")
        assert self.root is not None
        if not isinstance(self.root.value, self.tops):
            hint = "a configuration begins with a line such as network:"
            self._refuse(self.root.position, "expected keys with values", hint)
        return self.root

    def _events(self, text: str) -> Iterator[Any]:
        text = text.removeprefix("\ufeff")
        unprintable = _UNPRINTABLE.search(text)
        if unprintable:
            position = position_of(unprintable.start(), text)
            message = f"a character that can't stand in YAML: {unprintable[0]!a}"
            self._refuse(position, message, "remove it")
        try:
            yield from yaml.parse(text, Loader=_LOADER)
        except yaml.MarkedYAMLError as error:
            self._refuse(*explain(error, text))

    def _take(self, event: Any) -> None:
        position = (event.start_mark.line + 1, event.start_mark.column + 1)
        match event:
            case yaml.ScalarEvent():
                self._scalar(event, position)
            case yaml.SequenceStartEvent():
                self._open(event, _Open(position, event.anchor, [], []))
            case yaml.MappingStartEvent():
                self._open(event, _Open(position, event.anchor, {}, {}, {}))
            case yaml.CollectionEndEvent():
                self._close()
            case yaml.AliasEvent():
                self._alias(str(event.anchor), position)
            case yaml.DocumentStartEvent() if self.root is not None:
                hint = "a file holds one configuration"
                self._refuse(position, "a second document begins here", hint)

    def _scalar(self, event: Any, position: Position) -> None:
        self._refuse_tag(event, position)
        if self._awaits_key():
            self._key(event.value, position)
            return
        style = event.style or ""
        plain = not style
        top = self.stack[-1] if self.stack else None
        if plain and not event.value and top is not None and top.keys and top.key is not None:
            position = top.keys[top.key]  # nothing stands nowhere: the key is where to look
        value = resolve(event.value) if plain else event.value
        self._done(Node(value, position, event.value, style), event.anchor)

    def _key(self, key: str, position: Position) -> None:
        top = self.stack[-1]
        assert top.keys is not None
        top.key = key
        if key in top.keys:
            first = top.keys[key][0]
            self._problem(
                position, self._path(), f"duplicate key '{key}'", f"it first stands in line {first}"
            )
        else:
            top.keys[key] = position

    def _open(self, event: Any, opened: _Open) -> None:
        if self._awaits_key():
            self._refuse(opened.position, "a list or a mapping can't be a key", "quote the key")
        if len(self.stack) == MOST_LEVELS:
            self._refuse(opened.position, TOO_DEEP)
        self._refuse_tag(event, opened.position)
        self.stack.append(opened)

    def _close(self) -> None:
        top = self.stack.pop()
        node = Node(top.value, top.position, children=top.children, keys=top.keys, size=top.size)
        self._done(node, top.anchor)

    def _alias(self, name: str, position: Position) -> None:
        if any(opened.anchor == name for opened in self.stack):
            self._refuse(position, f"the alias *{name} stands within what it stands for")
        if name not in self.anchors:
            self._refuse(position, f"no anchor &{name} comes before the alias *{name}")
        if self._awaits_key():
            self._refuse(position, "an alias can't be a key", "write the key out")
        node = self.anchors[name]
        self.repeated += node.size
        if self.repeated > MOST_REPEATED:
            message = f"the aliases of this file stand for more than {MOST_REPEATED:,} values"
            self._refuse(position, message, "write the values out")
        self._done(node, None)

    def _done(self, node: Node, anchor: str | None) -> None:
        """A whole value: the root, the next of the open list, or the one for the open key."""
        self.values += 1
        if self.values > MOST_VALUES:
            message = f"more than {MOST_VALUES:,} values"
            self._refuse(node.position, message, "put matrices and samples into .npz files")
        if anchor is not None:
            self.anchors[anchor] = node
        if not self.stack:
            self.root = node
            return
        top = self.stack[-1]
        top.size += node.size
        if top.keys is None:
            top.value.append(node.value)
            top.children.append(node)
        elif top.key not in top.children:
            top.value[top.key] = node.value
            top.children[top.key] = node
        top.key = None

    def _awaits_key(self) -> bool:
        return bool(self.stack) and self.stack[-1].keys is not None and self.stack[-1].key is None

    def _refuse_tag(self, event: Any, position: Position) -> None:
        if event.tag is not None:
            tag = event.tag.replace("tag:yaml.org,2002:", "!!")
            message = f"the tag {tag} isn't allowed"
            self._problem(
                position, self._path(), message, "numbers, text, lists and mappings need none"
            )

    def _path(self) -> KeyPath:
        return tuple(opened.place() for opened in self.stack)

    def _problem(self, position: Position, path: KeyPath, message: str, hint: str = "") -> None:
        self.problems.append(Problem(self.file, *position, spell(path), message, hint))

    def _refuse(self, position: Position, message: str, hint: str = "") -> None:
        """Reading can't go on."""
        self._problem(position, (), message, hint)
        raise ConfigError(self.problems)


def is_configuration(root: Node) -> bool:
    """Whether a tree describes a network or a graph, and isn't one of some other file."""
    top = root.value if isinstance(root.value, dict) else {}
    return any(isinstance(top.get(key), dict) for key in ("network", "graph"))


def read(text: str, file: str, tops: tuple[type, ...] = (dict,)) -> tuple[Node, list[Problem]]:
    """The tree of the text, whose top is a mapping; and the problems that don't stop its reading.

    `tops`: what may stand at the top instead, such as a list.

    Raises ConfigError when it can't be read: empty, not YAML, several documents, too deep, aliases
    that stand for too much or for themselves.
    """
    composer = _Composer(file, tops)
    return composer.compose(text), composer.problems
