"""What a picture shows, before anyone decides where it stands: nodes and edges with their numbers.

As a document is for the formats, so is a `Picture` for those that draw: names are identities, numbers
are floats, and the notation that writes them comes later.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

from tracer.immutable import immutable

if TYPE_CHECKING:
    from tracer.formula.nodes import Expression
    from tracer.model.quantity import Identity, Label

Shape: TypeAlias = Literal["input", "neuron", "bias", "error", "total", "more", "node"]
"""What a node is; `more` stands for neurons that are left out."""
Sign: TypeAlias = Literal["positive", "negative", "width", "words", "value", "gradient"]
"""The marks that a legend can explain."""


@immutable
class Figure:
    """A number in a picture: what it is, and how it is called there.

    `of`: of the first iteration and sample, since a picture shows one iteration and one sample.
    `called`: what stands before the number; None: its name. `part`: what follows its canonical name
    where there is no name for it (`:local`, the derivative on a graph's edge).
    """

    of: Identity
    value: float
    called: Label | str | None = None
    part: str = ""

    @property
    def label(self) -> Label | str:
        """What stands before the number."""
        return self.of if self.called is None else self.called


@immutable
class Node:
    """A neuron, an input, a bias, an error, or a graph's node; `key` is its own in the picture.

    `name`: what it is called, `said` as it is written. `rows`: the numbers in it; `above` and `below`
    those outside. `column`: where it stands, for networks; a graph's are found.
    """

    key: str
    shape: Shape
    name: str
    said: Label | str
    rows: tuple[Figure, ...] = ()
    above: Figure | None = None
    below: Figure | None = None
    formula: Expression | None = None
    column: int = 0


@immutable
class Edge:
    """From a node to another. `drawn_by`: the number that gives it colour and width.

    `labels`: the numbers on it, those that belong to its beginning first. An edge that no number draws
    is a plain link.
    """

    source: str
    target: str
    drawn_by: Figure | None = None
    labels: tuple[Figure, ...] = ()


@immutable
class Mark:
    """A line of the legend: a sign, and what it means; `{OUT}` in it is the notation's letter."""

    sign: Sign
    words: str


@immutable
class Picture:
    """All of it. `columns`: headings of a network's columns; empty for a graph, which is placed."""

    title: str
    subtitle: str
    view: str
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    columns: tuple[str, ...] = ()
    legend: tuple[Mark, ...] = ()

    @property
    def largest(self) -> float:
        """The largest of the numbers that draw edges, without its sign; 0 where there is none."""
        return max((abs(e.drawn_by.value) for e in self.edges if e.drawn_by), default=0.0)


def edge_width(value: float, largest: float) -> float:
    """0.75 + 3.25 · |value| / largest, in units of the picture: the widest edge has 4.

    The rule by which a page refreshes its edges; `largest` is that of the same picture.
    """
    share = abs(value) / largest if largest else 0.0
    return round(0.75 + 3.25 * min(share, 1.0), 2)
