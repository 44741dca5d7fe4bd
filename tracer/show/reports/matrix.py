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
from dataclasses import dataclass
from functools import partial

import numpy as np

from tracer.engine.trace import IterationTrace
from tracer.formula import Expression, Symbol
from tracer.model.network import Bias, FloatArray, Layer
from tracer.model.optimizers import Update
from tracer.model.quantity import (
    AFTER,
    CLIPPED_OF,
    CORRECTED_OF,
    GRADIENT_OF,
    OF_A_WEIGHT,
    PART_OF,
    PARTS,
    STATE_OF,
    ArrayDerivative,
    Kind,
    Stage,
)
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
from tracer.show.reports.equations import Part, matrix_parts
from tracer.show.reports.selection import Selection, sample_heading
from tracer.show.reports.tables import cell
from tracer.show.reports.updates import batch_heading

_SIDE = 8
"""The longest side of a matrix that is shown in full."""

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
        """net = W out_before + b (− θ of thresholds), out = g(net)."""
        for layer in self.trace.experiment.network.layers:
            number = layer.number
            yield Heading(f"Layer {number}: {layer.activation.name}", 4)
            sign = " − " if layer.has_thresholds else " + "
            bias: list[Part] = [] if layer.bias is Bias.NONE else [sign, self._bias(layer)]
            product: list[Part] = [self._weights(layer), " ", self._out(number - 1), *bias]
            yield _equation(Name(Stage(Kind.NET, number)), product, self._column(Kind.NET, number))
            applied: list[Part] = ["g(", self._column(Kind.NET, number), ")"]
            yield _equation(Name(Stage(Kind.OUT, number)), applied, self._column(Kind.OUT, number))

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
        name, result = self._label(Kind.DELTA, number), self._delta_column(number)
        yield Text(self._words(layer, at_output))
        if layer.activation.coupled:
            yield _equation(name, [self._jacobian(number), " ", *coming], result)
        else:
            yield _equation(name, [*coming, " ⊙ ", self._slope(number)], result)
        if network.delta_is_difference(number):
            both: list[Part] = [self._out(number), " − ", self._column(Kind.TARGET, number)]
            yield Text("The factors cancel, and this is how it is calculated:")
            yield _equation(name, both, result)

    def _mean_delta(self, number: int) -> Iterator[Block]:
        """The outputs' delta: the mean of the samples' own."""
        samples, own = len(self.trace.rows), Name(Stage(Kind.DELTA, number))
        yield Text(("The mean of ", own, f" over the {samples} samples:"))
        over: list[Part] = [f"1/{samples} · Σ ", own]
        yield _equation(self._label(Kind.DELTA, number), over, self._delta_column(number))

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
        weights, biases = (Name(Stage(k, number)) for k in (Kind.WEIGHT_PART, Kind.BIAS_PART))
        if layer.bias is not Bias.NONE:
            before_delta = _BY_BIAS.get(layer.bias, [])
            yield Text(("BP3: ", biases, " = ", *before_delta, name))
            yield _equation(biases, [*before_delta, delta], self._by_bias(layer, biases))
        yield Text(("BP4: ", weights, " = ", name, " ", out, "ᵀ"))
        before = self._values(Kind.OUT if number > 1 else Kind.INPUT, number - 1)
        row = _matrix(before[None, :], (out, "ᵀ"))
        gradient = np.outer(self._deltas(number), before)
        yield _equation(weights, [delta, " ", row], _matrix(gradient, weights))

    def _by_bias(self, layer: Layer, name: Name) -> Part | None:
        """What comes out of BP3, where it isn't delta itself."""
        deltas = self._deltas(layer.number)
        if layer.bias is Bias.SHARED:
            return Value(float(deltas.sum()))
        return _matrix(-deltas[:, None], name) if layer.has_thresholds else None

    def _label(self, kind: Kind, number: int) -> Name:
        return Name(Stage(kind, number, self.mean))

    def _values(self, kind: Kind, number: int) -> FloatArray:
        array: FloatArray = self.trace.arrays[Stage(kind, number, self.mean)][self.position]
        return array

    def _deltas(self, number: int) -> FloatArray:
        return self._values(Kind.DELTA, number)

    def _column(self, kind: Kind, number: int) -> Matrix:
        return _matrix(self._values(kind, number)[:, None], self._label(kind, number))

    def _delta_column(self, number: int) -> Matrix:
        return self._column(Kind.DELTA, number)

    def _out(self, number: int) -> Matrix:
        values = self._values(Kind.OUT if number else Kind.INPUT, number)
        return _matrix(values[:, None], self._label(Kind.OUT, number))

    def _slope(self, number: int) -> Matrix:
        return self._column(Kind.SLOPE, number)

    def _jacobian(self, number: int) -> Matrix:
        """∂out/∂net, transposed: a row a net input, a column an output."""
        label = (self._label(Kind.SLOPE, number), "ᵀ")
        return _matrix(self._values(Kind.SLOPE, number).T, label)

    def _weights(self, layer: Layer) -> Matrix:
        stage = Stage(Kind.WEIGHT, layer.number)
        return _matrix(self.trace.arrays[stage], Name(stage))

    def _weights_back(self, layer: Layer) -> Matrix:
        """Wᵀ as it was before the update, or after it where the update goes first."""
        first = self.trace.rule.update_order == "output_first" and self.trace.after is not None
        stage = Stage(Kind.NEW_WEIGHT if first else Kind.WEIGHT, layer.number)
        return _matrix(self.trace.arrays[stage].T, (Name(stage), "ᵀ"))

    def _bias(self, layer: Layer) -> Matrix:
        stage = Stage(Kind.BIAS, layer.number)
        column = np.broadcast_to(self.trace.arrays[stage], (len(layer.neurons),))[:, None]
        return _matrix(column, Name(stage))


