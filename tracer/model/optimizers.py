"""One row an optimiser: the parameter after the update, from the one before and its gradient."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tracer.model.activations import Array


@dataclass(frozen=True, slots=True)
class Optimizer:
    """parameter⁺ = update(parameter, gradient, learning rate)."""

    name: str
    words: str
    update: Callable[[Array, Array, Array], Array]


_ROWS = (
    Optimizer(
        "sgd",
        "w+ = w − learning rate · ∂E/∂w",
        lambda parameter, gradient, learning_rate: parameter - learning_rate * gradient,
    ),
)

OPTIMIZERS = {row.name: row for row in _ROWS}
"""The optimisers by the name that a configuration uses."""
