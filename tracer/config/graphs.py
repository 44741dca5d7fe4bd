"""A scalar computation graph as the file gives it; its formulas stay text here."""

from __future__ import annotations

import keyword
import unicodedata
from collections.abc import Mapping

from tracer.config.descent import Descent, read_descent
from tracer.config.fields import convert, kind, sound
from tracer.config.graph_models import GraphConfig, GraphModel, GraphTrainingModel
from tracer.config.nodes import Node, Position
from tracer.config.report import Report, counted
from tracer.config.state import known_slots
from tracer.errors import did_you_mean
from tracer.graph.names import NORM
from tracer.model.experiment import Expected, GraphExperiment, GraphNode, GraphTraining
from tracer.model.letters import CLIPPED
from tracer.model.names import LEARNING_RATE


def read_graph(
    config: GraphConfig, expected: tuple[Expected, ...], lines: list[str], report: Report
) -> GraphExperiment:
    """The graph; raises ConfigError when the report has problems.

    `lines` are the file's, to find where the text of a formula begins.
    """
    descent, kept = None, {}
    if config.training is not None:
        descent = read_descent(config.training, report)
        kept = _kept(config.training, descent, report)
    if config.graph is not None:
        _check_names(config.graph, _of_update(config.training, descent), report)
        if config.training is not None:
            _check_trainable(config.training, config.graph, report)
    report.raise_if_any()
    graph, training = sound(config.graph), config.training
    return convert(
        GraphExperiment,
        config,
        file=report.file,
        inputs={_as_read(name): value for name, value in sound(graph.inputs).items()},
        nodes=tuple(_node(name, lines, report) for name in sound(graph.nodes)),
        training=training
        and descent
        and convert(
            GraphTraining,
            training,
            trainable=tuple(map(_as_read, sound(training.trainable))),
            slots=kept,
            updates=descent.updates or 0,
            **descent.settings(),
        ),
        expected=expected,
    )


def _kept(
    training: GraphTrainingModel, descent: Descent, report: Report
) -> dict[str, dict[str, float]]:
    """What the optimiser starts with, by its letters and the trainable inputs; 0 where left out."""
    trainable = [_as_read(name) for name in training.trainable or []]
    found: dict[str, dict[str, float]] = {}
    for slot, given in known_slots(training, descent.optimizer, report):
        place = ("training", "state", slot)
        if isinstance(given, list) and len(given) != len(trainable):
            inputs = counted(len(trainable), "trainable input")
            message = f"{counted(len(given), 'number')} for {inputs}"
            report.at(place, message, f"they stand in the order {', '.join(trainable)}")
        elif isinstance(given, list):
            found[slot] = dict(zip(trainable, given, strict=True))
        elif given is not None:
            known = {_as_read(name): value for name, value in given.items()}
            for name in given:
                if _as_read(name) not in trainable:
                    hint = did_you_mean(name, trainable) or f"there are {', '.join(trainable)}"
                    report.at_key((*place, name), f"'{name}' is not a trainable input", hint)
            found[slot] = {name: known.get(name, 0.0) for name in trainable}
    return found


def _as_read(name: str) -> str:
    """The name as formulas have it: Python reads µ as μ there, and é of two characters as of one."""
    return unicodedata.normalize("NFKC", name)


def _of_update(training: GraphTrainingModel | None, descent: Descent | None) -> dict[str, str]:
    """The names of the numbers of an update, each in words; none without training."""
    if training is None or descent is None:
        return {}
    found = {LEARNING_RATE: "the learning rate"} | descent.named()
    letters: dict[str, str] = {}
    if descent.optimizer is not None:
        letters = {**descent.optimizer.slots, **descent.optimizer.corrected}
    if descent.clip is not None:
        letters[CLIPPED] = "the gradient after clipping"
        if descent.clip.by == "norm":
            found[NORM] = "the norm of all gradients together"
    for x in map(_as_read, training.trainable or []):
        found |= {f"{letter}_{x}": f"{words}, of '{x}'" for letter, words in letters.items()}
    return found


def _check_names(graph: GraphModel, of_update: Mapping[str, str], report: Report) -> None:
    first: dict[str, tuple[str, str]] = {}
    for part, names in (("inputs", graph.inputs or {}), ("nodes", graph.nodes or {})):
        for name in names:
            path = ("graph", part, name)
            other, among = first.setdefault(_as_read(name), (name, part))
            if not name.isidentifier() or "·" in _as_read(name):  # a sign of multiplication
                hint = "names are made of letters, digits and _, without a digit in front"
                report.at_key(path, f"'{name}' can't be a name in a formula", hint)
            elif keyword.iskeyword(_as_read(name)):
                report.at_key(path, f"'{name}' is a reserved word", "choose another name")
            elif other != name:
                message = f"'{name}' is the same as '{other}' in a formula"
                report.at_key(path, message, "choose another name")
            elif among != part:
                report.at_key(path, f"'{name}' is an input already", "choose another name")
            elif _as_read(name) in of_update:
                message = f"'{name}' is the name of {of_update[_as_read(name)]}"
                report.at_key(path, message, "choose another name")


def _check_trainable(training: GraphTrainingModel, graph: GraphModel, report: Report) -> None:
    inputs = None if graph.inputs is None else [_as_read(name) for name in graph.inputs]
    names = [_as_read(name) for name in training.trainable or []]
    for index, name in enumerate(names):
        path = ("training", "trainable", index)
        if inputs is not None and name not in inputs:
            hint = did_you_mean(name, inputs) or f"there are {', '.join(inputs)}"
            report.at(path, f"'{name}' is not an input", hint)
        elif name in names[:index]:
            report.at(path, f"'{name}' stands twice", "leave one of them out")


def _node(name: str, lines: list[str], report: Report) -> GraphNode:
    node = report.root.find(("graph", "nodes", name))
    # A number keeps its digits as written; one in hexadecimal is no formula, and is written out.
    text = node.text if kind(node.value) == "text" or "0x" not in node.text else str(node.value)
    return GraphNode(_as_read(name), text, *_start(node, lines))


def _start(node: Node, lines: list[str]) -> Position:
    """Where the first character of a scalar's text stands."""
    line, column = node.position
    if node.style in ("|", ">"):
        while line < len(lines) and not lines[line].strip():
            line += 1
        return line + 1, len(lines[line]) - len(lines[line].lstrip()) + 1
    return line, column + len(node.style)
