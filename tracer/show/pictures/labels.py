"""What stands at a node or an edge, line by line, for programs that place and draw it themselves."""

from __future__ import annotations

from tracer.language import say
from tracer.show.document import Notation
from tracer.show.pictures.picture import Edge, Figure, Node, Picture


def ids(picture: Picture) -> dict[str, str]:
    """A name for each node that no language has another meaning for: `n1`, `n2`, …"""
    return {node.key: f"n{number}" for number, node in enumerate(picture.nodes, 1)}


def node_lines(node: Node, notation: Notation) -> list[str]:
    """Name, formula and numbers of a node."""
    lines = [notation.name(node.said)] if node.said else []
    if node.formula is not None:
        lines.append(f"= {notation.formula(node.formula)}")
    if node.above:
        lines.append(say("value {number}", number=notation.number(node.above.value)))
    if node.below:
        lines.append(say("gradient {number}", number=notation.number(node.below.value)))
    return [*lines, *(_figure(figure, notation) for figure in node.rows)] or [node.name]


def edge_label(edge: Edge, notation: Notation) -> list[str]:
    """The numbers on an edge."""
    return [_figure(figure, notation) for figure in edge.labels]


def _figure(figure: Figure, notation: Notation) -> str:
    """`w5 = 0.4`; where a drawing has a sign in place of the name, the name."""
    sign = isinstance(figure.called, str) and figure.called
    name = notation.name(figure.of if sign else figure.label) if figure.label else ""
    return f"{name} = {notation.number(figure.value)}" if name else notation.number(figure.value)
