"""The parameters that a network starts with: numbers from the file or from others, or drawn.

First they are read and their shapes checked, as far as the layers' sizes are known; drawn they are
once the whole network stands.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import TypeAlias

import numpy as np

from tracer.config.matrices import read_numbers, shape_in_words
from tracer.config.nodes import KeyPath
from tracer.config.report import Report, counted
from tracer.config.values import (
    BiasFileModel,
    BiasValues,
    RowModel,
    ThresholdValues,
    WeightFileModel,
    Weights,
)
from tracer.model.initializers import INITIALIZERS
from tracer.model.network import FloatArray, LayerParameters, Network, Parameters

Given: TypeAlias = float | FloatArray | RowModel
"""One number for all, the numbers themselves, or a scheme that draws them."""


def read_weights(
    given: Weights | None, neurons: int | None, inputs: int | None, path: KeyPath, report: Report
) -> Given | None:
    """A layer's weights, (neurons, inputs); None where the file has a problem."""
    match given:
        case list():
            return _from_rows(given, neurons, inputs, path, report)
        case WeightFileModel():
            return _from_file(given, neurons, inputs, path, report)
    return given


def _from_rows(
    rows: list[list[float]], neurons: int | None, inputs: int | None, path: KeyPath, report: Report
) -> FloatArray | None:
    lengths = [len(row) for row in rows]
    ragged = next((row for row, length in enumerate(lengths) if length != lengths[0]), None)
    if ragged is not None:
        message = (
            f"row {ragged + 1} has {counted(lengths[ragged], 'number')}, row 1 has {lengths[0]}"
        )
        report.at((*path, ragged), message, _expected(neurons, inputs))
        return None
    W = np.array(rows, dtype=float)
    hint = "a row is a neuron, a column is an input"
    return _matching(W, neurons, inputs, path, report, hint)


def _from_file(
    model: WeightFileModel, neurons: int | None, inputs: int | None, path: KeyPath, report: Report
) -> FloatArray | None:
    W = read_numbers(model, path, report)
    if W is None or model.layout is None:
        return None
    if W.ndim != 2:
        report.at(path, f"{shape_in_words(W)}; {_expected(neurons, inputs)}")
        return None
    transposed = model.layout == "in_out"
    layout = "out_in" if transposed else "in_out"
    hint = "a row of the file is an input" if transposed else "a row of the file is a neuron"
    return _matching(
        W.T if transposed else W, neurons, inputs, path, report, hint, f"write layout: {layout}"
    )


def _matching(
    W: FloatArray,
    neurons: int | None,
    inputs: int | None,
    path: KeyPath,
    report: Report,
    hint: str,
    transpose: str = "",
) -> FloatArray | None:
    """The matrix if it has a row a neuron and a column an input, else a problem."""
    rows, columns = W.shape
    if rows == (neurons or rows) and columns == (inputs or columns):
        return W
    message = f"{counted(rows, 'row')} of {columns}; {_expected(neurons, inputs)}"
    if W.shape == (inputs, neurons):
        report.at(path, f"{message}: transposed?", transpose)
    else:
        report.at(path, message, hint)
    return None


def _expected(neurons: int | None, inputs: int | None) -> str:
    if neurons is None or inputs is None:
        return "expected " + (
            counted(neurons, "row") if neurons else f"rows of {inputs or 'one length'}"
        )
    return f"expected {counted(neurons, 'row')} of {inputs}"


_OFFSETS = {
    "bias": ("biases", "one that the layer shares"),
    "threshold": ("thresholds", "the same in all of them"),
}
"""The key of a layer's biases or thresholds: the word for several, what one number is."""


def read_biases(
    given: BiasValues | ThresholdValues | None, neurons: int | None, path: KeyPath, report: Report
) -> Given | None:
    """A layer's biases or thresholds, (neurons,); or one number; None where there are none.

    The number is a bias that the layer shares, or what each neuron's own threshold starts with.
    """
    one = str(path[-1])
    match given:
        case None | str():
            return None
        case list():
            b = np.array(given, dtype=float)
        case BiasFileModel():
            read = read_numbers(given, path, report)
            if read is None:
                return None
            if read.size != max(read.shape, default=1):
                report.at(path, f"{shape_in_words(read)}; expected one {one} for each neuron")
                return None
            b = read.ravel()
        case _:
            return given
    if neurons is not None and len(b) != neurons:
        several, alone = _OFFSETS[one]
        hint = f"one for each neuron, or a number without brackets for {alone}"
        report.at(path, f"{counted(len(b), one, several)}; expected {neurons}", hint)
        return None
    return b


def start(
    network: Network,
    weights: Sequence[Given | None],
    offsets: Sequence[Given | None],
    seed: int,
    report: Report,
) -> Parameters:
    """(W, b) a layer, drawn layer by layer, weights before biases, from one random generator.

    Reports a scheme whose numbers come out too large for float64.
    """
    generator = cache(lambda: np.random.default_rng(seed))  # NumPy's module of it takes 4 ms
    parameters: list[LayerParameters] = []
    for index, layer in enumerate(network.layers):
        n, m = len(layer.neurons), len(layer.inputs)
        path: KeyPath = ("network", "layers", index)
        given, offset = weights[index], offsets[index]
        assert given is not None
        W = _values(given, (n, m), (m, n), generator)
        _check_finite(W, (*path, "weights"), report)
        b = None
        if offset is not None:
            b = _values(offset, (layer.bias_count,), (m, n), generator)
            key = "threshold" if layer.has_thresholds else "bias"
            _check_finite(b, (*path, key), report)
        parameters.append((W, b))
    return tuple(parameters)


def _values(
    given: Given,
    shape: tuple[int, ...],
    fans: tuple[int, int],
    generator: Callable[[], np.random.Generator],
) -> FloatArray:
    if isinstance(given, RowModel):
        with np.errstate(all="ignore"):
            return INITIALIZERS[given.row].draw(generator(), shape, fans, given.options)
    return np.full(shape, given) if isinstance(given, float) else np.array(given, order="C")


def _check_finite(values: FloatArray, path: KeyPath, report: Report) -> None:
    if not np.isfinite(values).all():
        report.at(path, "drawn numbers are too large for float64", "use a smaller range")
