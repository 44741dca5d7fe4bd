"""Mistakes with penalties, clipping, schedules, and gradients that pile up.

Each function gives the mistaken number, or None where the mistake can't be made.
"""

from __future__ import annotations

from dataclasses import replace

from benchmarks.people.places import BIAS, Place, penalised
from benchmarks.people.slips_forward import Table
from benchmarks.people.slips_update import when
from benchmarks.people.updates import Update
from benchmarks.settings import Settings

TOLD_AS = dict.fromkeys(
    ("penalty_factor_two", "penalty_factor_half", "penalty_not_per_sample"), "penalty_factor"
)
"""What `check` calls a mistake that people make in several ways."""


def _has_l2(settings: Settings) -> bool:
    return settings.penalty is not None and settings.penalty.kind == "l2"


def _has_penalty(settings: Settings) -> bool:
    return settings.penalty is not None


def _penalty_factor(u: Update, p: Place, factor: float) -> float | None:
    assert u.settings.penalty is not None
    # Nobody halves what has no 2, nor doubles what has one already.
    if (u.settings.penalty.form == "whole") == (factor > 1):
        return None
    return factor * (u.pen(p) if p.kind == "pen" else u.penalty_of(u.bound_weights(p)))


def _not_per_sample(u: Update, p: Place) -> float | None:
    assert u.settings.penalty is not None
    if u.settings.penalty.form != "per_sample":
        return None
    count = len(u.c.exercise.batch(1))
    return count * (u.pen(p) if p.kind == "pen" else u.penalty_of(u.bound_weights(p)))


def _penalty_sign(u: Update, p: Place) -> float | None:
    if p.kind == "pen":
        return -u.pen(p)
    if not penalised(u.c.exercise, p.column) or replace(p, kind="pen") in u.c.slipped:
        return None
    return u.read("data", p) - u.read("pen", p)


def _without_weight(u: Update, p: Place) -> float:
    assert u.settings.penalty is not None
    return u.settings.penalty.strength


def _biases_penalised(u: Update, p: Place) -> float | None:
    penalty = u.settings.penalty
    if penalty is None or penalty.of == "parameters":
        return None
    if p.kind == "penalty":
        return u.penalty_of(u.bound_weights(p, biases=True))
    if p.column != BIAS or u.c.fixed(p):
        return None
    return u.c.formulas["data"](p) + u.pen(p)


def _missing_in_loss(u: Update, p: Place) -> float:
    return u.c.formulas["loss"](p) - u.c.read("penalty", p)


def _missing_in_gradient(u: Update, p: Place) -> float | None:
    return u.read("data", p) if penalised(u.c.exercise, p.column) else None


# Clipping, schedules, gradients that pile up.


def _clipped_before_penalty(u: Update, p: Place) -> float | None:
    if not u.settings.penalty or not u.settings.clip:
        return None

    def kind(other: Place) -> str:
        return "data" if penalised(u.c.exercise, other.column) else "grad"

    return u.limited(p, kind) + (u.read("pen", p) if penalised(u.c.exercise, p.column) else 0)


def _clipped_alone(u: Update, p: Place) -> float | None:
    """By the norm of this gradient alone."""
    assert u.settings.clip is not None
    how, limit = u.settings.clip
    return max(-limit, min(limit, u.read("grad", p))) if how == "norm" else None


def _rate_before(u: Update, p: Place) -> float | None:
    if p.iteration == 1:
        return None
    if p.kind == "lr":
        return u.rate_at(p.iteration - 2)
    old = u.c.read("lr", p, layer=0, row=0, at=p.iteration - 1)
    return u.c.old(p) - (u.c.old(p) - u.new(p)) * old / u.rate(p)


def _rate_unscheduled(u: Update, p: Place) -> float:
    return u.settings.rate.initial


def _accumulated(u: Update, p: Place) -> float | None:
    if p.iteration == 1:
        return None
    kind = "data" if p.kind == "data" else "grad"
    if kind == "grad" and penalised(u.c.exercise, p.column):
        return None
    return u.c.formulas[kind](p) + u.read(kind, p, at=p.iteration - 1)


def _scheduled(settings: Settings) -> bool:
    return bool(settings.rate.schedule)


PENALTIES: Table = {
    "penalty_factor_two": (
        ("pen", "penalty"), when(lambda u, p: _penalty_factor(u, p, 2.0), _has_l2)
    ),
    "penalty_factor_half": (
        ("pen", "penalty"), when(lambda u, p: _penalty_factor(u, p, 0.5), _has_l2)
    ),
    "penalty_not_per_sample": (("pen", "penalty"), when(_not_per_sample, _has_l2)),
    "penalty_sign": (("pen", "grad"), when(_penalty_sign, _has_penalty)),
    "penalty_without_parameter": (("pen",), when(_without_weight, _has_penalty)),
    "biases_penalised": (("grad", "penalty"), when(_biases_penalised, _has_penalty)),
    "penalty_missing_in_loss": (("loss",), when(_missing_in_loss, _has_penalty)),
    "penalty_missing_in_gradient": (("grad",), when(_missing_in_gradient, _has_penalty)),
}  # fmt: skip
LIMITS: Table = {
    "clipped_before_penalty": (("clip",), when(_clipped_before_penalty)),
    "clipped_by_value": (("clip",), when(_clipped_alone, lambda s: bool(s.clip))),
    "not_clipped": (
        ("clip",), when(lambda u, p: u.read("grad", p), lambda s: bool(s.clip))
    ),
    "learning_rate_of_the_iteration_before": (("lr", "new"), when(_rate_before, _scheduled)),
    "initial_learning_rate": (("lr",), when(_rate_unscheduled, _scheduled)),
    "gradients_not_zeroed": (("grad", "data"), when(_accumulated)),
}  # fmt: skip
