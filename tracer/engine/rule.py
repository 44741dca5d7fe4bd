"""By which conventions an iteration is calculated, and what it is given besides data and parameters.

Between an experiment, which states the conventions, and the passes, which follow them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import field
from typing import Any

import numpy as np

from tracer.engine.stages import LEARNING_RATE
from tracer.formula import Expression, symbols
from tracer.immutable import immutable
from tracer.model.activations import Array
from tracer.model.clipping import Clip
from tracer.model.experiment import Experiment
from tracer.model.network import Free, free_masks
from tracer.model.optimizers import SGD, Optimizer
from tracer.model.penalties import Penalty
from tracer.model.quantity import Kind, Quantity, Stage
from tracer.model.schedules import CONSTANT, Schedule


@immutable
class Moment:
    """What an iteration is given: its learning rate, the number of its update, and the options.

    `t` counts updates from 1; `settings` are the numbers among the options of optimiser, penalty and
    clipping, by their names.
    """

    learning_rate: Array
    t: Array = 1.0
    settings: Mapping[str, Array] = field(default_factory=dict)


@immutable
class Rule:
    """The conventions of the backward pass and the update.

    `shortcut`: the forms that lose no accuracy at saturated neurons are used: slopes from the net
    inputs there, and where loss and output activation are matched, delta as out − target and the
    errors from the net inputs. `guarded`: those of them that can't overflow, which no one writes by
    hand. The numbers are the same. `by_hand`: of those forms only out − target, as it stands there, so
    that each number is what its formula on paper gives. `free` is None when there is no update.
    `initial` is the learning rate that `schedule` starts from; `earlier` are the updates made before
    iteration 1.
    """

    reduction: str = "mean"
    update_order: str = "simultaneous"
    batch_means: bool = False
    optimizer: Optimizer = SGD
    initial: float | None = None
    schedule: Schedule = CONSTANT
    penalty: Penalty | None = None
    clip: Clip | None = None
    earlier: int = 0
    free: tuple[Free, ...] | None = None
    shortcut: bool = True
    guarded: bool = True
    by_hand: bool = False

    @property
    def stable(self) -> bool:
        """Whether the forms in the net inputs are used."""
        return self.shortcut and not self.by_hand

    @staticmethod
    def of(experiment: Experiment) -> Rule:
        """The conventions that an experiment states."""
        training = experiment.training
        if training is None:
            return Rule(experiment.reduction, penalty=experiment.penalty)
        return Rule(
            experiment.reduction,
            training.update_order,
            training.batch_means,
            training.optimizer,
            training.learning_rate,
            training.schedule,
            experiment.penalty,
            training.clip,
            training.earlier,
            free_masks(experiment.network, training.frozen),
        )

    def divides(self, samples: int) -> bool:
        """Whether what is summed over a batch of so many samples is divided by their number."""
        return self.reduction == "mean" and samples > 1

    def settings(self) -> dict[str, float]:
        """The numbers among the options, by their names in formulas."""
        found = {} if self.penalty is None else {"strength": self.penalty.strength}
        if self.initial is None:
            return found
        found |= self.schedule.numbers(self.initial) | self.optimizer.numbers()
        return found if self.clip is None else found | self.clip.numbers()

    @property
    def varies(self) -> bool:
        """Whether an iteration needs to know its number: t, or a learning rate of its own."""
        return self.initial is not None and (self.optimizer.asks_for_t or self.schedule.varies)

    def moment(
        self, iteration: int, given: Callable[[Stage, Any], Any] = lambda _, value: value
    ) -> Moment:
        """What an iteration is given; `given(stage, value)` is what to go on with for each number."""
        settings = {
            name: given(_setting(name).stage, value) for name, value in self.settings().items()
        }
        if self.initial is None:
            return Moment(None, settings=settings)
        with np.errstate(all="ignore"):
            rate, t = self._timed(iteration, settings)
        return Moment(given(LEARNING_RATE, rate), t, settings)

    def timed(self, iterations: Iterable[int]) -> Iterator[tuple[float, float]]:
        """(learning rate, t) of each iteration."""
        settings = self.settings()
        return (self._timed(iteration, settings) for iteration in iterations)

    def _timed(self, iteration: int, settings: Mapping[str, Any]) -> tuple[Any, float]:
        updates = self.earlier + iteration - 1
        rate: Any = self.initial
        if self.schedule.varies:
            rate = self.schedule.learning_rate(updates, settings)
        return rate, float(updates + 1)


def remedy(formula: Expression | None, reason: str) -> str:
    """What helps against a learning rate or a number of the update that has no value.

    Empty where that isn't known.
    """
    used = set() if formula is None else symbols(formula)
    if _setting("initial") in used:
        return "its schedule makes it so large: let it grow less, or train for fewer iterations"
    if _setting("epsilon") not in used:
        return ""
    if reason.startswith("the square root of a negative number"):
        return "a mean of squares below the square of the mean: give epsilon more, or other states"
    by_zero = reason.startswith("division by zero")
    return "give the optimiser's epsilon more than 0" if by_zero else ""


def _setting(name: str) -> Quantity:
    return Quantity(Stage(Kind.SETTING, 0, slot=name))
