"""The trace of a graph: every number with its formula, as `IterationTrace` has them for a network.

A value is known by its node, a gradient as a derivative of the output, an input after the update by
itself: what explains a network's numbers by `value` and `formula` explains a graph's.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cached_property
from typing import Any

from tracer.errors import UnknownNameError
from tracer.formula import Expression, Key, NodeGradient, Symbol, symbols
from tracer.formula import replace as put_in
from tracer.graph.calculation import gradients, values
from tracer.graph.names import RATE, GraphNames, updated
from tracer.graph.structure import Graph, gradient_formulas
from tracer.model.optimizers import OPTIMIZERS, Update
from tracer.model.quantity import Identity, Kind, Quantity, Stage, at

OPTIMIZER = "sgd"
"""The rule by which trainable inputs change."""


class GraphTrace(Mapping[Identity, float]):
    """The numbers of one iteration: forwards, backwards and, with training, the update.

    A number that can't be calculated raises GraphValueError when it is looked at.
    """

    def __init__(self, graph: Graph, number: int = 1) -> None:
        self.graph, self.number = graph, number
        graph.names.know(list(self.formulas))

    @property
    def names(self) -> GraphNames:
        """Of the graph's numbers."""
        return self.graph.names

    @cached_property
    def forward(self) -> dict[Quantity, float]:
        """The values of inputs and nodes, in the order of the calculation."""
        return values(self.graph)

    @cached_property
    def gradients(self) -> dict[Quantity, NodeGradient]:
        """Each input's and node's gradient and its edges, inputs first."""
        return gradients(self.graph)

    @property
    def result(self) -> float:
        """The value of the output."""
        return self.forward[self.graph.output]

    @cached_property
    def formulas(self) -> dict[Key, Expression | None]:
        """The formulas of all numbers in the order of the calculation; None for what is given.

        Identities, here and in the formulas, as of iteration 1.
        """
        graph = self.graph
        formulas: dict[Key, Expression | None] = dict.fromkeys(graph.inputs)
        if graph.training:
            formulas[RATE] = None
        formulas.update(graph.nodes)
        for node, formula in gradient_formulas(graph).items():
            formulas[graph.gradient(node)] = formula
        for node in graph.trainable:
            gradient = Symbol(graph.gradient(node))
            formulas[updated(node)] = _stepped(Symbol(node), gradient, Symbol(RATE))
        return formulas

    def order(self) -> Iterator[Identity]:
        """All numbers: values, gradients from the output back, what the update makes."""
        return (at(identity, self.number) for identity in self.formulas)

    def find(self, text: str) -> Identity:
        """The number that a text means in this iteration.

        Raises:
            UnknownNameError: nothing is called so, or it belongs to another iteration.
        """
        identity = self.names.parse(text)
        if "@" in text and identity.iteration != self.number:
            raise UnknownNameError(f"'{text}': this is iteration {self.number}")
        return at(identity, self.number)

    def value(self, identity: Identity) -> float:
        """The number."""
        earlier = identity.iteration == self.number - 1
        if earlier and isinstance(identity, Quantity) and identity.kind is Kind.NEW_NODE:
            identity = replace(identity, stage=Stage(Kind.NODE, 0))  # what this one starts from
        return self._values[at(identity, 1)]

    def formula(self, identity: Identity, *, shortcut: bool = False) -> Expression | None:
        """The formula of the number; None for what is given.

        `dtotal/dapple` is the sum of its contributions: upstream gradient times local derivative.
        Nothing cancels in a graph, so the short cut is the same.
        """
        del shortcut
        if identity.iteration != self.number:
            return None  # made by the iteration before
        first = at(identity, 1)
        if self.number > 1 and first in self.graph.trainable and isinstance(first, Quantity):
            return Symbol(at(updated(first), self.number - 1))
        formula = self.formulas[first]
        if formula is None or self.number == 1:
            return formula
        return put_in(formula, {key: Symbol(at(key, self.number)) for key in symbols(formula)})

    def rank(self, identity: Identity) -> tuple[int, ...]:
        """Sorts numbers into the order of the calculation."""
        return (identity.iteration, self._places[at(identity, 1)])

    @cached_property
    def _places(self) -> dict[Identity, int]:
        return {identity: place for place, identity in enumerate(self.formulas)}

    @cached_property
    def _values(self) -> dict[Key, float]:
        graph = self.graph
        found: dict[Key, float] = {**self.forward}
        for node, gradient in self.gradients.items():
            found[graph.gradient(node)] = gradient.gradient
        if graph.training:
            rate = found[RATE] = graph.training.learning_rate
            for node in graph.trainable:
                found[updated(node)] = _stepped(found[node], self.gradients[node].gradient, rate)
        return found

    def __getitem__(self, identity: Identity) -> float:
        return self.value(identity)

    def __iter__(self) -> Iterator[Identity]:
        return self.order()

    def __len__(self) -> int:
        return len(self.formulas)


def _stepped(parameter: Any, gradient: Any, rate: Any) -> Any:
    """The input after the update, for numbers and for symbols."""
    return OPTIMIZERS[OPTIMIZER].step(Update(parameter, gradient, rate))
