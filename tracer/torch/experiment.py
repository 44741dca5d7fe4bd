"""Recorded iterations → one experiment, as a configuration states it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from tracer.config.neurons import default_names
from tracer.errors import UsageError
from tracer.immutable import immutable
from tracer.model.clipping import Clip
from tracer.model.experiment import Data, Experiment, Training
from tracer.model.network import Bias, FloatArray, Network, Parameters
from tracer.model.optimizers import Momentum
from tracer.model.penalties import Penalty
from tracer.model.quantity import Kind, Quantity, Stage
from tracer.model.schedules import Schedule
from tracer.torch.chain import Chain
from tracer.torch.clipping import clips, shared
from tracer.torch.iterations import Arrays, Iteration, Step
from tracer.torch.optimizers import Rule, read_rule
from tracer.torch.rates import read_schedule
from tracer.torch.tape import Node


@immutable
class Built:
    """The experiment, and the rule of its steps; None without a step.

    `rates` and `clips` are those of each iteration; `unstated`, where a configuration can't say them.
    """

    experiment: Experiment
    rule: Rule | None
    rates: tuple[float, ...] = ()
    clips: tuple[Clip, ...] | None = None
    unstated: UsageError | None = None

    def of(self, iteration: int) -> Experiment:
        """The experiment with the learning rate and the clipping of an iteration."""
        training = self.experiment.training
        if self.unstated is None or training is None:
            return self.experiment
        rate = self.rates[min(iteration, len(self.rates)) - 1]
        clip = self.clips[iteration - 1] if self.clips else None
        return replace(self.experiment, training=replace(training, learning_rate=rate, clip=clip))


def build(iterations: Sequence[Iteration], title: str) -> Built:
    """The experiment that the iterations are.

    Raises:
        UsageError: they aren't one calculation of ours: another network, optimiser or loss in one of
            them, batches that follow no order, parameters with options of their own.
    """
    chain = iterations[0].chain
    for number, iteration in enumerate(iterations, 1):
        if iteration.chain.form != chain.form:
            hint = "record them one by one"
            raise UsageError(f"iteration {number} has another network or loss", hint)
    network, parameters = _network(chain)
    data, size = _data(iterations)
    experiment = Experiment(title, network, parameters, chain.loss.reduction, data=data)
    steps = [iteration.step for iteration in iterations if iteration.step is not None]
    if not steps:
        return Built(experiment, None)
    rule, names = _rule(steps, chain), trained(chain, steps[0])
    training, unstated = _training(iterations, steps, rule, size)
    penalty = _penalty(rule, chain, names)
    if training.clip is not None and penalty is not None:
        raise UsageError("clipping together with weight_decay", "PyTorch clips without the penalty")
    slots = slots_of(steps[0].states_before, rule, chain)
    filled = replace(experiment, training=training, slots=slots, penalty=penalty)
    rates = tuple(read_rule(step, names).rate for step in steps)
    return Built(filled, rule, rates, clips(iterations), unstated)


def trained(chain: Chain, step: Step) -> tuple[str, ...]:
    """The parameters that a step may change."""
    return tuple(p.parameter for p in chain.parameters if p.follows and p.parameter in step.options)


def _network(chain: Chain) -> tuple[Network, Parameters]:
    sizes = [chain.inputs.shape[1], *(len(link.W.value) for link in chain.links)]
    names = default_names(sizes)
    rows = [
        (names[number], link.activation, Bias.NONE if link.b is None else Bias.EACH)
        for number, link in enumerate(chain.links, 1)
    ]
    return Network.build(names[0], rows, chain.loss.loss), parameters_of(chain)


def parameters_of(chain: Chain) -> Parameters:
    """(W, b) of each layer, as the forward pass had them."""
    return tuple((_floats(link.W), _floats(link.b)) for link in chain.links)


def _floats(node: Node | None) -> FloatArray | None:
    return None if node is None else node.value.astype(float)


def _data(iterations: Sequence[Iteration]) -> tuple[Data, int | None]:
    """All samples, each batch behind the one before, and the size of a batch; None where it is one."""
    pairs = [(i.chain.inputs, i.chain.loss.targets) for i in iterations]
    period = next(p for p in range(1, len(pairs) + 1) if _repeats(pairs, p))
    sizes = [len(inputs) for inputs, _ in pairs[:period]]
    if len(set(sizes[:-1])) > 1 or sizes[-1] > sizes[0]:
        listed = ", ".join(map(str, sizes[:8]))
        hint = "record one epoch, or give the DataLoader drop_last=True"
        raise UsageError(f"batches of {listed} samples: only the last may be smaller", hint)
    inputs, targets = (
        np.concatenate(some).astype(float) for some in zip(*pairs[:period], strict=True)
    )
    data = Data(inputs, targets, (None,) * len(inputs))
    return data, None if period == 1 else sizes[0]


def _repeats(pairs: Sequence[tuple[FloatArray, FloatArray]], period: int) -> bool:
    """Whether the batches come again after so many."""
    return all(
        np.array_equal(one, other)
        for k in range(period, len(pairs))
        for one, other in zip(pairs[k], pairs[k % period], strict=True)
    )


def _rule(steps: Sequence[Step], chain: Chain) -> Rule:
    """The rule of all steps, the first one's rate and count of updates in it."""
    names = trained(chain, steps[0])
    if not names:
        raise UsageError("the optimiser holds no parameter that may change", "see requires_grad")
    first = read_rule(steps[0], names)
    for number, step in enumerate(steps[1:], 2):
        if trained(chain, step) != names:
            raise UsageError(f"step {number} changes other parameters", "record one by one")
        rule = read_rule(step, names)
        if (rule.optimizer, rule.decay) != (first.optimizer, first.decay):
            raise UsageError(f"step {number} has other options", "record the steps one by one")
    return first


