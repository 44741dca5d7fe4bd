"""The training of a configuration, checked against the network and its data."""

from __future__ import annotations

import math
from itertools import islice

from tracer.config.models import TrainingModel
from tracer.config.report import Report
from tracer.errors import UnknownNameError, did_you_mean
from tracer.model.experiment import Resume, Stop, Training
from tracer.model.names import Names
from tracer.model.network import Network, parameter_names
from tracer.model.quantity import Kind

_COMPARED = 1000
_LETTERS = {"biases": "b", "weights": "w"}


def read_training(
    model: TrainingModel,
    reduction: str | None,
    samples: int | None,
    network: Network | None,
    report: Report,
) -> Training | None:
    """The training; None while the data, the network or the training itself has problems.

    `samples` is the number of samples in the data.
    """
    before = len(report.problems)
    if model.epochs is not None and model.iterations is not None:
        hint = "leave one of them out"
        report.at_key(("training", "epochs"), "both iterations and epochs", hint)
    if model.gradient == "batch_means" and reduction == "sum":
        message = "batch_means needs reduction: mean"
        report.at(("training", "gradient"), message, "products of means have no sum over samples")
    batch = 1 if model.batch == "online" else model.batch
    if isinstance(batch, int) and samples is not None and batch > samples:
        hint = "write full for all of them"
        report.at(
            ("training", "batch"), f"batch of {batch}; the data has {_samples(samples)}", hint
        )
    frozen = _frozen(model.freeze, network, report) if network else frozenset()
    if len(report.problems) > before or samples is None or model.learning_rate is None:
        return None
    return _assembled(model, model.learning_rate, samples, frozen)


def _assembled(
    model: TrainingModel, learning_rate: float, samples: int, frozen: frozenset[str]
) -> Training | None:
    batch = 1 if model.batch == "online" else model.batch
    size = batch if isinstance(batch, int) else None
    steps = math.ceil(samples / (size or samples))
    named = (model.seed, model.gradient, model.update_order, model.optimizer, model.shuffle)
    seed, gradient, order, optimizer, shuffle = named
    if seed is None or gradient is None or order is None or optimizer is None or shuffle is None:
        return None
    return Training(
        learning_rate,
        model.epochs * steps if model.epochs else model.iterations or 1,
        model.epochs,
        size,
        shuffle,
        seed,
        gradient,
        frozen,
        order,
        optimizer,
        _stop(model),
        _resume(model),
    )


def _stop(model: TrainingModel) -> Stop | None:
    stop = model.stop
    if stop is None or stop.loss_below is None or stop.window is None:
        return None
    return Stop(stop.loss_below, stop.window)


def _resume(model: TrainingModel) -> Resume:
    if model.resume is None:
        return Resume()
    return Resume(model.resume.iterations or 0, tuple(model.resume.losses or ()))


def _frozen(freeze: str | list[str] | None, network: Network, report: Report) -> frozenset[str]:
    """The frozen parameters by their own names, `w5` for `w[o1,h1]`."""
    if isinstance(freeze, str):
        letter = _LETTERS[freeze]
        return frozenset(name for name in parameter_names(network) if name.startswith(letter))
    names = Names(network)
    frozen = set()
    for index, text in enumerate(freeze or []):
        try:
            quantity = names.parse(text)
        except UnknownNameError:
            message = f"there is no weight or bias '{text}'"
            report.at(("training", "freeze", index), message, _near(text, network))
            continue
        if quantity.kind not in (Kind.WEIGHT, Kind.BIAS) or quantity.iteration != 1:
            message = f"'{text}' is not a weight or a bias"
            report.at(("training", "freeze", index), message, _all(network))
        frozen.add(names.name(quantity))
    return frozenset(frozen)


def _near(text: str, network: Network) -> str:
    few = islice(parameter_names(network), _COMPARED)
    return did_you_mean(text, list(few)) or _all(network)


def _all(network: Network) -> str:
    """The weights and biases in words: `there are w1 to w8 and b1 to b2`."""
    weights = sum(layer.weight_count for layer in network.layers)
    biases = sum(layer.bias_count for layer in network.layers)
    return f"there are w1 to w{weights}" + (f" and b1 to b{biases}" if biases else "")


def _samples(count: int) -> str:
    return "1 sample" if count == 1 else f"{count} samples"
