"""The parameters that a network starts with: numbers from the file, or drawn from its seed."""

from __future__ import annotations

import numpy as np

from tracer.config.models import BiasValues, InitModel, NetworkModel, Weights
from tracer.config.nodes import Path
from tracer.config.report import Report
from tracer.model.initializers import INITIALIZERS
from tracer.model.network import FloatArray, LayerParameters, Network, Parameters


def start(network: Network, model: NetworkModel, report: Report) -> Parameters:
    """(W, b) a layer, drawn layer by layer, weights before biases, from one random generator.

    Reports a scheme whose numbers come out too large for float64.
    """
    generator = np.random.default_rng(model.seed)
    parameters: list[LayerParameters] = []
    for index, (layer, given) in enumerate(zip(network.layers, model.layers or [], strict=True)):
        n, m = len(layer.neurons), len(layer.inputs)
        path: Path = ("network", "layers", index)
        assert given is not None
        assert given.weights is not None
        W = _values(given.weights, (n, m), (m, n), generator)
        _check_finite(W, (*path, "weights"), report)
        b = None
        if layer.bias_count and given.bias is not None:
            b = _values(given.bias, (layer.bias_count,), (m, n), generator)
            _check_finite(b, (*path, "bias"), report)
        parameters.append((W, b))
    return tuple(parameters)


def _values(
    given: Weights | BiasValues,
    shape: tuple[int, ...],
    fans: tuple[int, int],
    generator: np.random.Generator,
) -> FloatArray:
    if isinstance(given, InitModel):
        with np.errstate(all="ignore"):
            return INITIALIZERS[given.init].draw(generator, shape, fans, given.options)
    return np.full(shape, given) if isinstance(given, float) else np.array(given, dtype=float)


def _check_finite(values: FloatArray, path: Path, report: Report) -> None:
    if not np.isfinite(values).all():
        report.at(path, "drawn numbers are too large for float64", "use a smaller range")
