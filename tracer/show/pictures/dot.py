"""A picture in the language of Graphviz: names and numbers as labels, places found by `dot`.

`bptrace run mazur --format dot | dot -Tpdf > mazur.pdf`
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, TextIO

from tracer.show.document import Notation
from tracer.show.formats.medium import Medium
from tracer.show.pictures.labels import edge_label, ids, node_lines
from tracer.show.pictures.picture import Edge, Picture, edge_width
from tracer.show.pictures.style import NEGATIVE, POSITIVE
from tracer.visible import printable

_SHAPES = {
    "input": "shape=box, style=rounded",
    "neuron": "shape=box, style=rounded",
    "bias": "shape=box, style=rounded",
    "error": "shape=box",
    "total": "shape=box",
    "more": "shape=plaintext",
    "node": "shape=box",
}


def write(picture: Any, notation: Notation, stream: TextIO, medium: Medium) -> None:
    """Write one directed graph."""
    stream.writelines(f"{line}\n" for line in _lines(picture, notation))


def quoted(words: str) -> str:
    r"""Text as a string of Graphviz: `"`, `\` and `&` escaped, which would end it or mean something."""
    plain = printable(words).replace("&", "&amp;").replace("\\", "\\\\")
    return '"' + plain.replace('"', '\\"') + '"'


def _lines(picture: Picture, notation: Notation) -> Iterator[str]:
    yield "digraph {"
    yield "  rankdir=LR;"
    yield f"  label={_label([picture.title, picture.subtitle])}; labelloc=t;"
    yield '  node [fontname="Helvetica,Arial,sans-serif"];'
    yield '  edge [fontname="Helvetica,Arial,sans-serif", fontsize=11];'
    known = ids(picture)
    for node in picture.nodes:
        label = _label(node_lines(node, notation))
        yield f"  {known[node.key]} [label={label}, {_SHAPES[node.shape]}];"
    for edge in picture.edges:
        yield _edge(edge, known, picture.largest, notation)
    yield "}"


def _edge(edge: Edge, known: dict[str, str], largest: float, notation: Notation) -> str:
    ends = f"{known[edge.source]} -> {known[edge.target]}"
    drawn = edge.drawn_by
    if drawn is None:
        return f'  {ends} [color="gray50", arrowhead=none];'
    sign = f'color="{NEGATIVE}", style=dashed' if drawn.value < 0 else f'color="{POSITIVE}"'
    width = edge_width(drawn.value, largest)
    return f"  {ends} [label={_label(edge_label(edge, notation))}, penwidth={width:g}, {sign}];"


def _label(lines: list[str]) -> str:
    r"""The lines in one string, `\n` between them."""
    return '"' + "\\n".join(quoted(line)[1:-1] for line in lines) + '"'
