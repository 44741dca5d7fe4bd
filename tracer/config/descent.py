"""What descends and how fast: optimiser, schedule, clipping and penalty as a file gives them.

The same for a network's training and a graph's.
"""

from __future__ import annotations

from typing import Any

from tracer.config.fields import sound
from tracer.config.models import (
    ClipModel,
    DescentModel,
    NetworkConfig,
    RegularizationModel,
    TrainingModel,
)
from tracer.config.nodes import KeyPath
from tracer.config.report import Report
from tracer.config.values import RowModel
from tracer.immutable import immutable
from tracer.model.clipping import Clip
from tracer.model.optimizers import OPTIMIZERS, Optimizer
from tracer.model.penalties import NORMS, Penalty
from tracer.model.schedules import CONSTANT, SCHEDULES, Schedule

_TRAINING = ("training",)
UPDATES = "updates"
"""The key of `training.state` beside the letters: how many updates the optimiser has counted."""


@immutable
class Descent:
    """How fast and by which rule; `optimizer` and `rate` are None where there is a problem."""

    rate: tuple[float, Schedule] | None
    optimizer: Optimizer | None
    clip: Clip | None
    updates: int | None

    def named(self) -> dict[str, str]:
        """What formulas call the numbers among the options, each in words; of what is known."""
        found: dict[str, str] = {}
        if self.rate is not None:
            initial, schedule = self.rate
            found |= dict.fromkeys(schedule.numbers(initial), "an option of the schedule")
        if self.optimizer is not None:
            words = f"an option of {self.optimizer.words}"
            found |= dict.fromkeys(self.optimizer.numbers(), words)
        return found | dict.fromkeys(
            self.clip.numbers() if self.clip else (), "the limit of clipping"
        )

    def settings(self) -> dict[str, Any]:
        """The same as the fields of a training, of a file without problems."""
        initial, schedule = sound(self.rate)
        return {
            "learning_rate": initial,
            "schedule": schedule,
            "optimizer": sound(self.optimizer),
            "clip": self.clip,
        }


def read_descent(model: DescentModel, report: Report) -> Descent:
    """What a training says of it; what doesn't go together is reported."""
    counted = (model.state or {}).get(UPDATES)
    return Descent(
        _rate(model),
        _optimizer(model, report),
        _clip(model.clip, report),
        counted if isinstance(counted, int) else None,
    )


def check_order(model: TrainingModel, clip: Clip | None, report: Report) -> None:
    """Reports what can't be in that order: the norm is of all gradients, before any update."""
    if clip is not None and clip.by == "norm" and model.update_order == "output_first":
        hint = "write update_order: simultaneous, or clip by value"
        message = "clip by norm needs all gradients before the first update"
        report.at((*_TRAINING, "update_order"), message, hint)


def _optimizer(model: DescentModel, report: Report) -> Optimizer | None:
    """The optimiser with its options; None, and a report, where there is a problem with it."""
    given = model.optimizer
    if isinstance(given, str):
        return OPTIMIZERS[given]()
    if given is None or None in given.options.values():
        return None
    found = OPTIMIZERS[given.row](**given.options)
    problem = found.problem()
    if problem:
        key, message, hint = problem
        report.at_key((*_TRAINING, "optimizer", key), message, hint)
        return None
    return found


def _rate(model: DescentModel) -> tuple[float, Schedule] | None:
    """The learning rate at the start and how it goes on."""
    given: Any = model.learning_rate
    if not isinstance(given, RowModel):
        return None if given is None else (float(given), CONSTANT)
    initial = getattr(given, "initial", None)
    if initial is None or None in given.options.values():
        return None
    return float(initial), SCHEDULES[given.row](**given.options)


def _clip(model: ClipModel | None, report: Report) -> Clip | None:
    """The limit of gradients."""
    if model is None:
        return None
    given = {key: value for key in ("norm", "value") if (value := getattr(model, key)) is not None}
    if len(given) != 1:
        message = "both norm and value" if given else "neither norm nor value"
        hint = "leave one of them out" if given else "write {norm: 1.0} or {value: 0.5}"
        if given or not model.model_fields_set:
            report.at((*_TRAINING, "clip"), message, hint)
        return None
    return Clip(*next(iter(given.items())))


def penalty(config: NetworkConfig, report: Report) -> Penalty | None:
    """The penalty, which stands beside the loss or in the training."""
    inside = config.training.regularization if config.training is not None else None
    if inside is not None and config.regularization is not None:
        path: KeyPath = (*_TRAINING, "regularization")
        report.at_key(path, "regularization stands twice", "leave one of them out")
    if config.regularization is not None:
        return _penalty(config.regularization, ("regularization",), report)
    return _penalty(inside, (*_TRAINING, "regularization"), report) if inside else None


def _penalty(model: RegularizationModel, path: KeyPath, report: Report) -> Penalty | None:
    if None in (model.kind, model.strength, model.form, model.of):
        return None
    norm = NORMS[sound(model.kind)]
    form = sound(model.form)
    if form not in norm.forms:
        if "form" in model.model_fields_set:
            hint = "leave form out: the penalty is λ·Σ|w|"
            report.at_key((*path, "form"), f"{norm.name} has no form", hint)
        form = norm.forms[0]
    return Penalty(sound(model.strength), norm.name, form, sound(model.of))
