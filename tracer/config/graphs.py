"""A scalar computation graph as the file gives it; its formulas stay text here."""

from __future__ import annotations

import keyword

from tracer.config.fields import convert, kind, sound
from tracer.config.models import GraphConfig, GraphModel, GraphTrainingModel
from tracer.config.nodes import Node, Position
from tracer.config.report import Report
from tracer.errors import did_you_mean
from tracer.model.experiment import Expected, GraphExperiment, GraphNode, GraphTraining


def read_graph(
    config: GraphConfig, expected: tuple[Expected, ...], lines: list[str], report: Report
) -> GraphExperiment:
    """The graph; raises ConfigError when the report has problems.

    `lines` are the file's, to find where the text of a formula begins.
    """
    if config.graph is not None:
        _check_names(config.graph, report)
        if config.training is not None:
            _check_trainable(config.training, config.graph, report)
    report.raise_if_any()
    graph, training = sound(config.graph), config.training
    return convert(
        GraphExperiment,
        config,
        file=report.file,
        inputs=graph.inputs,
        nodes=tuple(_node(name, lines, report) for name in sound(graph.nodes)),
        training=training
        and convert(GraphTraining, training, trainable=tuple(sound(training.trainable))),
        expected=expected,
    )


def _check_names(graph: GraphModel, report: Report) -> None:
    inputs = graph.inputs or {}
    for part, names in (("inputs", inputs), ("nodes", graph.nodes or {})):
        for name in names:
            path = ("graph", part, name)
            if not name.isidentifier():
                hint = "names are made of letters, digits and _, without a digit in front"
                report.at_key(path, f"'{name}' can't be a name in a formula", hint)
            elif keyword.iskeyword(name):
                report.at_key(path, f"'{name}' is a reserved word", "choose another name")
            elif part == "nodes" and name in inputs:
                report.at_key(path, f"'{name}' is an input already", "choose another name")


def _check_trainable(training: GraphTrainingModel, graph: GraphModel, report: Report) -> None:
    inputs, names = graph.inputs, training.trainable or []
    for index, name in enumerate(names):
        path = ("training", "trainable", index)
        if inputs is not None and name not in inputs:
            hint = did_you_mean(name, list(inputs)) or f"there are {', '.join(inputs)}"
            report.at(path, f"'{name}' is not an input", hint)
        elif name in names[:index]:
            report.at(path, f"'{name}' stands twice", "leave one of them out")


def _node(name: str, lines: list[str], report: Report) -> GraphNode:
    node = report.root.find(("graph", "nodes", name))
    # A number keeps its digits as written; one in hexadecimal is no formula, and is written out.
    text = node.text if kind(node.value) == "text" or "0x" not in node.text else str(node.value)
    return GraphNode(name, text, *_start(node, lines))


def _start(node: Node, lines: list[str]) -> Position:
    """Where the first character of a scalar's text stands."""
    line, column = node.position
    if node.style in ("|", ">"):
        while line < len(lines) and not lines[line].strip():
            line += 1
        return line + 1, len(lines[line]) - len(lines[line].lstrip()) + 1
    return line, column + len(node.style)
