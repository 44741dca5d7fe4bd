"""One row a loss: the errors E_o at the outputs, and ∂E_total/∂out.

`out` and `target` are (samples, outputs); a sample's loss E_total is the sum of its errors. The
functions take NumPy arrays and symbolic arrays alike. Where a loss is `matched` with an activation,
the factors of delta cancel to out − target, and the errors have a form in the net inputs that loses
no accuracy at saturated outputs (C. Bishop, "Pattern Recognition and Machine Learning", 4.3.6).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from enum import Enum

import numpy as np

from tracer.formula import exp, expm1, if_positive, log, log1p, softplus
from tracer.immutable import immutable
from tracer.model.activations import NEAR_ONE, Array, Guarded, sum_of_others

_BOTH_NEAR_ONE = 1 + NEAR_ONE
"""out + target from which out − target loses digits."""


class Family(Enum):
    """Losses that differ by a factor or in what they go with, and are taken for each other."""

    SQUARED = "squared errors"
    CROSS_ENTROPY = "cross-entropies"
    OTHER = "others"


@immutable
class Targets:
    """What targets may be: numbers from `least` to `most`, with a given sum; None for any sum.

    `classes`: they say to which class a sample belongs, 1 for that one and 0 for the others.
    """

    least: float = -math.inf
    most: float = math.inf
    total: float | None = None
    classes: bool = False

    @property
    def words(self) -> str:
        """`between 0 and 1`, `of 0 or more`, `of 1 or less`; empty where every number is allowed."""
        if math.isfinite(self.least) and math.isfinite(self.most):
            return f"between {self.least:g} and {self.most:g}"
        if math.isfinite(self.least):
            return f"of {self.least:g} or more"
        return f"of {self.most:g} or less" if math.isfinite(self.most) else ""


ANY_TARGETS = Targets()
"""Every number may be a target."""


@immutable
class Loss:
    """E_o = errors(out, target); ∂E_total/∂out_o = slope(out, target).

    `words` says the loss with its factor, for the conventions at the head of a result; in it, as in
    `cancelled`, {OUT} stands for that letter (see `tracer.model.words`). `factor`: of
    a squared error, what (target − out)² is multiplied by, from the number of outputs; `averaged`:
    that is a mean over the outputs. `outputs`: the activations that the output layer may have,
    empty for any.

    `matched`: the activation with which delta = out − target, and `cancelled` the sentence why.
    `errors_from_net(net, target)` is then the same as `errors`, in net inputs and as a person writes
    it; `stable_errors` the same again without overflow, where that form can have one;
    `stable_delta(net, out, target)` the same as out − target, which loses
    digits where both are near 1.

    `also`: names that other people use, for hints.
    """

    name: str
    words: str
    errors: Callable[[Array, Array], Array]
    slope: Callable[[Array, Array], Array]
    family: Family = Family.OTHER
    factor: Callable[[int], float] | None = None
    averaged: bool = False
    targets: Targets = ANY_TARGETS
    outputs: tuple[str, ...] = ()
    matched: str | None = None
    cancelled: str = ""
    errors_from_net: Callable[[Array, Array], Array] | None = None
    stable_errors: Callable[[Array, Array], Array] | None = None
    stable_delta: Callable[[Array, Array, Array], Array] | None = None
    also: tuple[str, ...] = ()


def _binary_cross_entropy(out: Array, target: Array) -> Array:
    return -(target * log(out) + (1 - target) * log(1 - out))


_binary_delta = Guarded(
    lambda _, out, target: out + target - _BOTH_NEAR_ONE,
    lambda net, _, target: (1 - target) - 1 / (1 + exp(net)),  # (1 − target) − (1 − out)
    lambda _, out, target: out - target,
)
_softmax_delta = Guarded(
    lambda _, out, target: out + target - _BOTH_NEAR_ONE,
    lambda _, out, target: (1 - target) - sum_of_others(out),  # (1 − target) − (1 − out)
    lambda _, out, target: out - target,
)


def _cross_entropy_from_net(net: Array, target: Array) -> Array:
    """target_j·ln(1 + Σ e^(net_k − net_j)) over the other net inputs, k ≠ j."""
    others = 1 - np.eye(net.shape[1])
    return target * log1p((exp(net[:, None, :] - net[:, :, None]) * others).sum(axis=2))


def _stable_cross_entropy(net: Array, target: Array) -> Array:
    """target_j·(ln Σ e^(net_k − top) − (net_j − top)), top the largest net input.

    The largest power is 1; it is left out of the sum and put back by log1p, so that nothing is lost
    where the others are tiny. Of several largest ones all but one count: e^0 is 1 + expm1(0).
    """
    below = net - net.max(axis=1, keepdims=True)
    others = if_positive(-below, exp(below), expm1(below)).sum(axis=1, keepdims=True)
    equals = if_positive(-below, 0.0, 1.0).sum(axis=1, keepdims=True) - 1
    return target * (log1p(others + equals) - below)


_ROWS = (
    Loss(
        "half_squared_error",
        "{TOTAL} = Σ ½·({TARGET} − {OUT})²",
        lambda out, target: 0.5 * (target - out) ** 2,
        lambda out, target: out - target,
        Family.SQUARED,
        factor=lambda _: 0.5,
        also=("half_sse", "half_mse"),
    ),
    Loss(
        "squared_error",
        "{TOTAL} = Σ ({TARGET} − {OUT})²",
        lambda out, target: (target - out) ** 2,
        lambda out, target: 2 * (out - target),
        Family.SQUARED,
        factor=lambda _: 1.0,
        also=("sse", "rss", "l2", "sum_of_squares", "sum_squared_error", "quadratic"),
    ),
    Loss(
        "mean_squared_error",
        "{TOTAL} = the mean over the outputs of ({TARGET} − {OUT})²",
        lambda out, target: (target - out) ** 2 / out.shape[1],
        lambda out, target: 2 * (out - target) / out.shape[1],
        Family.SQUARED,
        factor=lambda outputs: 1 / outputs,
        averaged=True,
        also=("mse", "mse_loss"),
    ),
    Loss(
        "binary_cross_entropy",
        "{TOTAL} = −Σ ({TARGET}·ln {OUT} + (1 − {TARGET})·ln(1 − {OUT}))",
        _binary_cross_entropy,
        lambda out, target: (out - target) / (out * (1 - out)),
        Family.CROSS_ENTROPY,
        targets=Targets(0.0, 1.0, classes=True),
        outputs=("sigmoid",),
        matched="sigmoid",
        cancelled="{OUT}·(1 − {OUT}) cancels in "
        "({OUT} − {TARGET})/({OUT}·(1 − {OUT})) · {OUT}·(1 − {OUT}).",
        errors_from_net=lambda net, target: target * softplus(-net) + (1 - target) * softplus(net),
        stable_delta=_binary_delta,
        also=("bce", "bce_loss", "bce_with_logits", "log_loss", "logistic"),
    ),
    Loss(
        "cross_entropy",
        "{TOTAL} = −Σ {TARGET}·ln {OUT}",
        lambda out, target: -(target * log(out)),
        lambda out, target: -(target / out),
        Family.CROSS_ENTROPY,
        targets=Targets(0.0, total=1.0, classes=True),
        outputs=("softmax",),
        matched="softmax",
        cancelled="Σ over j of −{TARGET}_j/{OUT}_j · {OUT}_j·((1 if j = k, else 0) − {OUT}_k) is "
        "{OUT}_k·Σ {TARGET}_j − {TARGET}_k, and the targets of a sample sum to 1.",
        errors_from_net=_cross_entropy_from_net,
        stable_errors=_stable_cross_entropy,
        stable_delta=_softmax_delta,
        also=(
            "ce",
            "nll",
            "crossentropy",
            "cross_entropy_loss",
            "categorical_cross_entropy",
            "sparse_categorical_cross_entropy",
            "softmax_cross_entropy",
        ),
    ),
)

LOSSES = {row.name: row for row in _ROWS}
"""The losses by the name that a configuration uses."""
