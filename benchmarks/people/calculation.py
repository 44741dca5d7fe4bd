"""A person's calculation: every number of a few iterations, written down one after the other.

It also keeps which numbers each was made of, and where the person slipped. Weights are numbered from
0 as (layer, neuron, input); `BIAS` in place of the input means the bias.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from benchmarks.people import activations
from benchmarks.people.exercises import BINARY, CROSS, HALF, MEAN, SQUARES, Exercise, Layer
from benchmarks.people.naming import Namer
from benchmarks.people.pens import Pen
from benchmarks.people.places import BIAS, SAMPLE_KINDS, Place, order, penalised
from benchmarks.people.updates import Update

Formula = Callable[["Calculation", Place], float | str | None]
"""A way to get a number; text where it is written so; None where it doesn't apply."""


@dataclass(frozen=True, slots=True)
class Slip:
    """A mistake and where it is made: in one place, or wherever its kind stands."""

    name: str
    formula: Formula
    place: Place | None = None
    kinds: tuple[str, ...] = ()
    layer: int | None = None

    def made_at(self, place: Place) -> bool:
        """Whether the person slips there."""
        if self.place is not None:
            return place == self.place
        return place.kind in self.kinds and self.layer in (None, place.layer)


class Calculation:
    """`values` in the order of the calculation; `sources` of each; `slipped` where a slip was made."""

    def __init__(self, exercise: Exercise, pen: Pen, slips: Iterable[Slip] = ()) -> None:
        self.exercise = exercise
        self.pen = pen
        self.slips = tuple(slips)
        self.values: dict[Place, float] = {}
        self.texts: dict[Place, str] = {}
        self.sources: dict[Place, frozenset[Place]] = {}
        self.slipped: dict[Place, str] = {}
        self.misread: dict[tuple[str, int, int, int], float] = {}
        self._read: set[Place] = set()
        self._misread_now = False
        self.formulas: dict[str, Callable[[Place], float]] = {
            "net": self._net, "out": self._out, "E": self._error, "E_total": self._total,
            "loss": self._loss, "dout": self._dout, "path": self._path, "slope": self._slope,
            "cross": self._cross, "delta": self._delta, "part": self._part, "grad": self._grad,
            "data": self._grad, "new": self._new,
        }  # fmt: skip
        self.update = Update(self, exercise.settings) if exercise.settings else None
        if self.update:
            self.formulas |= {"grad": self._penalised, **self.update.formulas}
            self._namer = Namer(exercise)

    def name(self, place: Place) -> str:
        """The place's parameter, as the exercise calls it."""
        return self._namer.parameter(place)

    def run(self) -> Calculation:
        """Calculate everything; self."""
        for place in order(self.exercise):
            self._write(place)
        return self

    def _write(self, place: Place) -> None:
        self._read, self._misread_now = set(), False
        result: float | str | None = None
        for slip in self.slips:
            if slip.made_at(place) and (result := slip.formula(self, place)) is not None:
                self.slipped[place] = slip.name
                break
        if result is None:
            result = self.formulas[place.kind](place)
        if isinstance(result, str):
            self.texts[place] = result
            self.values[place] = float(result)
        else:
            self.values[place] = self.pen.keep(result, str(place))
        if self._misread_now:
            self.slipped.setdefault(place, "given_number_misread")
        self.sources[place] = frozenset(self._read)

    # What stands on the exercise sheet, as the person reads it.

    def given(self, what: str, layer: int, row: int, column: int, number: float) -> float:
        """A number of the exercise."""
        if (place := (what, layer, row, column)) in self.misread:
            self._misread_now = True
            return self.misread[place]
        return number

    def layer(self, place: Place) -> Layer:
        """The layer of the place."""
        return self.exercise.layers[place.layer - 1]

    def outermost(self, place: Place) -> bool:
        """Whether the place is in the output layer."""
        return place.layer == len(self.exercise.layers)

    def target(self, place: Place) -> float:
        """The target of the output."""
        target = self.exercise.targets[place.sample - 1][place.row]
        return self.given("target", 0, place.row, place.sample, target)

    def weight(
        self, place: Place, row: int, column: int, layer: int = 0, *, new: bool = False
    ) -> float:
        """A weight or bias of the place's layer (or of `layer`); `new`: after this update."""
        layer = layer or place.layer
        data = self.exercise.layers[layer - 1]
        row = data.bias_row(row) if column == BIAS else row
        iteration = place.iteration - (0 if new else 1)
        if iteration:
            return self.read("new", place, layer=layer, row=row, column=column, at=iteration)
        number = data.biases[row] if column == BIAS else data.weights[row][column]
        return self.given("weight", layer, row, column, number)

    def read(
        self, kind: str, place: Place, *, layer: int = -1, row: int = -1, column: int = BIAS,
        sample: int = -1, at: int = 0,
    ) -> float:  # fmt: skip
        """A number written before; what isn't said is as in `place`."""
        layer = place.layer if layer < 0 else layer
        row = place.row if row < 0 else row
        sample = place.sample if sample < 0 else sample
        if kind == "out" and layer == 0:
            return self.given("input", 0, row, sample, self.exercise.samples[sample - 1][row])
        sample = sample if kind in SAMPLE_KINDS else 0
        found = Place(kind, layer, row, column, sample, at or place.iteration)
        self._read.add(found)
        return self.values[found]

    def inputs(self, place: Place, layer: int = -1) -> list[float]:
        """What comes into the place's layer (or the outputs of `layer`)."""
        layer = place.layer - 1 if layer < 0 else layer
        count = len(self.exercise.names(layer))
        return [self.read("out", place, layer=layer, row=row) for row in range(count)]

    # The formulas, in the order of the calculation.

    def terms(self, place: Place) -> list[float]:
        """The products w·x of a net input."""
        return [
            self.pen.term(self.weight(place, place.row, column) * number)
            for column, number in enumerate(self.inputs(place))
        ]

    def bias(self, place: Place) -> float:
        """What is added to the products: the bias, less the threshold, or 0."""
        kind = self.layer(place).bias
        if kind == "none":
            return 0.0
        return self.weight(place, place.row, BIAS) * (-1 if kind == "threshold" else 1)

    def _net(self, place: Place) -> float:
        return sum(self.terms(place)) + self.bias(place)

    def _out(self, place: Place) -> float:
        activation = self.layer(place).activation
        if activation != "softmax":
            net = self.read("net", place)
            return activations.value(activation, net, self._exponential())
        rows = range(len(self.layer(place).names))
        powers = [self.pen.exponential(self.read("net", place, row=row)) for row in rows]
        return powers[place.row] / sum(powers)

    def _exponential(self) -> Callable[[float], float]:
        return self.pen.exponential if self.pen.exponentials else math.exp

    def _error(self, place: Place) -> float:
        return self.error(self.target(place), self.read("out", place))

    def error(self, target: float, out: float) -> float:
        """The error at an output."""
        loss = self.exercise.loss
        if loss in SQUARES:
            return self.factor() / 2 * self.pen.term((target - out) ** 2)
        result = -target * math.log(out) if target else 0.0
        return (
            result - (1 - target) * math.log(1 - out) if loss == BINARY and target != 1 else result
        )

    def factor(self) -> float:
        """The factor of out − target in the derivative of a squared error."""
        outputs = len(self.exercise.names(len(self.exercise.layers)))
        return {HALF: 1.0, MEAN: 2.0 / outputs}.get(self.exercise.loss, 2.0)

    def _total(self, place: Place) -> float:
        count = len(self.exercise.names(place.layer))
        return sum(self.read("E", place, row=row) for row in range(count))

    def _loss(self, place: Place) -> float:
        batch = self.exercise.batch(place.iteration)
        last = len(self.exercise.layers)
        totals = (self.read("E_total", place, layer=last, row=0, sample=sample) for sample in batch)
        loss = sum(totals) / self.exercise.divisor
        if self.exercise.settings and self.exercise.settings.penalty:
            loss += self.read("penalty", place)
        return loss

    def _dout(self, place: Place) -> float:
        if self.outermost(place):
            target, out = self.target(place), self.read("out", place)
            if self.exercise.loss == CROSS:
                return -target / out
            if self.exercise.loss == BINARY:
                return (out - target) / (out * (1 - out))
            return self.factor() * (out - target)
        rows = range(len(self.exercise.names(place.layer + 1)))
        if self.pen.anew:
            return sum(self.pen.term(self.path(place, row)) for row in rows)
        return sum(self.read("path", place, column=row) for row in rows)

    def path(self, place: Place, row: int, *, new: bool | None = None) -> float:
        """What comes back to the place's neuron from `row` of the next layer: weight times delta."""
        new = self.exercise.output_first if new is None else new
        weight = self.weight(place, row, place.row, place.layer + 1, new=new)
        return weight * self.read("delta", place, layer=place.layer + 1, row=row)

    def _path(self, place: Place) -> float:
        return self.path(place, place.column)

    def _slope(self, place: Place) -> float:
        return self.slope(place)

    def slope(self, place: Place) -> float:
        """∂out/∂net of the place's neuron, taken afresh."""
        activation = self.layer(place).activation
        from_net = activation in ("relu", "leaky_relu", "softplus")
        net = self.read("net", place) if from_net else 0.0
        return activations.slope(activation, net, self.read("out", place), self._exponential())

    def slope_written(self, place: Place) -> float:
        """The slope as the person has it: written down, or taken afresh."""
        return self.slope(place) if self.pen.anew else self.read("slope", place)

    def _cross(self, place: Place) -> float:
        return -self.read("out", place) * self.read("out", place, row=place.column)

    def _delta(self, place: Place) -> float:
        last, loss = self.outermost(place), self.exercise.loss
        if last and loss not in SQUARES and self.pen.difference:
            return self.read("out", place) - self.target(place)
        if last and loss == CROSS:
            return sum(
                self.read("dout", place, row=row)
                * (
                    self.read("slope", place)
                    if row == place.row
                    else self.read("cross", place, column=row)
                )
                for row in range(len(self.layer(place).names))
            )
        if last and self.pen.anew and loss in SQUARES:
            difference = self.read("out", place) - self.target(place)
            return self.factor() * difference * self.slope(place)
        return self.read("dout", place) * self.slope_written(place)

    def parts(self, place: Place) -> Iterator[Place]:
        """Where the samples' parts of a gradient stand."""
        for sample in self.exercise.batch(place.iteration):
            yield Place("part", place.layer, place.row, place.column, sample, place.iteration)

    def part(self, place: Place) -> float:
        """The gradient of one sample, from its deltas."""
        layer = self.layer(place)
        if place.column != BIAS:
            return self.read("delta", place) * self.read(
                "out", place, layer=place.layer - 1, row=place.column
            )
        if layer.bias == "shared":
            return sum(self.read("delta", place, row=row) for row in range(len(layer.names)))
        return self.read("delta", place) * (-1 if layer.bias == "threshold" else 1)

    def _part(self, place: Place) -> float:
        return self.part(place)

    def _grad(self, place: Place) -> float:
        parts = list(self.parts(place))
        if len(parts) == 1:
            return self.part(parts[0])
        if self.pen.anew:
            return sum(self.pen.term(self.part(part)) for part in parts) / self.exercise.divisor
        return (
            sum(self.read("part", part, column=place.column) for part in parts)
            / self.exercise.divisor
        )

    def _penalised(self, place: Place) -> float:
        """The gradient with the penalty's part, where it has one."""
        if not penalised(self.exercise, place.column):
            return self._grad(place)
        return sum(self.read(kind, place, column=place.column) for kind in ("data", "pen"))

    def fixed(self, place: Place) -> bool:
        """Whether training leaves the parameter as it is."""
        return place.column == BIAS and self.exercise.freeze

    def old(self, place: Place) -> float:
        """The parameter before the update."""
        return self.weight(place, place.row, place.column)

    def gradient(self, place: Place) -> float:
        """The gradient of the parameter."""
        return self.read("grad", place, column=place.column)

    def _new(self, place: Place) -> float:
        if self.fixed(place):
            return self.old(place)
        if self.update:
            return self.update.new(place)
        step = self.exercise.rate * self.gradient(place)
        return self.old(place) - self.pen.term(step)
