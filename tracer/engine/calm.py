"""How large numbers may be so that a loss can't overflow where the parameters don't.

A network's error is at most the square of an output or a target, and an output a product of one number
a layer: while none of them is larger than the limit, nobody has to look at the loss of every iteration.
"""

from __future__ import annotations

import math

import numpy as np

from tracer.model.experiment import Data
from tracer.model.network import Network, State

_MOST_OUTPUT = 1e150
"""A number whose square float64 still holds, and a sum of many such."""
_MOST_PARAMETER = 1e100
"""The same of a square times the strength of a penalty."""


def limit_of(network: Network, data: Data) -> float:
    """L, so that (terms·L)ᵈ·x ≤ 1e150, with d layers of so many terms, and x the largest datum."""
    largest = max(float(np.abs(array).max(initial=1.0)) for array in (data.inputs, data.targets))
    terms = max(network.sizes) + 1
    room = math.pow(_MOST_OUTPUT / largest, 1 / network.depth)
    return min(room / terms, _MOST_PARAMETER)


def is_calm(state: State, limit: float) -> bool:
    """Whether no number of the state is larger than the limit."""
    return all(bool((np.abs(array) <= limit).all()) for array in state.arrays())
