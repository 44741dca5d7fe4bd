"""One class an optimiser: what an update makes of a parameter, and the arrays that it keeps for itself.

The symbols are those of `tracer.model.optimizer`.

Sources: momentum, B. Polyak, "Some methods of speeding up the convergence of iteration methods"
(1964), and I. Sutskever et al., "On the importance of initialization and momentum in deep learning"
(2013); AdaGrad, J. Duchi, E. Hazan, Y. Singer (2011); RMSProp, T. Tieleman and G. Hinton, Coursera
lecture 6.5 (2012), centred, A. Graves, arXiv:1308.0850.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tracer.model.activations import Array
from tracer.model.adam import Adam, AdamW
from tracer.model.optimizer import (
    EPSILON,
    PLACES_OF_EPSILON,
    TOLD_PLACES,
    USUAL_EPSILONS,
    WHERE_EPSILON,
    Optimizer,
    Update,
    root,
)
from tracer.model.options import option, unstated

__all__ = [
    "OPTIMIZERS",
    "SGD",
    "Adam",
    "AdamW",
    "Optimizer",
    "Update",
    "corrected_letters",
    "state_letters",
]


@dataclass(frozen=True)
class Sgd(Optimizer):
    """w+ = w − lr·g."""

    name = "sgd"
    words = "gradient descent"
    also = ("gradient_descent", "gd", "vanilla")
    change_words = "lr·gradient"

    @property
    def in_torch(self) -> tuple[str, Mapping[str, Any]]:
        """SGD."""
        return "SGD", {}

    def change(self, step: Update) -> Array:
        """lr·g."""
        return step.learning_rate * step.gradient


@dataclass(frozen=True)
class Momentum(Optimizer):
    """`sum`: v+ = β·v + (1 − dampening)·g, w+ = w − lr·v+; with Nesterov w − lr·(g + β·v+).

    `average`: v+ = β·v + (1 − β)·g, w+ = w − lr·v+. `velocity`: v+ = β·v − lr·g, w+ = w + v+; with
    Nesterov w − β·v + (1 + β)·v+.
    """

    name = "momentum"
    words = "momentum"
    also = ("sgd_momentum", "sgdm", "heavy_ball", "nag", "nesterov")
    states = ("v",)

    momentum: float = option("how much of v is kept", 0.9, least=0.0, below=1.0, letter="β")
    form: str = option(
        "what v is",
        "sum",
        choices=("sum", "average", "velocity"),
        told={
            "sum": "v is a sum, v+ = β·v + g, and the step lr·v+",
            "average": "v is an average, v+ = β·v + (1 − β)·g",
            "velocity": "v is the step itself, v+ = β·v − lr·g: the learning rate stands inside",
        },
    )
    dampening: float = option(
        "how much less of g goes into v, with form: sum",
        0.0,
        least=0.0,
        below=1.0,
        letter="τ",
        told={0.0: "nothing is dampened: v+ = β·v + g"},
    )
    nesterov: bool = option(
        "whether the step looks ahead",
        False,
        told={True: "Nesterov's step, which looks ahead", False: "the step doesn't look ahead"},
    )
    first_gradient: str = unstated(
        "what of the first gradient goes into v",
        "dampened",
        {"whole": "the first gradient isn't dampened: v+ = g in the first update"},
    )

    @property
    def slots(self) -> Mapping[str, str]:
        """v, a sum, an average or a step."""
        words = {
            "sum": "the sum of the gradients, older ones less",
            "average": "the running average of the gradients",
            "velocity": "the velocity, what is added to a parameter",
        }
        return {"v": words[self.form]}

    @property
    def used(self) -> frozenset[str]:
        """Dampening only where there is some."""
        return frozenset({"momentum"} | ({"dampening"} if self.dampening else set()))

    def problem(self) -> tuple[str, str, str] | None:
        """Options that only one form has."""
        if self.dampening and self.form != "sum":
            return "dampening", f"form: {self.form} has no dampening", "leave one of them out"
        if self.nesterov and self.form == "average":
            hint = "write form: sum or form: velocity"
            return "nesterov", "an average has no Nesterov form", hint
        if self.first_gradient == "whole" and not self._dampens:
            return "first_gradient", "nothing is dampened", "give a dampening"
        if self.nesterov and self.dampening:
            return "nesterov", "Nesterov's step has no dampening", "leave one of them out"
        return None

    @property
    def in_torch(self) -> tuple[str, Mapping[str, Any]] | None:
        """SGD, whose v is a sum; it doesn't dampen the first gradient."""
        if self.form != "sum" or self.dampening:
            return None
        looking = {"nesterov": True} if self.nesterov else {}
        return "SGD", {"momentum": self.momentum, **looking}

    def change(self, step: Update) -> Array:
        """lr·v+, lr·(g + β·v+); −v+, or β·v − (1 + β)·v+."""
        beta, g = step["momentum"], step.gradient
        if self.form == "velocity":
            before, v = step.state["v"], self._velocity(step)
            return beta * before - (1 + beta) * v if self.nesterov else -v
        part = (1 - self._dampening(step)) * g if self._dampens else g
        v = step.keep("v", beta * step.state["v"] + part)
        return step.learning_rate * (g + beta * v if self.nesterov else v)

    @property
    def asks_for_t(self) -> bool:
        """To know the first update."""
        return self.first_gradient == "whole"

    @property
    def _dampens(self) -> bool:
        return self.form == "average" or self.dampening > 0

    def _dampening(self, step: Update) -> Array:
        """τ, of an average β; or 0 in the first update, in which 0^(t − 1) is 1 and otherwise 0."""
        dampening = step["momentum" if self.form == "average" else "dampening"]
        return dampening * (1 - 0.0 ** (step.t - 1)) if self.asks_for_t else dampening

    def step(self, step: Update) -> Array:
        """w − the change, or w + v+ with `velocity`."""
        if self.form != "velocity":
            return super().step(step)
        v = self._velocity(step)
        if self.nesterov:
            beta = step["momentum"]
            return step.parameter - beta * step.state["v"] + (1 + beta) * v
        return step.parameter + v

    def _velocity(self, step: Update) -> Array:
        """β·v − lr·g."""
        moved = step.learning_rate * step.gradient
        return step.keep("v", step["momentum"] * step.state["v"] - moved)


