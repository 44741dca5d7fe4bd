"""The trace: every quantity of an iteration by its name, with value and formula.

An iteration is a function of its parameters: what is kept is the parameters before and after it, and
the numbers are calculated by the engine when somebody looks.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property

import numpy as np

from tracer.engine.formulas import Formulas
from tracer.engine.passes import Rule, forward, step
from tracer.errors import UnknownNameError
from tracer.formula import Expression
from tracer.model.activations import Array
from tracer.model.experiment import Experiment
from tracer.model.names import Names
from tracer.model.network import FloatArray, Parameters
from tracer.model.quantity import OF_A_SAMPLE, PARTS, Kind, Quantity, Stage

Change = Callable[[Stage, FloatArray], FloatArray]
"""What to go on with in place of a stage's array: rounded values, a learner's own values."""


class Recorder:
    """The observer that keeps every stage's array, as calculated or changed."""

    detail = True

    def __init__(self, change: Change | None = None) -> None:
        self.arrays: dict[Stage, FloatArray] = {}
        self._change = change

    def __call__(self, stage: Stage, array: Array) -> Array:
        """Keep the array, and go on with it."""
        kept = np.asarray(array, dtype=float)
        if self._change:
            kept = self._change(stage, kept)
        self.arrays[stage] = kept
        return kept


