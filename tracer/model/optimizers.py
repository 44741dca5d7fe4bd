"""One row an optimiser: what an update makes of a parameter, and the arrays that it keeps for itself.

Symbols: w a parameter before the update, w+ after it; g its gradient; lr the learning rate. An
optimiser's own arrays (its state) have the shape of the parameter and go by letters, `v` or `m`; they
start at 0. The functions take floats, symbols and recorded arrays alike, so that the same row gives
the number, its formula, and the equation with matrices.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tracer.model.activations import Array


def _unobserved(_slot: str, array: Array) -> Array:
    return array


@dataclass(frozen=True, slots=True)
class Update:
    """One array's update, as an optimiser sees it.

    `state`: the optimiser's own arrays from before the update, by their letters. What it keeps for the
    next update goes through `keep`, which names the array and hands back what to go on with.
    """

    parameter: Array
    gradient: Array
    learning_rate: Array
    state: Mapping[str, Array] = field(default_factory=dict)
    observe: Callable[[str, Array], Array] = _unobserved
    kept: dict[str, Array] = field(default_factory=dict)

    def keep(self, slot: str, array: Array) -> Array:
        """The state `slot` after the update."""
        self.kept[slot] = observed = self.observe(slot, array)
        return observed


@dataclass(frozen=True, slots=True)
class Optimizer:
    """w+ = w − change(…); `words` says so in words, with {w} and {gradient} as `rule` fills them in.

    `change_words`: what is subtracted, for the head of a column. `slots`: the letters of the
    optimiser's state, each with what it is in words.
    """

    name: str
    words: str
    change: Callable[[Update], Array]
    change_words: str
    slots: Mapping[str, str] = field(default_factory=dict)

    def rule(self, parameter: str = "w", gradient: str = "∂E/∂w") -> str:
        """The update in words, for the conventions at the head of a result."""
        return self.words.format(w=parameter, gradient=gradient)

    def step(self, step: Update) -> Array:
        """The parameter after the update."""
        return step.parameter - self.change(step)

    def start(self, zeros: Callable[[], Any], given: Mapping[str, Any]) -> dict[str, Any]:
        """The state before the first update: as given, else `zeros()`, arrays like all parameters."""
        return {slot: given[slot] if slot in given else zeros() for slot in self.slots}


_ROWS = (
    Optimizer(
        "sgd",
        "{w}+ = {w} − learning rate · {gradient}",
        lambda step: step.learning_rate * step.gradient,
        "lr·gradient",
    ),
)

OPTIMIZERS = {row.name: row for row in _ROWS}
"""The optimisers by the name that a configuration uses."""


def state_letters() -> frozenset[str]:
    """The letters of all the states that there are: the `v` of `v_w5`."""
    return frozenset(slot for row in OPTIMIZERS.values() for slot in row.slots)
