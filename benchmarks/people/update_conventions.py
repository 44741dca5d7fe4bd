"""Right sheets of optimisers by conventions of other programs and courses."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

from benchmarks.people.calculation import Calculation, Slip
from benchmarks.people.conventions import Convention
from benchmarks.people.exercises import Exercise
from benchmarks.people.places import Place, penalised
from benchmarks.settings import Option, Settings


def _when(applies: Callable[[Settings], bool]) -> Callable[[Exercise], bool]:
    return lambda exercise: exercise.settings is not None and applies(exercise.settings)


def _with(**options: Option) -> Callable[[Exercise], Exercise]:
    """The exercise with other options of its optimiser."""

    def changed(exercise: Exercise) -> Exercise:
        settings = exercise.settings
        assert settings
        settings = replace(settings, options={**settings.options, **options})
        return replace(exercise, settings=settings)

    return changed


def _sums_up(settings: Settings) -> bool:
    return (
        settings.optimizer == "momentum"
        and settings.option("form") == "sum"
        and not settings.rate.schedule
        and not settings.state
    )


def _data_alone(c: Calculation, p: Place) -> float | None:
    """What PyTorch has in `.grad`: weight decay is added inside the optimiser."""
    return c.read("data", p, column=p.column) if penalised(c.exercise, p.column) else None


def _reached(c: Calculation, p: Place) -> float | None:
    """The penalty in the optimiser: the gradient as it stands on the sheet, and its part."""
    if not c.update or not penalised(c.exercise, p.column) or (p.kind == "new" and c.fixed(p)):
        return None
    return c.old(p) - c.update.rate(p) * (c.update.read("grad", p) + c.update.read("pen", p))


def _loss_alone(c: Calculation, p: Place) -> float | None:
    return c.formulas["loss"](p) - c.read("penalty", p)


def _epsilon_hat(c: Calculation, p: Place) -> float | None:
    """Adam as TensorFlow and Keras calculate it: the correction in the rate, ε beside √v."""
    u = c.update
    if not u or c.fixed(p):
        return None
    t = u.updates(p)
    rate = u.rate(p) * math.sqrt(1 - u.beta("v") ** t) / float(1 - u.beta("m") ** t)
    root = math.sqrt(u.read("v+", p)) + u.number("epsilon")
    return c.old(p) - rate * u.read("m+", p) / root


UPDATE_CONVENTIONS = (
    Convention("velocity for sum", _when(_sums_up), _with(form="velocity")),
    Convention(
        "sum for velocity",
        _when(
            lambda s: s.optimizer == "momentum"
            and s.option("form") == "velocity"
            and not s.rate.schedule
            and not s.state
        ),
        _with(form="sum"),
    ),
    Convention(
        "gradient and loss without the penalty (PyTorch)",
        _when(lambda s: s.optimizer == "sgd" and s.penalty is not None and not s.clip),
        slips=(
            Slip("convention", _data_alone, kinds=("grad",)),
            Slip("convention", _loss_alone, kinds=("loss",)),
            Slip("convention", _reached, kinds=("new",)),
        ),
    ),
    Convention(
        "ε beside the uncorrected root (Keras)",
        _when(lambda s: s.optimizer == "adam" and bool(s.option("bias_correction"))
              and s.option("epsilon_place") == "outside"),
        slips=(Slip("convention", _epsilon_hat, kinds=("new",)),),
    ),
)  # fmt: skip
