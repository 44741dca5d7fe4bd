"""Forward, backward, update: written once, and observed.

Symbols: S samples in the batch, n neurons in a layer, m in the layer before; for each layer

    net = out_before Wᵀ + b        (S, n)         W (n, m), b (n,), (1,) shared or None
    out = g(net)                   (S, n)
    delta = ∂E_total/∂net          (S, n)         with that sign: descent subtracts it
    dW = deltaᵀ out_before / S     (n, m)         without the 1/S when the batch is summed
    W+ = W − lr·dW

After each stage the engine hands the array to an observer and goes on with what the observer
returns: a recorder keeps it, the formulas of the stages come from an observer that returns fresh
symbols, and rounding or replacing values is an observer too. Nothing else here knows of that.

Source: D. Rumelhart, G. Hinton, R. Williams, "Learning representations by back-propagating errors",
Nature 323 (1986).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from tracer.formula.symbolic import choose
from tracer.model.activations import Array
from tracer.model.experiment import Experiment
from tracer.model.network import (
    Bias,
    BoolArray,
    Free,
    Layer,
    LayerParameters,
    Network,
    Parameters,
    free_masks,
)
from tracer.model.optimizers import OPTIMIZERS
from tracer.model.quantity import Kind, Stage, Stages

INPUT, NET, OUT = Stages(Kind.INPUT), Stages(Kind.NET), Stages(Kind.OUT)
ERROR, TOTAL, LOSS = Stages(Kind.ERROR), Stages(Kind.TOTAL), Stages(Kind.LOSS)
PATH, DE_DOUT, SLOPE, DELTA = map(Stages, (Kind.PATH, Kind.DE_DOUT, Kind.SLOPE, Kind.DELTA))
WEIGHT_PART, BIAS_PART = Stages(Kind.WEIGHT_PART), Stages(Kind.BIAS_PART)
WEIGHT_GRADIENT, BIAS_GRADIENT = Stages(Kind.WEIGHT_GRADIENT), Stages(Kind.BIAS_GRADIENT)
NEW_WEIGHT, NEW_BIAS = Stages(Kind.NEW_WEIGHT), Stages(Kind.NEW_BIAS)


class Observer(Protocol):
    """Sees the array of every stage, and says with which the engine goes on."""

    @property
    def detail(self) -> bool:
        """Also calculate what only a reader needs.

        That is the parts of ∂E/∂out path by path, each sample's own part of a batch's gradients, the
        gradients of what is frozen, the factors that cancel when delta is out − target.
        """
        ...

    def __call__(self, stage: Stage, array: Array) -> Array:
        """The array to go on with."""
        ...


class Untouched:
    """The observer of the fast path: looks at nothing."""

    detail = False

    def __call__(self, stage: Stage, array: Array) -> Array:
        """The array itself."""
        return array


UNTOUCHED = Untouched()


@dataclass(frozen=True, slots=True)
class Rule:
    """The conventions of the backward pass and the update.

    `shortcut`: the forms that lose no accuracy at saturated neurons are used: slopes from the net
    inputs there, and where loss and output activation are matched, delta as out − target and the
    errors from the net inputs. `guarded`: those of them that can't overflow, which no one writes by
    hand. The numbers are the same. `free` is None when there is no update.
    """

    reduction: str = "mean"
    update_order: str = "simultaneous"
    batch_means: bool = False
    optimizer: str = "sgd"
    learning_rate: Any = None
    free: tuple[Free, ...] | None = None
    shortcut: bool = True
    guarded: bool = True

    @staticmethod
    def of(experiment: Experiment) -> Rule:
        """The conventions that an experiment states."""
        training = experiment.training
        if training is None:
            return Rule(experiment.reduction)
        return Rule(
            experiment.reduction,
            training.update_order,
            training.gradient == "batch_means",
            training.optimizer,
            training.learning_rate,
            free_masks(experiment.network, training.frozen),
        )


@dataclass(frozen=True, slots=True)
class Passed:
    """What a forward pass leaves: `nets[l]` and `outs[l]` of layer l; `outs[0]` are the inputs."""

    nets: tuple[Array, ...]
    outs: tuple[Array, ...]


def forward(
    network: Network,
    parameters: Parameters,
    inputs: Array,
    observe: Observer = UNTOUCHED,
    *,
    guarded: bool = True,
) -> Passed:
    """net = out_before Wᵀ + b, out = g(net), layer by layer; `inputs` is (S, inputs)."""
    out = inputs
    nets: list[Array] = [None]
    outs: list[Array] = [out]
    for layer, (W, b) in zip(network.layers, parameters, strict=True):
        net = out @ W.T if b is None else out @ W.T + b
        net = observe(NET[layer.number], net)
        row = layer.activation
        value = row.stable_value if guarded and row.stable_value else row.value
        out = observe(OUT[layer.number], value(net))
        nets.append(net)
        outs.append(out)
    return Passed(tuple(nets), tuple(outs))


def cost(
    network: Network, rule: Rule, passed: Passed, targets: Array, observe: Observer = UNTOUCHED
) -> Array:
    """E_o at each output, E_total of each sample, and the loss: their mean or sum over the batch."""
    errors = observe(ERROR[network.depth], _errors(network, rule, passed, targets))
    totals = observe(TOTAL[network.depth], errors.sum(axis=1))
    return observe(LOSS[network.depth], _reduced(totals.sum(), len(targets), rule))


def _errors(network: Network, rule: Rule, passed: Passed, targets: Array) -> Array:
    """E_o from the outputs, or from the net inputs where those lose nothing: (S, outputs)."""
    loss = network.loss
    if not (rule.shortcut and network.matched and loss.errors_from_net):
        return loss.errors(passed.outs[-1], targets)
    guarded = rule.guarded and loss.stable_errors
    return (guarded or loss.errors_from_net)(passed.nets[-1], targets)


def backward(
    network: Network,
    rule: Rule,
    parameters: Parameters,
    passed: Passed,
    targets: Array,
    observe: Observer = UNTOUCHED,
) -> Parameters:
    """The parameters after one update; the same ones where the rule has no update.

    From the outputs back: delta = ∂E/∂out · ∂out/∂net; ∂E/∂out_before = Wᵀ delta, with the weights
    from before the update, or from after it when the update order is `output_first`.
    """
    updated: list[LayerParameters] = []
    dE_dout: Array = None
    for layer in reversed(network.layers):
        W, b = parameters[layer.number - 1]
        before = passed.outs[layer.number - 1]
        delta = _delta(network, rule, layer, passed, targets, dE_dout, observe)
        before = _averaged(
            rule, OUT if layer.number > 1 else INPUT, layer.number - 1, before, observe
        )
        after = _update(rule, layer, (W, b), delta, before, observe)
        updated.append(after)
        if layer.number > 1:
            back = after[0] if rule.update_order == "output_first" else W
            dE_dout = _back_through(rule, layer, back, delta, observe)
    return tuple(reversed(updated))


def _delta(
    network: Network,
    rule: Rule,
    layer: Layer,
    passed: Passed,
    targets: Array,
    dE_dout: Array,
    observe: Observer,
) -> Array:
    """∂E_total/∂net: (S, n); with `batch_means` its mean at the outputs, before them from means."""
    number, at_output = layer.number, layer is network.layers[-1]
    net, out, row = passed.nets[number], passed.outs[number], layer.activation
    shortcut = at_output and rule.shortcut and network.matched
    if not shortcut or observe.detail:
        if at_output:
            dE_dout = observe(DE_DOUT[number], network.loss.slope(out, targets))
        slope = row.stable_slope if rule.shortcut and row.stable_slope else row.slope
        slopes = observe(SLOPE[number], slope(net, out))
        if not at_output:
            slopes = _averaged(rule, SLOPE, number, slopes, observe)
    if shortcut:
        stable = network.loss.stable_delta
        delta = stable(net, out, targets) if stable else out - targets
    elif row.coupled:
        delta = (dE_dout[:, :, None] * slopes).sum(axis=1)  # Σ_j ∂E/∂out_j · ∂out_j/∂net_k
    else:
        delta = dE_dout * slopes
    if at_output:
        return _averaged(rule, DELTA, number, observe(DELTA[number], delta), observe)
    return observe(DELTA[number, rule.batch_means], delta)


def _back_through(rule: Rule, layer: Layer, W: Array, delta: Array, observe: Observer) -> Array:
    """∂E/∂out_before = Σ over the neurons of this layer of W·delta: (S, m)."""
    place = layer.number - 1, rule.batch_means
    if not observe.detail:
        return observe(DE_DOUT[place], delta @ W)
    paths = observe(PATH[place], W.T[None, :, :] * delta[:, None, :])
    return observe(DE_DOUT[place], paths.sum(axis=2))


def _update(
    rule: Rule,
    layer: Layer,
    parameters: LayerParameters,
    delta: Array,
    before: Array,
    observe: Observer,
) -> LayerParameters:
    """(W+, b+) from (W, b): gradients summed over the batch, reduced, and the optimiser's step."""
    (W, b), number, samples = parameters, layer.number, len(delta)
    free_W, free_b = rule.free[number - 1] if rule.free else (False, False)
    weighted = observe.detail or free_W is not False
    biased = b is not None and (observe.detail or free_b is not False)
    own = delta.sum(axis=1, keepdims=True) if biased and layer.bias is Bias.SHARED else delta
    if observe.detail and samples > 1:
        observe(WEIGHT_PART[number], delta[:, :, None] * before[:, None, :])
        if biased:
            observe(BIAS_PART[number], own)
    new_W, new_b = W, b
    if weighted:
        dW = observe(WEIGHT_GRADIENT[number], _reduced(delta.T @ before, samples, rule))
        new_W = _moved(rule, free_W, W, dW)
    if biased:
        db = observe(BIAS_GRADIENT[number], _reduced(own.sum(axis=0), samples, rule))
        new_b = _moved(rule, free_b, b, db)
    if rule.free is not None:
        new_W = observe(NEW_WEIGHT[number], new_W)
        new_b = b if b is None else observe(NEW_BIAS[number], new_b)
    return new_W, new_b


