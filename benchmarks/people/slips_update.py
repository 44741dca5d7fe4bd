"""Mistakes with optimisers: what they keep, and what they make of it.

Each function gives the mistaken number, or None where the mistake can't be made.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from benchmarks.people.calculation import Calculation
from benchmarks.people.places import Place
from benchmarks.people.slips_forward import Table
from benchmarks.people.updates import Update
from benchmarks.settings import INSIDE, Settings

ADAMS = ("adam", "adamw")
Made = Callable[[Update, Place], float | None]


def when(made: Made, applies: Callable[[Settings], bool] = lambda settings: True) -> Callable[
    [Calculation, Place], float | None
]:  # fmt: skip
    """The mistake where there is such an update, of a parameter that changes."""

    def formula(c: Calculation, p: Place) -> float | None:
        if c.update is None or not applies(c.update.settings) or (p.kind == "new" and c.fixed(p)):
            return None
        return made(c.update, p)

    return formula


def _optimizer(*names: str) -> Callable[[Settings], bool]:
    return lambda settings: settings.optimizer in names


def _corrects(settings: Settings) -> bool:
    return settings.optimizer in ADAMS and bool(settings.option("bias_correction"))


def _adaptive(settings: Settings) -> bool:
    return settings.optimizer not in ("sgd", "momentum")


# ε, the root, the square.


def _epsilon(u: Update, p: Place, where: str) -> float | None:
    if u.settings.option("epsilon_place") == where:
        return None
    top, under = u.quotient(p)
    return u.divided(p, top, u.root(under, where))


def _root_forgotten(u: Update, p: Place) -> float:
    top, under = u.quotient(p)
    return u.divided(p, top, under + u.number("epsilon"))


def _epsilon_forgotten(u: Update, p: Place) -> float:
    top, under = u.quotient(p)
    return u.divided(p, top, math.sqrt(under))


def _square_forgotten(u: Update, p: Place) -> float | None:
    g, letter = u.reaching(p), p.kind[0]
    if u.settings.optimizer == "adagrad":
        return u.before(p, "s") + g
    return u.mean(u.beta(letter), u.before(p, letter), g)


# Bias correction.


def _uncorrected(u: Update, p: Place) -> float:
    if p.kind != "new":
        return u.read(f"{p.kind[0]}+", p)
    return u.divided(p, u.read("m+", p), u.root(u.read("v+", p)))


def _corrected_twice(u: Update, p: Place) -> float:
    t = u.updates(p)
    if p.kind != "new":
        return u.hat(p, t) / float(1 - u.beta(p.kind[0]) ** t)
    top, under = u.quotient(p)
    return u.divided(
        p, top / float(1 - u.beta("m") ** t), u.root(under / float(1 - u.beta("v") ** t))
    )


def _corrected_carried(u: Update, p: Place) -> float | None:
    """The corrected moment taken into the next iteration's mean."""
    if p.iteration == 1:
        return None
    letter, g = p.kind[0], u.reaching(p)
    kept = u.read(f"{letter}hat", p, at=p.iteration - 1)
    return u.mean(u.beta(letter), kept, g if letter == "m" else g * g)


def _counted(u: Update, p: Place, by: int) -> float | None:
    t = u.updates(p) + by
    if t < 1:
        return None
    if p.kind != "new":
        return u.hat(p, t)
    if not u.c.pen.anew:
        return None
    top = u.read("m+", p) / float(1 - u.beta("m") ** t)
    return u.divided(p, top, u.root(u.read("v+", p) / float(1 - u.beta("v") ** t)))


def _betas_swapped(u: Update, p: Place) -> float:
    other = u.number("beta2" if p.kind[0] == "m" else "beta1")
    if p.kind.endswith("hat"):
        return u.hat(p, u.updates(p), other)
    g = u.reaching(p)
    return u.mean(other, u.before(p, p.kind[0]), g if p.kind[0] == "m" else g * g)


def _moments_before(u: Update, p: Place) -> float | None:
    if p.kind.endswith("hat"):
        letter = p.kind[0]
        return u.before(p, letter) / float(1 - u.beta(letter) ** u.updates(p))
    if u.settings.optimizer == "momentum":
        v = u.before(p, "v")
        if u.settings.option("nesterov"):
            return None
        if u.settings.option("form") == "velocity":
            return u.c.old(p) + v
        return u.c.old(p) - u.rate(p) * v
    if u.settings.optimizer in ADAMS:
        if _corrects(u.settings):
            return None
        return u.divided(p, u.before(p, "m"), u.root(u.before(p, "v")))
    if u.settings.option_or("centered", False):
        return None
    return u.divided(p, u.reaching(p), u.root(u.before(p, "s")))


# Momentum.


def _coefficient_left_out(u: Update, p: Place) -> float:
    """v⁺ without β: the velocity adds up undamped, or β·v is forgotten."""
    v, g = u.before(p, p.kind[0]), u.reaching(p)
    match u.settings.option_or("form", "average"):
        case "velocity":
            return v - u.rate(p) * g
        case "sum":
            return v + (1 - u.number("dampening")) * g
        case _:
            return v + (1 - u.beta(p.kind[0])) * g


def _coefficient_swapped(u: Update, p: Place) -> float:
    letter = p.kind[0]
    beta, before, g = 1 - u.beta(letter), u.before(p, letter), u.reaching(p)
    if u.settings.optimizer == "momentum":
        return u.velocity(str(u.settings.option("form")), beta, before, g, u.rate(p))
    return u.mean(beta, before, g if letter == "m" else g * g)


