"""What a neuron does with its net input, as it stands in the lecture notes."""

from __future__ import annotations

import math
from collections.abc import Callable

Function = Callable[[float], float]

LEAK = 0.01


def value(activation: str, net: float, exponential: Function = math.exp) -> float:
    """The output; `exponential` is how e^x is taken (and perhaps rounded)."""
    match activation:
        case "sigmoid":
            return 1 / (1 + exponential(-net))
        case "tanh":
            up, down = exponential(net), exponential(-net)
            return (up - down) / (up + down) if exponential is not math.exp else math.tanh(net)
        case "relu":
            return max(net, 0.0)
        case "leaky_relu":
            return net if net > 0 else LEAK * net
        case "softplus":
            return math.log(1 + exponential(net))
        case _:
            return net


def slope(activation: str, net: float, out: float, exponential: Function = math.exp) -> float:
    """∂out/∂net, from out where the notes have it so."""
    match activation:
        case "sigmoid" | "softmax":
            return out * (1 - out)
        case "tanh":
            return 1 - out * out
        case "relu":
            return float(net > 0)
        case "leaky_relu":
            return 1.0 if net > 0 else LEAK
        case "softplus":
            return 1 / (1 + exponential(-net))
        case _:
            return 1.0
