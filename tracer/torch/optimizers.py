"""PyTorch's optimisers as ours: one row each, and what is left is refused by name.

Sources: the algorithms at https://docs.pytorch.org/docs/stable/optim.html#algorithms
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import torch

from tracer.errors import UsageError
from tracer.immutable import immutable
from tracer.model.adam import Adam, AdamW
from tracer.model.optimizers import SGD, Adagrad, Momentum, Optimizer, Rmsprop
from tracer.model.schedules import CONSTANT, InverseTime, Schedule
from tracer.torch.iterations import Step

Options = Mapping[str, Any]


@immutable
class Row:
    """How a class of PyTorch's is read; `states` are its words for what ours call by letters.

    `without`: options that must have these values, because ours has nothing like them.
    """

    read: Callable[[Options], Optimizer]
    states: Mapping[str, str]
    without: Mapping[str, Any]


def _sgd(options: Options) -> Optimizer:
    if not options["momentum"]:
        return SGD
    dampening = float(options["dampening"])
    return Momentum(
        momentum=float(options["momentum"]),
        dampening=dampening,
        nesterov=bool(options["nesterov"]),
        first_gradient="whole" if dampening else "dampened",
    )


def _moments(options: Options) -> dict[str, Any]:
    beta1, beta2 = map(float, options["betas"])
    return {"beta1": beta1, "beta2": beta2, "epsilon": float(options["eps"])}


def _adam(options: Options) -> Optimizer:
    if options.get("decoupled_weight_decay") and options["weight_decay"]:
        return _adamw(options)
    return Adam(**_moments(options))


def _adamw(options: Options) -> Optimizer:
    return AdamW(**_moments(options), weight_decay=float(options["weight_decay"]))


def _rmsprop(options: Options) -> Optimizer:
    return Rmsprop(
        decay=float(options["alpha"]),
        epsilon=float(options["eps"]),
        centered=bool(options["centered"]),
    )


def _adagrad(options: Options) -> Optimizer:
    return Adagrad(epsilon=float(options["eps"]))


_ROWS: dict[type, Row] = {
    torch.optim.SGD: Row(_sgd, {"v": "momentum_buffer"}, {"maximize": False}),
    torch.optim.Adam: Row(
        _adam, {"m": "exp_avg", "v": "exp_avg_sq"}, {"amsgrad": False, "maximize": False}
    ),
    torch.optim.AdamW: Row(
        _adamw, {"m": "exp_avg", "v": "exp_avg_sq"}, {"amsgrad": False, "maximize": False}
    ),
    torch.optim.RMSprop: Row(
        _rmsprop, {"s": "square_avg", "m": "grad_avg"}, {"momentum": 0, "maximize": False}
    ),
    torch.optim.Adagrad: Row(_adagrad, {"s": "sum"}, {"maximize": False}),
}


@immutable
class Rule:
    """An optimiser of ours, with what PyTorch counts among its options.

    `decay`: λ of the penalty ½·λ·Σw², by parameter; `rate`: the learning rate before `schedule`;
    `updates`: those that it had made before; `states`: PyTorch's words by our letters.
    """

    optimizer: Optimizer
    rate: float
    schedule: Schedule
    decay: Mapping[str, float]
    updates: int
    states: Mapping[str, str]


_IMPLEMENTATION = {"foreach", "fused", "capturable", "differentiable", "initial_lr", "name"}
"""Options that change how, and not what, is calculated."""


def read_rule(step: Step, names: tuple[str, ...]) -> Rule:
    """The rule of a step for these parameters, all of which the optimiser holds.

    Raises:
        UsageError: PyTorch's optimiser, or an option of it, is one that ours doesn't have; or it
            isn't the same for all parameters.
    """
    kind = step.kind.__name__
    row = _ROWS.get(step.kind)
    if row is None:
        known = ", ".join(found.__name__ for found in _ROWS)
        raise UsageError(f"the optimiser {kind} can't be traced", f"known are {known}")
    options = _shared(step, names)
    for name, value in row.without.items():
        if options.get(name, value) != value:
            raise UsageError(f"{kind} with {name}={options[name]}", "leave it out")
    optimizer = row.read(options)
    coupled = not isinstance(optimizer, AdamW)
    decay = {n: float(step.options[n]["weight_decay"]) if coupled else 0.0 for n in names}
    if not coupled and len({step.options[n]["weight_decay"] for n in names}) > 1:
        raise UsageError(f"{kind} with several values of weight_decay", "give all the same")
    slower = float(options.get("lr_decay", 0.0))
    schedule = InverseTime(rate=slower) if slower else CONSTANT
    states = {letter: word for letter, word in row.states.items() if letter in optimizer.slots}
    return Rule(optimizer, options["lr"], schedule, decay, _updates(step, names), states)


def _shared(step: Step, names: tuple[str, ...]) -> Options:
    """The options, which must be the same for all these parameters but for weight_decay."""
    first = step.options[names[0]]
    for name in names[1:]:
        for key, value in step.options[name].items():
            if key in _IMPLEMENTATION or key == "weight_decay":
                continue
            if value != first.get(key):
                message = f"{step.kind.__name__} with several values of {key}"
                raise UsageError(message, "give all parameters the same")
    return first


def _updates(step: Step, names: tuple[str, ...]) -> int:
    """How many updates the optimiser had counted before."""
    zero = np.zeros(())
    counts = {int(step.states_before.get(name, {}).get("step", zero)) for name in names}
    if len(counts) > 1:
        raise UsageError(
            f"{step.kind.__name__} has counted different numbers of updates of its parameters",
            "record a model whose parameters were all trained from the beginning",
        )
    return counts.pop()
