"""The conventions in words, at the head of every result.

The loss with its factor, the sign of delta, the update and its order, what is fixed or shared, the
reduction over the batch: most differences between two people's numbers end here.
"""

from __future__ import annotations

from collections.abc import Iterator

from tracer.model.experiment import UPDATE_ORDERS, Experiment, Training
from tracer.model.names import Names
from tracer.model.network import Bias, Network, parameters_of
from tracer.model.quantity import Kind
from tracer.show.document import Block, Content, Items, Note, Warn
from tracer.show.reports.parameters import offset_kinds, offsets
from tracer.show.reports.rules import penalty_item, update_items
from tracer.show.reports.tables import listed
from tracer.show.words import worded


def conventions(experiment: Experiment) -> tuple[Block, ...]:
    """The rules of the calculation, a line each, and a warning where it is not a gradient."""
    training, network = experiment.training, experiment.network
    if experiment.data is None:
        words = "Forward passes only: the configuration has no `data`."
        return (Items((words,), topic="conventions"),)
    items: list[Content] = [
        worded(f"Loss: {network.loss.words}. {_reduction(experiment, len(experiment.data))}"),
        *_activations(network),
        *_thresholds(network),
        worded("delta = ∂{TOTAL}/∂{NET}, with that sign: descent subtracts it."),
        *_penalty(experiment),
        *_update(experiment),
        *([_parameters(network, training)] if training else []),
    ]
    if training and _batch_size(training, len(experiment.data)) < len(experiment.data):
        items.append(_batches(training, len(experiment.data)))
    return (Items(tuple(items), topic="conventions"), *_remarks(training))


def _batch_size(training: Training | None, samples: int) -> int:
    return min(samples, (training.batch if training else None) or samples)


def _reduction(experiment: Experiment, samples: int) -> str:
    size = _batch_size(experiment.training, samples)
    if size == 1:
        more = " plus the penalty" if experiment.penalty else ""
        return f"One sample a batch, so the loss is its {{TOTAL}}{more}."
    more = ", plus what the penalty adds" if experiment.penalty else ""
    reduced = f"the {experiment.reduction} over the batch of {size} samples"
    return f"The loss, and each gradient, is {reduced}{more}."


def _activations(network: Network) -> Iterator[Content]:
    """A line for each activation of which more than its name has to be known."""
    for row in dict.fromkeys(layer.activation for layer in network.layers):
        if row.note:
            yield worded(f"{row.name}: {row.note}.")


def _thresholds(network: Network) -> Iterator[Content]:
    """What a threshold is, where a layer has such."""
    if any(layer.has_thresholds for layer in network.layers):
        yield worded("Thresholds are subtracted: {NET} = Σ w·x − θ, so ∂{ERROR}/∂θ = −delta.")


def _penalty(experiment: Experiment) -> Iterator[Content]:
    """The penalty and what it is of, where there is one."""
    penalty, network, training = experiment.penalty, experiment.network, experiment.training
    if penalty is None or experiment.data is None:
        return
    over = "all weights" if penalty.of == "weights" else f"all weights and {offsets(network)}"
    if training and any(penalty.covers(parameter.kind) for parameter in training.frozen):
        over += ", the fixed ones too"
    yield penalty_item(penalty, over, _batch_size(training, len(experiment.data)))


def _update(experiment: Experiment) -> Iterator[Content]:
    training = experiment.training
    if training is None:
        yield "No update: the configuration has no `training`."
        return
    order = UPDATE_ORDERS[training.update_order]
    yield from update_items(training, order=order, given=experiment.slots)


def _parameters(network: Network, training: Training) -> str:
    fixed, shared = _fixed(network, training), _shared(network)
    if not (fixed or shared):
        *most, last = ["weight", *offset_kinds(network)]
        return f"Every {', '.join(most)} and {last} is updated, and belongs to one neuron."
    return f"Fixed: {fixed or 'none'}. Shared: {shared or 'none'}."


def _fixed(network: Network, training: Training) -> str:
    if len(training.frozen) == network.parameter_count:
        return "all parameters"
    names = listed(list(map(Names(network).bare, training.frozen_in_order())))
    for kind, words in ((Kind.WEIGHT, "weights"), (Kind.BIAS, offsets(network))):
        if training.frozen and training.frozen == parameters_of(network, kind):
            return f"all {words} ({names})"
    return names


def _shared(network: Network) -> str:
    shared = [
        f"b{layer.first_bias} by {listed(layer.neurons)}"
        for layer in network.layers
        if layer.bias is Bias.SHARED and len(layer.neurons) > 1
    ]
    return ", ".join(shared)


def _batches(training: Training, samples: int) -> str:
    size = training.batch or samples
    pieces = "one sample at a time" if size == 1 else f"{size} of {samples} samples"
    if training.shuffle:
        return f"Batches: {pieces}, drawn without replacement, seed {training.seed}."
    return f"Batches: {pieces}, in the order of the data."


def _remarks(training: Training | None) -> tuple[Block, ...]:
    remarks: list[Block] = []
    if training and training.batch_means:
        remarks.append(
            Warn(
                "gradient: batch_means. The outputs' deltas are averaged over the batch, and from "
                "there back each factor before the factors are multiplied; the product of means is "
                "not a gradient."
            )
        )
    if training and training.resume.iterations:
        remarks.append(
            Note(
                f"Resumed after {training.resume.iterations} updates; iterations count from there."
            )
        )
    return tuple(remarks)
