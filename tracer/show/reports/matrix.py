"""The four equations with this network's matrices, their shapes and their products.

For one sample, vectors are columns, as in the books; δ of layer l is (n, 1), its W (n, m):

    BP1  δ^L = ∂E/∂out^L ⊙ g′(net^L)               at the outputs
    BP2  δ^l = (W^(l+1))ᵀ δ^(l+1) ⊙ g′(net^l)      in the layers before
    BP3  ∂E/∂b^l = δ^l                             of thresholds ∂E/∂θ^l = −δ^l
    BP4  ∂E/∂W^l = δ^l (out^(l−1))ᵀ

The numbers are those that the engine has recorded. Source of the names BP1 to BP4: M. Nielsen,
"Neural Networks and Deep Learning", chapter 2.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

import numpy as np

from tracer.engine.trace import IterationTrace
from tracer.immutable import immutable
from tracer.language import say
from tracer.model.network import Bias, FloatArray, Layer
from tracer.model.quantity import DATA_OF, GRADIENT_OF, PART_OF, Index, Kind, Quantity, Stage
from tracer.show.document import (
    Block,
    Content,
    Heading,
    Inline,
    Matrix,
    Name,
    Text,
    Value,
    Warn,
)
from tracer.show.reports.equations import Part
from tracer.show.reports.matrices import equation, matrix_of
from tracer.show.reports.matrix_updates import gradients, updates
from tracer.show.reports.selection import Selection, sample_heading
from tracer.show.reports.tables import whose
from tracer.show.reports.updates import batch_heading
from tracer.show.words import worded

_BY_BIAS: Mapping[Bias, list[str]] = {Bias.SHARED: ["Σ "], Bias.THRESHOLD: ["−"]}
"""What stands before delta in BP3."""


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
        yield Warn(say("Products of batch means: not a gradient."))
        yield from _Equations(trace, 0, mean=True).backward()
    yield from gradients(trace)
    yield from updates(trace)


@immutable
class _Equations:
    """The equations of one sample of the batch, or (`mean`) those with means over it."""

    trace: IterationTrace
    position: int
    mean: bool = False

    def forward(self) -> Iterator[Block]:
        """net = W out_before + b (− θ of thresholds), out = g(net)."""
        for layer in self.trace.experiment.network.layers:
            number = layer.number
            yield Heading(
                say(
                    "Layer {number}: {activation}", number=number, activation=layer.activation.name
                ),
                4,
            )
            sign = " − " if layer.has_thresholds else " + "
            bias: list[Part] = [] if layer.bias is Bias.NONE else [sign, self._bias(layer)]
            product: list[Part] = [self._weights(layer), " ", self._out(number - 1), *bias]
            yield equation(Name(Stage(Kind.NET, number)), product, self._column(Kind.NET, number))
            applied: list[Part] = ["g(", self._column(Kind.NET, number), ")"]
            yield equation(Name(Stage(Kind.OUT, number)), applied, self._column(Kind.OUT, number))

    def backward(self, *, only_outputs: bool = False) -> Iterator[Block]:
        """BP1 or BP2, BP3 and BP4 of each layer, from the outputs back; or BP1 alone."""
        for layer in reversed(self.trace.experiment.network.layers):
            yield Heading(say("Back through layer {number}", number=layer.number), 4)
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
        name, result = self._label(Kind.DELTA, number), self._delta_column(number)
        yield Text(self._words(layer, at_output))
        if layer.activation.coupled:
            yield equation(name, [self._jacobian(number), " ", *coming], result)
        else:
            yield equation(name, [*coming, " ⊙ ", self._column(Kind.SLOPE, number)], result)
        if network.delta_is_difference(number):
            both: list[Part] = [self._out(number), " − ", self._column(Kind.TARGET, number)]
            yield Text(say("The factors cancel, and this is how it is calculated:"))
            yield equation(name, both, result)

    def _mean_delta(self, number: int) -> Iterator[Block]:
        """The outputs' delta: the mean of the samples' own."""
        samples, own = len(self.trace.rows), Name(Stage(Kind.DELTA, number))
        yield Text(
            worded(say("The mean of {name} over the {count} samples:", count=samples), name=own)
        )
        over: list[Part] = [f"1/{samples} · Σ ", own]
        yield equation(self._label(Kind.DELTA, number), over, self._delta_column(number))

    def _words(self, layer: Layer, at_output: bool) -> Content:
        """BP1 or BP2 in symbols."""
        number = layer.number
        net, back = self._label(Kind.NET, number), Name(Stage(Kind.WEIGHT, number + 1))
        after = self._label(Kind.DELTA, number + 1)
        above: tuple[Inline, ...] = (back, "ᵀ ", after)
        if at_output:
            above = (self._label(Kind.DE_DOUT, number),)
        slope: tuple[Inline, ...] = (*above, " ⊙ g′(", net, ")")
        if layer.activation.coupled:
            slope = (self._label(Kind.SLOPE, number), "ᵀ ", *above)
        start = "BP1: " if at_output else "BP2: "
        return (start, self._label(Kind.DELTA, number), " = ", *slope)

    def _gradients(self, layer: Layer) -> Iterator[Block]:
        number, delta = layer.number, self._delta_column(layer.number)
        name, out = self._label(Kind.DELTA, number), self._label(Kind.OUT, number - 1)
        weights, biases = (self._part(kind, number) for kind in (Kind.WEIGHT, Kind.BIAS))
        if layer.bias is not Bias.NONE:
            before_delta = _BY_BIAS.get(layer.bias, [])
            yield Text(("BP3: ", biases, " = ", *before_delta, name))
            yield equation(biases, [*before_delta, delta], self._by_bias(layer, biases))
        yield Text(("BP4: ", weights, " = ", name, " ", out, "ᵀ"))
        before = self._values(Kind.OUT if number > 1 else Kind.INPUT, number - 1)
        stage = Stage(Kind.OUT if number > 1 else Kind.INPUT, number - 1, self.mean)
        row = matrix_of(before[None, :], (out, "ᵀ"), lambda _, k: self._whose(stage, (k,)))
        own = self._gradient(Kind.WEIGHT, number)
        gradient = matrix_of(
            np.outer(self._deltas(number), before), weights, lambda *jk: self._whose(own, jk)
        )
        yield equation(weights, [delta, " ", row], gradient)

    def _part(self, kind: Kind, number: int) -> Name:
        """The sample's own gradient; of a batch of one the data's part, where there is another."""
        parts = len(self.trace.rows) > 1 or self.mean
        share = Stage(DATA_OF[kind], number)
        alone = not parts and share in self.trace.arrays
        return Name(share if alone else Stage(PART_OF[GRADIENT_OF[kind]], number))

    def _gradient(self, kind: Kind, number: int) -> Stage:
        """The array of that gradient: of a lone sample it is the batch's own."""
        whole, share = GRADIENT_OF[kind], Stage(DATA_OF[kind], number)
        if len(self.trace.rows) > 1 and not self.mean:
            return Stage(PART_OF[whole], number)
        return share if share in self.trace.arrays else Stage(whole, number)

    def _by_bias(self, layer: Layer, name: Name) -> Part | None:
        """What comes out of BP3, where it isn't delta itself."""
        deltas, own = self._deltas(layer.number), self._gradient(Kind.BIAS, layer.number)
        if layer.bias is Bias.SHARED:
            return Value(float(deltas.sum()), of=self._whose(own, (0,)))
        if not layer.has_thresholds:
            return None
        return matrix_of(-deltas[:, None], name, lambda j, _: self._whose(own, (j,)))

    def _label(self, kind: Kind, number: int) -> Name:
        return Name(Stage(kind, number, self.mean))

    def _whose(self, stage: Stage, index: Index) -> Quantity:
        """The number of the sample, or of the batch where the array is the whole batch's."""
        return whose(self.trace, stage, index, self.position if stage.of_a_sample else None)

    def _values(self, kind: Kind, number: int) -> FloatArray:
        array: FloatArray = self.trace.arrays[Stage(kind, number, self.mean)][self.position]
        return array

    def _deltas(self, number: int) -> FloatArray:
        return self._values(Kind.DELTA, number)

    def _column(self, kind: Kind, number: int) -> Matrix:
        column, stage = self._values(kind, number)[:, None], Stage(kind, number, self.mean)
        return matrix_of(column, self._label(kind, number), lambda j, _: self._whose(stage, (j,)))

    def _delta_column(self, number: int) -> Matrix:
        return self._column(Kind.DELTA, number)

    def _out(self, number: int) -> Matrix:
        column = self._column(Kind.OUT if number else Kind.INPUT, number)
        return replace(column, label=self._label(Kind.OUT, number))

    def _jacobian(self, number: int) -> Matrix:
        """∂out/∂net, transposed: a row a net input, a column an output."""
        label = (self._label(Kind.SLOPE, number), "ᵀ")
        stage = Stage(Kind.SLOPE, number, self.mean)
        slopes = self._values(Kind.SLOPE, number).T
        return matrix_of(slopes, label, lambda net, out: self._whose(stage, (out, net)))

    def _weights(self, layer: Layer) -> Matrix:
        stage = Stage(Kind.WEIGHT, layer.number)
        return matrix_of(self.trace.arrays[stage], Name(stage), lambda *jk: self._whose(stage, jk))

    def _weights_back(self, layer: Layer) -> Matrix:
        """Wᵀ as it was before the update, or after it where the update goes first."""
        first = self.trace.rule.update_order == "output_first" and self.trace.after is not None
        stage = Stage(Kind.NEW_WEIGHT if first else Kind.WEIGHT, layer.number)
        back, label = self.trace.arrays[stage].T, (Name(stage), "ᵀ")
        return matrix_of(back, label, lambda k, j: self._whose(stage, (j, k)))

    def _bias(self, layer: Layer) -> Matrix:
        stage = Stage(Kind.BIAS, layer.number)
        column = np.broadcast_to(self.trace.arrays[stage], (len(layer.neurons),))[:, None]
        shared = layer.bias is Bias.SHARED
        return matrix_of(
            column, Name(stage), lambda j, _: self._whose(stage, (0 if shared else j,))
        )
