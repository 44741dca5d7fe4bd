"""The formula of every quantity: the engine, run on symbols.

The observer here keeps the expression that the engine calculated for a stage, and lets it go on with
fresh symbols, so that each quantity's formula stands in the named quantities right before it:
`delta_h1 = dE/dout_h1 * dout/dnet_h1`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from tracer.engine.passes import Rule, step
from tracer.formula import Expression, Symbol
from tracer.formula.symbolic import Index, SymbolArray
from tracer.model.activations import Array
from tracer.model.names import LEARNING_RATE, Names
from tracer.model.network import Bias, Parameters
from tracer.model.quantity import Kind, Quantity, Stage


class Formulas:
    """Formulas for a batch of the given samples (rows of `data`, counted from 0).

    `shortcut`: delta at the outputs as out − target where loss and activation are matched, and the
    errors and the slopes of saturated neurons in the net inputs; otherwise by the chain rule and by
    the rows' own formulas. Neither has what guards floats against overflow.
    """

    def __init__(
        self,
        names: Names,
        rule: Rule,
        rows: Sequence[int],
        *,
        shortcut: bool = False,
        detail: bool = True,
    ) -> None:
        self.detail = detail
        self.names = names
        self.rows = tuple(rows)
        self._position = {row: position for position, row in enumerate(self.rows)}
        self._derived: dict[Stage, SymbolArray] = {}
        network, samples = names.network, len(self.rows)
        lr = Symbol(LEARNING_RATE) if rule.learning_rate is not None else None
        step(
            network,
            replace(rule, shortcut=shortcut, guarded=False, learning_rate=lr),
            self._parameters(),
            self._symbols(Stage(Kind.INPUT, 0), (samples, len(network.inputs))),
            self._symbols(Stage(Kind.TARGET, network.depth), (samples, len(network.outputs))),
            self,
        )

    def __call__(self, stage: Stage, array: Array) -> Array:
        """Keep the stage's expressions; go on with symbols that bear its quantities' names."""
        self._derived[stage] = array
        return self._symbols(stage, array.shape)

    @property
    def stages(self) -> dict[Stage, Index]:
        """The calculated stages in the order of the calculation, with their arrays' shapes."""
        return {stage: array.shape for stage, array in self._derived.items()}

    def formula(self, quantity: Quantity) -> Expression | None:
        """The expression that gives the quantity; None for what is given and not calculated."""
        array = self._derived.get(quantity.stage)
        return None if array is None else array.element(self._place(quantity))

    def quantity(self, stage: Stage, index: Index) -> Quantity:
        """The quantity at a place of a stage's array."""
        if stage.of_a_sample:
            return Quantity(stage, index[1:], self.rows[index[0]])
        return Quantity(stage, index[1:] if stage.mean else index)

    def _place(self, quantity: Quantity) -> Index:
        if quantity.stage.of_a_sample:
            return (self._position[quantity.sample or 0], *quantity.index)
        return (0, *quantity.index) if quantity.stage.mean else quantity.index

    def _symbols(self, stage: Stage, shape: Index) -> SymbolArray:
        return SymbolArray(
            shape, lambda index: Symbol(self.names.name(self.quantity(stage, index)))
        )

    def _parameters(self) -> Parameters:
        return tuple(
            (
                self._symbols(
                    Stage(Kind.WEIGHT, layer.number), (len(layer.neurons), len(layer.inputs))
                ),
                None
                if layer.bias is Bias.NONE
                else self._symbols(Stage(Kind.BIAS, layer.number), (layer.bias_count,)),
            )
            for layer in self.names.network.layers
        )
