"""The conventions in which two right calculations of the same network differ, one row each.

A row gives, for a calculation as a configuration states it, the other ways in which it is done, or
read (`tracer.diagnose.readings`). `why` tries them on single numbers, `tracer.diagnose.sheets` looks
for those that a whole sheet follows. Alternatives that could not change a number (the mean over one
sample) are left out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from tracer.diagnose.descent_conventions import descent_conventions
from tracer.diagnose.readings import READINGS, Form
from tracer.diagnose.variant import Alternative, AnyExperiment, Convention, Variant
from tracer.digits.rounding import Rounding
from tracer.engine.batches import Batches
from tracer.language import message, say
from tracer.model.experiment import UPDATE_ORDERS, Experiment
from tracer.model.losses import LOSSES
from tracer.model.network import Bias, FloatArray, Layer, Network, Parameters, parameters_of
from tracer.model.quantity import Kind, Quantity, Stage


def _alternative(value: str, words: str, change: Callable[[Experiment], Experiment]) -> Alternative:
    return Alternative(
        value, words, lambda variant: replace(variant, experiment=change(variant.experiment))
    )


def _frozen(experiment: Experiment) -> frozenset[Quantity]:
    return experiment.training.frozen if experiment.training else frozenset()


def _update_order(experiment: Experiment) -> Iterator[Alternative]:
    training = experiment.training
    if training is None or experiment.network.depth == 1:
        return
    if training.clip is not None and training.clip.waits:
        return  # the norm is of all gradients, before any update
    for order, words in UPDATE_ORDERS.items():
        if order != training.update_order:
            yield _training_alternative(order, words, update_order=order)


def _training_alternative(value: str, words: str, **settings: Any) -> Alternative:
    def change(experiment: Experiment) -> Experiment:
        assert experiment.training is not None
        return replace(experiment, training=replace(experiment.training, **settings))

    return _alternative(value, words, change)


_BIASES = {
    "fixed": message("biases fixed"),
    "each": message("each neuron its own trained bias"),
    "shared_sum": message("one trained bias a layer, its gradient the sum over the neurons"),
    "shared_mean": message("one trained bias a layer, its gradient the mean over the neurons"),
}


def _biases(experiment: Experiment) -> Iterator[Alternative]:
    seen = [_bias_rules(Variant(experiment))]
    for value, words in _BIASES.items():
        if not _possible(experiment, value):
            continue
        change = partial(_with_biases, value=value)
        rules = _bias_rules(change(Variant(experiment)))
        if rules not in seen:
            seen.append(rules)
            yield Alternative(value, words, change)


def _possible(experiment: Experiment, value: str) -> bool:
    """Fixed needs an update to be left out of, shared a layer's biases to start out equal."""
    if value == "fixed":
        return experiment.training is not None
    layers = zip(experiment.network.layers, experiment.parameters, strict=True)
    biases = [b for layer, (_, b) in layers if b is not None and not layer.has_thresholds]
    return value == "each" or all(bool((b == b[0]).all()) for b in biases)


def _bias_rules(variant: Variant[Experiment]) -> list[tuple[str, tuple[bool, ...]]]:
    """How each layer's biases change; a bias that one neuron shares with nobody is its own."""
    rules, frozen = [], _frozen(variant.experiment)
    for layer in variant.experiment.network.layers:
        stage = Stage(Kind.BIAS, layer.number)
        fixed = tuple(Quantity(stage, (place,)) in frozen for place in range(layer.bias_count))
        if not fixed:
            continue
        own = layer.bias is not Bias.SHARED or len(layer.neurons) == 1
        mode = "each" if own else "mean" if variant.averaged else "sum"
        rules.append(("fixed", ()) if all(fixed) else (mode, fixed))
    return rules


def _with_biases(variant: Variant[Experiment], value: str) -> Variant[Experiment]:
    """The same start values, one a neuron or one a layer; all of them fixed, or none."""
    experiment = variant.experiment
    if value != "fixed":
        mode = Bias.EACH if value == "each" else Bias.SHARED
        layers = experiment.network.layers
        kept_modes = (Bias.NONE, Bias.THRESHOLD)
        modes = [x.bias if x.bias in kept_modes else mode for x in layers]

        def shaped(arrays: Parameters) -> Parameters:
            pairs = zip(arrays, layers, strict=True)
            return tuple((W, _start(b, layer, mode)) for (W, b), layer in pairs)

        experiment = replace(
            experiment,
            network=_rebuilt(experiment.network, modes),
            parameters=shaped(experiment.parameters),
            slots={slot: shaped(arrays) for slot, arrays in experiment.slots.items()},
        )
    if experiment.training is not None:
        biases = parameters_of(experiment.network, Kind.BIAS) if value == "fixed" else frozenset()
        weights = {found for found in _frozen(experiment) if found.kind is Kind.WEIGHT}
        training = replace(experiment.training, frozen=biases | weights)
        experiment = replace(experiment, training=training)
    return replace(variant, experiment=experiment, averaged=value == "shared_mean")


