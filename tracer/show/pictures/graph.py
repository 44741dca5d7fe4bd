"""A picture of a computation graph: the value above each node, its gradient below, as on wires.

On each edge stands the local derivative, ∂user/∂used; `:local` follows its name, since the same
name without it is a gradient where the user is the output.
"""

from __future__ import annotations

from tracer.errors import UsageError
from tracer.graph.trace import GraphTrace
from tracer.language import message, say
from tracer.model.quantity import Derivative
from tracer.show.pictures.picture import Edge, Figure, Mark, Node, Picture

MOST = 250
"""A larger graph has no picture that anyone could read."""

_LEGEND = (
    Mark("value", message("value, above")),
    Mark("gradient", message("gradient, below")),
    Mark("positive", message("local derivative above 0")),
    Mark("negative", message("below 0")),
    Mark("width", message("the wider, the larger")),
)


def graph_picture(trace: GraphTrace) -> Picture:
    """The picture of an iteration.

    Raises:
        UsageError: the graph has more than `MOST` nodes.
    """
    graph, bare = trace.graph, trace.names.bare
    if len(graph.quantities) > MOST:
        raise UsageError(
            f"a picture of {len(graph.quantities)} nodes can't be read", f"at most {MOST} are drawn"
        )
    nodes = tuple(
        Node(
            bare(node),
            "node",
            bare(node),
            node,
            above=Figure(node, value, ""),
            below=Figure(graph.gradient(node), trace.gradients[node].gradient, ""),
            formula=graph.nodes.get(node),
        )
        for node, value in trace.forward.items()
    )
    edges = []
    for node in graph.nodes:
        for child, edge in trace.gradients[node].edges.items():
            local = Figure(Derivative(node, child), edge.local, "", ":local")
            edges.append(Edge(bare(child), bare(node), local, (local,)))
    subtitle = say("Forward and backward")
    if graph.training:
        subtitle = say("Iteration {number}", number=trace.number)
    signs = {"negative": any(edge.drawn_by and edge.drawn_by.value < 0 for edge in edges)}
    legend = tuple(mark for mark in _LEGEND if signs.get(mark.sign, True))
    title = graph.title or say("Computation graph")
    return Picture(title, subtitle, "graph", nodes, tuple(edges), legend=legend)
