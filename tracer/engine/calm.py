"""How large numbers may be so that none can overflow where the parameters don't.

A network's error is at most the square of an output or a target, and an output a product of one number
a layer: while none of them is larger than the limit, nobody has to look at the numbers of every
iteration. Beyond it somebody has to: a net input of infinity gives a sigmoid of 1, and a gradient of
infinity, clipped, is a step like any other.
"""

from __future__ import annotations

import math

import numpy as np

from tracer.engine.stages import Observer
from tracer.model.activations import Array
from tracer.model.experiment import Data
from tracer.model.network import Network, State
from tracer.model.quantity import Stage

_MOST_OUTPUT = 1e150
"""A number whose square float64 still holds, and a sum of many such."""
_MOST_PARAMETER = 1e100
"""The same of a square times the strength of a penalty."""
_MOST_DATUM = 1e100
"""The same of a square, and of a gradient, which is a product of a datum and what comes back."""


def limit_of(network: Network, data: Data) -> float:
    """L, so that (terms·L)ᵈ·x ≤ 1e150, with d layers of so many terms, and x the largest datum.

    Below 0, so that nothing is calm, where a datum alone is too large.
    """
    largest = max(float(np.abs(array).max(initial=1.0)) for array in (data.inputs, data.targets))
    if largest > _MOST_DATUM:
        return -1.0
    terms = max(network.sizes) + 1
    room = math.pow(_MOST_OUTPUT / largest, 1 / network.depth)
    return min(room / terms, _MOST_PARAMETER)


def is_calm(state: State, limit: float) -> bool:
    """Whether no number of the state is larger than the limit."""
    return all(bool((np.abs(array) <= limit).all()) for array in state.arrays())


class Soundness:
    """The observer that looks whether every number is finite; those that cancel out don't count."""

    detail = False

    def __init__(self, network: Network, observe: Observer) -> None:
        self.sound = True
        self._network, self._observe = network, observe

    def __call__(self, stage: Stage, array: Array) -> Array:
        """Goes on with what the other observer makes of it."""
        array = self._observe(stage, array)
        self.sound &= self._network.cancels(stage) or bool(np.isfinite(array).all())
        return array
