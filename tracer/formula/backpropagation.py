"""Reverse mode on a graph of named formulas: each node's gradient from its neighbours alone.

Symbols: gradient = d output / d node (upstream); local = d node / d child;
contribution = gradient of the node * local, what the edge sends back to the child.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tracer.formula.derivatives import derivatives
from tracer.formula.errors import EvaluationError
from tracer.formula.evaluation import evaluate
from tracer.formula.nodes import Expression


@dataclass(frozen=True, slots=True)
class Edge:
    """From a node to a child that it uses, however often: contribution = gradient * local."""

    local: float
    contribution: float
    derivative: Expression


@dataclass(frozen=True, slots=True)
class NodeGradient:
    """d output / d node, and an edge for each child (none for an input)."""

    gradient: float
    edges: dict[str, Edge]


def forward(nodes: Mapping[str, Expression], values: Mapping[str, float]) -> dict[str, float]:
    """The inputs' values followed by those of the nodes, in their order.

    Each node may use inputs and the nodes before it. Raises MissingValue, and EvaluationError that
    names the node.
    """
    known = {name: value for name, value in values.items() if name not in nodes}
    for name, expression in nodes.items():
        known[name] = _value_in(name, expression, known)
    return known


def backpropagate(
    nodes: Mapping[str, Expression],
    values: Mapping[str, float],
    output: str,
    seed: float = 1.0,
) -> dict[str, NodeGradient]:
    """d output / d name, times seed, for each input and node: contributions of all edges added up.

    The result has the inputs in the order of `values`, then the nodes in theirs; a name that the
    output does not depend on has gradient 0. Raises what `forward` raises, KeyError for an output
    that does not exist.
    """
    known = forward(nodes, values)
    gradients = dict.fromkeys(known, 0.0)
    gradients[output] += seed
    edges: dict[str, dict[str, Edge]] = {}
    for name, expression in reversed(list(nodes.items())):
        edges[name] = {}
        for child, slope in derivatives(expression).items():
            local = _value_in(name, slope, known)
            edges[name][child] = Edge(local, gradients[name] * local, slope)
            gradients[child] += gradients[name] * local
    return {name: NodeGradient(gradients[name], edges.get(name, {})) for name in known}


def _value_in(node: str, expression: Expression, known: Mapping[str, float]) -> float:
    try:
        return evaluate(expression, known)
    except EvaluationError as error:
        error.node = node
        raise
