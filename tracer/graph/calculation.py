"""The numbers of a graph, and in words why there are none.

Thin over `tracer.formula`: it adds the node, its place in the file and the values that were put
in to what can go wrong in a formula.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from itertools import takewhile

from tracer.errors import BptraceError, Problem
from tracer.formula import EvaluationError, NodeGradient, backpropagate, forward, symbols
from tracer.formula.plain import plain
from tracer.graph.structure import Graph
from tracer.model.quantity import Identity, Quantity


class GraphValueError(BptraceError):
    """A node without a value or a gradient: `FILE:LINE:COLUMN: graph.nodes.NODE: reason; hint`.

    `identity`: which number it is; `reason` says in which operation and with which values.
    """

    def __init__(self, graph: Graph, identity: Identity, reason: str) -> None:
        self.identity, self.reason = identity, reason
        self.name = graph.names.bare(identity)
        written = graph.written.get(identity) if isinstance(identity, Quantity) else None
        if written is None:
            super().__init__(f"{self.name}: {reason}")
            return
        place = (graph.file, written.line, written.column, f"graph.nodes.{self.name}")
        super().__init__(str(Problem(*place, reason)))


def values(graph: Graph) -> dict[Quantity, float]:
    """The values of the inputs and the nodes, in the order of the calculation.

    Raises GraphValueError: division by zero, a logarithm of what isn't positive, overflow.
    """
    try:
        return forward(graph.nodes, graph.inputs)
    except EvaluationError as error:
        failed = error.node
        before = takewhile(lambda item: item[0] != failed, graph.nodes.items())
        known = forward(dict(before), graph.inputs)
        raise _explained(graph, error, known, "") from error


def gradients(graph: Graph) -> dict[Quantity, NodeGradient]:
    """∂output/∂node for each input and node, and the edges; from 1 at the output.

    Raises GraphValueError as `values` does, also where a derivative has no value.
    """
    known = values(graph)
    try:
        found = backpropagate(graph.nodes, graph.inputs, graph.output)
    except EvaluationError as error:
        raise _explained(graph, error, known, "no derivative: ") from error
    for node in reversed(graph.quantities):
        if not math.isfinite(found[node].gradient):
            raise GraphValueError(graph, node, "its gradient is too large for a float64")
    return found


def _explained(
    graph: Graph, error: EvaluationError, known: Mapping[Quantity, float], of: str
) -> GraphValueError:
    """Which node, which operation in it, with which values."""
    name = graph.names.bare
    given = ", ".join(f"{name(used)} = {known[used]:.12g}" for used in symbols(error.expression))
    operation = plain(error.expression, symbol=name, limit=8)
    reason = f"{of}{error.reason}: {operation}" + (f" with {given}" if given else "")
    return GraphValueError(graph, error.node or graph.output, reason)
