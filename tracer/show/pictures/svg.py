"""A picture as SVG: one `<svg>` with classes and `data-quantity`, plain colours, light and dark.

What scripts may rely on is described in docs/output.md: every number is a `<text>` with
`data-quantity`, every edge that a number draws a `<path class="edge">` with `data-quantity`, every
neuron a `<g class="neuron" data-neuron>`, every node of a graph a `<g class="node" data-node>`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, TextIO

from tracer.show.document import Notation
from tracer.show.formats.medium import Medium
from tracer.show.pictures.frame import Frame, framed
from tracer.show.pictures.layers import place_layers
from tracer.show.pictures.picture import Figure, Picture, edge_width
from tracer.show.pictures.placed import (
    BETWEEN,
    FONT,
    HEADER,
    LINE,
    PADDING,
    Box,
    Line,
    Placed,
    Spot,
    Writing,
)
from tracer.show.pictures.ranks import place_ranks
from tracer.show.pictures.style import NEGATIVE, POSITIVE, STYLE
from tracer.show.pictures.words import described
from tracer.show.symbols import escaped

_CORNERS = {"input": 15.0, "bias": 15.0, "error": 4.0, "total": 4.0, "node": 7.0}


def write(picture: Any, notation: Notation, stream: TextIO, medium: Medium) -> None:
    """Write one picture with its style, a file of its own."""
    text = drawings([picture], notation)[0]
    if medium.ascii:
        text = text.encode("ascii", "xmlcharrefreplace").decode("ascii")
    stream.write(f"{text}\n")


def drawings(
    pictures: Sequence[Picture], notation: Notation, *, style: bool = True, role: str = "img"
) -> list[str]:
    """An `<svg>` for each picture of the same network or graph, in the same coordinates.

    `style`: with its own `<style>`; a page that has several pictures brings `STYLE` once. `role`:
    "img" is one thing to a screen reader; "group" leaves its parts to it.
    """
    writing = Writing(notation)
    place = place_layers if pictures[0].columns else place_ranks
    found = []
    for placed in place(pictures, writing):
        lines = _document(framed(placed, writing), writing, style, role)
        found.append("\n".join(lines))
    return found


def _document(frame: Frame, writing: Writing, style: bool, role: str) -> Iterator[str]:
    picture = frame.placed.picture
    wide, high = _n(frame.width), _n(frame.height)
    label = escaped(": ".join(filter(None, (picture.title, picture.subtitle))))
    yield (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="picture {picture.view}" role="{role}" '
        f'aria-label="{label}" viewBox="0 0 {wide} {high}" width="{wide}" height="{high}" '
        f'font-family="{_FAMILY}" font-size="{_n(FONT)}" style="max-width:100%;height:auto">'
    )
    yield f"<title>{label}</title>"
    yield f"<desc>{escaped(described(picture))}</desc>"
    if style:
        yield f"<style>{STYLE}</style>"
    yield f'<rect class="paper" width="{wide}" height="{high}" rx="10" fill="#ffffff"/>'
    for y, words, kind in frame.titles:
        yield f'<text class="{kind}" x="{_n(frame.left)}" y="{_n(y)}">{escaped(words)}</text>'
    yield f'<g transform="translate({_n(frame.shift)} {_n(frame.top)})">'
    yield from _content(frame.placed, writing)
    yield "</g>"
    yield from _legend(frame, writing)
    yield "</svg>"


_FAMILY = "system-ui, -apple-system, Segoe UI, Roboto, Helvetica, Arial, sans-serif"


def _content(placed: Placed, writing: Writing) -> Iterator[str]:
    for x, words in placed.headings:
        yield f'<text class="heading" x="{_n(x)}" y="-14" text-anchor="middle">{escaped(words)}</text>'
    largest = placed.picture.largest
    names = {box.node.key: box.node.name for box in placed.boxes}
    for line in placed.lines:
        yield _edge(line, largest, names, writing)
    for line in placed.lines:
        for spot in line.spots:
            yield from _spot(spot, writing)
    for box in placed.boxes:
        yield from _box(box, writing)


def _edge(line: Line, largest: float, names: dict[str, str], writing: Writing) -> str:
    start, end = (escaped(names[key]) for key in (line.edge.source, line.edge.target))
    ends = f'data-from="{start}" data-to="{end}"'
    path, drawn = _path(line), line.edge.drawn_by
    if drawn is None:
        return f'<path class="link" {ends} d="{path}" fill="none" stroke="#8a94a3"/>'
    look = f'class="edge" stroke="{POSITIVE}"'
    if drawn.value < 0:
        look = f'class="edge negative" stroke="{NEGATIVE}" stroke-dasharray="7 4"'
    quantity = escaped(writing.canonical(drawn))
    return (
        f'<path {look} data-quantity="{quantity}" {ends} d="{path}" '
        f'fill="none" stroke-width="{edge_width(drawn.value, largest):g}">'
        f"<title>{quantity}: {start} → {end}</title></path>"
    )


def _path(line: Line) -> str:
    first, *rest = (f"{_n(x)} {_n(y)}" for x, y in line.points)
    return f"M{first}" + ("L" if len(rest) == 1 else "C") + " ".join(rest)


def _spot(spot: Spot, writing: Writing) -> Iterator[str]:
    """A number on a piece of paper, its name before it."""
    before, number = writing.split(spot.figure)
    wide = before + number
    left, high = spot.x - wide / 2, LINE - 3
    yield (
        f'<rect class="ground" x="{_n(left - 3)}" y="{_n(spot.y - high / 2)}" '
        f'width="{_n(wide + 6)}" height="{_n(high)}" rx="4" fill="#ffffff"/>'
    )
    yield from _figure(spot.figure, left, left + before, spot.y + FONT * 0.35, writing, "label")


def _figure(
    figure: Figure, left: float, number: float, y: float, writing: Writing, kind: str
) -> Iterator[str]:
    name, height = writing.name(figure), _n(y)
    if name:
        end = _n(number - BETWEEN)
        anchor = f'x="{end}" text-anchor="end"' if kind == "label" else f'x="{_n(left)}"'
        yield f'<text class="name" {anchor} y="{height}">{name}</text>'
    yield _number(figure, f'x="{_n(number)}"', height, writing, kind)


def _number(figure: Figure, where: str, y: str, writing: Writing, kind: str) -> str:
    sign = " negative" if figure.value < 0 else ""
    quantity = escaped(writing.canonical(figure))
    return (
        f'<text class="number {kind}{sign}" data-quantity="{quantity}" {where} y="{y}">'
        f"{writing.number(figure)}</text>"
    )


def _box(box: Box, writing: Writing) -> Iterator[str]:
    node = box.node
    kind = "neuron" if node.shape in ("input", "neuron") else node.shape
    known = f'data-{"node" if node.shape == "node" else "neuron"}="{escaped(node.name)}"'
    extra = f" {node.shape}" if node.shape == "input" else ""
    given = " given" if node.shape == "node" and node.formula is None else ""
    yield f'<g class="{kind}{extra}{given}" {known if kind in ("neuron", "node") else ""}>'
    yield f"<title>{escaped(node.name)}</title>"
    left, top = box.x - box.width / 2, box.y - box.height / 2
    if node.shape == "more":
        yield _middle("⋮", box, box.y - 4, "more")
        yield _middle(writing.header(node), box, box.y + 13, "more")
    else:
        corner = _CORNERS.get(node.shape, 12.0) if not given else box.height / 2
        yield (
            f'<rect class="body" x="{_n(left)}" y="{_n(top)}" width="{_n(box.width)}" '
            f'height="{_n(box.height)}" rx="{_n(corner)}" fill="#f4f7fb" stroke="#5b6b80"/>'
        )
        yield from _inside(box, writing)
    yield "</g>"


def _inside(box: Box, writing: Writing) -> Iterator[str]:
    node, header = box.node, writing.header(box.node)
    lines = len(node.rows) + (node.formula is not None)
    high = (HEADER if header else 0) + LINE * lines
    y = box.y - high / 2
    if header:
        yield _middle(header, box, y + HEADER - 6, "title-of")
        y += HEADER
    if node.formula is not None:
        yield _middle(writing.formula(node), box, y + LINE - 5, "formula")
        y += LINE
    for figure in node.rows:
        yield from _row(figure, box, y + LINE - 4.5, writing)
        y += LINE
    middle = f'x="{_n(box.x)}" text-anchor="middle"'
    if node.above:
        height = box.y - box.height / 2 - 5
        yield _number(node.above, middle, _n(height), writing, "value")
    if node.below:
        height = box.y + box.height / 2 + LINE - 4
        yield _number(node.below, middle, _n(height), writing, "gradient")


def _row(figure: Figure, box: Box, y: float, writing: Writing) -> Iterator[str]:
    """The name at the left, the number at the right; a number alone in the middle."""
    name = writing.name(figure)
    if not name:
        yield _number(figure, f'x="{_n(box.x)}" text-anchor="middle"', _n(y), writing, "row")
        return
    left, right = box.x - box.width / 2 + PADDING, box.x + box.width / 2 - PADDING
    yield f'<text class="name" x="{_n(left)}" y="{_n(y)}">{name}</text>'
    yield _number(figure, f'x="{_n(right)}" text-anchor="end"', _n(y), writing, "row")


def _middle(markup: str, box: Box, y: float, kind: str) -> str:
    return f'<text class="{kind}" x="{_n(box.x)}" y="{_n(y)}" text-anchor="middle">{markup}</text>'


def _legend(frame: Frame, writing: Writing) -> Iterator[str]:
    if not frame.legend:
        return
    yield '<g class="legend">'
    for x, y, mark in frame.legend:
        yield from _SIGNS[mark.sign](x, y - 4)
        text = x + frame.indent(mark)
        yield f'<text x="{_n(text)}" y="{_n(y)}">{escaped(writing.words(mark))}</text>'
    yield "</g>"


def _stroke(look: str) -> Any:
    def drawn(x: float, y: float) -> Iterator[str]:
        yield f'<path {look} fill="none" d="M{_n(x)} {_n(y)}L{_n(x + 26)} {_n(y)}"/>'

    return drawn


def _wedge(x: float, y: float) -> Iterator[str]:
    yield (
        f'<path class="wedge" fill="#5b6b80" d="M{_n(x)} {_n(y)}L{_n(x + 26)} {_n(y - 3)}'
        f'L{_n(x + 26)} {_n(y + 3)}z"/>'
    )


def _nothing(x: float, y: float) -> Iterator[str]:
    return iter(())


def _sample(kind: str) -> Any:
    def drawn(x: float, y: float) -> Iterator[str]:
        yield f'<text class="number {kind}" x="{_n(x)}" y="{_n(y + 4)}">1.5</text>'

    return drawn


_SIGNS = {
    "positive": _stroke(f'class="edge" stroke="{POSITIVE}" stroke-width="2.5"'),
    "negative": _stroke(
        f'class="edge negative" stroke="{NEGATIVE}" stroke-width="2.5" stroke-dasharray="7 4"'
    ),
    "width": _wedge,
    "words": _nothing,
    "value": _sample("value"),
    "gradient": _sample("gradient"),
}


def _n(number: float) -> str:
    """A coordinate, to a tenth."""
    return f"{number:.1f}".removesuffix(".0")