def _rebuilt(network: Network, modes: Sequence[Bias], loss: str | None = None) -> Network:
    layers = [
        (layer.neurons, layer.activation.name, mode)
        for layer, mode in zip(network.layers, modes, strict=True)
    ]
    return Network.build(network.inputs, layers, loss or network.loss.name)


def _start(b: FloatArray | None, layer: Layer, mode: Bias) -> FloatArray | None:
    if b is None:
        return None
    if layer.has_thresholds:
        return b
    return np.resize(b, len(layer.neurons)) if mode is Bias.EACH else b[:1]


def _loss(experiment: Experiment) -> Iterator[Alternative]:
    """The squared errors with another factor; over two outputs the mean is the ½ and isn't tried."""
    network = experiment.network
    if network.loss.factor is None:
        return
    outputs = len(network.outputs)
    seen = {network.loss.factor(outputs)}
    for row in LOSSES.values():
        factor = row.factor(outputs) if row.factor and row.family is network.loss.family else None
        if factor is not None and factor not in seen:
            seen.add(factor)
            change = partial(_with_loss, value=row.name)
            yield _alternative(row.name, say("the loss {loss}", loss=say(row.words)), change)


def _with_loss(experiment: Experiment, value: str) -> Experiment:
    modes = [layer.bias for layer in experiment.network.layers]
    return replace(experiment, network=_rebuilt(experiment.network, modes, value))


def _batch(experiment: Experiment) -> int:
    samples = len(experiment.data) if experiment.data else 0
    return Batches(samples, experiment.training).size


_REDUCTIONS = {
    "mean": message("the mean over the batch's samples"),
    "sum": message("the sum over the batch's samples"),
}


def _reduction(experiment: Experiment) -> Iterator[Alternative]:
    if _batch(experiment) > 1:
        value = "sum" if experiment.reduction == "mean" else "mean"
        words = _REDUCTIONS[value]
        yield _alternative(value, words, lambda e: replace(e, reduction=value))


def _gradient(experiment: Experiment) -> Iterator[Alternative]:
    if experiment.training is None or _batch(experiment) == 1:
        return
    if experiment.training.gradient == "exact":
        words = message("products of batch means in place of the gradient")
        yield _training_alternative("batch_means", words, gradient="batch_means")
    else:
        words = message("the gradient in place of products of batch means")
        yield _training_alternative("exact", words, gradient="exact")


def _readings(experiment: Experiment, name: str) -> Iterator[Alternative]:
    for row in READINGS:
        if row.change[0] == name and row.possible(experiment, _batch(experiment)):
            for form in row.forms():
                yield Alternative(row.change[1], row.brief, partial(_with_reading, form=form), form)


def _with_reading(variant: Variant[Experiment], form: Form) -> Variant[Experiment]:
    return replace(variant, readings=(*variant.readings, form))


def _offset(experiment: AnyExperiment) -> Iterator[Alternative]:
    if experiment.training is None:
        return
    yield Alternative(-1, message("one update fewer"), lambda v: replace(v, offset=-1))
    yield Alternative(1, message("one update more"), lambda v: replace(v, offset=1))


CONVENTIONS = (
    Convention("update_order", _update_order),
    Convention("biases", _biases),
    Convention("loss", _loss),
    Convention("reduction", _reduction),
    Convention("gradient", _gradient),
    *(
        Convention(name, partial(_readings, name=name), afterwards=True)
        for name in dict.fromkeys(row.change[0] for row in READINGS)
    ),
    Convention("iteration_offset", _offset, afterwards=True),
)
"""Those of networks, in the order in which they are told."""
_OF_GRAPHS = (Convention("iteration_offset", _offset, afterwards=True),)


def conventions_of(experiment: AnyExperiment) -> tuple[Convention, ...]:
    """The rows for that calculation, in the order in which they are told."""
    rows = CONVENTIONS if isinstance(experiment, Experiment) else _OF_GRAPHS
    *others, offset = rows
    return (*others, *descent_conventions(experiment), offset)


ROUNDING_DIGITS = range(2, 10)


def roundings() -> Iterator[Alternative]:
    """Every step rounded to so many decimals, or significant digits."""
    for digits in ROUNDING_DIGITS:
        for significant in (False, True):
            rounding = Rounding(digits, significant)
            words = say("every step rounded to {digits}", digits=rounding.words)
            yield Alternative(str(rounding), words, partial(_with_rounding, rounding=rounding))


def _with_rounding(variant: Variant[Experiment], rounding: Rounding) -> Variant[Experiment]:
    return replace(variant, rounding=rounding)
