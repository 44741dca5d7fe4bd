"""A picture as a Mermaid flowchart, which GitHub draws in Markdown: names and numbers as labels.

Labels are quoted, and what Mermaid or HTML would take for their own is written as an entity: `#quot;`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, TextIO

from tracer.show.document import Notation
from tracer.show.formats.medium import Medium
from tracer.show.pictures.labels import edge_label, ids, node_lines
from tracer.show.pictures.picture import Edge, Picture, edge_width
from tracer.show.pictures.style import NEGATIVE, POSITIVE
from tracer.visible import printable

_SPECIAL = re.compile(r"""["#&<>\\`*]|^\d+[.)] |^[-+] """)
_BRACKETS = {
    "input": ("([", "])"),
    "neuron": ("(", ")"),
    "bias": ("([", "])"),
    "error": ("[", "]"),
    "total": ("[", "]"),
    "more": ("(", ")"),
    "node": ("[", "]"),
}


def write(picture: Any, notation: Notation, stream: TextIO, medium: Medium) -> None:
    """Write one flowchart."""
    stream.writelines(f"{line}\n" for line in _lines(picture, notation))


def escaped(words: str) -> str:
    """Text for a quoted label: signs with a meaning as `#NUMBER;`."""
    return _SPECIAL.sub(
        lambda found: "".join(f"#{ord(sign)};" for sign in found[0]), printable(words)
    )


def _lines(picture: Picture, notation: Notation) -> Iterator[str]:
    yield "flowchart LR"
    yield f"  accTitle: {_plain(picture.title)}"
    yield f"  accDescr: {_plain(picture.subtitle)}"
    known = ids(picture)
    for node in picture.nodes:
        opening, closing = _BRACKETS[node.shape]
        label = _label(node_lines(node, notation))
        yield f"  {known[node.key]}{opening}{label}{closing}"
    for edge in picture.edges:
        yield f"  {_edge(edge, known, notation)}"
    for place, edge in enumerate(picture.edges):
        if edge.drawn_by:
            yield f"  linkStyle {place} {_look(edge.drawn_by.value, picture.largest)}"


def _plain(words: str) -> str:
    """One line that no sign ends early; entities mean nothing there."""
    return re.sub(r"[;#%{}<>\\\"]", " ", printable(words)).strip() or "-"


def _edge(edge: Edge, known: dict[str, str], notation: Notation) -> str:
    start, end = known[edge.source], known[edge.target]
    if edge.drawn_by is None:
        return f"{start} --- {end}"
    arrow = "-.->" if edge.drawn_by.value < 0 else "-->"
    label = edge_label(edge, notation)
    return f"{start} {arrow}|{_label(label)}| {end}" if label else f"{start} {arrow} {end}"


def _look(value: float, largest: float) -> str:
    colour = NEGATIVE if value < 0 else POSITIVE
    return f"stroke:{colour},stroke-width:{edge_width(value, largest):g}px"


def _label(lines: list[str]) -> str:
    return '"' + "<br/>".join(map(escaped, lines)) + '"'
