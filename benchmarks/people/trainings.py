"""Random exercises in optimisers, penalties, clipping and schedules, as courses set them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from random import Random

from benchmarks.people.exercises import Exercise, random_exercise
from benchmarks.people.naming import Namer
from benchmarks.people.pens import Pen
from benchmarks.people.updates import free_or_fixed
from benchmarks.settings import RULES, Option, Penalty, Rate, Settings

OPTIMIZERS = tuple(RULES)
ADAPTIVE = ("adagrad", "rmsprop", "adam", "adamw")
EPSILONS = (1e-8, 1e-8, 1e-8, 1e-7, 1e-6, 1e-3, 0.01, 0.1)
"""Most courses take 1e-8, Keras 1e-7, d2l 1e-6; people who want to see it take more."""


def random_training(rng: Random, optimizer: str, *, program: bool = False) -> Exercise:
    """An exercise with the optimiser, and perhaps a penalty, clipping, a schedule, given states."""
    exercise = random_exercise(rng, program=program)
    initial = rng.choice((0.1, 0.1, 0.01, 0.05, 0.2) if optimizer in ADAPTIVE else (0.5, 0.1, 0.2))
    rate = random_rate(rng, initial) if rng.random() < 0.25 else Rate(initial)
    settings = Settings(rate, optimizer, random_options(rng, optimizer))
    if rng.random() < (0.25 if optimizer in ("momentum", *ADAPTIVE) else 0.6):
        settings = replace(settings, penalty=random_penalty(rng))
    if rng.random() < (0.15 if optimizer in ("momentum", *ADAPTIVE) else 0.4):
        settings = replace(
            settings, clip=rng.choice((("norm", 0.5), ("norm", 0.1), ("value", 0.1)))
        )
    if settings.letters and not rate.schedule and rng.random() < 0.15:
        settings = with_state(rng, exercise, settings)
    return replace(
        exercise, settings=settings, rate=initial, output_first=False,
        iterations=rng.choice((1, 2, 2, 2, 3)),
    )  # fmt: skip


def random_rate(rng: Random, initial: float) -> Rate:
    """A schedule that changes within a few iterations."""
    schedules: Mapping[str, Mapping[str, float]] = {
        "exponential": {"rate": rng.choice((0.5, 0.9, 0.95))},
        "step": {"factor": 0.5, "every": rng.choice((1, 2))},
        "inverse_time": {"rate": rng.choice((0.5, 1.0, 0.1))},
        "linear": {"final": round(initial / 10, 6), "over": rng.choice((2, 4, 10))},
        "cosine": {"final": 0.0, "over": rng.choice((3, 4, 10))},
    }
    schedule = rng.choice(tuple(schedules))
    return Rate(initial, schedule, schedules[schedule], rng.choice((0, 0, 0, 2)))


def random_penalty(rng: Random) -> Penalty:
    """L2 more often than L1."""
    return Penalty(
        rng.choice((0.1, 0.01, 0.5, 1.0)), rng.choice(("l2", "l2", "l2", "l1")),
        rng.choice(("half", "whole", "per_sample")), rng.choice(("weights", "weights", "parameters")),
    )  # fmt: skip


def with_state(rng: Random, exercise: Exercise, settings: Settings) -> Settings:
    """The same from given states, as published tests have it."""
    name = Namer(exercise).parameter
    names = [name(place) for place in free_or_fixed(exercise)]
    signed = settings.optimizer == "momentum"
    state = {
        letter: {
            name: round(rng.uniform(-0.5, 0.5), 2) if letter == "m" or signed
            else round(rng.uniform(0.3, 0.9), 2)
            for name in names
        }
        for letter in settings.letters
    }  # fmt: skip
    return replace(settings, state=state, updates=rng.choice((1, 2, 5)))


def random_options(rng: Random, optimizer: str) -> dict[str, Option]:
    """Options as textbooks choose them: mostly the defaults."""
    place, some = rng.choice(("outside", "outside", "inside")), rng.random() < 0.6
    epsilon: dict[str, Option] = (
        {"epsilon": rng.choice(EPSILONS), "epsilon_place": place} if some else {}
    )
    drawn: dict[str, Option] = {**epsilon} if optimizer in ADAPTIVE else {}
    if optimizer == "momentum":
        form = rng.choice(("sum", "sum", "average", "velocity"))
        drawn |= {"momentum": rng.choice((0.9, 0.9, 0.5, 0.8)), "form": form}
        if form != "average" and rng.random() < 0.4:
            drawn["nesterov"] = True
    elif optimizer == "rmsprop":
        drawn |= {"decay": rng.choice((0.9, 0.99, 0.5))} if rng.random() < 0.6 else {}
        drawn |= {"centered": True} if rng.random() < 0.2 else {}
    elif optimizer in ("adam", "adamw"):
        if rng.random() < 0.4:
            drawn |= {"beta1": rng.choice((0.9, 0.5, 0.8)), "beta2": rng.choice((0.99, 0.9, 0.999))}
        drawn |= {"bias_correction": False} if rng.random() < 0.15 else {}
        if optimizer == "adamw":
            drawn["weight_decay"] = rng.choice((0.01, 0.1, 0.1, 0.5))
    return drawn


def fitting(pen: Pen, exercise: Exercise) -> Pen:
    """The pen of somebody who does this exercise: squares of gradients take significant digits.

    v = 0.001·g² is 0.0000 to four decimals, and nobody divides by its root.
    """
    settings = exercise.settings
    if settings and settings.optimizer in ADAPTIVE and not pen.single:
        return replace(pen, significant=True, digits=max(4, pen.digits))
    return pen