@dataclass(frozen=True)
class Adagrad(Optimizer):
    """s+ = s + g², w+ = w − lr·g/(√s+ + ε)."""

    name = "adagrad"
    words = "AdaGrad"
    also = ("ada_grad",)
    states = ("s",)
    squared = ("s",)

    epsilon: float = option(EPSILON, 1e-10, least=0.0, letter="ε", told=USUAL_EPSILONS)
    epsilon_place: str = option(
        WHERE_EPSILON, "outside", choices=PLACES_OF_EPSILON, told=TOLD_PLACES
    )

    @property
    def in_torch(self) -> tuple[str, Mapping[str, Any]] | None:
        """Adagrad."""
        return ("Adagrad", {"eps": self.epsilon}) if self.epsilon_place == "outside" else None

    @property
    def slots(self) -> Mapping[str, str]:
        """The sum of squares."""
        return {"s": "the sum of the squared gradients"}

    def change(self, step: Update) -> Array:
        """lr·g/(√s+ + ε)."""
        g = step.gradient
        s = step.keep("s", step.state["s"] + g**2)
        return step.learning_rate * g / root(s, step["epsilon"], self.epsilon_place)


@dataclass(frozen=True)
class Rmsprop(Optimizer):
    """s+ = γ·s + (1 − γ)·g², w+ = w − lr·g/(√s+ + ε).

    Centred: m+ = γ·m + (1 − γ)·g, and s+ − m+² stands in the place of s+.
    """

    name = "rmsprop"
    words = "RMSProp"
    also = ("rms_prop", "rms")
    states = ("s", "m")
    squared = ("s",)

    decay: float = option("how much of the averages is kept", 0.9, least=0.0, below=1.0, letter="γ")
    epsilon: float = option(EPSILON, 1e-8, least=0.0, letter="ε", told=USUAL_EPSILONS)
    epsilon_place: str = option(
        WHERE_EPSILON, "outside", choices=PLACES_OF_EPSILON, told=TOLD_PLACES
    )
    centered: bool = option(
        "whether the gradients' average is taken off",
        False,
        told={
            True: "centred: the square of the gradients' average is taken off s+",
            False: "not centred: s+ itself stands under the root",
        },
    )

    @property
    def in_torch(self) -> tuple[str, Mapping[str, Any]] | None:
        """RMSprop."""
        if self.epsilon_place != "outside":
            return None
        centered = {"centered": True} if self.centered else {}
        return "RMSprop", {"alpha": self.decay, "eps": self.epsilon, **centered}

    @property
    def slots(self) -> Mapping[str, str]:
        """The average of squares, and of the gradients where it is centred."""
        found = {"s": "the running average of the squared gradients"}
        return found | ({"m": "the running average of the gradients"} if self.centered else {})

    def change(self, step: Update) -> Array:
        """lr·g/(√s+ + ε)."""
        decay, g = step["decay"], step.gradient
        s = step.keep("s", decay * step.state["s"] + (1 - decay) * g**2)
        if self.centered:
            m = step.keep("m", decay * step.state["m"] + (1 - decay) * g)
            s = s - m**2
        return step.learning_rate * g / root(s, step["epsilon"], self.epsilon_place)


SGD = Sgd()
"""Gradient descent, which is what there is without an optimiser."""

_ROWS: tuple[type[Optimizer], ...] = (Sgd, Momentum, Adagrad, Rmsprop, Adam, AdamW)

OPTIMIZERS = {row.name: row for row in _ROWS}
"""The optimisers by the name that a configuration uses."""


def state_letters() -> frozenset[str]:
    """The letters of all the states that there are: the `v` of `v_w5`."""
    return frozenset(letter for row in OPTIMIZERS.values() for letter in row.states)


def corrected_letters() -> frozenset[str]:
    """The letters of all that is calculated on the way: the `mhat` of `mhat_w5`."""
    return frozenset(letter for row in OPTIMIZERS.values() for letter in row.named)
