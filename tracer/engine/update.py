"""The update: what reaches the optimiser of each gradient, and what it makes of the parameters.

Symbols: g the gradient of one array of parameters, ‖g‖ the norm of all gradients together. Written once
for the layers of a network and for the inputs of a graph, and observed as `tracer.engine.passes` is.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from tracer.engine.rule import Moment, Rule
from tracer.engine.stages import NORM, Observer
from tracer.formula.lazy import choose, grand_total
from tracer.formula.primitives import if_positive, sqrt
from tracer.immutable import immutable
from tracer.model.activations import Array
from tracer.model.network import BoolArray
from tracer.model.optimizers import Update
from tracer.model.quantity import AFTER, CLIPPED_OF, CORRECTED_OF, STATE_OF, Kind, Stage

_SQUARES = 1e300
"""A sum of squares from which on one of them may overflow."""
_SCALE = 2.0**-600
"""What large numbers are multiplied by, exactly, so that a sum of many of their squares doesn't."""


@immutable
class Group:
    """One array of parameters: its stage, what it is before the update, its gradient.

    `free`: what of it may change; `state`: the optimiser's arrays of the same shape, by their letters;
    `decay`: the slope of a penalty that is no part of the gradient.
    """

    stage: Stage
    parameter: Array
    gradient: Array
    free: bool | BoolArray
    state: Mapping[str, Array]
    decay: Array | None = None


@immutable
class Updated:
    """An array of parameters after the update, and the optimiser's arrays."""

    parameter: Array
    state: Mapping[str, Array]


def updated(
    rule: Rule, moment: Moment, groups: Sequence[Group], observe: Observer
) -> dict[Stage, Updated]:
    """The parameters after the update by their stages, the optimiser's state with them."""
    norm = None
    if rule.clip is not None and rule.clip.waits:
        norm = _norm(rule, groups)
        norm = norm if norm is None else observe(NORM, norm)
    return {group.stage: _Step(rule, moment, group, observe).taken(norm) for group in groups}


def _norm(rule: Rule, groups: Iterable[Group]) -> Array | None:
    """‖g‖ of the gradients that lead to an update; None where there are none."""
    gradients = [_of_free(group) for group in groups if group.free is not False]
    if not gradients:
        return None
    squares = grand_total([gradient**2 for gradient in gradients])
    if rule.by_hand or not rule.guarded:
        return sqrt(squares)
    if hasattr(squares, "whole"):
        return squares.whole(_root, *gradients)
    return _root(squares, *gradients)


def _root(squares: Array, *gradients: Array) -> Array:
    """√Σg² from Σg², to the last bit; of scaled gradients where Σg² is too large for a float64."""
    if isinstance(squares, float) and not squares > _SQUARES:
        return sqrt(squares)
    scaled = grand_total([(gradient * _SCALE) ** 2 for gradient in gradients])
    return if_positive(squares - _SQUARES, sqrt(scaled) / _SCALE, sqrt(squares))


def _of_free(group: Group) -> Array:
    """The gradients of what may change, 0 of what may not."""
    if group.free is True:
        return group.gradient
    return choose(group.free, group.gradient, np.zeros(np.shape(group.free)))


@immutable
class _Step:
    """The optimiser's step for one array of parameters; what is frozen, and its state, stays."""

    rule: Rule
    moment: Moment
    group: Group
    observe: Observer

    def taken(self, norm: Array | None) -> Updated:
        """The parameters after the step, and the optimiser's arrays."""
        group, moment = self.group, self.moment
        if group.free is False:
            for slot, array in group.state.items():
                self._observed(AFTER[STATE_OF[group.stage.kind]], slot, array)
            return Updated(self._new(group.parameter), group.state)
        step = Update(
            group.parameter,
            self._gradient(norm),
            moment.learning_rate,
            group.state,
            moment.settings,
            moment.t,
            self._named,
        )
        moved = self._decayed(self.rule.optimizer.step(step))
        return Updated(
            self._new(choose(group.free, moved, group.parameter)), {**group.state, **step.kept}
        )

    def _gradient(self, norm: Array | None) -> Array:
        """The gradient that reaches the optimiser."""
        clip, gradient = self.rule.clip, self.group.gradient
        if clip is None:
            return self._penalised(gradient)
        limit = self.moment.settings[clip.setting]
        norm = _norm(self.rule, [self.group]) if clip.each else norm
        cut = clip.cut(gradient, limit) if norm is None else clip.scaled(gradient, norm, limit)
        return self._observed(CLIPPED_OF[self.group.stage.kind], "", self._penalised(cut))

    def _penalised(self, gradient: Array) -> Array:
        """With the slope of a penalty that is no part of it, and that the optimiser sees."""
        penalty, decay = self.rule.penalty, self.group.decay
        if penalty is None or decay is None or not penalty.reaches_optimizer:
            return gradient
        return gradient + decay

    def _decayed(self, moved: Array) -> Array:
        """Less the slope of a penalty that the optimiser hasn't seen."""
        penalty, decay = self.rule.penalty, self.group.decay
        if penalty is None or decay is None or penalty.reaches_optimizer:
            return moved
        return moved - (decay if penalty.enters == "alone" else self.moment.learning_rate * decay)

    def _named(self, letter: str, array: Array) -> Array:
        """A state after the update, of what is free; or a number that the optimiser calculates."""
        kind = self.group.stage.kind
        if letter in self.rule.optimizer.slots:
            array = choose(self.group.free, array, self.group.state[letter])
            return self._observed(AFTER[STATE_OF[kind]], letter, array)
        return self._observed(CORRECTED_OF[kind], letter, array)

    def _observed(self, kind: Kind, slot: str, array: Array) -> Array:
        return self.observe(Stage(kind, self.group.stage.layer, slot=slot), array)

    def _new(self, array: Array) -> Array:
        return self._observed(AFTER[self.group.stage.kind], "", array)
