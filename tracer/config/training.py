"""The training of a configuration, checked against the network and its data."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial
from itertools import chain, islice

from tracer.config.descent import Descent
from tracer.config.fields import convert, sound
from tracer.config.models import TrainingModel
from tracer.config.report import Report, counted
from tracer.config.values import BATCHES
from tracer.errors import UnknownNameError, did_you_mean
from tracer.model.experiment import Resume, Stop, Training
from tracer.model.names import Names
from tracer.model.network import Network, parameter_names, parameters_of
from tracer.model.quantity import Kind, Quantity

_COMPARED = 1000
KINDS = {"biases": Kind.BIAS, "weights": Kind.WEIGHT}
"""What `freeze` calls all parameters of a kind."""


def check_training(
    model: TrainingModel,
    reduction: str | None,
    samples: int | None,
    network: Network | None,
    report: Report,
) -> frozenset[Quantity]:
    """Reports what doesn't go together in a training; gives the frozen parameters.

    `samples` is the number of samples in the data, None while it isn't known.
    """
    if {"epochs", "iterations"} <= model.model_fields_set:
        hint = "leave one of them out"
        report.at_key(("training", "epochs"), "both iterations and epochs", hint)
    if model.gradient == "batch_means" and reduction == "sum":
        message = "batch_means needs reduction: mean"
        report.at(("training", "gradient"), message, "products of means have no sum over samples")
    batch = _size(model)
    if batch is not None and samples is not None and batch > samples:
        message = f"batch of {batch}; the data has {counted(samples, 'sample')}"
        report.at(("training", "batch"), message, "write full for all of them")
    return _frozen(model.freeze, network, report) if network else frozenset()


def training(
    model: TrainingModel, samples: int, frozen: frozenset[Quantity], descent: Descent
) -> Training:
    """The training of a file without problems; epochs come to ⌈samples/batch⌉ iterations each."""
    batch = _size(model)
    iterations = sound(model.iterations)
    if model.epochs is not None:
        iterations = model.epochs * math.ceil(samples / (batch or samples))
    resume = model.resume
    return convert(
        Training,
        model,
        iterations=iterations,
        batch=batch,
        frozen=frozen,
        stop=model.stop and convert(Stop, model.stop),
        resume=convert(Resume, resume, losses=tuple(resume.losses or ())) if resume else Resume(),
        updates=descent.updates,
        **descent.settings(),
    )


def _size(model: TrainingModel) -> int | None:
    """How many samples a batch has; None for all of them."""
    return BATCHES[model.batch] if isinstance(model.batch, str) else model.batch


def _frozen(
    freeze: str | list[str] | None, network: Network, report: Report
) -> frozenset[Quantity]:
    """The parameters that `freeze` names."""
    if isinstance(freeze, str):
        return parameters_of(network, KINDS[freeze])
    names, place = Names(network), ("training", "freeze")
    found = (
        parameter_called(text, names, partial(report.at, (*place, index)))
        for index, text in enumerate(freeze or [])
    )
    return frozenset(quantity for quantity in found if quantity is not None)


def parameter_called(
    text: str, names: Names, complain: Callable[[str, str], None]
) -> Quantity | None:
    """The parameter that a text means; None where there is none, with a complaint."""
    try:
        quantity = names.parse(text)
    except UnknownNameError:
        complain(f"there is no weight or bias '{text}'", _near(text, names.network))
        return None
    if quantity.kind not in (Kind.WEIGHT, Kind.BIAS) or quantity.iteration != 1:
        complain(f"'{text}' is not a weight or a bias", _all(names.network))
        return None
    return quantity


def _near(text: str, network: Network) -> str:
    few = islice(parameter_names(network), _COMPARED)
    return did_you_mean(text, list(few)) or _all(network)


def _all(network: Network) -> str:
    """The parameters in words: `there are w1 to w8 and b1 to b2`."""
    weights = sum(layer.weight_count for layer in network.layers)
    kinds = [[x.bias_names for x in network.layers if x.has_thresholds == t] for t in (False, True)]
    spans = ["w1" if weights == 1 else f"w1 to w{weights}"]
    for names in (list(chain.from_iterable(kind)) for kind in kinds):
        spans += [" to ".join(dict.fromkeys((names[0], names[-1])))] if names else []
    *most, last = spans
    if not most:
        return f"there {'is' if weights == 1 else 'are'} {last}"
    return f"there are {', '.join(most)} and {last}"
