"""What was heard of a training, as data: backward passes, steps, and the iterations that they make."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from tracer.immutable import immutable
from tracer.torch.chain import Chain
from tracer.torch.tape import Numbers

Arrays = Mapping[str, Numbers]
"""Arrays by the names of the model's parameters; what a parameter doesn't have is left out."""


@immutable
class Pass:
    """One backward pass: its chain, and the gradients before and after it.

    `layers` are copies of the gradients that came through each link of the chain: at the outputs, and
    at the net inputs.
    """

    chain: Chain
    before: Arrays
    after: Arrays
    layers: tuple[tuple[Numbers | None, Numbers | None], ...]


@immutable
class Step:
    """One step of an optimiser of class `kind`; `options` and states by parameter.

    `gradients` are those that it was given. `by_hand`: no optimiser made it; it is read from
    what it did to the parameters.
    """

    kind: type
    which: int
    options: Mapping[str, Mapping[str, Any]]
    gradients: Arrays
    before: Arrays
    after: Arrays
    states_before: Mapping[str, Arrays]
    states_after: Mapping[str, Arrays]
    by_hand: bool = False

    @property
    def rate(self) -> float:
        """The learning rate of the first parameter."""
        return float(next(iter(self.options.values()))["lr"])


@dataclass(slots=True)
class Iteration:
    """The backward passes before a step, and the step; None where there was none."""

    passes: list[Pass] = field(default_factory=list)
    step: Step | None = None

    @property
    def last(self) -> Pass:
        """The pass that the iteration is read from."""
        return self.passes[-1]

    @property
    def summed(self) -> list[Pass]:
        """The passes whose gradients are in those of the last: it, and back to where they were zero."""
        starts = [
            k for k, one in enumerate(self.passes) if not any(map(np.any, one.before.values()))
        ]
        return self.passes[starts[-1] if starts else 0 :]

    @property
    def chain(self) -> Chain:
        """Its layers and its loss."""
        return self.last.chain