class IterationTrace(Mapping[str, float]):
    """The numbers of one iteration, a mapping from names to values.

    `rows` are the samples of its batch, as rows of `data` counted from 0; `before` and `after` the
    parameters (`after` is None without training).
    """

    def __init__(
        self,
        experiment: Experiment,
        names: Names,
        number: int,
        rows: Sequence[int],
        before: Parameters,
        after: Parameters | None,
        change: Change | None = None,
    ) -> None:
        self._change = change
        self.experiment, self.names, self.number = experiment, names, number
        self.rows, self.before, self.after = tuple(rows), before, after
        self.rule = Rule.of(experiment)
        self._position = {row: position for position, row in enumerate(self.rows)}
        self._formulas: dict[bool, Formulas] = {}

    @cached_property
    def arrays(self) -> dict[Stage, FloatArray]:
        """Every stage's array in the order of the calculation, the given ones first."""
        data, network = self.experiment.data, self.experiment.network
        if data is None:
            return self._predicted()
        rows, rule, record = list(self.rows), self.rule, Recorder(self._change)
        inputs = record(Stage(Kind.INPUT, 0), data.inputs[rows])
        targets = record(Stage(Kind.TARGET, network.depth), data.targets[rows])
        parameters = self._recorded_parameters(record)
        if rule.learning_rate is not None:
            lr = record(Stage(Kind.LEARNING_RATE, 0), rule.learning_rate)
            rule = replace(rule, learning_rate=lr)
        if self._change:
            rule = replace(rule, shortcut=False)  # what is changed must be what is used
        with np.errstate(all="ignore"):
            step(network, rule, parameters, inputs, targets, record)
        return record.arrays | self._updated()

    def _predicted(self) -> dict[Stage, FloatArray]:
        """The forward pass of the samples to predict, where there are no others."""
        data, record = self.experiment.predict, Recorder(self._change)
        assert data is not None
        inputs = record(Stage(Kind.INPUT, 0), data.inputs[list(self.rows)])
        parameters = self._recorded_parameters(record)
        with np.errstate(all="ignore"):
            forward(self.experiment.network, parameters, inputs, record)
        return record.arrays

    def _recorded_parameters(self, record: Recorder) -> Parameters:
        """The parameters before the update, as the observer wants them."""
        return tuple(
            (
                record(Stage(Kind.WEIGHT, layer.number), W),
                None if b is None else record(Stage(Kind.BIAS, layer.number), b),
            )
            for layer, (W, b) in zip(self.experiment.network.layers, self.before, strict=True)
        )

    def recalculated(self, change: Change) -> IterationTrace:
        """The same iteration, going on after each stage with `change(stage, array)`.

        The given stages (inputs, targets, parameters, learning rate) pass through it too. Factors
        that would cancel are calculated, as they are on paper.
        """
        return IterationTrace(
            self.experiment, self.names, self.number, self.rows, self.before, None, change
        )

    def _updated(self) -> dict[Stage, FloatArray]:
        """The parameters after the update as training went on with them.

        Compiled formulas and NumPy may differ in the last bit; what is shown is what was used.
        """
        updated: dict[Stage, FloatArray] = {}
        for layer, (W, b) in zip(self.experiment.network.layers, self.after or (), strict=False):
            updated[Stage(Kind.NEW_WEIGHT, layer.number)] = W
            if b is not None:
                updated[Stage(Kind.NEW_BIAS, layer.number)] = b
        return updated

    @property
    def loss(self) -> float:
        """The cost of the batch, before the update."""
        return float(self.arrays[Stage(Kind.LOSS, self.experiment.network.depth)])

    def value(self, quantity: Quantity) -> float:
        """The number.

        Raises:
            UnknownNameError: the sample isn't in this iteration's batch, or nothing calculates it.
        """
        array = self.arrays.get(quantity.stage)
        if array is None:
            raise UnknownNameError(
                f"'{self.names.name(quantity)}': {quantity.kind.value} is not part of this calculation",
                self._why_not(quantity),
            )
        return float(array[self._place(quantity)])

    def _why_not(self, quantity: Quantity) -> str:
        if self.experiment.data is None:
            return "the configuration has no `data`: there are forward passes only"
        if quantity.kind in (Kind.NEW_WEIGHT, Kind.NEW_BIAS, Kind.LEARNING_RATE):
            return "the configuration has no `training`"
        if self.rule.batch_means and quantity.stage.mean:
            own = self.names.bare(replace(quantity, stage=replace(quantity.stage, mean=False)))
            return f"of the outputs only delta is averaged; a sample's own is {own}"
        if self.rule.batch_means:
            return f"with `gradient: batch_means` there is mean_{self.names.bare(quantity)}"
        return "`mean_` names exist with `gradient: batch_means` only"

    def _place(self, quantity: Quantity) -> tuple[int, ...]:
        if quantity.stage.of_a_sample:
            return (self._row(quantity), *quantity.index)
        return (0, *quantity.index) if quantity.stage.mean else quantity.index

    def _row(self, quantity: Quantity) -> int:
        """The sample's place in the batch; a batch of one is meant where no sample is named."""
        sample = quantity.sample or 0
        if sample in self._position:
            return self._position[sample]
        if sample == 0 and len(self.rows) == 1:
            return 0
        listed = ", ".join(str(row + 1) for row in self.rows[:10])
        more = ", …" if len(self.rows) > 10 else ""
        raise UnknownNameError(
            f"sample {sample + 1} is not in the batch of iteration {self.number}",
            f"its samples are {listed}{more}",
        )

    def find(self, text: str) -> Quantity:
        """The quantity that a name means in this iteration, its sample filled in."""
        quantity = self.names.parse(text)
        if not quantity.stage.of_a_sample:
            return quantity
        row = self.rows[self._row(quantity)]
        if quantity.kind in PARTS and len(self.rows) == 1:
            return Quantity(Stage(PARTS[quantity.kind], quantity.layer), quantity.index)
        return Quantity(quantity.stage, quantity.index, row, quantity.iteration)

    def quantities(self, sample: int | None = None) -> Iterator[Quantity]:
        """All quantities in the order of the calculation; with `sample` only that row's own."""
        for stage, array in self.arrays.items():
            if sample is None:
                shape, first = array.shape, None
            elif stage.of_a_sample:
                shape, first = array.shape[1:], sample
            else:
                continue
            for index in np.ndindex(shape):
                yield self._quantity(stage, index, first)

    def _quantity(self, stage: Stage, index: tuple[int, ...], sample: int | None) -> Quantity:
        if sample is not None:
            return Quantity(stage, index, sample)
        if stage.of_a_sample:
            return Quantity(stage, index[1:], self.rows[index[0]])
        return Quantity(stage, index[1:] if stage.mean and stage.kind in OF_A_SAMPLE else index)

    def formulas(self, *, shortcut: bool = False) -> Formulas:
        """The formulas of this iteration's quantities."""
        if shortcut not in self._formulas:
            self._formulas[shortcut] = Formulas(self.names, self.rule, self.rows, shortcut=shortcut)
        return self._formulas[shortcut]

    def formula(self, quantity: Quantity, *, shortcut: bool = False) -> Expression | None:
        """The formula of a quantity in the names of this iteration; None for what is given."""
        return self.formulas(shortcut=shortcut).formula(quantity)

    def first_non_finite(self) -> str | None:
        """The name of the first quantity, in order, that is not a finite number.

        Factors that cancel where delta is out − target may be beyond float64 in a calculation that
        is sound; they don't count.
        """
        network = self.experiment.network
        cancelling = {Kind.DE_DOUT, Kind.SLOPE} if network.matched else set()
        for stage, array in self.arrays.items():
            if np.isfinite(array).all():
                continue
            if stage.layer == network.depth and stage.kind in cancelling and not stage.mean:
                continue
            index = tuple(int(i) for i in np.argwhere(~np.isfinite(array))[0])
            return self.names.name(self._quantity(stage, index, None))
        return None

    def __getitem__(self, name: str) -> float:
        return self.value(self.find(name))

    def __iter__(self) -> Iterator[str]:
        return (self.names.name(quantity) for quantity in self.quantities())

    def __len__(self) -> int:
        return sum(array.size for array in self.arrays.values())

    def finite(self, quantity: Quantity) -> bool:
        """Whether float64 can hold the quantity."""
        return math.isfinite(self.value(quantity))
