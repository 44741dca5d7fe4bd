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


class GraphValueError(BptraceError):
    """A node without a value or a gradient: `FILE:LINE:COLUMN: graph.nodes.NODE: reason; hint`.

    `reason` says in which operation and with which values.
    """

    def __init__(self, graph: Graph, node: str, reason: str) -> None:
        self.node, self.reason = node, reason
        written = graph.written.get(node)
        if written is None:
            super().__init__(f"{node}: {reason}")
            return
        place = (graph.file, written.line, written.column, f"graph.nodes.{node}")
        super().__init__(str(Problem(*place, reason)))


def values(graph: Graph) -> dict[str, float]:
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


def gradients(graph: Graph) -> dict[str, NodeGradient]:
    """∂output/∂name for each input and node, and the edges; from 1 at the output.

    Raises GraphValueError as `values` does, also where a derivative has no value.
    """
    known = values(graph)
    try:
        found = backpropagate(graph.nodes, graph.inputs, graph.output)
    except EvaluationError as error:
        raise _explained(graph, error, known, "no derivative: ") from error
    for name in reversed(graph.names):
        if not math.isfinite(found[name].gradient):
            raise GraphValueError(graph, name, "its gradient is too large for a float64")
    return found


def _explained(
    graph: Graph, error: EvaluationError, known: Mapping[str, float], of: str
) -> GraphValueError:
    """Which node, which operation in it, with which values."""
    given = ", ".join(f"{name} = {known[name]:.12g}" for name in symbols(error.expression))
    operation = plain(error.expression, limit=8)
    reason = f"{of}{error.reason}: {operation}" + (f" with {given}" if given else "")
    return GraphValueError(graph, error.node or graph.output, reason)
