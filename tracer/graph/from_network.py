"""A network's forward pass as a scalar computation graph, split down to its nodes.

The engine's own formulas become the nodes (`net_h1`, `out_h1`, `E_o1`, `E_total`, `loss`), the
inputs, targets and parameters the graph's inputs. Its gradients come from differentiating formulas,
not from the engine's backward pass: two ways to the same numbers.
"""

from __future__ import annotations

import numpy as np

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
from tracer.graph.structure import Graph
from tracer.model.quantity import Kind

_GIVEN = {Kind.INPUT, Kind.TARGET, Kind.WEIGHT, Kind.BIAS}
_FORWARD = {Kind.NET, Kind.OUT, Kind.ERROR, Kind.TOTAL, Kind.LOSS}


def network_graph(trace: IterationTrace, sample: int | None = None, *, fine: bool = False) -> Graph:
    """The graph of an iteration's loss; with `sample` (a row of `data`), of that one's `E_total`.

    `fine`: each elementary operation is a node of its own, `net_h1:1` the first one on the way to
    `net_h1`; what is calculated twice is shared. A choice (`a if x > 0 else b`) stays whole, for
    only one of its branches is calculated.
    """
    formulas, inputs = trace.formulas(), dict[str, float]()
    nodes: dict[str, Expression] = {}
    splitter = _Splitter(nodes)
    for stage, array in trace.arrays.items():
        if stage.mean or stage.kind not in _GIVEN | _FORWARD:
            continue
        for index in np.ndindex(array.shape):
            quantity = formulas.quantity(stage, index)
            if sample is not None and quantity.sample not in (None, sample):
                continue
            name = trace.names.name(quantity)
            formula = formulas.formula(quantity)
            if formula is None:
                inputs[name] = float(array[index])
            elif sample is None or stage.kind is not Kind.LOSS:
                nodes[name] = splitter.split(name, formula) if fine else formula
    return Graph(trace.experiment.title, inputs, nodes, list(nodes)[-1])


class _Splitter:
    """Makes nodes of the operations inside formulas."""

    def __init__(self, nodes: dict[str, Expression]) -> None:
        self._nodes = nodes
        self._known: dict[Expression, Symbol] = {}

    def split(self, owner: str, formula: Expression) -> Expression:
        """The formula's last operation, on names and numbers alone."""
        self._count, self._owner = 0, owner
        last = self._flat(formula)
        self._known.setdefault(formula, Symbol(owner))
        return last

    def _flat(self, operation: Expression) -> Expression:
        if isinstance(operation, Call) and operation.function == if_positive.name:
            return operation
        return rebuild(operation, tuple([self._operand(part) for part in children(operation)]))

    def _operand(self, part: Expression) -> Expression:
        """The part itself if it is a name or a number, else the name of a node for it."""
        if isinstance(part, Symbol | Number):
            return part
        if part not in self._known:
            flat = self._flat(part)
            self._count += 1
            name = f"{self._owner}:{self._count}"
            self._nodes[name] = flat
            self._known[part] = Symbol(name)
        return self._known[part]
