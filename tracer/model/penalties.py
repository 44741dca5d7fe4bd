"""Penalties on the size of parameters: what they add to the loss, and to each gradient.

Symbols: λ the strength, w a penalised parameter, m the samples of the batch. Three factors are in
use, and sources seldom say which: ½λΣw² (`half`), λΣw² (`whole`), λ/(2m)·Σw² (`per_sample`).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tracer.formula.primitives import absolute, sign
from tracer.immutable import immutable
from tracer.model.activations import Array
from tracer.model.quantity import Kind


@immutable
class Factor:
    """`of_value(λ, m)` stands before Σw², `of_slope(λ, m)` before w; `words` is the penalty."""

    words: str
    of_value: Callable[[Any, int], Any]
    of_slope: Callable[[Any, int], Any]


FACTORS = {
    "half": Factor("½·λ·Σ w²", lambda strength, _: 0.5 * strength, lambda strength, _: strength),
    "whole": Factor("λ·Σ w²", lambda strength, _: strength, lambda strength, _: 2 * strength),
    "per_sample": Factor(
        "λ/(2m)·Σ w²",
        lambda strength, samples: strength / (2 * samples),
        lambda strength, samples: strength / samples,
    ),
}
"""The published forms of the L2 penalty."""


@immutable
class Norm:
    """One kind of penalty: what is summed over the parameters, and its slope; `l1` has one form.

    `kink`: whether there is no slope where a parameter is 0.
    """

    name: str
    summed: Callable[[Array], Array]
    slope: Callable[[Array], Array]
    forms: tuple[str, ...]
    kink: bool = False


NORMS = {
    row.name: row
    for row in (
        Norm("l2", lambda w: w**2, lambda w: w, tuple(FACTORS)),
        Norm("l1", absolute, sign, ("whole",), kink=True),
    )
}
COVERED = {
    "weights": frozenset({Kind.WEIGHT}),
    "parameters": frozenset({Kind.WEIGHT, Kind.BIAS}),
}
"""Which parameters a penalty may be of."""


ENTERS = {
    "gradient": "the penalty is coupled: its slope is part of the gradient",
    "clipped": "clipping comes before the penalty, whose slope is added to the clipped gradient",
    "step": "the decay is decoupled: w − step − lr·slope, and the optimiser doesn't see it",
    "alone": "the decay is decoupled, and isn't multiplied by the learning rate: w − step − slope",
    "update": "the update adds the penalty's slope to the gradient, which is written without it",
    "optimizer": "the optimiser adds the penalty (weight decay): loss and gradient are without it",
}
"""Where the slope of a penalty comes in; configurations state the first."""


@immutable
class Penalty:
    """`kind` is a row of `NORMS`, `form` one of `FACTORS` (of `l1` there is λΣ|w| alone).

    `enters`: where its slope comes in, one of `ENTERS`.
    """

    strength: float
    kind: str = "l2"
    form: str = "half"
    of: str = "weights"
    enters: str = "gradient"

    def covers(self, kind: Kind) -> bool:
        """Whether parameters of that kind are penalised."""
        return kind in COVERED[self.of]

    @property
    def is_apart(self) -> bool:
        """Whether its slope is no part of the gradient, but comes in later."""
        return self.enters != "gradient"

    @property
    def reaches_optimizer(self) -> bool:
        """Whether its slope, though apart, is in what reaches the optimiser."""
        return self.enters in ("clipped", "update", "optimizer")

    @property
    def is_in_loss(self) -> bool:
        """Whether the loss has it."""
        return self.enters != "optimizer"

    @property
    def has_kink(self) -> bool:
        """Whether a parameter of 0 has no derivative of it; its slope is taken as 0 there."""
        return NORMS[self.kind].kink

    def value(self, summed: Array, strength: Array, samples: int) -> Array:
        """½·λ·Σw², from Σw²."""
        if self.kind == "l1":
            return strength * summed
        return FACTORS[self.form].of_value(strength, samples) * summed

    def summed(self, parameters: Array) -> Array:
        """What is added up, of each parameter: w², |w|."""
        return NORMS[self.kind].summed(parameters)

    def slope(self, parameters: Array, strength: Array, samples: int) -> Array:
        """∂penalty/∂w: λ·w; λ·sign(w), which is 0 at 0."""
        slope = NORMS[self.kind].slope(parameters)
        if self.kind == "l1":
            return strength * slope
        return FACTORS[self.form].of_slope(strength, samples) * slope

    @property
    def words(self) -> str:
        """The penalty as a formula in words."""
        return "λ·Σ |w|" if self.kind == "l1" else FACTORS[self.form].words
