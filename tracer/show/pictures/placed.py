"""Where everything in a picture stands: boxes, lines, the numbers on the lines; and how large text is.

In units of the picture, x to the right, y down. Layouts fill these; whoever draws reads them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeAlias

from tracer.immutable import immutable
from tracer.language import say
from tracer.show.document import Letter, Notation
from tracer.show.pictures.picture import Edge, Figure, Mark, Node, Picture
from tracer.show.pictures.text import cut, width
from tracer.show.words import worded

FONT = 13.0
LINE = 17.0
HEADER = 20.0
PADDING = 9.0
BETWEEN = 7.0
"""Between a name and its number."""
_WIDEST_NAME = 15.0
_WIDEST_FORMULA = 17.0

Point: TypeAlias = tuple[float, float]


@immutable
class Size:
    """Of a box; with what stands above and below it."""

    width: float
    height: float
    outside: float = 0.0

    def __or__(self, other: Size) -> Size:
        """Room for either."""
        return Size(
            max(self.width, other.width),
            max(self.height, other.height),
            max(self.outside, other.outside),
        )


@immutable
class Box:
    """A node at its place; x and y are its middle."""

    node: Node
    x: float
    y: float
    width: float
    height: float


@immutable
class Spot:
    """A number on a line; x and y are its middle."""

    figure: Figure
    x: float
    y: float


@immutable
class Line:
    """An edge: two points, or a point and three for each Bézier curve that goes on from it."""

    edge: Edge
    points: tuple[Point, ...]
    spots: tuple[Spot, ...] = ()


@immutable
class Placed:
    """A picture whose parts have places; nothing is left of 0, above 0 or beyond the size."""

    picture: Picture
    width: float
    height: float
    boxes: tuple[Box, ...]
    lines: tuple[Line, ...]
    headings: tuple[tuple[float, str], ...] = ()


class Writing:
    """How names and numbers are written in a picture, and how wide they are."""

    def __init__(self, notation: Notation) -> None:
        self._notation = notation

    def header(self, node: Node) -> str:
        """A node's name, shortened where it is long."""
        return cut(self._notation.name(node.said), _WIDEST_NAME) if node.said else ""

    def formula(self, node: Node) -> str:
        """A node's formula, shortened where it is long; empty where it has none."""
        if node.formula is None:
            return ""
        return cut(self._notation.formula(node.formula), _WIDEST_FORMULA)

    def name(self, figure: Figure) -> str:
        """What stands before a number."""
        return cut(self._notation.name(figure.label), _WIDEST_NAME) if figure.label else ""

    def number(self, figure: Figure) -> str:
        """The number."""
        return self._notation.number(figure.value)

    def words(self, mark: Mark) -> str:
        """What a mark means, in the letters of the notation."""
        letter = self._notation.letter
        parts = worded(say(mark.words))
        return "".join(letter(p.kind) if isinstance(p, Letter) else str(p) for p in parts)

    def canonical(self, figure: Figure) -> str:
        """The name that scripts know the number by."""
        return self._notation.canonical(figure.of) + figure.part

    def split(self, figure: Figure) -> tuple[float, float]:
        """Widths of name and number; the first with the space between them."""
        name = self.name(figure)
        before = FONT * width(name) + BETWEEN if name else 0.0
        return before, FONT * width(self.number(figure))

    def wide(self, figure: Figure) -> float:
        """Width of name and number."""
        return sum(self.split(figure))

    def size(self, node: Node) -> Size:
        """How large the node's box has to be."""
        bold = 1.1
        wide = [FONT * bold * width(self.header(node)), FONT * 0.92 * width(self.formula(node))]
        splits = [self.split(figure) for figure in node.rows]
        if splits:
            wide.append(max(name for name, _ in splits) + max(number for _, number in splits))
        lines = LINE * len(node.rows) + (LINE if node.formula is not None else 0)
        high = lines + (HEADER if self.header(node) else 0) + 2 * PADDING - 4
        outer = [figure for figure in (node.above, node.below) if figure]
        wide += [self.wide(figure) - 2 * PADDING for figure in outer]
        return Size(max(*wide, 22.0) + 2 * PADDING, max(high, 30.0), LINE if outer else 0.0)


def sizes(pictures: Iterable[Picture], writing: Writing) -> dict[str, Size]:
    """The size of each node, by its key, that does for all the pictures."""
    found: dict[str, Size] = {}
    for picture in pictures:
        for node in picture.nodes:
            own = writing.size(node)
            found[node.key] = found[node.key] | own if node.key in found else own
    return found


def on_line(points: Sequence[Point], share: float) -> Point:
    """The point at that share of a straight line."""
    (x0, y0), (x1, y1) = points[0], points[-1]
    return x0 + share * (x1 - x0), y0 + share * (y1 - y0)