def _equation(name: Name, parts: list[Part], result: Part | None) -> MatrixEquation:
    """name = parts = result."""
    return MatrixEquation((name, " = ", *parts, *((" = ", result) if result is not None else ())))


def _reduced(trace: IterationTrace) -> Iterator[Block]:
    """The gradients over the batch: the samples' own parts, added up or averaged."""
    samples = len(trace.rows)
    how = f"1/{samples} · " if trace.rule.divides(samples) else ""
    yield Text(f"The gradients of the batch: {how}Σ over its {samples} samples.")
    for layer in trace.experiment.network.layers:
        for kind in (Kind.WEIGHT, Kind.BIAS):
            array = trace.arrays.get(Stage(GRADIENT_OF[kind], layer.number))
            if array is not None:
                name = _of_loss(Stage(kind, layer.number))
                part = Stage(PART_OF[GRADIENT_OF[kind]], layer.number)
                over: list[Part] = [f"{how}Σ ", Name(part)]
                yield _equation(name, over, _matrix(_two_sided(array), name))


def _of_loss(parameters: Stage) -> Name:
    """∂loss/∂W: the gradient of the batch."""
    return Name(ArrayDerivative(Kind.LOSS, parameters))


def _updates(trace: IterationTrace) -> Iterator[Block]:
    """W+ and b+ by the optimiser's own formula, layer by layer; what is fixed stays."""
    if trace.after is None:
        return
    yield Heading("Updates", 4)
    for layer in trace.experiment.network.layers:
        for kind in (Kind.WEIGHT, Kind.BIAS):
            if Stage(kind, layer.number) in trace.arrays:
                yield from _update(trace, Stage(kind, layer.number))


def _update(trace: IterationTrace, old: Stage) -> Iterator[Block]:
    """What the optimiser keeps, and the parameters after its step, in matrices."""
    new = Stage(AFTER[old.kind], old.layer)
    free = trace.rule.free[old.layer - 1][old.kind is Kind.BIAS] if trace.rule.free else False
    if free is False:
        yield _equation(Name(new), [_stage(trace, old), " (fixed)"], None)
        return
    marked: list[Part] = [] if free is True else [" (where it is not fixed)"]
    for stage, formula in _stepped(trace, old, new).items():
        parts = matrix_parts(formula, partial(_operand, trace))
        yield _equation(Name(stage), [*parts, *marked], _stage(trace, stage))


def _stepped(trace: IterationTrace, old: Stage, new: Stage) -> dict[Stage, Expression]:
    """The optimiser's equations for whole arrays: its states after the update, the parameters."""
    found: dict[Stage, Expression] = {}
    states, rule = STATE_OF[old.kind], trace.rule

    def keep(slot: str, formula: Expression) -> Expression:
        kind = AFTER[states] if slot in rule.optimizer.slots else CORRECTED_OF[old.kind]
        stage = Stage(kind, old.layer, slot=slot)
        found[stage] = formula
        return Symbol(stage)

    slots = {slot: Symbol(Stage(states, old.layer, slot=slot)) for slot in rule.optimizer.slots}
    of_clip = CLIPPED_OF if rule.clip is not None else GRADIENT_OF
    gradient, rate = Symbol(Stage(of_clip[old.kind], old.layer)), Symbol(Kind.LEARNING_RATE)
    settings = {name: Symbol(Stage(Kind.SETTING, 0, slot=name)) for name in trace.moment.settings}
    step = Update(Symbol(old), gradient, rate, slots, settings, trace.moment.t, keep)
    found[new] = rule.optimizer.step(step)
    return found


def _operand(trace: IterationTrace, key: Stage | Kind) -> Part:
    """The learning rate as a number, an array as a matrix under its name."""
    if isinstance(key, Kind):
        return Value(float(trace.moment.learning_rate), exact=True)
    if key.kind is Kind.SETTING:
        return Value(float(trace.moment.settings[key.slot]), exact=True)
    return _stage(trace, key)


def _stage(trace: IterationTrace, stage: Stage) -> Matrix:
    name = Name(stage)
    if stage.kind in PARTS.values() and len(trace.rows) > 1 and not trace.rule.batch_means:
        kind = Kind.WEIGHT if stage.kind in OF_A_WEIGHT else Kind.BIAS
        name = _of_loss(Stage(kind, stage.layer))
    return _matrix(_two_sided(trace.arrays[stage]), name)


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
