"""Answers in YAML or JSON (which YAML's grammar contains): names with numbers, or moments with names.

A mapping of names; a list of `{iteration: k, values: {…}}` and `{after: n, values: {…}}` as under
`expected:`; or a mapping with that list under `expected`. A value may be a nested list of numbers.
An empty value, as on a worksheet that nobody has filled in yet, is no answer.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from tracer.config.nodes import KeyPath, Node, spell
from tracer.config.reader import is_configuration, read
from tracer.config.wording import found
from tracer.diagnose.answers.dialect import have_commas
from tracer.diagnose.answers.model import Entry, Leaf, Spot
from tracer.diagnose.answers.moments import Moment
from tracer.digits.numbers import with_point
from tracer.errors import ConfigError, Problem
from tracer.immutable import immutable

_NOTHING = re.compile(r"(?m)^(\s*[\w./#@:∂δ⁺+\"']+:)[ \t]+[?-][ \t]*$")
"""A line whose number is a sign that YAML would take for something else."""
_EMPTY = "a sheet that nobody has filled in has the names of its numbers"
_BLOCK = frozenset({"iteration", "after", "values", "note"})


def read_tree(text: str, file: str) -> tuple[list[Entry], list[Problem]]:
    """The entries of the text, and what is wrong with the rest of it.

    Raises:
        ConfigError: the text isn't YAML at all, or is a configuration.
    """
    root, problems = read(_NOTHING.sub(r"\1", text), file, tops=(dict, list))
    entries, others = read_nodes(root, file)
    return entries, [*problems, *others]


def read_nodes(root: Node, file: str) -> tuple[list[Entry], list[Problem]]:
    """The same of a tree that has been read, whatever from."""
    problems: list[Problem] = []
    if not root.value:
        raise ConfigError([Spot(file).problem("the file is empty", _EMPTY)])
    if is_configuration(root):
        hint = "without ANSWERS the `expected:` of CONFIG is checked"
        raise ConfigError([Spot(file).problem("this is a configuration, not answers", hint)])
    reader = _TreeReader(file, problems)
    return _with_points(list(reader.entries(root))), problems


def _with_points(entries: list[Entry]) -> list[Entry]:
    """The entries, their decimal commas as points where all of the file has such."""
    commas = have_commas([leaf.text for entry in entries for leaf in entry.leaves])

    def pointed(leaf: Leaf) -> Leaf:
        return replace(leaf, text=with_point(leaf.text, commas=commas))

    return [replace(entry, leaves=tuple(map(pointed, entry.leaves))) for entry in entries]


@immutable
class _TreeReader:
    file: str
    problems: list[Problem]

    def entries(self, root: Node) -> Iterator[Entry]:
        """All the entries of the text, in whichever of the forms it has."""
        if isinstance(root.value, dict) and "expected" in root.value:
            path: KeyPath = ("expected",)
            return self.blocks(root.find(path), path)
        if isinstance(root.value, list):
            return self.blocks(root, ())
        if "values" in root.value and root.value.keys() <= _BLOCK:
            return self.block(root, ())
        return self.names(root, (), None)

    def blocks(self, node: Node, path: KeyPath) -> Iterator[Entry]:
        """The entries of a list of moments."""
        if not isinstance(node.value, list):
            self._complain(node, path, "expected a list of {iteration: ..., values: ...}")
            return
        for index, block in enumerate(_below(node)):
            yield from self.block(block, (*path, index))

    def block(self, node: Node, path: KeyPath) -> Iterator[Entry]:
        """The entries of one `{iteration: k, values: {…}}`."""
        if not isinstance(node.value, dict):
            hint = "write {iteration: 1, values: {...}}"
            self._complain(node, path, f"found {found(node)}, expected a mapping", hint)
            return
        for key in node.value.keys() - _BLOCK:
            spot = Spot(self.file, *node.position_of_key((key,)), spell((*path, key)))
            self.problems.append(
                spot.problem(f"unknown key '{key}'", "known here: iteration, after, values")
            )
        values = node.child("values")
        if values is None or not isinstance(values.value, dict):
            self._complain(values or node, path, "missing key 'values'", "names with their numbers")
            return
        yield from self.names(values, (*path, "values"), self._moment(node, path))

    def _moment(self, node: Node, path: KeyPath) -> Moment | None:
        iteration, after = node.child("iteration"), node.child("after")
        if iteration is not None and after is not None:
            self._complain(after, (*path, "after"), "both iteration and after", "leave one out")
        for child, key, least in ((iteration, "iteration", 1), (after, "after", 0)):
            if child is None:
                continue
            number = child.value
            if isinstance(number, bool) or not isinstance(number, int) or number < least:
                expected = f"expected a whole number from {least}"
                self._complain(child, (*path, key), f"found {found(child)}, {expected}")
                continue
            return Moment(number) if key == "iteration" else Moment(None, number)
        return None

    def names(self, node: Node, path: KeyPath, moment: Moment | None) -> Iterator[Entry]:
        """The entries of a mapping from names to numbers."""
        for name in node.value:
            child, place = node.child(name), (*path, name)
            if child is None or child.value is None:
                if name.isdecimal():
                    self._complain_of_comma(node, name, place)
                continue
            key = Spot(self.file, *node.position_of_key((name,)), spell(place))
            shape = self._shape(child, place)
            if shape is not None:
                yield Entry(name, key, tuple(self._leaves(child, place, ())), shape, moment)

    def _complain_of_comma(self, node: Node, name: str, place: KeyPath) -> None:
        """`{net_h1: 0,3775}` is a 0 and an empty 3775: braces have commas of their own."""
        spot = Spot(self.file, *node.position_of_key((name,)), spell(place))
        hint = f"between braces write a point, or quotes: {{name: '0,{name}'}}"
        self.problems.append(spot.problem(f"'{name}' has no number", hint))

    def _shape(self, node: Node, path: KeyPath) -> tuple[int, ...] | None:
        """The shape of a nested list; None after a complaint about rows of different lengths."""
        if isinstance(node.value, dict):
            self._complain(node, path, "found a mapping, expected a number")
            return None
        if not isinstance(node.value, list):
            return ()
        shapes = [self._shape(child, (*path, i)) for i, child in enumerate(_below(node))]
        if None in shapes:
            return None
        if len(set(shapes)) != 1:
            message = "rows of different lengths" if shapes else "found an empty list"
            self._complain(node, path, message, "every row of a matrix has as many numbers")
            return None
        return (len(shapes), *(shapes[0] or ()))

    def _leaves(self, node: Node, path: KeyPath, index: tuple[int, ...]) -> Iterator[Leaf]:
        if isinstance(node.value, list):
            for number, child in enumerate(_below(node)):
                yield from self._leaves(child, (*path, number), (*index, number))
        else:
            yield Leaf(node.text, Spot(self.file, *node.position, spell(path)), index)

    def _complain(self, node: Node, path: KeyPath, message: str, hint: str = "") -> None:
        self.problems.append(Spot(self.file, *node.position, spell(path)).problem(message, hint))


def _below(node: Node) -> list[Node]:
    """The nodes of a list."""
    return [child for index in range(len(node.value)) if (child := node.child(index)) is not None]
