"""The observer that lets the engine go on with something else than what it calculated.

Stands beside the engine: training uses it for many iterations (as it is, or compiled), a trace for the
numbers of one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field, replace

import numpy as np

from tracer.digits.rounding import Rounding
from tracer.engine.rule import Rule
from tracer.engine.stages import UNTOUCHED, Observer
from tracer.immutable import immutable
from tracer.model.activations import Array
from tracer.model.network import Free
from tracer.model.quantity import BEFORE, OF_A_BIAS, Kind, Stage


@immutable
class Altered:
    """Every calculated number rounded, or a shared bias's gradient averaged, or both.

    `neurons`: for each layer whose shared bias gets the mean over its neurons in place of the sum,
    how many neurons that are. `free`: which parameters an update calculates, and so rounds.
    """

    rounding: Rounding | None = None
    neurons: Mapping[int, int] = field(default_factory=dict)
    free: tuple[Free, ...] = ()

    @property
    def detail(self) -> bool:
        """Whoever rounds writes the parts down too, and rounds them."""
        return self.rounding is not None

    @property
    def observer(self) -> Observer:
        """It, or the one that says that nothing is altered."""
        return UNTOUCHED if self is UNALTERED else self

    def rule(self, rule: Rule) -> Rule:
        """The rule as it is followed: by hand where numbers are rounded.

        Averaged gradients go by the chain rule.
        """
        if self.rounding is not None:
            return replace(rule, by_hand=True)
        return replace(rule, shortcut=False) if self.neurons else rule

    def change(self, stage: Stage, array: Array) -> Array:
        """The stage before it is rounded, for floats and for symbols."""
        if stage.kind is Kind.BIAS_GRADIENT and stage.layer in self.neurons:
            return array / self.neurons[stage.layer]
        return array

    def __call__(self, stage: Stage, array: Array) -> Array:
        """The array of floats to go on with."""
        changed = self.change(stage, array)
        if self.rounding is None or stage.is_given:
            return changed
        rounded = self.rounding.array(np.asarray(changed, dtype=float))
        if stage.kind in BEFORE and self.free:
            calculated = self.free[stage.layer - 1][stage.kind in OF_A_BIAS]
            return np.where(calculated, rounded, changed)
        return rounded


UNALTERED = Altered()
"""Goes on with what was calculated."""