def _averaged(u: Update, p: Place) -> float | None:
    if u.settings.option("form") != "sum":
        return None
    return u.mean(u.beta("v"), u.before(p, "v"), u.reaching(p))


def _summed(u: Update, p: Place) -> float | None:
    if u.settings.option_or("form", "average") != "average":
        return None
    letter, g = p.kind[0], u.reaching(p)
    return u.beta(letter) * u.before(p, letter) + g


def _nesterov(settings: Settings) -> bool:
    return settings.optimizer == "momentum" and bool(settings.option("nesterov"))


def _lookahead_misapplied(u: Update, p: Place) -> float:
    """β to the gradient in place of the velocity, or to the old velocity; the terms exchanged."""
    beta, before, after = u.number("momentum"), u.before(p, "v"), u.read("v+", p)
    if u.settings.option("form") == "velocity":
        return u.c.old(p) - beta * after + (1 + beta) * before
    return u.c.old(p) - u.rate(p) * (beta * u.reaching(p) + after)


def _lookahead_from_old(u: Update, p: Place) -> float:
    beta, before, after = u.number("momentum"), u.before(p, "v"), u.read("v+", p)
    if u.settings.option("form") == "velocity":
        return u.c.old(p) + beta * before + (1 + beta) * after
    return u.c.old(p) - u.rate(p) * (u.reaching(p) + beta * before)


# AdamW's decay.


def _decay_coupled(u: Update, p: Place) -> float:
    """AdamW's decay in the gradient, as of an L2 penalty; the step without it."""
    if p.kind == "new":
        return u.divided(p, *_parts(u, p)) + u.decay(p)
    letter = p.kind[0]
    g = u.reaching(p) + u.number("weight_decay") * u.c.old(p)
    return u.mean(u.beta(letter), u.before(p, letter), g if letter == "m" else g * g)


def _parts(u: Update, p: Place) -> tuple[float, float]:
    top, under = u.quotient(p)
    return top, u.root(under)


def _decay_without_rate(u: Update, p: Place) -> float:
    return u.divided(p, *_parts(u, p)) + u.decay(p) - u.number("weight_decay") * u.c.old(p)


def _coefficient(settings: Settings) -> bool:
    return settings.optimizer in ("momentum", *ADAMS)


def _velocity_form(settings: Settings) -> bool:
    return (
        settings.optimizer == "momentum"
        and settings.option("form") == "velocity"
        and not settings.option("nesterov")
    )


NEW, HATS = ("new",), ("mhat", "vhat")
LOOK_BACK = when(_moments_before, lambda s: s.optimizer != "sgd")
UPDATE_RULES: Table = {
    "epsilon_inside_root": (
        NEW, when(lambda u, p: _epsilon(u, p, INSIDE), _adaptive)
    ),
    "epsilon_outside_root": (
        NEW, when(lambda u, p: _epsilon(u, p, "outside"), _adaptive)
    ),
    "epsilon_left_out": (NEW, when(_epsilon_forgotten, _adaptive)),
    "root_forgotten": (NEW, when(_root_forgotten, _adaptive)),
    "square_forgotten": (("v+", "s+"), when(_square_forgotten, _adaptive)),
    "bias_correction_left_out": ((*HATS, "new"), when(_uncorrected, _corrects)),
    "bias_correction_twice": ((*HATS, "new"), when(_corrected_twice, _corrects)),
    "corrected_moment_kept": (("m+", "v+"), when(_corrected_carried, _corrects)),
    "update_counted_from_0": ((*HATS, "new"), when(lambda u, p: _counted(u, p, -1), _corrects)),
    "update_counted_from_2": ((*HATS, "new"), when(lambda u, p: _counted(u, p, 1), _corrects)),
    "betas_swapped": (("m+", "v+", *HATS), when(_betas_swapped, _optimizer(*ADAMS))),
    "moments_of_the_iteration_before": ((*HATS, "new"), LOOK_BACK),
    "momentum_coefficient_left_out": (
        ("v+", "m+"),
        when(lambda u, p: _coefficient_left_out(u, p) if _first(u, p) else None, _coefficient),
    ),
    "momentum_coefficient_swapped": (("m+", "v+", "s+"), when(
        _coefficient_swapped, _optimizer("momentum", "rmsprop", *ADAMS))),
    "averaged_for_summed": (("v+",), when(_averaged, _optimizer("momentum"))),
    "summed_for_averaged": (
        ("v+", "m+"),
        when(lambda u, p: _summed(u, p) if _first(u, p) else None, _coefficient),
    ),
    "velocity_sign": (
        NEW, when(lambda u, p: u.c.old(p) - u.read("v+", p), _velocity_form)
    ),
    "look_ahead_left_out": (NEW, when(lambda u, p: u.moved(p, nesterov=False), _nesterov)),
    "look_ahead_of_wrong_term": (NEW, when(_lookahead_misapplied, _nesterov)),
    "look_ahead_of_old_velocity": (NEW, when(_lookahead_from_old, _nesterov)),
    "decay_coupled": (("m+", "v+", "new"), when(_decay_coupled, _optimizer("adamw"))),
    "decay_left_out": (
        NEW, when(lambda u, p: u.divided(p, *_parts(u, p)) + u.decay(p), _optimizer("adamw"))
    ),
    "decay_without_learning_rate": (NEW, when(_decay_without_rate, _optimizer("adamw"))),
}  # fmt: skip


def _first(u: Update, p: Place) -> bool:
    """Whether the place is the mean of gradients, and not of their squares."""
    return p.kind == "m+" or u.settings.optimizer == "momentum"
