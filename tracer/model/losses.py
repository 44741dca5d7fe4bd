"""One row a loss: the errors E_o at the outputs, and ∂E_total/∂out.

`out` and `target` are (samples, outputs); a sample's loss E_total is the sum of its errors. The
functions take NumPy arrays and symbolic arrays alike. Where a loss is `matched` with an activation,
the factors of delta cancel to out − target, and the errors have a form in the net inputs that loses
no accuracy at saturated outputs (C. Bishop, "Pattern Recognition and Machine Learning", 4.3.6).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tracer.formula import exp, log, softplus
from tracer.model.activations import Array


@dataclass(frozen=True, slots=True)
class Loss:
    """E_o = errors(out, target); ∂E_total/∂out_o = slope(out, target).

    `words` says the loss with its factor, for the conventions at the head of a result.
    `matched`: the activation with which delta = out − target; `errors_from_net(net, target)` is the
    same as `errors`, in net inputs. `also`: names that other people use, for hints.
    """

    name: str
    words: str
    errors: Callable[[Array, Array], Array]
    slope: Callable[[Array, Array], Array]
    matched: str | None = None
    errors_from_net: Callable[[Array, Array], Array] | None = None
    also: tuple[str, ...] = ()


def _binary_cross_entropy(out: Array, target: Array) -> Array:
    return -(target * log(out) + (1 - target) * log(1 - out))


def _cross_entropy_from_net(net: Array, target: Array) -> Array:
    """target_j·(log Σ e^net_k − net_j), the largest net input taken out of the sum for floats."""
    if hasattr(net, "max"):  # of symbols none is the greatest
        top = net.max(axis=1, keepdims=True)
        return target * (log(exp(net - top).sum(axis=1, keepdims=True)) - (net - top))
    return target * (log(exp(net).sum(axis=1, keepdims=True)) - net)


_ROWS = (
    Loss(
        "half_squared_error",
        "E_total = Σ ½·(target − out)²",
        lambda out, target: 0.5 * (target - out) ** 2,
        lambda out, target: out - target,
        also=("half_sse", "half_mse"),
    ),
    Loss(
        "squared_error",
        "E_total = Σ (target − out)²",
        lambda out, target: (target - out) ** 2,
        lambda out, target: 2 * (out - target),
        also=("sse", "rss", "l2", "sum_of_squares", "sum_squared_error", "quadratic"),
    ),
    Loss(
        "mean_squared_error",
        "E_total = the mean over the outputs of (target − out)²",
        lambda out, target: (target - out) ** 2 / out.shape[1],
        lambda out, target: 2 * (out - target) / out.shape[1],
        also=("mse", "mse_loss"),
    ),
    Loss(
        "binary_cross_entropy",
        "E_total = −Σ (target·ln out + (1 − target)·ln(1 − out))",
        _binary_cross_entropy,
        lambda out, target: (out - target) / (out * (1 - out)),
        matched="sigmoid",
        errors_from_net=lambda net, target: target * softplus(-net) + (1 - target) * softplus(net),
        also=("bce", "bce_loss", "bce_with_logits", "log_loss", "logistic"),
    ),
    Loss(
        "cross_entropy",
        "E_total = −Σ target·ln out",
        lambda out, target: -(target * log(out)),
        lambda out, target: -(target / out),
        matched="softmax",
        errors_from_net=_cross_entropy_from_net,
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
