"""What an optimiser is: an update of one array of parameters, and the arrays kept for it.

Symbols: w a parameter before the update, w+ after it; g its gradient, with the penalty and clipped;
lr the learning rate; t the number of the update, counted from 1. An optimiser's own arrays (its
state) have the shape of the parameter and go by letters, `v`, `s` or `m`; they start at 0. The
methods take floats, symbols and recorded arrays alike, so that the same lines give the number, its
formula, and the equation with matrices.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar

from tracer.formula.primitives import sqrt
from tracer.immutable import immutable
from tracer.model.activations import Array
from tracer.model.options import numbers_of, options_of


def _unobserved(_letter: str, array: Array) -> Array:
    return array


@immutable
class Update:
    """One array's update, as an optimiser sees it.

    `state`: the optimiser's own arrays from before the update, by their letters; `settings`: its
    options that are numbers; `t`: the number of the update, from 1. What it keeps for the next update
    goes through `keep`, what it calculates on the way through `name`; both name the array and hand back
    what to go on with.
    """

    parameter: Array
    gradient: Array
    learning_rate: Array
    state: Mapping[str, Array] = field(default_factory=dict)
    settings: Mapping[str, Array] = field(default_factory=dict)
    t: Array = 1.0
    observe: Callable[[str, Array], Array] = _unobserved
    kept: dict[str, Array] = field(default_factory=dict)

    def keep(self, slot: str, array: Array) -> Array:
        """The state `slot` after the update."""
        self.kept[slot] = observed = self.observe(slot, array)
        return observed

    def name(self, letter: str, array: Array) -> Array:
        """A number on the way, which has a name."""
        return self.observe(letter, array)

    def __getitem__(self, setting: str) -> Array:
        return self.settings[setting]


@dataclass(frozen=True)
class Optimizer(ABC):
    """w+ = w − change(…). The fields of a row are its options, see `tracer.model.options`.

    `words`: what it is called in a text; `also`: what other people call it in a file; `counts`:
    whether its step depends on t. `states` are the letters of all that it may keep, `named` those of
    what it may calculate on the way, `squared` those of states made of squares. `change_words` is the
    head of a column with what is subtracted.
    """

    name: ClassVar[str]
    words: ClassVar[str]
    also: ClassVar[tuple[str, ...]] = ()
    counts: ClassVar[bool] = False
    states: ClassVar[tuple[str, ...]] = ()
    named: ClassVar[tuple[str, ...]] = ()
    squared: ClassVar[tuple[str, ...]] = ()
    change_words: ClassVar[str] = "step"

    @property
    def slots(self) -> Mapping[str, str]:
        """The letters of its state, each with what it is in words."""
        return {}

    @property
    def corrected(self) -> Mapping[str, str]:
        """The letters of the numbers that it calculates on the way, each in words."""
        return {}

    @abstractmethod
    def change(self, step: Update) -> Array:
        """What is subtracted from the parameter."""

    def step(self, step: Update) -> Array:
        """The parameter after the update."""
        return step.parameter - self.change(step)

    def start(self, zeros: Callable[[], Any], given: Mapping[str, Any]) -> dict[str, Any]:
        """The state before the first update: as given, else `zeros()`, arrays like all parameters."""
        return {slot: given[slot] if slot in given else zeros() for slot in self.slots}

    def numbers(self) -> dict[str, float]:
        """Its options that are numbers, by their names."""
        return {name: x for name, x in numbers_of(self).items() if name in self.used}

    @property
    def used(self) -> frozenset[str]:
        """The options that the step uses, as the others are set."""
        return frozenset(options_of(self))

    @property
    def asks_for_t(self) -> bool:
        """Whether its step depends on t, as its options are set."""
        return self.counts

    @property
    def in_torch(self) -> tuple[str, Mapping[str, Any]] | None:
        """PyTorch's class and its options that make the same steps; None where it has none."""
        return None

    def otherwise(self, name: str, value: Any) -> Optimizer:
        """The same with another value of an option; what it calculates on the way keeps its names."""
        fields: dict[str, Any] = {name: value}
        return replace(self, **fields)

    def problem(self) -> tuple[str, str, str] | None:
        """(option, what is wrong, what instead) where options don't go together."""
        return None


PLACES_OF_EPSILON = ("outside", "inside")
EPSILON = "what keeps the divisor away from 0"
WHERE_EPSILON = "outside: √s + ε; inside: √(s + ε)"
USUAL_EPSILONS = {x: f"ε = {x:g}" for x in (1e-6, 1e-7, 1e-8, 1e-10)}
"""The defaults of texts and programs."""
TOLD_PLACES = {
    "outside": "ε stands beside the root, √… + ε",
    "inside": "ε stands under the root, √(… + ε)",
}


def root(square: Array, epsilon: Array, place: str) -> Array:
    """√s + ε, or √(s + ε)."""
    return sqrt(square + epsilon) if place == "inside" else sqrt(square) + epsilon
