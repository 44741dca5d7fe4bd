"""A network's forward pass as a scalar computation graph, split down to its nodes.

The engine's own formulas become the nodes (`net_h1`, `out_h1`, `E_o1`, `E_total`, `loss`), the
inputs, targets and parameters the graph's inputs. Its gradients come from differentiating formulas,
not from the engine's backward pass: two ways to the same numbers.
"""

from __future__ import annotations

from tracer.engine.trace import IterationTrace
from tracer.formula import (
    Call,
    Expression,
    Number,
    Symbol,
    children,
    if_positive,
    rebuild,
)
from tracer.graph.names import GraphNames, node_at
from tracer.graph.structure import Graph
from tracer.model.quantity import STATES, Kind, Phase, Quantity
from tracer.model.settings import STRENGTH

_OF_UPDATES = STATES | {Kind.LEARNING_RATE}
_PHASES = (Phase.GIVEN, Phase.FORWARD, Phase.ERRORS)


def network_graph(trace: IterationTrace, sample: int | None = None, *, fine: bool = False) -> Graph:
    """The graph of an iteration's loss; with `sample` (a row of `data`), of that one's `E_total`.

    `fine`: each elementary operation is a node of its own, `net_h1:1` the first one on the way to
    `net_h1`; what is calculated twice is shared. A choice (`a if x > 0 else b`) stays whole, for
    only one of its branches is calculated.
    """
    inputs: dict[Quantity, float] = {}
    splitter = _Splitter(trace)
    for stage, array in trace.arrays.items():
        if stage.mean or stage.kind.phase not in _PHASES or stage.kind in _OF_UPDATES:
            continue
        if stage.kind is Kind.SETTING and stage.slot != STRENGTH:
            continue
        for quantity in trace.batch.quantities(stage, array.shape):
            if sample is not None and quantity.sample not in (None, sample):
                continue
            formula = trace.formulas().formula(quantity)
            if formula is None:
                inputs[quantity] = trace.value(quantity)
            elif sample is None or stage.kind is not Kind.LOSS:
                splitter.add(quantity, formula, fine=fine)
    labels = {quantity: trace.names.name(quantity) for quantity in inputs} | splitter.labels
    output = list(splitter.nodes)[-1]
    return Graph(
        trace.experiment.title, inputs, splitter.nodes, output, GraphNames(labels, trace.names)
    )


class _Splitter:
    """Makes nodes of formulas, and of the operations inside them."""

    def __init__(self, trace: IterationTrace) -> None:
        self.nodes: dict[Quantity, Expression] = {}
        self.labels: dict[Quantity, str] = {}
        self._names = trace.names
        self._known: dict[Expression, Symbol] = {}

    def add(self, owner: Quantity, formula: Expression, *, fine: bool) -> None:
        """A node for the quantity, after those (`fine`) for the operations before its last one."""
        self._count, label = 0, self._names.name(owner)
        node = self._flat(formula, label) if fine else formula
        self.nodes[owner], self.labels[owner] = node, label
        self._known.setdefault(formula, Symbol(owner))

    def _flat(self, operation: Expression, label: str) -> Expression:
        """The operation on symbols and numbers alone."""
        if isinstance(operation, Call) and operation.function == if_positive.name:
            return operation
        return rebuild(operation, tuple(self._operand(p, label) for p in children(operation)))

    def _operand(self, part: Expression, label: str) -> Expression:
        """The part itself if it is a symbol or a number, else a symbol of a node for it."""
        if isinstance(part, Symbol | Number):
            return part
        if part not in self._known:
            flat = self._flat(part, label)
            self._count += 1
            node = node_at(len(self.nodes))
            self.nodes[node], self.labels[node] = flat, f"{label}:{self._count}"
            self._known[part] = Symbol(node)
        return self._known[part]
