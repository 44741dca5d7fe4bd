"""Reverse accumulation on a graph of formulas: each node's gradient from its neighbours alone.

Symbols: gradient = ∂output/∂node (upstream); local = ∂node/∂child; contribution = gradient · local,
what the edge from a node to a child sends back.

`accumulate` is the only place where contributions are added up. On floats it gives gradients, on
expressions with an observer that names each sum their formulas, on a learner's own numbers what an
uncertainty does. Source: A. Griewank and A. Walther, "Evaluating Derivatives" (2008), chapter 3.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import reduce
from operator import add
from typing import Any

from tracer.formula.derivatives import derivatives
from tracer.formula.errors import EvaluationError
from tracer.formula.evaluation import evaluate
from tracer.formula.nodes import Expression, Key, Symbol
from tracer.formula.rewriting import children, rewrite
from tracer.immutable import immutable

Local = Callable[[Key], Mapping[Key, Any]]
"""local(node) = ∂node/∂child for each child that the node uses."""


def accumulate(
    order: Sequence[Key],
    local: Local,
    seeds: Mapping[Key, Any],
    observe: Callable[[Key, list[Any]], Any],
    times: Callable[[Any, Any], Any],
) -> None:
    """∂output/∂node = Σ over the nodes that use it of ∂output/∂user · ∂user/∂node, from the end back.

    `order` has each node after those it uses. `seeds` are the gradients that are given (1 at the
    output). `observe(node, contributions)` gets what has come back to a node, and returns the
    gradient to go on with; `times(gradient, local)` is one contribution.
    """
    waiting: dict[Key, list[Any]] = {key: [seed] for key, seed in seeds.items()}
    for node in reversed(order):
        gradient = observe(node, waiting.pop(node, []))
        for child, slope in local(node).items():
            waiting.setdefault(child, []).append(times(gradient, slope))


@immutable
class Edge:
    """From a node to a child that it uses, however often: contribution = gradient * local."""

    local: float
    contribution: float
    derivative: Expression


@immutable
class NodeGradient:
    """∂output/∂node, and an edge for each child (none for an input)."""

    gradient: float
    edges: dict[Key, Edge]


def forward(nodes: Mapping[Key, Expression], values: Mapping[Key, float]) -> dict[Key, float]:
    """The inputs' values followed by those of the nodes, in their order.

    Each node may use inputs and the nodes before it. Raises MissingValue, and EvaluationError that
    names the node.
    """
    known = {key: value for key, value in values.items() if key not in nodes}
    for key, expression in nodes.items():
        known[key] = _value_in(key, expression, known)
    return known


def local_derivatives(node: Key, formula: Expression) -> dict[Key, Expression]:
    """∂node/∂child for each child, where what the node has calculated goes by its name.

    ∂h/∂a = 1 − h² for h = tanh(a), as one calculates it by hand.
    """
    own = Symbol(node)

    def named(part: Expression) -> Expression | None:
        return own if children(part) and part == formula else None

    return {child: rewrite(slope, named) for child, slope in derivatives(formula).items()}


def backpropagate(
    nodes: Mapping[Key, Expression],
    values: Mapping[Key, float],
    output: Key,
) -> dict[Key, NodeGradient]:
    """∂output/∂key for each input and node: contributions of all edges added up.

    The result has the inputs in the order of `values`, then the nodes in theirs; what the output
    does not depend on has gradient 0. Raises what `forward` raises, KeyError for an output that
    does not exist.
    """
    known = forward(nodes, values)
    if output not in known:
        raise KeyError(output)
    gradients: dict[Key, float] = {}
    edges: dict[Key, dict[Key, Edge]] = {}

    def observe(key: Key, contributions: Iterable[float]) -> float:
        gradients[key] = _added(contributions)
        return gradients[key]

    def local(key: Key) -> dict[Key, float]:
        slopes = local_derivatives(key, nodes[key]) if key in nodes else {}
        found = {child: _value_in(key, slope, known) for child, slope in slopes.items()}
        edges[key] = {
            child: Edge(found[child], gradients[key] * found[child], slopes[child])
            for child in slopes
        }
        return found

    accumulate(list(known), local, {output: 1.0}, observe, _product)
    return {key: NodeGradient(gradients[key], edges[key]) for key in known}


def sensitivities(
    order: Sequence[Key], slopes: Local, seeds: Mapping[Key, float]
) -> dict[Key, float]:
    """d(result)/d(key) for each key of `order` and all that those use; `seeds` at the result's own.

    `slopes(key)`: the values of its local derivatives; none where the way back ends.
    """
    found: dict[Key, float] = {}

    def observe(key: Key, contributions: Iterable[float]) -> float:
        found[key] = _added(contributions)
        return found[key]

    accumulate(order, slopes, seeds, observe, _product)
    return found


def _added(contributions: Iterable[float]) -> float:
    # One after the other, as programs do it; sum() is more exact than that from Python 3.12 on.
    return reduce(add, contributions, 0.0)


def _product(gradient: float, slope: float) -> float:
    return gradient * slope


def _value_in(node: Key, expression: Expression, known: Mapping[Key, float]) -> float:
    try:
        return evaluate(expression, known)
    except EvaluationError as error:
        error.node = node
        raise
