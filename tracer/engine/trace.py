"""The trace: every quantity of an iteration, with value and formula.

An iteration is a function of its state: what is kept is the state before and after it, and the
numbers are calculated by the engine when somebody looks.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property

import numpy as np

from tracer.engine.batches import Batch
from tracer.engine.formulas import Formulas
from tracer.engine.forward import forward
from tracer.engine.observers import Altered
from tracer.engine.passes import step
from tracer.engine.rule import Moment, Rule
from tracer.errors import UnknownNameError
from tracer.formula import Expression, Symbol
from tracer.model.activations import Array
from tracer.model.experiment import Data, Experiment
from tracer.model.names import Names
from tracer.model.network import FloatArray, Parameters, State
from tracer.model.quantity import (
    AFTER,
    BEFORE,
    CLIPPED_OF,
    DATA_OF,
    LETTERED,
    PART_OF,
    PARTS,
    PENALTY_OF,
    Kind,
    Phase,
    Quantity,
    Stage,
)

_OF_TRAINING = frozenset(k for k in Kind if k.phase is Phase.UPDATES) | {Kind.LEARNING_RATE}
_OF_PENALTY = frozenset({Kind.PENALTY, *DATA_OF.values(), *PENALTY_OF.values()})
_OF_CLIPPING = frozenset({Kind.NORM, *CLIPPED_OF.values()})

Change = Callable[[Stage, FloatArray], FloatArray]
"""What to go on with in place of a stage's array: rounded values, a learner's own values."""


class KeepingObserver:
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

    def state(self, state: State, kinds: Mapping[Kind, Kind] | None = None) -> State:
        """The state before the iteration as the observer wants it; `kinds` names another time."""
        kinds = kinds or {}

        def group(pairs: Parameters, weight: Kind, bias: Kind, slot: str = "") -> Parameters:
            weight, bias = kinds.get(weight, weight), kinds.get(bias, bias)
            return tuple(
                (
                    self(Stage(weight, number, slot=slot), W),
                    None if b is None else self(Stage(bias, number, slot=slot), b),
                )
                for number, (W, b) in enumerate(pairs, 1)
            )

        return State(
            group(state.parameters, Kind.WEIGHT, Kind.BIAS),
            {
                slot: group(pairs, Kind.WEIGHT_STATE, Kind.BIAS_STATE, slot)
                for slot, pairs in state.slots.items()
            },
        )


class IterationTrace(Mapping[Quantity, float]):
    """The numbers of one iteration.

    `batch`: its samples; `before` and `after` the state (`after` is None without training).
    """

    def __init__(
        self,
        experiment: Experiment,
        batch: Batch,
        before: State,
        after: State | None,
        change: Change | None = None,
        *,
        shortcut: bool = False,
    ) -> None:
        self.experiment, self.batch, self.before, self.after = experiment, batch, before, after
        self.rule = _rule(experiment, change, shortcut=shortcut)
        self._change = change
        self._formulas: dict[bool, Formulas] = {}

    @cached_property
    def names(self) -> Names:
        """Of the network's quantities."""
        return Names(self.experiment.network)

    @property
    def number(self) -> int:
        """The iteration, from 1."""
        return self.batch.iteration

    @property
    def rows(self) -> Sequence[int]:
        """The samples of its batch, as rows of `data` counted from 0."""
        return self.batch.rows

    @property
    def data(self) -> Data:
        """The samples that there are, with targets or only to predict."""
        data = self.experiment.data or self.experiment.predict
        assert data is not None
        return data

    @cached_property
    def arrays(self) -> dict[Stage, FloatArray]:
        """Every stage's array in the order of the calculation, the given ones first."""
        network, rows = self.experiment.network, list(self.rows)
        rule, record = self.rule, KeepingObserver(self._change)
        inputs = record(Stage(Kind.INPUT, 0), self.data.inputs[rows])
        if self.experiment.data is None:
            state = record.state(self.before)
            with np.errstate(all="ignore"):
                forward(network, state.parameters, inputs, record)
            return record.arrays
        targets = record(Stage(Kind.TARGET, network.depth), self.data.targets[rows])
        state = record.state(self.before)
        moment = rule.moment(self.number, record)
        with np.errstate(all="ignore"):
            step(network, rule, state, inputs, targets, record, moment)
        if self.after is not None:
            # Compiled formulas and NumPy may differ in the last bit; what is shown is what was used.
            used = KeepingObserver()
            used.state(self.after, AFTER)
            record.arrays |= used.arrays
        return record.arrays

    def recalculated(self, change: Change, *, shortcut: bool = False) -> IterationTrace:
        """The same iteration, going on after each stage with `change(stage, array)`.

        The given stages (inputs, targets, parameters, learning rate) pass through it too. Factors
        that would cancel are calculated, as they are on paper, with `shortcut` they are not; delta
        uses them, unless the change is rounding, which is by hand, see `by_hand`.
        """
        return IterationTrace(
            self.experiment, self.batch, self.before, None, change, shortcut=shortcut
        )

    @cached_property
    def moment(self) -> Moment:
        """What the iteration is given: learning rate, options, the number of its update."""
        return self.rule.moment(self.number, lambda stage, _: self.arrays[stage])

    @property
    def loss(self) -> float:
        """The cost of the batch, before the update."""
        return float(self.arrays[Stage(Kind.LOSS, self.experiment.network.depth)])

    def value(self, quantity: Quantity) -> float:
        """The number.

        Raises:
            UnknownNameError: the sample isn't in this iteration's batch, or nothing calculates it.
        """
        if quantity.iteration == self.number - 1 and quantity.kind in BEFORE:
            quantity = self._as_before(quantity)
        elif quantity.iteration != self.number and quantity.kind is not Kind.SETTING:
            raise UnknownNameError(
                f"'{self.names.name(quantity)}' is not of iteration {self.number}"
            )
        array = self.arrays.get(quantity.stage)
        if array is None:
            raise UnknownNameError(
                f"'{self.names.name(quantity)}': {quantity.kind.words} is not part of this calculation",
                self._why_not(quantity),
            )
        return float(array[self.batch.place(quantity)])

    @property
    def by_hand(self) -> bool:
        """Whether every number is what its formula on paper gives, from rounded numbers, rounded.

        There delta is out − target where the factors cancel, and there is no other short cut.
        """
        return self.rule.by_hand

    def _as_before(self, quantity: Quantity) -> Quantity:
        """`w1+` of the iteration before is what this one calls `w1`."""
        stage = replace(quantity.stage, kind=BEFORE[quantity.kind])
        return replace(quantity, stage=stage, iteration=self.number)

    def _why_not(self, quantity: Quantity) -> str:
        if self.experiment.data is None:
            return "the configuration has no `data`: there are forward passes only"
        training = self.experiment.training
        if training is None and (quantity.kind in LETTERED or quantity.kind in _OF_TRAINING):
            return "the configuration has no `training`"
        if quantity.kind in LETTERED:
            optimizer = self.rule.optimizer
            letters = ", ".join((*optimizer.slots, *optimizer.corrected))
            return f"`optimizer: {optimizer.name}` keeps {letters or 'nothing'}"
        if quantity.kind in _OF_PENALTY:
            return "the configuration has no `regularization` of it"
        if quantity.kind in _OF_CLIPPING:
            return "the configuration has no `training.clip` that needs it"
        if quantity.kind is Kind.SETTING:
            return f"the training has no option '{quantity.stage.slot}'"
        if self.rule.batch_means and quantity.stage.mean:
            own = self.names.bare(replace(quantity, stage=replace(quantity.stage, mean=False)))
            return f"of the outputs only delta is averaged; a sample's own is {own}"
        if self.rule.batch_means:
            return f"with `gradient: batch_means` there is mean_{self.names.bare(quantity)}"
        return "`mean_` names exist with `gradient: batch_means` only"

    def find(self, text: str) -> Quantity:
        """The quantity that a name means in this iteration, its sample filled in.

        A name that says no iteration means this one.
        """
        quantity = self.names.parse(text)
        if quantity.iteration == 1 and quantity.kind is not Kind.SETTING:
            quantity = replace(quantity, iteration=self.number)
        if not quantity.stage.of_a_sample:
            return quantity
        row = self.rows[self.batch.position(quantity.sample)]
        if quantity.kind in PARTS and len(self.rows) == 1:
            stage = replace(quantity.stage, kind=PARTS[quantity.kind])
            return replace(quantity, stage=stage, sample=None)
        return replace(quantity, sample=row)

    def rank(self, quantity: Quantity) -> tuple[int, ...]:
        """Sorts quantities into the order of the calculation: stage, sample, place."""
        sample = -1 if quantity.sample is None else quantity.sample
        place = self._places.get(quantity.stage, -1)  # what the iteration before has made
        return (quantity.iteration, place, sample, *quantity.index)

    @cached_property
    def _places(self) -> dict[Stage, int]:
        return {stage: place for place, stage in enumerate(self.arrays)}

    def order(self) -> Iterator[Quantity]:
        """All quantities in the order of the calculation."""
        return self.quantities()

    def own_part(self, gradient: Quantity, row: int) -> Quantity:
        """A sample's own part of a gradient of the batch."""
        stage = replace(gradient.stage, kind=PART_OF[gradient.kind])
        return replace(gradient, stage=stage, sample=row)

    def quantities(self, sample: int | None = None) -> Iterator[Quantity]:
        """All quantities in the order of the calculation; with `sample` only that row's own."""
        for stage, array in self.arrays.items():
            yield from self.batch.quantities(stage, array.shape, sample)

    def formulas(self, *, shortcut: bool = False) -> Formulas:
        """The formulas of this iteration's quantities."""
        if shortcut not in self._formulas:
            network = self.experiment.network
            self._formulas[shortcut] = Formulas(network, self.rule, self.batch, shortcut=shortcut)
        return self._formulas[shortcut]

    @cached_property
    def on_paper(self) -> Formulas:
        """The formulas that somebody calculates by hand with, whatever this trace calculates with.

        delta is out − target where the factors cancel; nothing else is cut short or guarded.
        """
        rule = replace(self.rule, by_hand=True)
        return Formulas(self.experiment.network, rule, self.batch)

    def formula(self, quantity: Quantity, *, shortcut: bool = False) -> Expression | None:
        """The formula of a quantity; None for what is given.

        By hand there is one formula, with `shortcut` or without. Parameters of a later iteration are
        what the update before it made of them.
        """
        if quantity.iteration != self.number:
            return None  # made by the iteration before
        if quantity.kind in AFTER and self.number > 1 and self.rule.free is not None:
            stage = replace(quantity.stage, kind=AFTER[quantity.kind])
            return Symbol(replace(quantity, stage=stage, iteration=self.number - 1))
        return self.formulas(shortcut=shortcut).formula(quantity)

    def first_non_finite(self) -> Quantity | None:
        """The first quantity, in order, that is not a finite number.

        Factors that cancel where delta is out − target may be beyond float64 in a calculation that
        is sound; they don't count.
        """
        network = self.experiment.network
        for stage, array in self.arrays.items():
            if network.cancels(stage) or np.isfinite(array).all():
                continue
            place = tuple(int(i) for i in np.argwhere(~np.isfinite(array))[0])
            return self.batch.quantity(stage, place)
        return None

    def __getitem__(self, quantity: Quantity) -> float:
        return self.value(quantity)

    def __iter__(self) -> Iterator[Quantity]:
        return self.quantities()

    def __len__(self) -> int:
        return sum(array.size for array in self.arrays.values())

    def finite(self, quantity: Quantity) -> bool:
        """Whether float64 can hold the quantity."""
        return math.isfinite(self.value(quantity))


def _rule(experiment: Experiment, change: Change | None, *, shortcut: bool) -> Rule:
    """The experiment's conventions, by which the numbers of the trace are calculated.

    What is changed must be what is used, unless with `shortcut` factors are to cancel.
    """
    rule = Rule.of(experiment)
    if isinstance(change, Altered):
        return change.rule(rule)
    return replace(rule, shortcut=shortcut) if change else rule
