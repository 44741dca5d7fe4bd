"""One row an activation: out = g(net), and its slope ∂out/∂net.

The functions take NumPy arrays and symbolic arrays alike, so the same row gives the value and the
formula. Arrays are batch-first: `net` and `out` are (samples, neurons).

A row has the forms that a person calculates with, and beside them, where those overflow or lose
digits, the stable ones that the engine calculates with. Where a person's form is accurate the stable
one *is* that form, to the last bit, so that the formula beside a number is the one that gave it.

Sources: S. Elfwing et al. 2018 (SiLU); D. Hendrycks and K. Gimpel 2016 (GELU, exact form with erf);
D.-A. Clevert et al. 2016 (ELU, α = 1). ReLU's slope at 0 is taken as 0, as in most texts.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import field
from typing import Any

import numpy as np

from tracer.formula import absolute, erf, exp, expm1, if_positive, maximum, softplus, tanh
from tracer.immutable import immutable

Array = Any
"""A NumPy array of floats, or an array of symbols that behaves like one."""

LEAK = 0.01
"""Slope of leaky_relu below zero."""

SATURATED = 8.0
"""Net input from which 1 − sigmoid is smaller than 4·10⁻⁴, and its last three digits are gone."""
NEAR_ONE = 1 / (1 + math.exp(-SATURATED))
"""The output there."""


@immutable
class Guarded:
    """stable(…) where near(…) is positive, usual(…) elsewhere: element by element, for any arrays.

    Of floats the stable form is calculated only where one of them needs it; what records operations
    writes down that choice as one of them, behind the two that it needs.
    """

    near: Callable[..., Array]
    stable: Callable[..., Array]
    usual: Callable[..., Array]

    def __call__(self, *arrays: Array) -> Array:
        """The array that the arguments come to, broadcast against each other."""
        near, usual = self.near(*arrays), self.usual(*arrays)
        if isinstance(near, np.ndarray):
            return self._chosen(near, usual, *arrays)
        if hasattr(near, "guarded"):
            return near.guarded(self._chosen, usual, *arrays)
        return if_positive(near, self.stable(*arrays), usual)

    def _chosen(self, near: Array, usual: Array, *arrays: Array) -> Array:
        if not near.item(near.argmax()) > 0:  # a fifth of the time of max() on small arrays
            return usual
        return if_positive(near, self.stable(*arrays), usual)


@immutable
class Activation:
    """out = value(net); ∂out/∂net = slope(net, out): the forms that a person calculates with.

    `stable_value` and `stable_slope` give the same without overflow and without lost digits; None
    where the person's forms do that already. `words` are the formula for tables of activations,
    `note` what else has to be known to get the same numbers (a parameter, the slope at a kink).

    `coupled`: every output depends on every net input of its layer, and the slope is the Jacobian
    (samples, out, net) in place of (samples, neurons); such a layer stands at the outputs, and
    `alone` says what a layer of a single neuron would give. `kink`: net input without a derivative.
    `switches`: below the kink the neuron is off, with value and slope 0.
    `outputs` and `slopes`: between which ends they lie.
    `also`: names that other people use, for hints. `called`: how libraries that differentiate by
    themselves write it, `$1` for the net input, where they have it with the same numbers and slopes, to
    the last digits and at the kink too; else its formula is written.
    """

    name: str
    value: Callable[[Array], Array]
    slope: Callable[[Array, Array], Array]
    coupled: bool = False
    kink: float | None = None
    stable_value: Callable[[Array], Array] | None = None
    stable_slope: Callable[[Array, Array], Array] | None = None
    words: str = ""
    note: str = ""
    alone: str = ""
    switches: bool = False
    outputs: tuple[float, float] = (-math.inf, math.inf)
    slopes: tuple[float, float] = (-math.inf, math.inf)
    also: tuple[str, ...] = ()
    called: Mapping[str, str] = field(default_factory=dict, hash=False)


def _sigmoid(net: Array) -> Array:
    """1/(1 + e^−net); e^−net may overflow to infinity, which gives the right limit 0."""
    return 1 / (1 + exp(-net))


def _sigmoid_slope(_net: Array, out: Array) -> Array:
    return out * (1 - out)


_stable_sigmoid_slope = Guarded(
    lambda net, _: net - SATURATED,
    lambda net, out: out / (1 + exp(net)),  # 1 − out is 1/(1 + e^net)
    _sigmoid_slope,
)


def _tanh_slope(_net: Array, out: Array) -> Array:
    return 1 - out * out


_stable_tanh_slope = Guarded(
    lambda net, _: absolute(net) - SATURATED / 2,  # tanh(net) is 2·sigmoid(2·net) − 1
    lambda net, _: (2 / (exp(net) + exp(-net))) ** 2,
    _tanh_slope,
)


def _elu_slope(net: Array, out: Array) -> Array:
    return if_positive(net, 1.0, out + 1)


_stable_elu_slope = Guarded(lambda net, _: -net - SATURATED, lambda net, _: exp(net), _elu_slope)


def _softmax(net: Array) -> Array:
    """out_j = e^net_j / Σ e^net_k."""
    powers = exp(net)
    return powers / powers.sum(axis=1, keepdims=True)


def _stable_softmax(net: Array) -> Array:
    """The same of net_j − max net_k, which changes nothing and can't overflow."""
    return _softmax(net - net.max(axis=1, keepdims=True))


