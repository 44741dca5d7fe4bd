"""One class an optimiser: what an update makes of a parameter, and the arrays that it keeps for itself.

Symbols: w a parameter before the update, w+ after it; g its gradient, with the penalty and clipped;
lr the learning rate; t the number of the update, counted from 1. An optimiser's own arrays (its
state) have the shape of the parameter and go by letters, `v`, `s` or `m`; they start at 0. The
methods take floats, symbols and recorded arrays alike, so that the same lines give the number, its
formula, and the equation with matrices.

Sources: momentum, B. Polyak, "Some methods of speeding up the convergence of iteration methods"
(1964), and I. Sutskever et al., "On the importance of initialization and momentum in deep learning"
(2013); AdaGrad, J. Duchi, E. Hazan, Y. Singer (2011); RMSProp, T. Tieleman and G. Hinton, Coursera
lecture 6.5 (2012), centred, A. Graves, arXiv:1308.0850; Adam, D. Kingma and J. Ba, arXiv:1412.6980;
AdamW, I. Loshchilov and F. Hutter, arXiv:1711.05101.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from tracer.formula.primitives import sqrt
from tracer.model.activations import Array
from tracer.model.options import numbers_of, option, options_of


def _unobserved(_letter: str, array: Array) -> Array:
    return array


@dataclass(frozen=True, slots=True)
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

    def problem(self) -> tuple[str, str, str] | None:
        """(option, what is wrong, what instead) where options don't go together."""
        return None


@dataclass(frozen=True)
class Sgd(Optimizer):
    """w+ = w − lr·g."""

    name = "sgd"
    words = "gradient descent"
    also = ("gradient_descent", "gd", "vanilla")
    change_words = "lr·gradient"

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
    form: str = option("what v is", "sum", choices=("sum", "average", "velocity"))
    dampening: float = option(
        "how much less of g goes into v, with form: sum", 0.0, least=0.0, below=1.0, letter="τ"
    )
    nesterov: bool = option("whether the step looks ahead", False)

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
        if self.nesterov and self.dampening:
            return "nesterov", "Nesterov's step has no dampening", "leave one of them out"
        return None

    def change(self, step: Update) -> Array:
        """lr·v+, lr·(g + β·v+); −v+, or β·v − (1 + β)·v+."""
        beta, g = step["momentum"], step.gradient
        if self.form == "velocity":
            before, v = step.state["v"], self._velocity(step)
            return beta * before - (1 + beta) * v if self.nesterov else -v
        part = g
        if self.form == "average":
            part = (1 - beta) * g
        elif self.dampening:
            part = (1 - step["dampening"]) * g
        v = step.keep("v", beta * step.state["v"] + part)
        return step.learning_rate * (g + beta * v if self.nesterov else v)

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


_OUTSIDE = ("outside", "inside")
_EPSILON = "what keeps the divisor away from 0"
_EPSILON_PLACE = "outside: √s + ε; inside: √(s + ε)"


def _root(square: Array, epsilon: Array, place: str) -> Array:
    """√s + ε, or √(s + ε)."""
    return sqrt(square + epsilon) if place == "inside" else sqrt(square) + epsilon


@dataclass(frozen=True)
class Adagrad(Optimizer):
    """s+ = s + g², w+ = w − lr·g/(√s+ + ε)."""

    name = "adagrad"
    words = "AdaGrad"
    also = ("ada_grad",)
    states = ("s",)
    squared = ("s",)

    epsilon: float = option(_EPSILON, 1e-10, least=0.0, letter="ε")
    epsilon_place: str = option(_EPSILON_PLACE, "outside", choices=_OUTSIDE)

    @property
    def slots(self) -> Mapping[str, str]:
        """The sum of squares."""
        return {"s": "the sum of the squared gradients"}

    def change(self, step: Update) -> Array:
        """lr·g/(√s+ + ε)."""
        g = step.gradient
        s = step.keep("s", step.state["s"] + g**2)
        return step.learning_rate * g / _root(s, step["epsilon"], self.epsilon_place)


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
    epsilon: float = option(_EPSILON, 1e-8, least=0.0, letter="ε")
    epsilon_place: str = option(_EPSILON_PLACE, "outside", choices=_OUTSIDE)
    centered: bool = option("whether the gradients' average is taken off", False)

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
        return step.learning_rate * g / _root(s, step["epsilon"], self.epsilon_place)


@dataclass(frozen=True)
class Adam(Optimizer):
    """m+ = β₁·m + (1 − β₁)·g, v+ = β₂·v + (1 − β₂)·g²; m̂ = m+/(1 − β₁ᵗ), v̂ = v+/(1 − β₂ᵗ).

    w+ = w − lr·m̂/(√v̂ + ε).
    """

    name = "adam"
    words = "Adam"
    counts = True
    states = ("m", "v")
    squared = ("v",)
    named = ("mhat", "vhat")

    beta1: float = option("how much of m is kept", 0.9, least=0.0, below=1.0, letter="β₁")
    beta2: float = option("how much of v is kept", 0.999, least=0.0, below=1.0, letter="β₂")
    epsilon: float = option(_EPSILON, 1e-8, least=0.0, letter="ε")
    epsilon_place: str = option(_EPSILON_PLACE, "outside", choices=_OUTSIDE)
    bias_correction: bool = option("whether m and v are corrected for their start at 0", True)

    @property
    def slots(self) -> Mapping[str, str]:
        """The two moments."""
        return {
            "m": "the running average of the gradients",
            "v": "the running average of the squared gradients",
        }

    @property
    def corrected(self) -> Mapping[str, str]:
        """The moments without what they have from their start at 0."""
        if not self.bias_correction:
            return {}
        return {
            "mhat": "m+, corrected for the start at 0",
            "vhat": "v+, corrected for the start at 0",
        }

    def change(self, step: Update) -> Array:
        """lr·m̂/(√v̂ + ε)."""
        beta1, beta2, g = step["beta1"], step["beta2"], step.gradient
        m = step.keep("m", beta1 * step.state["m"] + (1 - beta1) * g)
        v = step.keep("v", beta2 * step.state["v"] + (1 - beta2) * g**2)
        if self.bias_correction:
            m = step.name("mhat", m / (1 - beta1**step.t))
            v = step.name("vhat", v / (1 - beta2**step.t))
        return step.learning_rate * m / _root(v, step["epsilon"], self.epsilon_place)


@dataclass(frozen=True)
class AdamW(Adam):
    """As Adam, with decay that no moment sees: w+ = w − lr·m̂/(√v̂ + ε) − lr·λ·w."""

    name = "adamw"
    words = "AdamW"

    weight_decay: float = option("how much a parameter shrinks", 0.01, least=0.0, letter="λ")

    def change(self, step: Update) -> Array:
        """lr·m̂/(√v̂ + ε) + lr·λ·w."""
        return super().change(step) + self._decayed(step)

    def step(self, step: Update) -> Array:
        """w − lr·m̂/(√v̂ + ε) − lr·λ·w."""
        return step.parameter - super().change(step) - self._decayed(step)

    def _decayed(self, step: Update) -> Array:
        """lr·λ·w."""
        return step.learning_rate * step["weight_decay"] * step.parameter


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
