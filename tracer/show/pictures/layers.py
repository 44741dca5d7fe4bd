r"""Where a network stands: a column a layer, its neurons at equal distances.

Labels stand *on* their edges without meeting: n neurons and m in the next layer, both d apart. At the
share t of its way the edge from i to j is at the height (1 − t)·i·d + t·j·d; with t = 1/(m + 1) these
are n·m heights d/(m + 1) apart, sorted by where the edges come from, and with t = n/(n + 1) they are
d/(n + 1) apart, sorted by where they go. Of 2 and 2, a third of the way, as in the well-known picture.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tracer.immutable import immutable
from tracer.show.pictures.picture import Edge, Node, Picture
from tracer.show.pictures.placed import (
    LINE,
    Box,
    Line,
    Placed,
    Point,
    Size,
    Spot,
    Writing,
    on_line,
    sizes,
)
from tracer.show.pictures.text import width
from tracer.show.symbols import escaped

MARGIN = 18.0
_APART = 26.0
_AROUND = 12.0
_BARE, _LINK = 110.0, 34.0
_LABEL_HEIGHT = LINE - 1
_HEADING = 12.5


def place_layers(pictures: Sequence[Picture], writing: Writing) -> list[Placed]:
    """The pictures of one network, all in the same coordinates."""
    room = sizes(pictures, writing)
    columns = _columns(pictures[0])
    gaps = [_gap(pictures, column, columns, writing) for column in range(len(columns) - 1)]
    tallest = max(size.height for size in room.values())
    pitch = max(tallest + _APART, *(gap.pitch for gap in gaps))
    wide = [max(room[node.key].width for node in column) for column in columns]
    headed = [_HEADING * width(escaped(words)) + 8 for words in pictures[0].columns]
    middles, right = _across(wide, headed, [gap.width for gap in gaps])
    boxes = _boxes(columns, room, pitch, middles, wide)
    bottom = max(box.y + box.height / 2 for box in boxes.values())
    return [
        Placed(
            picture,
            right,
            bottom,
            tuple(_of(picture, boxes)),
            tuple(_line(edge, boxes, gaps) for edge in picture.edges),
            tuple(zip(middles, picture.columns, strict=True)),
        )
        for picture in pictures
    ]


def _across(
    wide: Sequence[float], headed: Sequence[float], gaps: Sequence[float]
) -> tuple[list[float], float]:
    """The middle of each column, and where the last one ends; headings stand clear of each other."""
    middles, right, heading = [], 0.0, 0.0
    for place, (box, words) in enumerate(zip(wide, headed, strict=True)):
        left = right + (gaps[place - 1] if place else MARGIN)
        middle = max(left + box / 2, heading + words / 2 + (0.0 if place else MARGIN))
        middles.append(middle)
        right, heading = middle + box / 2, middle + words / 2
    return middles, max(right, heading) + MARGIN


def _of(picture: Picture, boxes: Mapping[str, Box]) -> list[Box]:
    found = [(node, boxes[node.key]) for node in picture.nodes]
    return [Box(node, box.x, box.y, box.width, box.height) for node, box in found]


def _columns(picture: Picture) -> list[list[Node]]:
    """The nodes of each column, a bias last."""
    count = max(node.column for node in picture.nodes) + 1
    columns: list[list[Node]] = [[] for _ in range(count)]
    for node in picture.nodes:
        columns[node.column].append(node)
    return columns


@immutable
class _Gap:
    """Between two columns: its width, the distance of neurons that its labels need, their shares."""

    width: float
    pitch: float
    shares: Mapping[int, tuple[float, ...]]


def _gap(
    pictures: Sequence[Picture], column: int, columns: Sequence[Sequence[Node]], writing: Writing
) -> _Gap:
    """`shares`: of how many labels on an edge, where each of them stands."""
    starts = {node.key for node in columns[column]}
    edges = [edge for picture in pictures for edge in picture.edges if edge.source in starts]
    before, after = _neurons(columns[column]), _neurons(columns[column + 1])
    if not any(edge.labels for edge in edges):
        drawn = any(edge.drawn_by for edge in edges)
        return _Gap(_BARE + 8 * max(before, after) if drawn else _LINK, 0.0, {})
    shares = {1: (_share(before, after),), 2: _two_shares(before, after)}
    needed = [_width(edge, shares[len(edge.labels)], writing) for edge in edges if edge.labels]
    used = {len(edge.labels) for edge in edges if edge.labels}
    sides = [(min if count == 1 else max)(before, after) for count in used]
    return _Gap(max(*needed, _BARE), (max(sides) + 1) * _LABEL_HEIGHT, shares)


def _neurons(column: Sequence[Node]) -> int:
    return sum(node.shape != "bias" for node in column)


def _share(before: int, after: int) -> float:
    """Of one label, nearer the side where fewer edges come together."""
    return 1 / (after + 1) if after <= before else before / (before + 1)


def _two_shares(before: int, after: int) -> tuple[float, float]:
    return min(1 / (after + 1), 1 / 3), max(before / (before + 1), 2 / 3)


def _width(edge: Edge, shares: Sequence[float], writing: Writing) -> float:
    """How far apart the columns must be for the labels of this edge to stand free."""
    wide = [writing.wide(figure) for figure in edge.labels]
    needed = [
        (wide[0] / 2 + _AROUND) / shares[0],
        (wide[-1] / 2 + _AROUND) / (1 - shares[-1]),
    ]
    if len(wide) > 1:
        needed.append((sum(wide) / 2 + _AROUND) / (shares[1] - shares[0]))
    return max(needed)


def _boxes(
    columns: Sequence[Sequence[Node]],
    room: Mapping[str, Size],
    pitch: float,
    middles: Sequence[float],
    wide: Sequence[float],
) -> dict[str, Box]:
    """All boxes of a column in the same width, so that edges begin and end below one another."""
    heights: dict[str, float] = {}
    for column in columns:
        middle = (_neurons(column) - 1) / 2
        heights |= {node.key: (place - middle) * pitch for place, node in enumerate(column)}
    top = min(y - room[key].height / 2 for key, y in heights.items())
    return {
        node.key: Box(
            node, middles[place], heights[node.key] - top, wide[place], room[node.key].height
        )
        for place, column in enumerate(columns)
        for node in column
    }


def _line(edge: Edge, boxes: Mapping[str, Box], gaps: Sequence[_Gap]) -> Line:
    start, end = boxes[edge.source], boxes[edge.target]
    ends: tuple[Point, Point] = (
        (start.x + start.width / 2, start.y),
        (end.x - end.width / 2, end.y),
    )
    if not edge.labels:
        return Line(edge, ends)
    shares = gaps[start.node.column].shares[len(edge.labels)]
    spots = (Spot(f, *on_line(ends, t)) for f, t in zip(edge.labels, shares, strict=True))
    return Line(edge, ends, tuple(spots))
