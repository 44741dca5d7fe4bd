"""Scalar computation graphs: each node a formula of its neighbours, forwards and backwards.

From the configuration's text to a `Graph`, to its `GraphTrace` of named values and gradients; a
network turned into such a graph is one more witness that the engine's gradients are right.
"""

from tracer.graph.building import build_graph
from tracer.graph.calculation import GraphValueError, gradients, values
from tracer.graph.from_network import network_graph
from tracer.graph.names import GraphNames, gradient_name
from tracer.graph.structure import Graph, gradient_formulas
from tracer.graph.trace import GraphTrace
from tracer.graph.training import GraphRun, trace_graph, train_graph

__all__ = [
    "Graph",
    "GraphNames",
    "GraphRun",
    "GraphTrace",
    "GraphValueError",
    "build_graph",
    "gradient_formulas",
    "gradient_name",
    "gradients",
    "network_graph",
    "trace_graph",
    "train_graph",
    "values",
]
