"""The text of a configuration's formulas → a `Graph`, or all that is wrong with them.

Nodes may be written in any order; they are sorted so that each comes after those that it uses, and
otherwise stay in the order of the file. The output is the node that is written last.
"""

from __future__ import annotations

import heapq
import re
from collections.abc import Mapping

from tracer.errors import ConfigError, Problem, did_you_mean
from tracer.formula import Expression, Symbol, SyntaxProblem, parse, replace, symbols
from tracer.graph.descent import states_of
from tracer.graph.names import GraphNames, node_at
from tracer.graph.structure import Graph
from tracer.model.experiment import GraphExperiment, GraphNode

Uses = dict[str, tuple[str, ...]]
"""The names that each node's formula uses."""


def build_graph(experiment: GraphExperiment) -> Graph:
    """The graph that a configuration describes.

    Raises:
        ConfigError: formulas that can't be read, unknown names, nodes that need each other; all at
            once, each with the place where it stands.
    """
    return _Builder(experiment).build()


class _Builder:
    """Gathers formulas and problems."""

    def __init__(self, experiment: GraphExperiment) -> None:
        self.experiment = experiment
        self.written = {node.name: node for node in experiment.nodes}
        self.problems: list[Problem] = []

    def build(self) -> Graph:
        """The graph; ConfigError with all the problems."""
        nodes = self._read()
        uses = {name: symbols(expression) for name, expression in nodes.items()}
        self._check_names(uses)
        order, rest = _sorted(uses)
        for cycle in _cycles({name: uses[name] for name in rest}):
            self._complain_of(cycle)
        if self.problems:
            raise ConfigError(self.problems)
        return self._graph({name: nodes[name] for name in order})

    def _graph(self, nodes: Mapping[str, Expression]) -> Graph:
        """The graph of these nodes, each name in their formulas replaced by what it refers to."""
        experiment, training = self.experiment, self.experiment.training
        known = {name: node_at(k) for k, name in enumerate((*experiment.inputs, *nodes))}
        meant = {name: Symbol(quantity) for name, quantity in known.items()}
        graph = Graph(
            experiment.title,
            {known[name]: value for name, value in experiment.inputs.items()},
            {known[name]: replace(formula, meant) for name, formula in nodes.items()},
            known[experiment.nodes[-1].name],
            GraphNames({quantity: name for name, quantity in known.items()}),
            training,
            tuple(known[name] for name in training.trainable) if training else (),
            source=experiment.source,
            file=experiment.file,
            written={known[name]: node for name, node in self.written.items()},
        )
        if training is None:
            return graph
        places = {known[name].index: name for name in training.trainable}
        states = {
            state: training.slots.get(state.stage.slot, {}).get(places[state.index], 0.0)
            for state in states_of(graph)
        }
        return graph.with_inputs({}, states)

    def _read(self) -> dict[str, Expression]:
        nodes = {}
        for node in self.experiment.nodes:
            try:
                nodes[node.name] = parse(node.text)
            except SyntaxProblem as problem:
                self._problem(node, problem.offset, problem.message)
        return nodes

    def _check_names(self, uses: Uses) -> None:
        """Reports names that nothing bears."""
        known = [*self.experiment.inputs, *self.written]
        for name, used in uses.items():
            for unknown in (word for word in used if word not in known):
                message = f"there is no input or node '{unknown}'"
                hint = did_you_mean(unknown, known) or f"there are {', '.join(known)}"
                node = self.written[name]
                self._problem(node, _offset(unknown, node.text), message, hint)

    def _complain_of(self, cycle: tuple[str, ...]) -> None:
        node = self.written[cycle[0]]
        message = f"the nodes need each other: {' → '.join((*cycle, cycle[0]))}"
        if len(cycle) == 1:
            message = f"'{node.name}' uses itself"
        used = cycle[1 % len(cycle)]
        self._problem(node, _offset(used, node.text), message, "a graph has no way back")

    def _problem(self, node: GraphNode, offset: int, message: str, hint: str = "") -> None:
        """A problem at a character of a formula, the formula below it with a caret."""
        line = " ".join(node.text.splitlines())
        below = f"    {line}", f"    {' ' * offset}^"
        path = f"graph.nodes.{node.name}"
        self.problems.append(
            Problem(
                self.experiment.file, node.line, node.column + offset, path, message, hint, below
            )
        )


def _offset(name: str, text: str) -> int:
    """Where the name stands in the formula, as a name and not as a function's."""
    found = re.search(rf"(?<!\w){re.escape(name)}(?!\w)(?!\s*\()", text)
    return found.start() if found else 0


def _sorted(uses: Uses) -> tuple[list[str], list[str]]:
    """(names in an order in which each comes after those it uses, names that have no such order).

    Of those that could come next, the first in the file does.
    """
    position = {name: index for index, name in enumerate(uses)}
    names = list(uses)
    waiting_for = {name: {used for used in uses[name] if used in position} for name in uses}
    users: dict[str, list[str]] = {name: [] for name in uses}
    for name, needed in waiting_for.items():
        for used in needed:
            users[used].append(name)
    ready = [position[name] for name, needed in waiting_for.items() if not needed]
    order: list[str] = []
    while ready:
        done = names[heapq.heappop(ready)]
        order.append(done)
        for name in users[done]:
            waiting_for[name].discard(done)
            if not waiting_for[name]:
                heapq.heappush(ready, position[name])
    placed = set(order)
    return order, [name for name in names if name not in placed]


def _cycles(rest: Mapping[str, tuple[str, ...]]) -> list[tuple[str, ...]]:
    """Cycles among nodes that wait for each other, none of them twice."""
    cycles = []
    while rest:
        name, way = next(iter(rest)), dict[str, None]()
        while name not in way:
            way[name] = None
            name = next(used for used in rest[name] if used in rest)
        names = list(way)
        cycle = tuple(names[names.index(name) :])
        cycles.append(min(cycle[i:] + cycle[:i] for i in range(len(cycle))))
        left = {node: uses for node, uses in rest.items() if node not in cycle}
        _, unsorted = _sorted(left)
        rest = {node: left[node] for node in unsorted}
    return cycles
