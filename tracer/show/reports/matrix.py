"""The four equations with this network's matrices, their shapes and their products.

For one sample, vectors are columns, as in the books; δ of layer l is (n, 1), its W (n, m):

    BP1  δ^L = ∂E/∂out^L ⊙ g′(net^L)               at the outputs
    BP2  δ^l = (W^(l+1))ᵀ δ^(l+1) ⊙ g′(net^l)      in the layers before
    BP3  ∂E/∂b^l = δ^l
    BP4  ∂E/∂W^l = δ^l (out^(l−1))ᵀ

The numbers are those that the engine has recorded. Source of the names BP1 to BP4: M. Nielsen,
"Neural Networks and Deep Learning", chapter 2.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from tracer.engine.trace import IterationTrace
from tracer.model.network import Bias, FloatArray, Layer
from tracer.model.quantity import Kind, Stage
from tracer.show.document import (
    Block,
    Cell,
    Content,
    Heading,
    Inline,
    Matrix,
    MatrixEquation,
    Name,
    Text,
    Value,
    Warn,
)
from tracer.show.reports.selection import Selection, sample_heading
from tracer.show.reports.tables import cell
from tracer.show.reports.updates import batch_heading

_SIDE = 8
"""The longest side of a matrix that is shown in full."""

Part = Inline | Matrix


def matrix(trace: IterationTrace, selection: Selection) -> Iterator[Block]:
    """Forward, then layer by layer from the outputs back BP1 or BP2, BP3, BP4; then the updates."""
    means = trace.rule.batch_means
    for position in selection.positions(trace):
        yield from sample_heading(trace, position)
        yield from _Equations(trace, position).forward()
        if trace.experiment.data is not None:
            yield from _Equations(trace, position).backward(only_outputs=means)
    yield from selection.remark(trace)
    if trace.experiment.data is None:
        return
    yield from batch_heading(trace)
    if means:
        yield Warn("Products of batch means: not a gradient.")
        yield from _Equations(trace, 0, mean=True).backward()
    elif len(trace.rows) > 1:
        yield from _reduced(trace)
    yield from _updates(trace)


@dataclass(frozen=True, slots=True)
class _Equations:
    """The equations of one sample of the batch, or (`mean`) those with means over it."""

    trace: IterationTrace
    position: int
    mean: bool = False

    def forward(self) -> Iterator[Block]:
        """net = W out_before + b, out = g(net)."""
        for layer in self.trace.experiment.network.layers:
            number = layer.number
            yield Heading(f"Layer {number}: {layer.activation.name}", 4)
            bias: list[Part] = [] if layer.bias is Bias.NONE else [" + ", self._bias(layer)]
            product: list[Part] = [self._weights(layer), " ", self._out(number - 1), *bias]
            yield _equation(Name(f"net[{number}]"), product, self._column(Kind.NET, number))
            applied: list[Part] = ["g(", self._column(Kind.NET, number), ")"]
            yield _equation(Name(f"out[{number}]"), applied, self._column(Kind.OUT, number))

    def backward(self, *, only_outputs: bool = False) -> Iterator[Block]:
        """BP1 or BP2, BP3 and BP4 of each layer, from the outputs back; or BP1 alone."""
        for layer in reversed(self.trace.experiment.network.layers):
            yield Heading(f"Back through layer {layer.number}", 4)
            yield from self._delta(layer)
            if only_outputs:
                return
            yield from self._gradients(layer)

    def _delta(self, layer: Layer) -> Iterator[Block]:
        network, number = self.trace.experiment.network, layer.number
        at_output = number == network.depth
        if at_output and self.mean:
            yield from self._mean_delta(number)
            return
        coming: list[Part] = (
            [self._column(Kind.DE_DOUT, number)]
            if at_output
            else [self._weights_back(network.layers[number]), " ", self._delta_column(number + 1)]
        )
        name, result = self._label(f"delta[{number}]"), self._delta_column(number)
        yield Text(self._words(layer, at_output))
        if layer.activation.coupled:
            yield _equation(name, [self._jacobian(number), " ", *coming], result)
        else:
            yield _equation(name, [*coming, " ⊙ ", self._slope(number)], result)
        if at_output and network.matched:
            both: list[Part] = [self._out(number), " − ", self._column(Kind.TARGET, number)]
            yield Text("The factors cancel, and this is how it is calculated:")
            yield _equation(name, both, result)

    def _mean_delta(self, number: int) -> Iterator[Block]:
        """The outputs' delta: the mean of the samples' own."""
        samples, own = len(self.trace.rows), Name(f"delta[{number}]")
        yield Text(("The mean of ", own, f" over the {samples} samples:"))
        over: list[Part] = [f"1/{samples} · Σ ", own]
        yield _equation(self._label(f"delta[{number}]"), over, self._delta_column(number))

    def _words(self, layer: Layer, at_output: bool) -> Content:
        """BP1 or BP2 in symbols."""
        number = layer.number
        net, back = self._label(f"net[{number}]"), Name(f"W[{number + 1}]")
        after = self._label(f"delta[{number + 1}]")
        above: tuple[Inline, ...] = (back, "ᵀ ", after)
        if at_output:
            above = (self._label(f"dE/dout[{number}]"),)
        slope: tuple[Inline, ...] = (*above, " ⊙ g′(", net, ")")
        if layer.activation.coupled:
            slope = (self._label(f"dout/dnet[{number}]"), "ᵀ ", *above)
        start = "BP1: " if at_output else "BP2: "
        return (start, self._label(f"delta[{number}]"), " = ", *slope)

    def _gradients(self, layer: Layer) -> Iterator[Block]:
        number, delta = layer.number, self._delta_column(layer.number)
        name, out = self._label(f"delta[{number}]"), self._label(f"out[{number - 1}]")
        shared = ["Σ "] if layer.bias is Bias.SHARED else []
        if layer.bias is not Bias.NONE:
            yield Text(("BP3: ", Name(f"dE/db[{number}]"), " = ", *shared, name))
            if layer.bias is Bias.SHARED:
                value = float(self._deltas(number).sum())
                summed: list[Part] = ["Σ ", delta]
                yield _equation(Name(f"dE/db[{number}]"), summed, Value(value))
            else:
                yield _equation(Name(f"dE/db[{number}]"), [delta], None)
        yield Text(("BP4: ", Name(f"dE/dW[{number}]"), " = ", name, " ", out, "ᵀ"))
        before = self._values(Kind.OUT if number > 1 else Kind.INPUT, number - 1)
        row = _matrix(before[None, :], (out, "ᵀ"))
        gradient = np.outer(self._deltas(number), before)
        label = Name(f"dE/dW[{number}]")
        yield _equation(label, [delta, " ", row], _matrix(gradient, label))

    def _label(self, name: str) -> Name:
        return Name(f"mean_{name}" if self.mean else name)

    def _values(self, kind: Kind, number: int) -> FloatArray:
        array: FloatArray = self.trace.arrays[Stage(kind, number, self.mean)][self.position]
        return array

    def _deltas(self, number: int) -> FloatArray:
        return self._values(Kind.DELTA, number)

    def _column(self, kind: Kind, number: int) -> Matrix:
        return _matrix(
            self._values(kind, number)[:, None], self._label(f"{_WORDS[kind]}[{number}]")
        )

    def _delta_column(self, number: int) -> Matrix:
        return self._column(Kind.DELTA, number)

    def _out(self, number: int) -> Matrix:
        values = self._values(Kind.OUT if number else Kind.INPUT, number)
        return _matrix(values[:, None], self._label(f"out[{number}]"))

    def _slope(self, number: int) -> Matrix:
        return _matrix(
            self._values(Kind.SLOPE, number)[:, None], self._label(f"dout/dnet[{number}]")
        )

    def _jacobian(self, number: int) -> Matrix:
        """∂out/∂net, transposed: a row a net input, a column an output."""
        label = (self._label(f"dout/dnet[{number}]"), "ᵀ")
        return _matrix(self._values(Kind.SLOPE, number).T, label)

    def _weights(self, layer: Layer) -> Matrix:
        W = self.trace.arrays[Stage(Kind.WEIGHT, layer.number)]
        return _matrix(W, Name(f"W[{layer.number}]"))

    def _weights_back(self, layer: Layer) -> Matrix:
        """Wᵀ as it was before the update, or after it where the update goes first."""
        first = self.trace.rule.update_order == "output_first" and self.trace.after is not None
        stage = Stage(Kind.NEW_WEIGHT if first else Kind.WEIGHT, layer.number)
        name = f"W[{layer.number}]{'+' if first else ''}"
        return _matrix(self.trace.arrays[stage].T, (Name(name), "ᵀ"))

    def _bias(self, layer: Layer) -> Matrix:
        b = self.trace.arrays[Stage(Kind.BIAS, layer.number)]
        column = np.broadcast_to(b, (len(layer.neurons),))[:, None]
        return _matrix(column, Name(f"b[{layer.number}]"))


_WORDS = {
    Kind.NET: "net",
    Kind.OUT: "out",
    Kind.TARGET: "target",
    Kind.DE_DOUT: "dE/dout",
    Kind.DELTA: "delta",
}


def _equation(name: Name, parts: list[Part], result: Part | None) -> MatrixEquation:
    """name = parts = result."""
    return MatrixEquation((name, " = ", *parts, *((" = ", result) if result is not None else ())))


def _reduced(trace: IterationTrace) -> Iterator[Block]:
    """The gradients over the batch: the samples' own parts, added up or averaged."""
    samples = len(trace.rows)
    how = f"1/{samples} · " if trace.rule.reduction == "mean" else ""
    yield Text(f"The gradients of the batch: {how}Σ over its {samples} samples.")
    for layer in trace.experiment.network.layers:
        for kind, letter in ((Kind.WEIGHT_GRADIENT, "W"), (Kind.BIAS_GRADIENT, "b")):
            array = trace.arrays.get(Stage(kind, layer.number))
            if array is not None:
                name = Name(f"dloss/d{letter}[{layer.number}]")
                over: list[Part] = [f"{how}Σ ", Name(f"dE/d{letter}[{layer.number}]")]
                yield _equation(name, over, _matrix(_two_sided(array), name))


