"""The trace of a graph: every number with its formula, as `IterationTrace` has them for a network.

A value is known by its node, a gradient as a derivative of the output, an input after the update by
itself: what explains a network's numbers by `value` and `formula` explains a graph's.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cached_property, partial
from typing import Any

from tracer.engine.rule import Moment
from tracer.engine.stages import RATE
from tracer.errors import UnknownNameError
from tracer.formula import (
    EvaluationError,
    Expression,
    Key,
    NodeGradient,
    Symbol,
    evaluate,
    symbols,
)
from tracer.formula import replace as put_in
from tracer.formula.lazy import SymbolArray, one_symbol
from tracer.graph.calculation import GraphValueError, gradients, values
from tracer.graph.descent import rule_of, update_formulas
from tracer.graph.names import GraphNames
from tracer.graph.structure import Graph, gradient_formulas
from tracer.model.quantity import BEFORE, Identity, Quantity, Stage, after_update, at


class GraphTrace(Mapping[Identity, float]):
    """The numbers of one iteration: forwards, backwards and, with training, the update.

    A number that can't be calculated raises GraphValueError when it is looked at.
    """

    def __init__(self, graph: Graph, number: int = 1) -> None:
        self.graph, self.number = graph, number
        self.rule = rule_of(graph)
        graph.names.know(list(self.formulas))

    @property
    def names(self) -> GraphNames:
        """Of the graph's numbers."""
        return self.graph.names

    @cached_property
    def moment(self) -> Moment:
        """What the iteration is given: learning rate, options, the number of its update."""
        return self.rule.moment(self.number)

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
        formulas: dict[Key, Expression | None] = dict.fromkeys((*graph.inputs, *graph.states))
        moment = self.rule.moment(self.number, partial(_given, formulas))
        formulas.update(graph.nodes)
        for node, formula in gradient_formulas(graph).items():
            formulas[graph.gradient(node)] = formula
        if graph.training:
            formulas.update(update_formulas(graph, self.rule, moment))
        return formulas

    def order(self) -> Iterator[Identity]:
        """All numbers: values, gradients from the output back, what the update makes."""
        return (at(identity, self.number) for identity in self.formulas)

    def calculated(self) -> Iterator[Identity]:
        """Those that the iteration itself works out: nothing that is given, no learning rate."""
        formulas = self.formulas
        return (
            at(key, self.number)
            for key, formula in formulas.items()
            if formula is not None and key != RATE
        )

    def find(self, text: str) -> Identity:
        """The number that a text means in this iteration.

        Raises:
            UnknownNameError: nothing is called so, or it belongs to another iteration.
        """
        identity = self.names.parse(text)
        here = at(identity, self.number)
        if "@" in text and identity != here:
            raise UnknownNameError(f"'{text}': this is iteration {self.number}")
        return here

    def value(self, identity: Identity) -> float:
        """The number."""
        earlier = identity.iteration == self.number - 1
        if earlier and isinstance(identity, Quantity) and identity.kind in BEFORE:
            # what this iteration starts from
            stage = replace(identity.stage, kind=BEFORE[identity.kind])
            identity = replace(identity, stage=stage)
        return self._values[at(identity, 1)]

    def formula(self, identity: Identity, *, shortcut: bool = False) -> Expression | None:
        """The formula of the number; None for what is given.

        `dtotal/dapple` is the sum of its contributions: upstream gradient times local derivative.
        Nothing cancels in a graph, so the short cut is the same.
        """
        del shortcut
        if identity.iteration != self.number and at(identity, self.number) != identity:
            return None  # made by the iteration before
        first = at(identity, 1)
        changed = first in self.graph.trainable or first in self.graph.states
        if self.number > 1 and changed and isinstance(first, Quantity):
            return Symbol(at(after_update(first), self.number - 1))
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
    def given(self) -> dict[Key, float]:
        """The options of the training, and the iteration's learning rate."""
        found: dict[Key, float] = {}
        self.rule.moment(self.number, partial(_kept, found))
        return found

    @cached_property
    def _values(self) -> dict[Key, float]:
        graph = self.graph
        found: dict[Key, float] = {**self.forward, **graph.states}
        for node, gradient in self.gradients.items():
            found[graph.gradient(node)] = gradient.gradient
        if graph.training:
            found |= self.given
            for identity in self.formulas:
                if identity not in found:
                    found[identity] = self._calculated(identity, found)
        return found

    def _calculated(self, identity: Identity, known: Mapping[Key, float]) -> float:
        """A number of the update; GraphValueError where it has no value."""
        formula = self.formulas[identity]
        assert formula is not None
        try:
            return float(evaluate(formula, known))
        except EvaluationError as error:
            raise GraphValueError(self.graph, identity, error.reason) from error

    def __getitem__(self, identity: Identity) -> float:
        return self.value(identity)

    def __iter__(self) -> Iterator[Identity]:
        return self.order()

    def __len__(self) -> int:
        return len(self.formulas)


def _given(formulas: dict[Key, Expression | None], stage: Stage, value: Any) -> SymbolArray:
    """A symbol for what an iteration is given; a scheduled rate has a formula."""
    identity = Quantity(stage)
    formulas[identity] = value.element(()) if isinstance(value, SymbolArray) else None
    return one_symbol(Symbol(identity))


def _kept(found: dict[Key, float], stage: Stage, value: float) -> float:
    found[Quantity(stage)] = value
    return value
