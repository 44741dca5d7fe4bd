"""Clipping: what reaches the optimiser of a gradient that is too large, after the penalty.

Symbols: g the gradient of one parameter, c the limit, ‖g‖ the norm of all gradients together, of the
parameters that are not fixed.

Source: R. Pascanu, T. Mikolov, Y. Bengio, "On the difficulty of training recurrent neural networks"
(2013).
"""

from __future__ import annotations

from tracer.formula.primitives import maximum, minimum
from tracer.immutable import immutable
from tracer.model.activations import Array

CLIPS = {
    "norm": "g·c/‖g‖ where ‖g‖ of all gradients together is more than c",
    "value": "each gradient between −c and c",
}
"""The ways to clip by the key that a configuration uses."""


@immutable
class Clip:
    """`by` is one of `CLIPS`; `each`: the norm is each array's own, which no file states."""

    by: str
    limit: float
    each: bool = False

    @property
    def waits(self) -> bool:
        """Whether all gradients have to be known first."""
        return self.by == "norm" and not self.each

    @property
    def setting(self) -> str:
        """How formulas call the limit."""
        return f"clip_{self.by}"

    def numbers(self) -> dict[str, float]:
        """The limit by its name."""
        return {self.setting: self.limit}

    def scaled(self, gradient: Array, norm: Array, limit: Array) -> Array:
        """g / max(1, ‖g‖/c), which divides by nothing that can be 0."""
        return gradient / maximum(1.0, norm / limit)

    def cut(self, gradient: Array, limit: Array) -> Array:
        """max(−c, min(g, c))."""
        return maximum(-limit, minimum(gradient, limit))