def _updates(trace: IterationTrace) -> Iterator[Block]:
    """W+ = W − lr · ∂E/∂W and b+ = b − lr · ∂E/∂b, layer by layer; what is fixed stays."""
    if trace.after is None:
        return
    yield Heading("Updates", 4)
    for layer in trace.experiment.network.layers:
        for letter, kinds in _UPDATED.items():
            old = trace.arrays.get(Stage(kinds[0], layer.number))
            if old is not None:
                yield _update(trace, layer, letter, old)


_UPDATED = {
    "W": (Kind.WEIGHT, Kind.WEIGHT_GRADIENT, Kind.NEW_WEIGHT),
    "b": (Kind.BIAS, Kind.BIAS_GRADIENT, Kind.NEW_BIAS),
}


def _update(trace: IterationTrace, layer: Layer, letter: str, old: FloatArray) -> Block:
    number, rate = layer.number, float(trace.rule.learning_rate)
    name = f"{letter}[{number}]"
    new = trace.arrays[Stage(_UPDATED[letter][2], number)]
    before, after = _matrix(_two_sided(old), Name(name)), _matrix(_two_sided(new), Name(f"{name}+"))
    free = trace.rule.free[number - 1][letter == "b"] if trace.rule.free else False
    if free is False:
        return _equation(Name(f"{name}+"), [before, " (fixed)"], None)
    gradient = trace.arrays[Stage(_UPDATED[letter][1], number)]
    of = "loss" if len(trace.rows) > 1 and not trace.rule.batch_means else "E"
    shown = _matrix(_two_sided(gradient), Name(f"d{of}/d{name}"))
    change: list[Part] = [before, " − ", Value(rate, exact=True), " · ", shown]
    marked: list[Part] = [] if free is True else [" (where it is not fixed)"]
    return _equation(Name(f"{name}+"), [*change, *marked], after)


def _two_sided(array: FloatArray) -> FloatArray:
    """Biases as a column, weights as they are."""
    return array if array.ndim == 2 else array[:, None]


def _matrix(array: FloatArray, label: Content) -> Matrix:
    """The array with its true shape; of a large one the first rows and columns and the last."""
    height, width = array.shape
    rows, columns = _places(height), _places(width)
    return Matrix(
        tuple(tuple(_element(array, row, column) for column in columns) for row in rows),
        (height, width),
        label,
    )


def _places(length: int) -> list[int | None]:
    """Which rows or columns are shown; None is a gap."""
    return list(range(length)) if length <= _SIDE else [0, 1, 2, None, length - 1]


def _element(array: FloatArray, row: int | None, column: int | None) -> Cell:
    return "…" if row is None or column is None else cell(array[row, column])
