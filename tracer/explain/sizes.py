"""How large deltas and gradients are in each layer of a pass; what a vanishing gradient shows in."""

from __future__ import annotations

import math
import sys

import numpy as np

from tracer.engine.trace import IterationTrace
from tracer.immutable import immutable
from tracer.model.network import FloatArray
from tracer.model.quantity import Kind, Stage


@immutable
class Sizes:
    """Sizes over all samples of the batch and neurons of a layer.

    `mean` of |delta|, `rms` its root mean square, `largest` |delta|, and `gradient`, the Frobenius
    norm of ∂E/∂W. The ratios are to the layer above, one step nearer the outputs; None at the
    outputs, and where that one is zero.
    """

    layer: int
    mean: float
    rms: float
    largest: float
    gradient: float
    mean_ratio: float | None = None
    gradient_ratio: float | None = None


def layer_sizes(trace: IterationTrace) -> list[Sizes]:
    """The sizes of each layer, from the outputs back; beside an infinite number they mean nothing."""
    sizes: list[Sizes] = []
    with np.errstate(all="ignore"):
        for number in range(trace.experiment.network.depth, 0, -1):
            sizes.append(_sizes(trace, number, sizes[-1] if sizes else None))
    return sizes


def _sizes(trace: IterationTrace, number: int, above: Sizes | None) -> Sizes:
    deltas, unit = _scaled(trace.arrays[Stage(Kind.DELTA, number, trace.rule.batch_means)])
    mean = float(deltas.mean()) * unit
    gradient = gradient_norm(trace, number)
    return Sizes(
        number,
        mean,
        float(np.sqrt((deltas**2).mean())) * unit,
        float(deltas.max()) * unit,
        gradient,
        mean / above.mean if above and above.mean else None,
        gradient / above.gradient if above and above.gradient else None,
    )


def gradient_norm(trace: IterationTrace, layer: int) -> float:
    """The Frobenius norm of ∂E/∂W, W the weights that lead into the layer."""
    gradients, unit = _scaled(trace.arrays[Stage(Kind.WEIGHT_GRADIENT, layer)])
    with np.errstate(all="ignore"):
        return float(np.linalg.norm(gradients)) * unit


def _scaled(array: FloatArray) -> tuple[FloatArray, float]:
    """|array| with its largest number below 1, and the power of 2 that it is to be multiplied by.

    So neither squares nor sums leave the range of float64, and no digit changes.
    """
    sizes = np.abs(array)
    exponent = min(math.frexp(float(sizes.max(initial=0.0)))[1], sys.float_info.max_exp - 1)
    return np.ldexp(sizes, -exponent), math.ldexp(1.0, exponent)