def sum_of_others(out: Array) -> Array:
    """Σ out_k over k ≠ j, for each j: 1 − out_j of a softmax, with all its digits."""
    return (out[:, None, :] * (1 - np.eye(out.shape[1]))).sum(axis=2)


def _softmax_slope(_net: Array, out: Array) -> Array:
    """∂out_j/∂net_k = out_j·(δ_jk − out_k), as (samples, j, k)."""
    return out[:, :, None] * (np.eye(out.shape[1]) - out[:, None, :])


def _stable_softmax_slope(_net: Array, out: Array) -> Array:
    """The same with the sum of the other outputs in place of 1 − out_j, where out_j is near 1."""
    here = np.eye(out.shape[1])
    near = out[:, :, None] * here - NEAR_ONE
    others = sum_of_others(out)[:, :, None]
    return out[:, :, None] * if_positive(near, others, here - out[:, None, :])


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
        "sigmoid",
        _sigmoid,
        _sigmoid_slope,
        stable_slope=_stable_sigmoid_slope,
        outputs=(0.0, 1.0),
        slopes=(0.0, 0.25),
        words="1/(1 + e^−net)",
        also=("logistic", "logsig", "σ"),
        called={"torch": "torch.sigmoid($1)", "jax": "jax.nn.sigmoid($1)"},
    ),
    Activation(
        "tanh",
        tanh,
        _tanh_slope,
        stable_slope=_stable_tanh_slope,
        outputs=(-1.0, 1.0),
        slopes=(0.0, 1.0),
        words="(e^net − e^−net)/(e^net + e^−net)",
        also=("hyperbolic_tangent", "tansig"),
    ),
    Activation(
        "relu",
        lambda net: maximum(net, 0.0),
        lambda net, _: if_positive(net, 1.0, 0.0),
        kink=0.0,
        outputs=(0.0, math.inf),
        slopes=(0.0, 1.0),
        words="net above 0, else 0",
        note="the slope at {NET} = 0 is taken as 0",
        switches=True,
        also=("rectifier", "rectified_linear", "ramp"),
        called={"torch": "torch.relu($1)", "jax": "jax.nn.relu($1)"},
    ),
    Activation(
        "leaky_relu",
        lambda net: if_positive(net, net, LEAK * net),
        lambda net, _: if_positive(net, 1.0, LEAK),
        kink=0.0,
        slopes=(LEAK, 1.0),
        words=f"net above 0, else {LEAK:g}·net",
        note=f"the slope at {{NET}} = 0 is taken as {LEAK:g}",
        also=("lrelu",),
    ),
    Activation(
        "elu",
        lambda net: if_positive(net, net, expm1(net)),
        _elu_slope,
        stable_slope=_stable_elu_slope,
        outputs=(-1.0, math.inf),
        slopes=(0.0, 1.0),
        words="net above 0, else α·(e^net − 1)",
        note="α = 1",
        called={"torch": "torch.nn.functional.elu($1)", "jax": "jax.nn.elu($1)"},
    ),
    Activation(
        "softplus",
        softplus,
        lambda net, _: _sigmoid(net),
        outputs=(0.0, math.inf),
        slopes=(0.0, 1.0),
        words="ln(1 + e^net)",
        also=("smooth_relu",),
    ),
    Activation(
        "silu",
        lambda net: net * _sigmoid(net),
        _silu_slope,
        outputs=(-0.279, math.inf),
        slopes=(-0.1, 1.1),
        words="net/(1 + e^−net)",
        also=("swish",),
        called={"torch": "torch.nn.functional.silu($1)", "jax": "jax.nn.silu($1)"},
    ),
    Activation(
        "gelu",
        _gelu,
        _gelu_slope,
        outputs=(-0.17, math.inf),
        slopes=(-0.13, 1.13),
        words="net·Φ(net), with Φ(net) = ½·(1 + erf(net/√2))",
        note="the exact form, with erf; below net = −5 out and slope lose digits",
        called={
            "torch": "torch.nn.functional.gelu($1)",
            "jax": "jax.nn.gelu($1, approximate=False)",
        },
    ),
    Activation(
        "identity",
        lambda net: net,
        lambda net, _: net * 0 + 1,
        slopes=(1.0, 1.0),
        words="net",
        also=("linear", "none", "purelin"),
    ),
    Activation(
        "softmax",
        _softmax,
        _softmax_slope,
        coupled=True,
        stable_value=_stable_softmax,
        stable_slope=_stable_softmax_slope,
        outputs=(0.0, 1.0),
        slopes=(-0.25, 0.25),
        words="e^net divided by the sum of e^net over the layer",
        alone="always 1",
        also=("softargmax",),
        called={"torch": "torch.softmax($1, dim=1)", "jax": "jax.nn.softmax($1, axis=1)"},
    ),
)

ACTIVATIONS = {row.name: row for row in _ROWS}
"""The activations by the name that a configuration uses."""
