"""Optimisers, penalties, clipping, learning rates: one step of one parameter, in decimals.

Symbols as in the contract: g the gradient that reaches the optimiser, t the updates counted from 1,
k the iterations counted from 0, w⁺ the new parameter. The floats of the configuration enter exactly.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from math import floor

from benchmarks.settings import INSIDE, Penalty, Rate, Settings

State = dict[str, Decimal]
PI = Decimal("3.14159265358979323846264338327950288419716939937510582097494459")


@dataclass(frozen=True, slots=True)
class Step:
    """What an update starts from."""

    settings: Settings
    w: Decimal
    g: Decimal
    lr: Decimal
    t: int
    state: State

    def option(self, name: str) -> Decimal:
        """An option's number."""
        return Decimal(self.settings.number(name))

    def root(self, square: Decimal) -> Decimal:
        """√square + ε, or √(square + ε)."""
        epsilon = self.option("epsilon")
        if self.settings.option("epsilon_place") == INSIDE:
            return (square + epsilon).sqrt()
        return square.sqrt() + epsilon


@dataclass(frozen=True, slots=True)
class Stepped:
    """The state after the update, what is shown of it corrected, and w⁺."""

    state: State
    corrected: State
    new: Decimal


def _sgd(s: Step) -> Stepped:
    return Stepped({}, {}, s.w - s.lr * s.g)


def _momentum(s: Step) -> Stepped:
    beta, v = s.option("momentum"), s.state["v"]
    nesterov = s.settings.option("nesterov")
    match s.settings.option("form"):
        case "velocity":
            after = beta * v - s.lr * s.g
            move = -beta * v + (1 + beta) * after if nesterov else after
            return Stepped({"v": after}, {}, s.w + move)
        case "average":
            after = beta * v + (1 - beta) * s.g
        case _:
            after = beta * v + (1 - s.option("dampening")) * s.g
    move = s.g + beta * after if nesterov else after
    return Stepped({"v": after}, {}, s.w - s.lr * move)


def _adagrad(s: Step) -> Stepped:
    after = s.state["s"] + s.g * s.g
    return Stepped({"s": after}, {}, s.w - s.lr * s.g / s.root(after))


def _rmsprop(s: Step) -> Stepped:
    decay = s.option("decay")
    state = {"s": decay * s.state["s"] + (1 - decay) * s.g * s.g}
    under = state["s"]
    if s.settings.option("centered"):
        state["m"] = decay * s.state["m"] + (1 - decay) * s.g
        under = under - state["m"] * state["m"]
    return Stepped(state, {}, s.w - s.lr * s.g / s.root(under))


def _adam(s: Step) -> Stepped:
    beta1, beta2 = s.option("beta1"), s.option("beta2")
    m = beta1 * s.state["m"] + (1 - beta1) * s.g
    v = beta2 * s.state["v"] + (1 - beta2) * s.g * s.g
    corrected = {}
    top, under = m, v
    if s.settings.option("bias_correction"):
        top, under = m / (1 - beta1**s.t), v / (1 - beta2**s.t)
        corrected = {"mhat": top, "vhat": under}
    new = s.w - s.lr * top / s.root(under)
    if s.settings.optimizer == "adamw":
        new -= s.lr * s.option("weight_decay") * s.w
    return Stepped({"m": m, "v": v}, corrected, new)


_STEPS: Mapping[str, Callable[[Step], Stepped]] = {
    "sgd": _sgd, "momentum": _momentum, "adagrad": _adagrad, "rmsprop": _rmsprop,
    "adam": _adam, "adamw": _adam,
}  # fmt: skip


def step(start: Step) -> Stepped:
    """One update of one parameter."""
    return _STEPS[start.settings.optimizer](start)


def learning_rate(rate: Rate, k: int) -> Decimal:
    """The learning rate of iteration k + 1."""
    initial = Decimal(rate.initial)
    if not rate.schedule:
        return initial
    if k < rate.warmup:
        return initial * (k + 1) / rate.warmup
    return _scheduled(rate, initial, k - rate.warmup)


def _scheduled(rate: Rate, initial: Decimal, k: int) -> Decimal:
    o = {name: Decimal(number) for name, number in rate.options.items()}
    match rate.schedule:
        case "exponential":
            return initial * o["rate"] ** k
        case "step":
            return initial * o["factor"] ** floor(k / o["every"])
        case "inverse_time":
            return initial / (1 + o["rate"] * k)
    share = min(k / o["over"], Decimal(1))
    if rate.schedule == "linear":
        return initial + (o["final"] - initial) * share
    return o["final"] + (initial - o["final"]) * (1 + cosine(PI * share)) / 2


def cosine(x: Decimal) -> Decimal:
    """cos x by its series, for 0 ≤ x ≤ π."""
    total, term, n = Decimal(0), Decimal(1), 0
    while abs(term) > Decimal("1e-60"):
        total += term
        n += 2
        term = -term * x * x / (n * (n - 1))
    return total


def penalty_value(penalty: Penalty, values: Mapping[str, Decimal], samples: int) -> Decimal:
    """The penalty of the parameters in the loss."""
    if penalty.kind == "l1":
        return Decimal(penalty.strength) * sum((abs(w) for w in values.values()), Decimal(0))
    squares = sum((w * w for w in values.values()), Decimal(0))
    return _factor(penalty, samples) * squares / 2


def penalty_slope(penalty: Penalty, w: Decimal, samples: int) -> Decimal:
    """∂penalty/∂w; 0 at 0 with l1."""
    if penalty.kind == "l1":
        return Decimal(penalty.strength) * ((w > 0) - (w < 0))
    return _factor(penalty, samples) * w


def _factor(penalty: Penalty, samples: int) -> Decimal:
    """The factor of w in the slope: λ, 2λ or λ/m."""
    strength = Decimal(penalty.strength)
    return {"half": strength, "whole": 2 * strength, "per_sample": strength / samples}[penalty.form]


def clipped(clip: tuple[str, float], gradients: Mapping[str, Decimal]) -> dict[str, Decimal]:
    """By value each for itself; by norm all together, where their norm is above the limit."""
    limit = Decimal(clip[1])
    if clip[0] == "value":
        return {name: max(-limit, min(limit, g)) for name, g in gradients.items()}
    norm = sum((g * g for g in gradients.values()), Decimal(0)).sqrt()
    return {name: g * limit / norm if norm > limit else g for name, g in gradients.items()}
