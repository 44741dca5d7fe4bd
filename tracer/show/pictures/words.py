"""A picture in words, for those who can't see it."""

from __future__ import annotations

from tracer.show.pictures.picture import Picture


def described(picture: Picture) -> str:
    """How many of what there are, and where: one or two sentences."""
    if not picture.columns:
        nodes = len(picture.nodes)
        return f"A computation graph from left to right: {nodes} nodes, {len(picture.edges)} edges."
    columns = []
    for place, heading in enumerate(picture.columns):
        names = [n.name for n in picture.nodes if n.column == place and n.shape != "bias"]
        columns.append(f"{heading}: {', '.join(names)}")
    return f"A network from left to right. {'; '.join(columns)}."
