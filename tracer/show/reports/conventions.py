"""The conventions in words, at the head of every result.

The loss with its factor, the sign of delta, the update and its order, what is fixed or shared, the
reduction over the batch: most differences between two people's numbers end here.
"""

from __future__ import annotations

from collections.abc import Iterator

from tracer.language import counted, message, say
from tracer.model.experiment import UPDATE_ORDERS, Experiment, Training
from tracer.model.names import Names
from tracer.model.network import Bias, Network, parameters_of
from tracer.model.quantity import Kind
from tracer.show.document import Block, Content, Items, Note, Warn
from tracer.show.reports.parameters import offset_kinds, offsets
from tracer.show.reports.rules import penalty_item, update_items
from tracer.show.reports.tables import listed
from tracer.show.words import worded

_OVER_THE_BATCH = {
    ("mean", False): message(
        "The loss, and each gradient, is the mean over the batch of {count} samples."
    ),
    ("sum", False): message(
        "The loss, and each gradient, is the sum over the batch of {count} samples."
    ),
    ("mean", True): message(
        "The loss, and each gradient, is the mean over the batch of {count} samples, plus what the "
        "penalty adds."
    ),
    ("sum", True): message(
        "The loss, and each gradient, is the sum over the batch of {count} samples, plus what the "
        "penalty adds."
    ),
}
"""What the loss is, by the reduction and whether there is a penalty."""


def conventions(experiment: Experiment) -> tuple[Block, ...]:
    """The rules of the calculation, a line each, and a warning where it is not a gradient."""
    training, network = experiment.training, experiment.network
    if experiment.data is None:
        words = say("Forward passes only: the configuration has no `data`.")
        return (Items((words,), topic="conventions"),)
    items: list[Content] = [
        worded(
            say(
                "Loss: {loss}. {reduction}",
                loss=say(network.loss.words),
                reduction=_reduction(experiment, len(experiment.data)),
            )
        ),
        *_activations(network),
        *_thresholds(network),
        worded(say("delta = ∂{TOTAL}/∂{NET}, with that sign: descent subtracts it.")),
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
        if experiment.penalty:
            return say("One sample a batch, so the loss is its {TOTAL} plus the penalty.")
        return say("One sample a batch, so the loss is its {TOTAL}.")
    over = _OVER_THE_BATCH[experiment.reduction, experiment.penalty is not None]
    return say(over, count=size)


def _activations(network: Network) -> Iterator[Content]:
    """A line for each activation of which more than its name has to be known."""
    for row in dict.fromkeys(layer.activation for layer in network.layers):
        if row.note:
            yield worded(say("{name}: {note}.", name=row.name, note=say(row.note)))


def _thresholds(network: Network) -> Iterator[Content]:
    """What a threshold is, where a layer has such."""
    if any(layer.has_thresholds for layer in network.layers):
        yield worded(say("Thresholds are subtracted: {NET} = Σ w·x − θ, so ∂{ERROR}/∂θ = −delta."))


def _penalty(experiment: Experiment) -> Iterator[Content]:
    """The penalty and what it is of, where there is one."""
    penalty, network, training = experiment.penalty, experiment.network, experiment.training
    if penalty is None or experiment.data is None:
        return
    over = say("all weights")
    if penalty.of != "weights":
        over = say("all weights and {offsets}", offsets=offsets(network))
    if training and any(penalty.covers(parameter.kind) for parameter in training.frozen):
        over = say("{parameters}, the fixed ones too", parameters=over)
    yield penalty_item(penalty, over, _batch_size(training, len(experiment.data)))


def _update(experiment: Experiment) -> Iterator[Content]:
    training = experiment.training
    if training is None:
        yield say("No update: the configuration has no `training`.")
        return
    order = say(UPDATE_ORDERS[training.update_order])
    yield from update_items(training, order=order, given=experiment.slots)


_UPDATED = {
    ("bias",): message("Every weight and bias is updated, and belongs to one neuron."),
    ("threshold",): message("Every weight and threshold is updated, and belongs to one neuron."),
    ("bias", "threshold"): message(
        "Every weight, bias and threshold is updated, and belongs to one neuron."
    ),
}


def _parameters(network: Network, training: Training) -> str:
    fixed, shared = _fixed(network, training), _shared(network)
    if not (fixed or shared):
        return say(_UPDATED[tuple(offset_kinds(network))])
    none = say("none")
    return say("Fixed: {fixed}. Shared: {shared}.", fixed=fixed or none, shared=shared or none)


def _fixed(network: Network, training: Training) -> str:
    if len(training.frozen) == network.parameter_count:
        return say("all parameters")
    names = listed(list(map(Names(network).bare, training.frozen_in_order())))
    if training.frozen and training.frozen == parameters_of(network, Kind.WEIGHT):
        return say("all weights ({names})", names=names)
    if training.frozen and training.frozen == parameters_of(network, Kind.BIAS):
        return say("all {offsets} ({names})", offsets=offsets(network), names=names)
    return names


def _shared(network: Network) -> str:
    shared = [
        say("b{number} by {neurons}", number=layer.first_bias, neurons=listed(layer.neurons))
        for layer in network.layers
        if layer.bias is Bias.SHARED and len(layer.neurons) > 1
    ]
    return ", ".join(shared)


def _batches(training: Training, samples: int) -> str:
    size = training.batch or samples
    pieces = counted(size, "one sample at a time", "{count} of {samples} samples", samples=samples)
    if training.shuffle:
        drawn = "Batches: {pieces}, drawn without replacement, seed {seed}."
        return say(drawn, pieces=pieces, seed=training.seed)
    return say("Batches: {pieces}, in the order of the data.", pieces=pieces)


def _remarks(training: Training | None) -> tuple[Block, ...]:
    remarks: list[Block] = []
    if training and training.batch_means:
        remarks.append(
            Warn(
                say(
                    "gradient: batch_means. The outputs' deltas are averaged over the batch, and "
                    "from there back each factor before the factors are multiplied; the product of "
                    "means is not a gradient."
                )
            )
        )
    if training and training.resume.iterations:
        remarks.append(
            Note(
                counted(
                    training.resume.iterations,
                    "Resumed after {count} update; iterations count from there.",
                    "Resumed after {count} updates; iterations count from there.",
                )
            )
        )
    return tuple(remarks)
