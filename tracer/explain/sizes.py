"""How large deltas and gradients are in each layer of a pass; what a vanishing gradient shows in."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tracer.engine.trace import IterationTrace
from tracer.model.quantity import Kind, Stage


@dataclass(frozen=True, slots=True)
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
    """The sizes of each layer, from the outputs back."""
    sizes: list[Sizes] = []
    for number in range(trace.experiment.network.depth, 0, -1):
        sizes.append(_sizes(trace, number, sizes[-1] if sizes else None))
    return sizes


def _sizes(trace: IterationTrace, number: int, above: Sizes | None) -> Sizes:
    deltas = np.abs(trace.arrays[Stage(Kind.DELTA, number, trace.rule.batch_means)])
    mean = float(deltas.mean())
    gradient = float(np.linalg.norm(trace.arrays[Stage(Kind.WEIGHT_GRADIENT, number)]))
    return Sizes(
        number,
        mean,
        float(np.sqrt((deltas**2).mean())),
        float(deltas.max()),
        gradient,
        mean / above.mean if above and above.mean else None,
        gradient / above.gradient if above and above.gradient else None,
    )
