"""The parameters that a network starts with: numbers from the file or from others, or drawn.

First they are read and their shapes checked, as far as the layers' sizes are known; drawn they are
once the whole network stands.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import cache
from typing import TypeAlias

import numpy as np

from tracer.config.matrices import Shape, read_numbers, shape_in_words
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
    return W if _matches(W.shape, (neurons, inputs), path, report, hint) else None


def _from_file(
    model: WeightFileModel, neurons: int | None, inputs: int | None, path: KeyPath, report: Report
) -> FloatArray | None:
    transposed = model.layout == "in_out"
    layout = "out_in" if transposed else "in_out"
    hint = "a row of the file is an input" if transposed else "a row of the file is a neuron"

    def fits(shape: Shape) -> bool:
        if model.layout is None:
            return False
        if len(shape) != 2:
            report.at(path, f"{shape_in_words(shape)}; {_expected(neurons, inputs)}")
            return False
        turned, wanted = shape[::-1] if transposed else shape, (neurons, inputs)
        return _matches(turned, wanted, path, report, hint, f"write layout: {layout}")

    W = read_numbers(model, path, report, fits)
    return W.T if W is not None and transposed else W


def _matches(
    shape: Shape,
    wanted: tuple[int | None, int | None],
    path: KeyPath,
    report: Report,
    hint: str,
    transpose: str = "",
) -> bool:
    """Whether a matrix has a row a neuron and a column an input; if not, it is a problem."""
    rows, columns = shape
    neurons, inputs = wanted
    if rows == (neurons or rows) and columns == (inputs or columns):
        return True
    message = f"{counted(rows, 'row')} of {columns}; {_expected(neurons, inputs)}"
    if shape == (inputs, neurons):
        report.at(path, f"{message}: transposed?", transpose)
    else:
        report.at(path, message, hint)
    return False


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
    match given:
        case None | str():
            return None
        case list():
            b = np.array(given, dtype=float)
            return b if _are_as_many(b.shape, neurons, path, report) else None
        case BiasFileModel():
            read = read_numbers(
                given, path, report, lambda shape: _are_as_many(shape, neurons, path, report)
            )
            return None if read is None else read.ravel()
    return given


def _are_as_many(shape: Shape, neurons: int | None, path: KeyPath, report: Report) -> bool:
    """Whether it is a number for each neuron; if not, it is a problem."""
    one, count = str(path[-1]), math.prod(shape)
    if count != max(shape, default=1):
        report.at(path, f"{shape_in_words(shape)}; expected one {one} for each neuron")
        return False
    if neurons is not None and count != neurons:
        several, alone = _OFFSETS[one]
        hint = f"one for each neuron, or a number without brackets for {alone}"
        report.at(path, f"{counted(count, one, several)}; expected {neurons}", hint)
        return False
    return True


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
