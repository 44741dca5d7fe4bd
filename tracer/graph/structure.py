"""A computation graph: inputs with their values, nodes with their formulas, one output.

It knows nothing of where it came from but the place of each formula in the file, for complaints.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field, replace

from tracer.formula import (
    Expression,
    Key,
    Negative,
    Number,
    Symbol,
    accumulate,
    local_derivatives,
    total,
)
from tracer.graph.names import GraphNames
from tracer.immutable import immutable
from tracer.model.experiment import GraphNode, GraphTraining
from tracer.model.quantity import Derivative, Quantity


@immutable
class Graph:
    """`nodes` are in an order in which they can be calculated; `output` is one of them.

    `trainable`: the inputs that training changes; `states`: what the optimiser keeps of them.
    `written` says where the formulas stand in `file`; empty for a graph that no file describes.
    """

    title: str
    inputs: Mapping[Quantity, float]
    nodes: Mapping[Quantity, Expression]
    output: Quantity
    names: GraphNames
    training: GraphTraining | None = None
    trainable: tuple[Quantity, ...] = ()
    states: Mapping[Quantity, float] = field(default_factory=dict)
    source: str = ""
    file: str = ""
    written: Mapping[Quantity, GraphNode] = field(default_factory=dict)

    @property
    def quantities(self) -> tuple[Quantity, ...]:
        """The inputs and the nodes, in the order of the calculation."""
        return (*self.inputs, *self.nodes)

    def gradient(self, node: Quantity) -> Derivative:
        """∂output/∂node."""
        return Derivative(self.output, node)

    def with_inputs(
        self, values: Mapping[Quantity, float], states: Mapping[Quantity, float] | None = None
    ) -> Graph:
        """The same graph with other values of some inputs, and another state of the optimiser."""
        kept = self.states if states is None else states
        return replace(self, inputs={**self.inputs, **values}, states=kept)


def gradient_formulas(graph: Graph) -> dict[Quantity, Expression | None]:
    """∂output/∂node = Σ ∂output/∂user · ∂user/∂node over the nodes that use it.

    From the output back to the inputs; None for the output itself, whose gradient is given: 1.
    """
    found: dict[Quantity, Expression | None] = {}

    def observe(node: Quantity, contributions: list[Expression]) -> Expression:
        found[node] = None if node == graph.output else total(contributions)
        return Symbol(graph.gradient(node))

    def local(node: Quantity) -> dict[Key, Expression]:
        return local_derivatives(node, graph.nodes[node]) if node in graph.nodes else {}

    accumulate(graph.quantities, local, {graph.output: Number(1.0)}, observe, _contribution)
    inputs = {node: found.pop(node) for node in graph.inputs}
    return found | inputs


def _contribution(upstream: Expression, local: Expression) -> Expression:
    """upstream * local, a minus sign in front."""
    match local:
        case Number(-1.0):
            return -upstream
        case Negative(operand):
            return -(upstream * operand)
    return upstream * local