def _training(
    iterations: Sequence[Iteration], steps: Sequence[Step], rule: Rule, size: int | None
) -> tuple[Training, UsageError | None]:
    """The training, and what of it a configuration can't state."""
    chain, before = iterations[0].chain, steps[0].states_before
    names = trained(chain, steps[0])
    optimizer = rule.optimizer
    kept = any(word in before.get(name, {}) for word in rule.states.values() for name in names)
    if isinstance(optimizer, Momentum) and kept:
        optimizer = replace(optimizer, first_gradient="dampened")
    schedule, unstated = _schedule([read_rule(step, names).rate for step in steps], rule)
    some = clips(iterations)
    clip = shared(some) if some else None
    if some and clip is None:
        clip, unstated = some[0], UsageError(*_OWN_LIMITS)
    training = Training(
        rule.rate,
        len(iterations),
        batch=size,
        frozen=_frozen(chain, names),
        optimizer=optimizer,
        schedule=schedule,
        clip=clip,
        updates=rule.updates or None,
    )
    return training, unstated


_OWN_LIMITS = (
    "clipping in several iterations: PyTorch divides by ‖g‖ + 1e-6, which is another limit in each",
    "record one step at a time",
)


def _schedule(rates: Sequence[float], rule: Rule) -> tuple[Schedule, UsageError | None]:
    """The schedule of these rates, or that there is none."""
    if len(set(rates)) == 1:
        return rule.schedule, None
    try:
        return read_schedule(rates, rule), None
    except UsageError as error:
        return rule.schedule, error


def _frozen(chain: Chain, names: Sequence[str]) -> frozenset[Quantity]:
    return frozenset(
        Quantity(Stage(kind, number), index)
        for number, link in enumerate(chain.links, 1)
        for kind, node in ((Kind.WEIGHT, link.W), (Kind.BIAS, link.b))
        if node is not None and node.parameter not in names
        for index in np.ndindex(node.value.shape)
    )


def slots_of(states: Mapping[str, Arrays], rule: Rule, chain: Chain) -> dict[str, Parameters]:
    """The optimiser's arrays by our letters, where they aren't all 0."""
    found = {}
    for letter, word in rule.states.items():
        arrays = tuple(
            (_state(states, word, link.W), _state(states, word, link.b)) for link in chain.links
        )
        if any(array is not None and array.any() for pair in arrays for array in pair):
            found[letter] = arrays
    return found


def _state(states: Mapping[str, Arrays], word: str, node: Node | None) -> FloatArray | None:
    if node is None:
        return None
    kept = states.get(node.parameter, {}).get(word)
    return np.zeros(node.value.shape) if kept is None else kept.astype(float)


def _penalty(rule: Rule, chain: Chain, names: Sequence[str]) -> Penalty | None:
    """½·λ·Σw² of the weights, or of all parameters; None where there is no weight_decay."""
    biases = {link.b.parameter for link in chain.links if link.b is not None}
    of_weights = {rule.decay[name] for name in names if name not in biases}
    of_biases = {rule.decay[name] for name in names if name in biases}
    if not any(of_weights | of_biases):
        return None
    if len(of_weights) == 1 and of_biases <= {0.0}:
        return Penalty(of_weights.pop())
    if len(of_weights | of_biases) == 1:
        return Penalty((of_weights | of_biases).pop(), of="parameters")
    raise UsageError(
        "several values of weight_decay", "give one to all parameters, or one to all weights"
    )