def _moved(rule: Rule, free: bool | BoolArray, parameter: Array, gradient: Array) -> Array:
    """The parameter after the optimiser's step, where it is free to change."""
    if free is False:
        return parameter
    update = OPTIMIZERS[rule.optimizer].update
    return choose(free, update(parameter, gradient, rule.learning_rate), parameter)


def _reduced(summed: Array, samples: int, rule: Rule) -> Array:
    """The sum over the batch itself, or divided by the number of samples."""
    return summed / samples if rule.reduction == "mean" and samples > 1 else summed


def _averaged(rule: Rule, stages: Stages, layer: int, array: Array, observe: Observer) -> Array:
    """The mean over the batch as (1, …) when the rule multiplies batch means, else the array."""
    if not rule.batch_means:
        return array
    return observe(stages[layer, True], array.sum(axis=0, keepdims=True) / len(array))


def step(
    network: Network,
    rule: Rule,
    parameters: Parameters,
    inputs: Array,
    targets: Array,
    observe: Observer = UNTOUCHED,
) -> Parameters:
    """One iteration in full, the cost included: the parameters after it."""
    passed = forward(network, parameters, inputs, observe, guarded=rule.guarded)
    cost(network, rule, passed, targets, observe)
    return backward(network, rule, parameters, passed, targets, observe)


def loss_of(
    network: Network, rule: Rule, parameters: Parameters, inputs: Array, targets: Array
) -> float:
    """The loss of a forward pass over `inputs`."""
    with np.errstate(all="ignore"):
        return float(cost(network, rule, forward(network, parameters, inputs), targets))
