"""A picture in words, for those who can't see it."""

from __future__ import annotations

from tracer.language import say
from tracer.show.pictures.picture import Picture


def described(picture: Picture) -> str:
    """How many of what there are, and where: one or two sentences."""
    if not picture.columns:
        nodes = len(picture.nodes)
        return say(
            "A computation graph from left to right: {nodes} nodes, {edges} edges.",
            nodes=nodes,
            edges=len(picture.edges),
        )
    columns = []
    for place, heading in enumerate(picture.columns):
        names = [n.name for n in picture.nodes if n.column == place and n.shape != "bias"]
        columns.append(f"{heading}: {', '.join(names)}")
    return say("A network from left to right. {columns}.", columns="; ".join(columns))
