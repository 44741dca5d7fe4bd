"""The numbers of a graph as done by hand: each by its formula from rounded ones, and rounded.

What is given stays as it is: inputs, what the optimiser has kept at the start, the options, the
learning rate, and the 1 at the output.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from functools import cached_property

from tracer.digits.rounding import Rounding
from tracer.formula import EvaluationError, Expression, Key, Symbol, evaluate, symbols
from tracer.graph.structure import Graph
from tracer.graph.trace import GraphTrace
from tracer.model.quantity import Quantity


class RoundedTrace(GraphTrace):
    """A graph's trace in which every calculated number is rounded before it is used.

    A number that rounded ones don't give is NaN, and so is what stands on it. `gradients`, which has
    the edges too, stays that of the exact graph.
    """

    def __init__(self, graph: Graph, number: int, rounding: Rounding) -> None:
        super().__init__(graph, number)
        self.rounding = rounding

    @cached_property
    def forward(self) -> dict[Quantity, float]:
        """The rounded values of inputs and nodes, in the order of the calculation."""
        return {node: self._values[node] for node in self.graph.quantities}

    @cached_property
    def _values(self) -> dict[Key, float]:
        graph, rounded = self.graph, self.rounding.function()
        found: dict[Key, float] = {**graph.inputs, **graph.states}
        found[graph.gradient(graph.output)] = 1.0
        found |= self.given
        for identity, formula in self.formulas.items():
            if identity not in found:
                assert formula is not None
                found[identity] = _worked_out(formula, found, rounded)
        return found


def _worked_out(
    formula: Expression, known: Mapping[Key, float], rounded: Callable[[float], float]
) -> float:
    """The formula's value as one goes on with it; a copy is not rounded again."""
    if isinstance(formula, Symbol):
        return known[formula.key]
    if not all(math.isfinite(known[key]) for key in symbols(formula)):
        return math.nan
    try:
        return rounded(evaluate(formula, known))
    except EvaluationError:
        return math.nan
