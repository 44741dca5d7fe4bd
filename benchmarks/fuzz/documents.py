"""Documents of YAML as trees: written in its styles, and damaged where somebody edited them.

A mapping is a tuple of pairs, so that a key may stand twice; a sequence a list; a scalar the text
of its token.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

from hypothesis import strategies as st

from benchmarks.fuzz.texts import among, misspelt, odd_numbers, odd_texts, quoted

Node: TypeAlias = "str | list[Node] | tuple[tuple[str, Node], ...]"
Path: TypeAlias = tuple[int, ...]

TOKENS = (
    "!!python/object/apply:os.system [id]", "!!int 3", "!!binary aGk=", "!x y", "&a [*a]",
    "*nobody",
    "{<<: {a: 1}}", "[1, 2", "{a: 1", "'open", '"open', "|\n  text", ">-\n  folded", "? a",
        "- - 1", "[[]]",
    "{}", "[]", "", "%YAML 3", "---", "...", "@x", "`x`", "a: b: c", "\t1", "#", "[,]", "{,}",
    "{a, b}",
    "[a: 1, b: 2]", "&a 1", '"\\ud800"', '"\\x1b[2J"', '"\\N\\_\\L"', '"\\q"',
)  # fmt: skip
"""What a scalar may be replaced with, besides numbers and texts."""


def mapping(**items: Node) -> Node:
    """A mapping of these items, those left out that are an empty text."""
    return tuple((key, value) for key, value in items.items() if value != "")


def flow(node: Node) -> str:
    """On one line, as between braces."""
    if isinstance(node, str):
        return node
    if isinstance(node, list):
        return f"[{', '.join(map(flow, node))}]"
    return "{" + ", ".join(f"{key}: {flow(value)}" for key, value in node) + "}"


def block(node: Node, depth: int = 0) -> str:
    """The first levels indented, a line each; what is deeper between braces."""
    if depth > 3 or not isinstance(node, tuple) or not node:
        return flow(node)
    return "\n".join(f"{'  ' * depth}{key}: {_below(value, depth)}" for key, value in node)


def _below(node: Node, depth: int) -> str:
    if isinstance(node, tuple) and node and depth < 3:
        return "\n" + block(node, depth + 1)
    if isinstance(node, list) and node and depth < 2:
        return "".join(f"\n{'  ' * depth}- {flow(item)}" for item in node)
    return flow(node)


def paths(node: Node, at: Path = ()) -> Iterator[Path]:
    """Where its nodes are, itself the first."""
    yield at
    if isinstance(node, list):
        for place, item in enumerate(node):
            yield from paths(item, (*at, place))
    elif isinstance(node, tuple):
        for place, (_, value) in enumerate(node):
            yield from paths(value, (*at, place))


def found(node: Node, at: Path) -> Node:
    """The node that the path leads to."""
    for place in at:
        assert not isinstance(node, str)
        node = node[place] if isinstance(node, list) else node[place][1]
    return node


def changed(node: Node, at: Path, new: Node) -> Node:
    """The document with another node at the path."""
    if not at:
        return new
    place, *rest = at
    if isinstance(node, list):
        return [changed(x, tuple(rest), new) if i == place else x for i, x in enumerate(node)]
    assert isinstance(node, tuple)
    return tuple(
        (key, changed(value, tuple(rest), new) if i == place else value)
        for i, (key, value) in enumerate(node)
    )


@st.composite
def damaged(draw: st.DrawFn, document: Node, most: int = 3) -> Node:
    """The document with up to so many changes."""
    for _ in range(max(0, draw(st.integers(-most, most)))):
        everywhere = list(paths(document))
        at = among(draw, everywhere)
        document = changed(document, at, draw(_other(document, found(document, at))))
    return document


@st.composite
def _other(draw: st.DrawFn, whole: Node, node: Node) -> Node:
    """Another node in this one's place."""
    if isinstance(node, tuple) and node and draw(st.integers(0, 3)):
        return draw(_other_pairs(node))
    if isinstance(node, list) and node and draw(st.integers(0, 2)):
        place = draw(st.integers(0, len(node) - 1))
        many = among(draw, (0, 0, 2, 3, 40))
        return [*node[:place], *[node[place]] * many, *node[place + 1 :]]
    match among(draw, ("number", "number", "text", "token", "wrapped", "copied", "deep")):
        case "number":
            return draw(odd_numbers)
        case "text":
            return draw(odd_texts.map(quoted))
        case "wrapped":
            wraps: list[Node] = [[node], [node, node], (("a", node),), (("init", node),)]
            return among(draw, wraps)
        case "copied":
            return found(whole, among(draw, list(paths(whole))))
        case "deep":
            return "[" * draw(st.sampled_from((50, 99, 101, 2000, 20_000)))
    return among(draw, TOKENS)


@st.composite
def _other_pairs(draw: st.DrawFn, pairs: tuple[tuple[str, Node], ...]) -> Node:
    """A key left out, there twice, misspelt, odd, or one too many."""
    place = draw(st.integers(0, len(pairs) - 1))
    key, value = pairs[place]
    before, after = pairs[:place], pairs[place + 1 :]
    match among(draw, ("without", "twice", "misspelt", "odd", "unknown", "token")):
        case "without":
            return (*before, *after)
        case "twice":
            return (*pairs, (key, value))
        case "misspelt":
            return (*before, (quoted(misspelt(draw, key)), value), *after)
        case "odd":
            return (*before, (draw(odd_texts.map(quoted)), value), *after)
        case "unknown":
            return (*pairs, (draw(odd_texts.map(quoted)), draw(odd_numbers)))
    return (
        *before,
        (among(draw, ("[a, b]", "{a: 1}", "null", "1", "? x", "*a", "<<")), value),
        *after,
    )


@st.composite
def written(draw: st.DrawFn, document: Node) -> str:
    """The text of a document, in one of the styles, now and then with something around it."""
    text = block(document) if draw(st.booleans()) else flow(document)
    before = among(
        draw, ("",) * 25 + ("---\n", "# a comment\n", "%YAML 1.1\n---\n", "\ufeff", "a: &a 1\n")
    )
    after = among(
        draw, ("\n",) * 25 + ("", "\n...\n", "\n---\nb: 1\n", "\n\t", "\n# the end", "\n\0")
    )
    return before + text + after
