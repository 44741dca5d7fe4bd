"""One row an activation: out = g(net), and its slope ∂out/∂net.

The functions take NumPy arrays and symbolic arrays alike, so the same row gives the value and the
formula. Arrays are batch-first: `net` and `out` are (samples, neurons).

Sources: S. Elfwing et al. 2018 (SiLU); D. Hendrycks and K. Gimpel 2016 (GELU, exact form with erf);
D.-A. Clevert et al. 2016 (ELU, α = 1). ReLU's slope at 0 is taken as 0, as in most texts.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from tracer.formula import erf, exp, expm1, if_positive, maximum, softplus, tanh

Array = Any
"""A NumPy array of floats, or an array of symbols that behaves like one."""

LEAK = 0.01
"""Slope of leaky_relu below zero."""


@dataclass(frozen=True, slots=True)
class Activation:
    """out = value(net); ∂out/∂net = slope(net, out).

    `coupled`: every output depends on every net input of its layer, and the slope is the Jacobian
    (samples, out, net) in place of (samples, neurons). `kink`: net input without a derivative.
    `also`: names that other people use, for hints.
    """

    name: str
    value: Callable[[Array], Array]
    slope: Callable[[Array, Array], Array]
    coupled: bool = False
    kink: float | None = None
    also: tuple[str, ...] = ()


def _sigmoid(net: Array) -> Array:
    """1/(1 + e^−net); e^−net may overflow to infinity, which gives the right limit 0."""
    return 1 / (1 + exp(-net))


def _softmax(net: Array) -> Array:
    """out_j = e^net_j / Σ e^net_k; floats are shifted by their maximum, which changes nothing."""
    powers = exp(net - net.max(axis=1, keepdims=True)) if hasattr(net, "max") else exp(net)
    return powers / powers.sum(axis=1, keepdims=True)


def _softmax_slope(_net: Array, out: Array) -> Array:
    """∂out_j/∂net_k = out_j·(δ_jk − out_k), as (samples, j, k)."""
    return out[:, :, None] * (np.eye(out.shape[1]) - out[:, None, :])


def _silu_slope(net: Array, out: Array) -> Array:
    """s + out·(1 − s), with s = 1/(1 + e^−net)."""
    sigmoid = _sigmoid(net)
    return sigmoid + out * (1 - sigmoid)


def _gelu(net: Array) -> Array:
    """net·Φ(net), Φ the normal distribution function, (1 + erf(net/√2))/2."""
    return net * (0.5 * (1 + erf(net / math.sqrt(2))))


def _gelu_slope(net: Array, _out: Array) -> Array:
    """Φ(net) + net·φ(net), φ the normal density e^(−net²/2)/√(2π)."""
    density = exp(-0.5 * (net * net)) / math.sqrt(2 * math.pi)
    return 0.5 * (1 + erf(net / math.sqrt(2))) + net * density


_ROWS = (
    Activation(
        "sigmoid", _sigmoid, lambda _, out: out * (1 - out), also=("logistic", "logsig", "σ")
    ),
    Activation("tanh", tanh, lambda _, out: 1 - out * out, also=("hyperbolic_tangent", "tansig")),
    Activation(
        "relu",
        lambda net: maximum(net, 0.0),
        lambda net, _: if_positive(net, 1.0, 0.0),
        kink=0.0,
        also=("rectifier", "rectified_linear", "ramp"),
    ),
    Activation(
        "leaky_relu",
        lambda net: if_positive(net, net, LEAK * net),
        lambda net, _: if_positive(net, 1.0, LEAK),
        kink=0.0,
        also=("lrelu",),
    ),
    Activation(
        "elu",
        lambda net: if_positive(net, net, expm1(net)),
        lambda net, out: if_positive(net, 1.0, out + 1),
    ),
    Activation("softplus", softplus, lambda net, _: _sigmoid(net), also=("smooth_relu",)),
    Activation("silu", lambda net: net * _sigmoid(net), _silu_slope, also=("swish",)),
    Activation("gelu", _gelu, _gelu_slope),
    Activation(
        "identity", lambda net: net, lambda net, _: net * 0 + 1, also=("linear", "none", "purelin")
    ),
    Activation("softmax", _softmax, _softmax_slope, coupled=True, also=("softargmax",)),
)

ACTIVATIONS = {row.name: row for row in _ROWS}
"""The activations by the name that a configuration uses."""
