"""The formula of every quantity: the engine, run on symbols.

The observer here keeps the expression that the engine calculated for a stage, and lets it go on with
fresh symbols, so that each quantity's formula stands in the quantities right before it:
`delta_h1 = dE/dout_h1 * dout/dnet_h1`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from tracer.engine.batches import Batch
from tracer.engine.observers import UNALTERED, Altered
from tracer.engine.passes import step
from tracer.engine.rule import Rule
from tracer.formula import Expression, Symbol
from tracer.formula.lazy import Index, SymbolArray, one_symbol
from tracer.model.activations import Array
from tracer.model.network import Bias, Network, Parameters, State
from tracer.model.quantity import Kind, Quantity, Stage


class Formulas:
    """Formulas for one iteration's batch.

    `shortcut`: delta at the outputs as out − target where loss and activation are matched, and the
    errors and the slopes of saturated neurons in the net inputs; otherwise by the chain rule and by
    the rows' own formulas. Neither has what guards floats against overflow. A rule that is followed by
    hand has one formula for each number: out − target, and else the rows' own.

    `guarded`: for a program, not for people: what guards floats is in them. `t` then stands for the
    number of the update, and `altered` is what the program goes on with.
    """

    def __init__(
        self,
        network: Network,
        rule: Rule,
        batch: Batch,
        *,
        shortcut: bool = False,
        guarded: bool = False,
        altered: Altered = UNALTERED,
        t: Symbol | None = None,
    ) -> None:
        self.detail = True
        self.batch, self._altered = batch, altered
        self.shapes: dict[Stage, Index] = {}
        self._derived: dict[Stage, SymbolArray] = {}
        samples, moment = len(batch), rule.moment(batch.iteration, self._given)
        step(
            network,
            replace(rule, shortcut=shortcut or rule.by_hand, guarded=guarded),
            self._state(network, rule),
            self._symbols(Stage(Kind.INPUT, 0), (samples, len(network.inputs))),
            self._symbols(Stage(Kind.TARGET, network.depth), (samples, len(network.outputs))),
            self,
            moment if t is None else replace(moment, t=one_symbol(t)),
        )

    def __call__(self, stage: Stage, array: Array) -> Array:
        """Keep the stage's expressions; go on with symbols of its quantities."""
        self._derived[stage] = self._altered.change(stage, array)
        return self._symbols(stage, array.shape)

    def _given(self, stage: Stage, value: Any) -> Array:
        """A symbol for a number that the iteration is given; a scheduled rate has a formula."""
        if isinstance(value, SymbolArray):
            return self(stage, value)
        return self._symbols(stage, ())

    @property
    def stages(self) -> dict[Stage, Index]:
        """The calculated stages in the order of the calculation, with their arrays' shapes."""
        return {stage: array.shape for stage, array in self._derived.items()}

    @property
    def elements(self) -> dict[Stage, Callable[[Index], Expression]]:
        """The calculated stages in order, each as the formulas of the places in its array."""
        return {stage: array.element for stage, array in self._derived.items()}

    def formula(self, quantity: Quantity) -> Expression | None:
        """The expression that gives the quantity; None for what is given and not calculated."""
        array = self._derived.get(quantity.stage)
        return None if array is None else array.element(self.batch.place(quantity))

    def _symbols(self, stage: Stage, shape: Index) -> SymbolArray:
        self.shapes[stage] = shape
        return SymbolArray(shape, lambda place: Symbol(self.batch.quantity(stage, place)))

    def _state(self, network: Network, rule: Rule) -> State:
        slots = rule.optimizer.slots if rule.free is not None else {}
        return State(
            self._like(network, Kind.WEIGHT, Kind.BIAS),
            {slot: self._like(network, Kind.WEIGHT_STATE, Kind.BIAS_STATE, slot) for slot in slots},
        )

    def _like(self, network: Network, weight: Kind, bias: Kind, slot: str = "") -> Parameters:
        """Symbols in the shapes of the parameters."""
        return tuple(
            (
                self._symbols(
                    Stage(weight, layer.number, slot=slot), (len(layer.neurons), len(layer.inputs))
                ),
                None
                if layer.bias is Bias.NONE
                else self._symbols(Stage(bias, layer.number, slot=slot), (layer.bias_count,)),
            )
            for layer in network.layers
        )
