"""Adam and AdamW; the symbols are those of `tracer.model.optimizer`.

Sources: Adam, D. Kingma and J. Ba, arXiv:1412.6980; AdamW, I. Loshchilov and F. Hutter,
arXiv:1711.05101.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from tracer.formula.primitives import sqrt
from tracer.model.activations import Array
from tracer.model.optimizer import (
    EPSILON,
    PLACES_OF_EPSILON,
    TOLD_PLACES,
    USUAL_EPSILONS,
    Optimizer,
    Update,
    root,
)
from tracer.model.options import option, unstated

_COUNTED_FROM = {"from_0": -1, "from_1": 0, "from_2": 1}


@dataclass(frozen=True)
class Adam(Optimizer):
    """m+ = β₁·m + (1 − β₁)·g, v+ = β₂·v + (1 − β₂)·g²; m̂ = m+/(1 − β₁ᵗ), v̂ = v+/(1 − β₂ᵗ).

    w+ = w − lr·m̂/(√v̂ + ε). With `epsilon_place: uncorrected` ε stands beside √v+, as in the second
    form of the paper: w+ = w − lr·√(1 − β₂ᵗ)/(1 − β₁ᵗ)·m+/(√v+ + ε).
    """

    name = "adam"
    words = "Adam"
    counts = True
    states = ("m", "v")
    named = ("mhat", "vhat")
    squared = ("v",)

    beta1: float = option("how much of m is kept", 0.9, least=0.0, below=1.0, letter="β₁")
    beta2: float = option("how much of v is kept", 0.999, least=0.0, below=1.0, letter="β₂")
    epsilon: float = option(EPSILON, 1e-8, least=0.0, letter="ε", told=USUAL_EPSILONS)
    epsilon_place: str = option(
        "outside: √v̂ + ε; inside: √(v̂ + ε); uncorrected: beside √v+, which isn't corrected",
        "outside",
        choices=(*PLACES_OF_EPSILON, "uncorrected"),
        told=TOLD_PLACES | {"uncorrected": "ε stands beside √v+, before the bias correction (ε̂)"},
    )
    bias_correction: bool = option(
        "whether m and v are corrected for their start at 0",
        True,
        told={
            True: "m and v are corrected for their start at 0",
            False: "m and v aren't corrected for their start at 0",
        },
    )
    names_corrected: bool = False
    """Whether `mhat` and `vhat` have their names although ε stands beside √v+, and nothing uses
    them."""
    t_counted: str = unstated(
        "what t is in the first update",
        "from_1",
        {
            "from_0": "t counted before incrementing: one less in every update",
            "from_2": "t counted once too often: one more in every update",
        },
    )

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
        if not self.bias_correction or not (self._uses_corrected or self.names_corrected):
            return {}
        return {
            "mhat": "m+, corrected for the start at 0",
            "vhat": "v+, corrected for the start at 0",
        }

    @property
    def _uses_corrected(self) -> bool:
        return self.epsilon_place != "uncorrected"

    @property
    def in_torch(self) -> tuple[str, Mapping[str, Any]] | None:
        """Adam."""
        usual = self.bias_correction and self.t_counted == "from_1"
        if not usual or self.epsilon_place != "outside":
            return None
        return "Adam", {"betas": (self.beta1, self.beta2), "eps": self.epsilon}

    def change(self, step: Update) -> Array:
        """lr·m̂/(√v̂ + ε)."""
        beta1, beta2, g = step["beta1"], step["beta2"], step.gradient
        m = step.keep("m", beta1 * step.state["m"] + (1 - beta1) * g)
        v = step.keep("v", beta2 * step.state["v"] + (1 - beta2) * g**2)
        t, rate = step.t + _COUNTED_FROM[self.t_counted], step.learning_rate
        mhat, vhat = m, v
        if self.corrected:
            mhat = step.name("mhat", m / (1 - beta1**t))
            vhat = step.name("vhat", v / (1 - beta2**t))
        if not self._uses_corrected:
            rooted = root(v, step["epsilon"], "outside")
            return rate * sqrt(1 - beta2**t) * m / ((1 - beta1**t) * rooted)
        return rate * mhat / root(vhat, step["epsilon"], self.epsilon_place)

    def otherwise(self, name: str, value: Any) -> Optimizer:
        """The same otherwise; with ε elsewhere the corrected moments keep their names."""
        found = super().otherwise(name, value)
        named = name == "epsilon_place" and bool(self.corrected)
        return replace(found, names_corrected=True) if named else found  # type: ignore[call-arg]

    def problem(self) -> tuple[str, str, str] | None:
        """What concerns the bias correction, where there is none."""
        if self.bias_correction:
            return None
        if self.epsilon_place == "uncorrected":
            hint = "write epsilon_place: outside"
            return "epsilon_place", "without bias correction there is one place outside", hint
        if self.t_counted != "from_1":
            return "t_counted", "without bias correction t counts for nothing", "leave it out"
        return None


@dataclass(frozen=True)
class AdamW(Adam):
    """As Adam, with decay that no moment sees: w+ = w − lr·m̂/(√v̂ + ε) − lr·λ·w."""

    name = "adamw"
    words = "AdamW"

    weight_decay: float = option("how much a parameter shrinks", 0.01, least=0.0, letter="λ")
    decay_enters: str = unstated(
        "where the decay enters",
        "step",
        {
            "gradient": "the decay is coupled: λ·w is added to the gradient, and goes into m and v",
            "alone": "the decay isn't multiplied by the learning rate: w − … − λ·w",
        },
    )

    @property
    def in_torch(self) -> tuple[str, Mapping[str, Any]] | None:
        """AdamW."""
        found = super().in_torch
        if found is None or self.decay_enters != "step":
            return None
        return "AdamW", {**found[1], "weight_decay": self.weight_decay}

    def change(self, step: Update) -> Array:
        """lr·m̂/(√v̂ + ε) + lr·λ·w."""
        if self.decay_enters == "gradient":
            return super().change(self._coupled(step))
        return super().change(step) + self._decayed(step)

    def step(self, step: Update) -> Array:
        """w − lr·m̂/(√v̂ + ε) − lr·λ·w."""
        if self.decay_enters == "gradient":
            return step.parameter - super().change(self._coupled(step))
        return step.parameter - super().change(step) - self._decayed(step)

    def _coupled(self, step: Update) -> Update:
        """g + λ·w for the moments."""
        return replace(step, gradient=step.gradient + step["weight_decay"] * step.parameter)

    def _decayed(self, step: Update) -> Array:
        """lr·λ·w."""
        if self.decay_enters == "alone":
            return step["weight_decay"] * step.parameter
        return step.learning_rate * step["weight_decay"] * step.parameter
