"""A computation graph: inputs with their values, nodes with their formulas, one output.

It knows nothing of where it came from but the place of each formula in the file, for complaints.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from tracer.formula import Expression, Negative, Number, Symbol, derivatives, total
from tracer.graph.names import gradient_name
from tracer.model.experiment import GraphNode, GraphTraining


@dataclass(frozen=True, slots=True)
class Graph:
    """`nodes` are in an order in which they can be calculated; `output` is one of them.

    `written` says where the formulas stand in `file`; empty for a graph that no file describes.
    """

    title: str
    inputs: Mapping[str, float]
    nodes: Mapping[str, Expression]
    output: str
    training: GraphTraining | None = None
    source: str = ""
    file: str = ""
    written: Mapping[str, GraphNode] = field(default_factory=dict)

    @property
    def names(self) -> tuple[str, ...]:
        """The inputs and the nodes, in the order of the calculation."""
        return (*self.inputs, *self.nodes)

    def with_inputs(self, values: Mapping[str, float]) -> Graph:
        """The same graph with other values of some inputs."""
        return replace(self, inputs={**self.inputs, **values})


def gradient_formulas(graph: Graph) -> dict[str, Expression | None]:
    """∂output/∂name = Σ ∂output/∂node · ∂node/∂name over the nodes that use the name.

    From the output back to the inputs; None for the output itself, whose gradient is given: 1.
    """
    terms: dict[str, list[Expression]] = {name: [] for name in graph.names}
    for node, expression in reversed(list(graph.nodes.items())):
        upstream = Symbol(gradient_name(graph.output, node))
        for child, local in derivatives(expression).items():
            terms[child].append(_contribution(upstream, local))
    order = (*reversed(list(graph.nodes)), *graph.inputs)
    return {name: None if name == graph.output else total(terms[name]) for name in order}


def _contribution(upstream: Expression, local: Expression) -> Expression:
    """upstream * local, a minus sign in front."""
    match local:
        case Number(-1.0):
            return -upstream
        case Negative(operand):
            return -(upstream * operand)
    return upstream * local
