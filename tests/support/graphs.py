"""Computation graphs for the tests: from a few lines of text, and the shipped ones."""

from __future__ import annotations

from functools import cache

from support.paths import CONFIGS, EXAMPLES
from tracer.config import load
from tracer.graph.building import build_graph
from tracer.graph.structure import Graph
from tracer.graph.timeline import GraphTimeline
from tracer.graph.trace import GraphTrace
from tracer.model.experiment import GraphExperiment, GraphNode, GraphTraining

COLUMN = 9
"""Where the formulas of `described` begin, as in a file."""


def described(
    inputs: dict[str, float], nodes: dict[str, str], training: GraphTraining | None = None
) -> GraphExperiment:
    """The experiment of a file `g.yaml` that has the nodes on lines 4, 5, …."""
    written = [
        GraphNode(name, text, line, COLUMN) for line, (name, text) in enumerate(nodes.items(), 4)
    ]
    return GraphExperiment("a graph", "g.yaml", inputs, tuple(written), training)


def built(
    inputs: dict[str, float], nodes: dict[str, str], training: GraphTraining | None = None
) -> Graph:
    return build_graph(described(inputs, nodes, training))


def timeline(
    inputs: dict[str, float], nodes: dict[str, str], training: GraphTraining | None = None
) -> GraphTimeline:
    """The way that the graph's training goes."""
    experiment = described(inputs, nodes, training)
    return GraphTimeline(experiment, build_graph(experiment))


def traced_graph(inputs: dict[str, float], **nodes: str) -> GraphTrace:
    return GraphTrace(built(inputs, nodes))


def shipped_graph(name: str) -> GraphExperiment:
    """A bundled example that is a graph."""
    experiment = load(CONFIGS / f"{name}.yaml")
    assert isinstance(experiment, GraphExperiment)
    return experiment


@cache
def shipped_graphs() -> dict[str, GraphExperiment]:
    """The bundled examples that are graphs."""
    loaded = {path.stem: load(path) for path in EXAMPLES}
    return {name: e for name, e in loaded.items() if isinstance(e, GraphExperiment)}
