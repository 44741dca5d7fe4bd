"""How a person works an optimiser's step out: learning rate, penalty, clipping, states, new weight.

The kinds of numbers: `lr` and `penalty` of an iteration; `data` and `pen`, the gradient's parts;
`clip`, the gradient that is left of it; `m+`, `v+`, `s+` what is kept; `mhat`, `vhat` the corrected
moments; `new`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from benchmarks.people.exercises import Exercise
from benchmarks.people.places import BIAS, Place, parameters
from benchmarks.settings import INSIDE, Settings

if TYPE_CHECKING:
    from benchmarks.people.calculation import Calculation

Formulas = dict[str, Callable[[Place], float]]


def free(exercise: Exercise) -> Iterator[Place]:
    """Every parameter that training changes, as the place of its gradient in iteration 1."""
    for number in range(1, len(exercise.layers) + 1):
        for row, column in parameters(exercise, number):
            if column != BIAS or not exercise.freeze:
                yield Place("grad", number, row, column, 0, 1)


class Update:
    """The formulas of an update, for one calculation."""

    def __init__(self, calculation: Calculation, settings: Settings) -> None:
        self.c = calculation
        self.settings = settings
        self.formulas: Formulas = {
            "lr": self._lr, "penalty": self._penalty, "pen": self.pen, "clip": self._clip,
            "m+": self._m, "v+": self._v, "s+": self._s, "mhat": self._hat, "vhat": self._hat,
        }  # fmt: skip

    # What is read from the sheet or the exercise.

    def read(self, kind: str, place: Place, **other: Any) -> float:
        """A number of the place's parameter."""
        return self.c.read(kind, place, **{"column": place.column, **other})

    def rate(self, place: Place) -> float:
        """The learning rate of the iteration, as it stands on the sheet."""
        if self.settings.rate.schedule:
            return self.c.read("lr", place, layer=0, row=0)
        return self.settings.rate.initial

    def reaching(self, place: Place) -> float:
        """The gradient that reaches the optimiser."""
        return self.read("clip" if self.settings.clip else "grad", place)

    def before(self, place: Place, letter: str) -> float:
        """What was kept before this update."""
        if place.iteration > 1:
            return self.read(f"{letter}+", place, at=place.iteration - 1)
        return self.settings.state.get(letter, {}).get(self.c.name(place), 0.0)

    def updates(self, place: Place) -> int:
        """t."""
        return self.settings.updates + place.iteration

    def number(self, name: str) -> float:
        """An option."""
        return self.settings.number(name)

    def bound(self, place: Place) -> bool:
        """Whether the penalty takes the parameter."""
        penalty = self.settings.penalty
        return penalty is not None and (place.column != BIAS or penalty.of == "parameters")

    # Learning rate, penalty, clipping.

    def _lr(self, place: Place) -> float:
        return self.rate_at(place.iteration - 1)

    def rate_at(self, k: int) -> float:
        """The learning rate by its formula, k counted from 0."""
        rate = self.settings.rate
        if k < rate.warmup:
            return rate.initial * (k + 1) / rate.warmup
        k -= rate.warmup
        o = rate.options
        match rate.schedule:
            case "exponential":
                return rate.initial * o["rate"] ** k
            case "step":
                return rate.initial * o["factor"] ** (k // int(o["every"]))
            case "inverse_time":
                return rate.initial / (1 + o["rate"] * k)
            case "linear":
                return rate.initial + (o["final"] - rate.initial) * min(1.0, k / o["over"])
            case _:
                wave = (1 + math.cos(math.pi * min(1.0, k / o["over"]))) / 2
                return o["final"] + (rate.initial - o["final"]) * wave

    def factor(self) -> float:
        """The factor of w in the slope of an L2 penalty."""
        penalty = self.settings.penalty
        assert penalty is not None
        samples = len(self.c.exercise.batch(1))
        by_form = {"half": 1.0, "whole": 2.0, "per_sample": 1.0 / samples}
        return by_form[penalty.form] * penalty.strength

    def bound_weights(self, place: Place, *, biases: bool = False) -> list[float]:
        """The parameters that the penalty takes; `biases`: those, too."""
        return [
            self.c.weight(place, other.row, other.column, other.layer)
            for other in free_or_fixed(self.c.exercise)
            if self.bound(other) or biases
        ]

    def penalty_of(self, numbers: list[float]) -> float:
        """The penalty of these parameters."""
        penalty = self.settings.penalty
        assert penalty is not None
        if penalty.kind == "l1":
            return penalty.strength * sum(abs(number) for number in numbers)
        return self.factor() / 2 * sum(self.c.pen.term(number * number) for number in numbers)

    def _penalty(self, place: Place) -> float:
        return self.penalty_of(self.bound_weights(place))

    def pen(self, place: Place) -> float:
        """The penalty's part of the gradient."""
        penalty, w = self.settings.penalty, self.c.old(place)
        assert penalty is not None
        if penalty.kind == "l1":
            return penalty.strength * ((w > 0) - (w < 0))
        return self.factor() * w

    def limited(self, place: Place, kind: Callable[[Place], str]) -> float:
        """The gradient of that kind, clipped; the norm is taken over all of them."""
        assert self.settings.clip is not None
        how, limit = self.settings.clip
        own = self.read(kind(place), place)
        if how == "value":
            return max(-limit, min(limit, own))
        squares = 0.0
        for other in free(self.c.exercise):
            number = self.c.read(
                kind(other), place, layer=other.layer, row=other.row, column=other.column
            )
            squares += self.c.pen.term(number * number)
        norm = self.c.pen.term(math.sqrt(squares))
        return own * limit / norm if norm > limit else own

    def _clip(self, place: Place) -> float:
        return self.limited(place, lambda other: "grad")

    # States, corrected states, the new parameter.

    def mean(self, beta: float, before: float, now: float) -> float:
        """β·before + (1 − β)·now."""
        return self.c.pen.term(beta * before) + self.c.pen.term((1 - beta) * now)

    def beta(self, letter: str) -> float:
        """The coefficient of what is kept under the letter."""
        names = {"m": "beta1", "v": "beta2"}
        if self.settings.optimizer == "rmsprop":
            return self.number("decay")
        return self.number("momentum" if self.settings.optimizer == "momentum" else names[letter])

    def _m(self, place: Place) -> float:
        return self.mean(self.beta("m"), self.before(place, "m"), self.reaching(place))

    def _v(self, place: Place) -> float:
        g, v, beta = self.reaching(place), self.before(place, "v"), self.beta("v")
        if self.settings.optimizer != "momentum":
            return self.mean(beta, v, g * g)
        return self.velocity(str(self.settings.option("form")), beta, v, g, self.rate(place))

    def velocity(self, form: str, beta: float, v: float, g: float, rate: float) -> float:
        """v⁺ of momentum, in that form."""
        if form == "average":
            return self.mean(beta, v, g)
        kept = self.c.pen.term(beta * v)
        if form == "velocity":
            return kept - self.c.pen.term(rate * g)
        return kept + (1 - self.number("dampening")) * g

    def _s(self, place: Place) -> float:
        g, s = self.reaching(place), self.before(place, "s")
        if self.settings.optimizer == "adagrad":
            return s + self.c.pen.term(g * g)
        return self.mean(self.beta("s"), s, g * g)

    def _hat(self, place: Place) -> float:
        return self.hat(place, self.updates(place))

    def hat(self, place: Place, t: int, beta: float | None = None) -> float:
        """m̂ or v̂."""
        letter = place.kind[0]
        beta = self.beta(letter) if beta is None else beta
        return self.read(f"{letter}+", place) / (1 - beta**t)

    def corrected(self, place: Place, letter: str) -> float:
        """The moment that the step takes: written, or taken afresh."""
        if not self.settings.option("bias_correction"):
            return self.read(f"{letter}+", place)
        if self.c.pen.anew:
            kept = self.read(f"{letter}+", place)
            return kept / float(1 - self.beta(letter) ** self.updates(place))
        return self.read(f"{letter}hat", place)

    def root(self, square: float, where: str = "") -> float:
        """√square + ε, or √(square + ε)."""
        epsilon = self.number("epsilon")
        if (where or self.settings.option("epsilon_place")) == INSIDE:
            return math.sqrt(square + epsilon)
        return math.sqrt(square) + epsilon

    def quotient(self, place: Place) -> tuple[float, float]:
        """What an adaptive step divides: the top, and the square under the root."""
        match self.settings.optimizer:
            case "adam" | "adamw":
                return self.corrected(place, "m"), self.corrected(place, "v")
            case "rmsprop" if self.settings.option("centered"):
                under = self.read("s+", place) - self.c.pen.term(self.read("m+", place) ** 2)
                return self.reaching(place), under
            case _:
                return self.reaching(place), self.read("s+", place)

    def decay(self, place: Place) -> float:
        """What AdamW takes off besides: lr·λ·w."""
        if self.settings.optimizer != "adamw":
            return 0.0
        return self.c.pen.term(self.rate(place) * self.number("weight_decay") * self.c.old(place))

    def divided(self, place: Place, top: float, bottom: float) -> float:
        """w − lr·top/bottom, less the decay."""
        step = self.c.pen.term(self.rate(place) * top / bottom)
        return self.c.old(place) - step - self.decay(place)

    def new(self, place: Place) -> float:
        """w⁺."""
        old, optimizer = self.c.old(place), self.settings.optimizer
        if optimizer == "sgd":
            return old - self.c.pen.term(self.rate(place) * self.reaching(place))
        if optimizer == "momentum":
            return self.moved(place, nesterov=bool(self.settings.option("nesterov")))
        top, under = self.quotient(place)
        return self.divided(place, top, self.root(under))

    def moved(self, place: Place, *, nesterov: bool) -> float:
        """w⁺ of momentum."""
        old, after, beta = self.c.old(place), self.read("v+", place), self.number("momentum")
        if self.settings.option("form") == "velocity":
            if not nesterov:
                return old + after
            kept = self.c.pen.term(beta * self.before(place, "v"))
            return old - kept + self.c.pen.term((1 + beta) * after)
        move = self.reaching(place) + beta * after if nesterov else after
        return old - self.c.pen.term(self.rate(place) * move)


def free_or_fixed(exercise: Exercise) -> Iterator[Place]:
    """Every parameter, as the place of its gradient in iteration 1."""
    for number in range(1, len(exercise.layers) + 1):
        for row, column in parameters(exercise, number):
            yield Place("grad", number, row, column, 0, 1)
