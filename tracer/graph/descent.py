"""The update of a graph's trainable inputs: the optimiser's step, run on symbols.

The engine's own update (`tracer.engine.update`) takes the trainable inputs as one array of parameters;
what it observes are the formulas here, one for each input.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from tracer.engine.rule import Moment, Rule
from tracer.engine.stages import RATE, UNTOUCHED, T
from tracer.engine.update import Group, updated
from tracer.formula import Expression, Key, Symbol
from tracer.formula.lazy import Index, SymbolArray, one_symbol
from tracer.graph.structure import Graph
from tracer.model.activations import Array
from tracer.model.quantity import STATE_OF, Kind, Quantity, Stage

_INPUTS = Stage(Kind.NODE, 0)


def rule_of(graph: Graph) -> Rule:
    """The conventions that a graph's training states."""
    training = graph.training
    if training is None:
        return Rule()
    return Rule(
        optimizer=training.optimizer,
        initial=training.learning_rate,
        schedule=training.schedule,
        clip=training.clip,
        earlier=training.updates,
        free=((True, True),),
    )


def states_of(graph: Graph) -> list[Quantity]:
    """What the optimiser keeps of each trainable input, letter by letter."""
    training = graph.training
    slots = training.optimizer.slots if training else {}
    return [
        replace(node, stage=Stage(STATE_OF[Kind.NODE], 0, slot=slot))
        for slot in slots
        for node in graph.trainable
    ]


def moment_of(rule: Rule) -> Moment:
    """What an iteration is given, as symbols."""
    settings = {slot: Quantity(Stage(Kind.SETTING, 0, slot=slot)) for slot in rule.settings()}
    symbols = {slot: one_symbol(Symbol(setting)) for slot, setting in settings.items()}
    return Moment(one_symbol(Symbol(RATE)), one_symbol(Symbol(T)), symbols)


def update_formulas(graph: Graph, rule: Rule, moment: Moment) -> dict[Key, Expression]:
    """The formulas of everything that an update calculates, in its order."""
    observer = _Formulas(graph)
    group = Group(
        _INPUTS,
        observer.symbols(lambda node: node),
        observer.symbols(graph.gradient),
        True,
        {
            slot: observer.symbols(_placed(Stage(Kind.NODE_STATE, 0, slot=slot)))
            for slot in rule.optimizer.slots
        },
    )
    updated(rule, moment, [group], observer)
    return observer.found


def _placed(stage: Stage) -> Callable[[Quantity], Quantity]:
    """The number of that stage that belongs to an input."""
    return lambda node: replace(node, stage=stage)


class _Formulas:
    """The observer that keeps each input's expression, and goes on with symbols."""

    detail = UNTOUCHED.detail

    def __init__(self, graph: Graph) -> None:
        self.found: dict[Key, Expression] = {}
        self._nodes = graph.trainable

    def __call__(self, stage: Stage, array: Array) -> Array:
        """Symbols of what was observed."""
        if not array.shape:
            whole = Quantity(stage)
            self.found[whole] = array.element(())
            return one_symbol(Symbol(whole))
        identity = _placed(stage)
        for place, node in enumerate(self._nodes):
            self.found[identity(node)] = array.element((place,))
        return self.symbols(identity)

    def symbols(self, identity: Callable[[Quantity], Any]) -> SymbolArray:
        """A symbol for each trainable input."""
        nodes = self._nodes

        def element(index: Index) -> Expression:
            return Symbol(identity(nodes[index[0]]))

        return SymbolArray((len(nodes),), element)
