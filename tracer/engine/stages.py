"""The stages of an iteration, each one array, and who watches them go by."""

from __future__ import annotations

from typing import Protocol

from tracer.model.activations import Array
from tracer.model.quantity import Kind, Quantity, Stage, Stages

INPUT, NET, OUT = Stages(Kind.INPUT), Stages(Kind.NET), Stages(Kind.OUT)
ERROR, TOTAL, LOSS = Stages(Kind.ERROR), Stages(Kind.TOTAL), Stages(Kind.LOSS)
PATH, DE_DOUT, SLOPE, DELTA = map(Stages, (Kind.PATH, Kind.DE_DOUT, Kind.SLOPE, Kind.DELTA))
WEIGHT_PART, BIAS_PART = Stages(Kind.WEIGHT_PART), Stages(Kind.BIAS_PART)
PENALTY = Stages(Kind.PENALTY)
LEARNING_RATE, NORM = Stage(Kind.LEARNING_RATE, 0), Stage(Kind.NORM, 0)
UPDATE_NUMBER = Stage(Kind.SETTING, 0, slot="t")
"""Which update it is, as an optimiser counts them: what a program is told."""
RATE, T = Quantity(LEARNING_RATE), Quantity(UPDATE_NUMBER)
"""The same two as single numbers: the keys of formulas."""


class Observer(Protocol):
    """Sees the array of every stage, and says with which the engine goes on."""

    @property
    def detail(self) -> bool:
        """Also calculate what only a reader needs.

        That is the parts of ∂E/∂out path by path, each sample's own part of a batch's gradients, the
        gradients of what is frozen, the factors that cancel when delta is out − target.
        """
        ...

    def __call__(self, stage: Stage, array: Array) -> Array:
        """The array to go on with."""
        ...


class Untouched:
    """The observer of the fast path: looks at nothing."""

    detail = False

    def __call__(self, stage: Stage, array: Array) -> Array:
        """The array itself."""
        return array


UNTOUCHED = Untouched()
