"""Forward, backward, update: written once, and observed.

Symbols: S samples in the batch, n neurons in a layer, m in the layer before; for each layer

    net = out_before Wᵀ + b        (S, n)         W (n, m), b (n,), (1,) shared or None; − θ (n,)
    out = g(net)                   (S, n)
    delta = ∂E_total/∂net          (S, n)         with that sign: descent subtracts it
    dW = deltaᵀ out_before / S     (n, m)         without the 1/S when the batch is summed
    W+ = the optimiser's step from W and dW

After each stage the engine hands the array to an observer and goes on with what the observer
returns: a recorder keeps it, the formulas of the stages come from an observer that returns fresh
symbols, and rounding or replacing values is an observer too. Nothing else here knows of that.

Source: D. Rumelhart, G. Hinton, R. Williams, "Learning representations by back-propagating errors",
Nature 323 (1986).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from tracer.formula.lazy import choose
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
    State,
    free_masks,
)
from tracer.model.optimizers import OPTIMIZERS, Optimizer, Update
from tracer.model.quantity import AFTER, STATE_OF, Kind, Stage, Stages

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
    hand. The numbers are the same. `by_hand`: of those forms only out − target, as it stands there, so
    that each number is what its formula on paper gives. `free` is None when there is no update.
    """

    reduction: str = "mean"
    update_order: str = "simultaneous"
    batch_means: bool = False
    optimizer: Optimizer = OPTIMIZERS["sgd"]
    learning_rate: Any = None
    free: tuple[Free, ...] | None = None
    shortcut: bool = True
    guarded: bool = True
    by_hand: bool = False

    @property
    def stable(self) -> bool:
        """Whether the forms in the net inputs are used."""
        return self.shortcut and not self.by_hand

    @staticmethod
    def of(experiment: Experiment) -> Rule:
        """The conventions that an experiment states."""
        training = experiment.training
        if training is None:
            return Rule(experiment.reduction)
        return Rule(
            experiment.reduction,
            training.update_order,
            training.batch_means,
            OPTIMIZERS[training.optimizer],
            training.learning_rate,
            free_masks(experiment.network, training.frozen),
        )

    def divides(self, samples: int) -> bool:
        """Whether what is summed over a batch of so many samples is divided by their number."""
        return self.reduction == "mean" and samples > 1


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
        net = observe(NET[layer.number], _net(layer, out @ W.T, b))
        row = layer.activation
        value = row.stable_value if guarded and row.stable_value else row.value
        out = observe(OUT[layer.number], value(net))
        nets.append(net)
        outs.append(out)
    return Passed(tuple(nets), tuple(outs))


def _net(layer: Layer, weighted: Array, b: Array) -> Array:
    """Σ w·x + b, or Σ w·x − θ: (S, n)."""
    if b is None:
        return weighted
    return weighted - b if layer.has_thresholds else weighted + b


def _by_bias(layer: Layer, delta: Array) -> Array:
    """The samples' own ∂E_total/∂b = delta, summed where it is shared; ∂E_total/∂θ = −delta."""
    if layer.has_thresholds:
        return -delta
    return delta.sum(axis=1, keepdims=True) if layer.bias is Bias.SHARED else delta


def cost(
    network: Network, rule: Rule, passed: Passed, targets: Array, observe: Observer = UNTOUCHED
) -> Array:
    """E_o at each output, E_total of each sample, and the loss: their mean or sum over the batch."""
    errors = observe(ERROR[network.depth], _errors(network, rule, passed, targets))
    totals = observe(TOTAL[network.depth], errors.sum(axis=1))
    return observe(LOSS[network.depth], reduced(totals.sum(), len(targets), rule))


def _errors(network: Network, rule: Rule, passed: Passed, targets: Array) -> Array:
    """E_o from the outputs, or from the net inputs where those lose nothing: (S, outputs)."""
    loss = network.loss
    if not (rule.stable and network.matched and loss.errors_from_net):
        return loss.errors(passed.outs[-1], targets)
    guarded = rule.guarded and loss.stable_errors
    return (guarded or loss.errors_from_net)(passed.nets[-1], targets)


def backward(
    network: Network,
    rule: Rule,
    state: State,
    passed: Passed,
    targets: Array,
    observe: Observer = UNTOUCHED,
) -> State:
    """The state after one update; the same parameters where the rule has no update.

    From the outputs back: delta = ∂E/∂out · ∂out/∂net; ∂E/∂out_before = Wᵀ delta, with the weights
    from before the update, or from after it when the update order is `output_first`.
    """
    updated: list[_Updated] = []
    dE_dout: Array = None
    for layer in reversed(network.layers):
        before = passed.outs[layer.number - 1]
        delta = _delta(network, rule, layer, passed, targets, dE_dout, observe)
        before = _averaged(
            rule, OUT if layer.number > 1 else INPUT, layer.number - 1, before, observe
        )
        updated.append(_update(rule, layer, state, delta, before, observe))
        if layer.number > 1:
            after = rule.update_order == "output_first"
            back = (updated[-1].parameters if after else state.parameters[layer.number - 1])[0]
            dE_dout = _back_through(rule, layer, back, delta, observe)
    updated.reverse()
    slots = {slot: tuple(layer.slots[slot] for layer in updated) for slot in state.slots}
    return State(tuple(layer.parameters for layer in updated), slots)


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
    shortcut = rule.shortcut and network.delta_is_difference(number)
    if not shortcut or observe.detail:
        if at_output:
            dE_dout = observe(DE_DOUT[number], network.loss.slope(out, targets))
        slope = row.stable_slope if rule.stable and row.stable_slope else row.slope
        slopes = observe(SLOPE[number], slope(net, out))
        if not at_output:
            slopes = _averaged(rule, SLOPE, number, slopes, observe)
    if shortcut:
        stable = network.loss.stable_delta if rule.stable else None
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


@dataclass(frozen=True, slots=True)
class _Updated:
    """A layer after the update: (W, b), and the same of each of the optimiser's slots."""

    parameters: LayerParameters
    slots: Mapping[str, LayerParameters]


def _update(
    rule: Rule, layer: Layer, state: State, delta: Array, before: Array, observe: Observer
) -> _Updated:
    """(W+, b+) from (W, b): the gradients, and the optimiser's step where they are free."""
    place = layer.number - 1
    free = rule.free[place] if rule.free else (False, False)
    gradients = _gradients(rule, layer, state.parameters[place], free, delta, before, observe)
    new: list[Array] = []
    slots: dict[str, list[Array]] = {slot: [] for slot in state.slots}
    for which, kind in enumerate((Kind.WEIGHT, Kind.BIAS)):
        old = {slot: arrays[place][which] for slot, arrays in state.slots.items()}
        parameter, gradient = state.parameters[place][which], gradients[which]
        if rule.free is not None and gradient is not None:
            stepped = _Stepped(rule, Stage(kind, layer.number), free[which], old, observe)
            parameter, old = stepped.after(parameter, gradient)
        new.append(parameter)
        for slot, array in old.items():
            slots[slot].append(array)
    return _Updated((new[0], new[1]), {slot: (pair[0], pair[1]) for slot, pair in slots.items()})


def _gradients(
    rule: Rule,
    layer: Layer,
    parameters: LayerParameters,
    free: Free,
    delta: Array,
    before: Array,
    observe: Observer,
) -> tuple[Array, Array]:
    """(∂loss/∂W, ∂loss/∂b): summed over the batch and reduced; None for what nobody looks at."""
    (free_W, free_b), number, samples = free, layer.number, len(delta)
    weighted = observe.detail or free_W is not False
    biased = parameters[1] is not None and (observe.detail or free_b is not False)
    own = _by_bias(layer, delta) if biased else delta
    if observe.detail and samples > 1:
        observe(WEIGHT_PART[number], delta[:, :, None] * before[:, None, :])
        if biased:
            observe(BIAS_PART[number], own)
    dW = db = None
    if weighted:
        dW = observe(WEIGHT_GRADIENT[number], reduced(delta.T @ before, samples, rule))
    if biased:
        db = observe(BIAS_GRADIENT[number], reduced(own.sum(axis=0), samples, rule))
    return dW, db


@dataclass(frozen=True, slots=True)
class _Stepped:
    """The optimiser's step for one array of parameters; what is frozen, and its state, stays."""

    rule: Rule
    stage: Stage
    free: bool | BoolArray
    state: Mapping[str, Array]
    observe: Observer

    def after(self, parameter: Array, gradient: Array) -> tuple[Array, dict[str, Array]]:
        """The parameters after the step, and the optimiser's arrays."""
        step = Update(parameter, gradient, self.rule.learning_rate, self.state, self._kept)
        moved = parameter if self.free is False else self.rule.optimizer.step(step)
        for slot, array in self.state.items():
            if slot not in step.kept:
                step.keep(slot, array)
        new = Stage(AFTER[self.stage.kind], self.stage.layer)
        return self.observe(new, choose(self.free, moved, parameter)), {**self.state, **step.kept}

    def _kept(self, slot: str, array: Array) -> Array:
        new = Stage(AFTER[STATE_OF[self.stage.kind]], self.stage.layer, slot=slot)
        return self.observe(new, choose(self.free, array, self.state[slot]))


def reduced(summed: Array, samples: int, rule: Rule) -> Array:
    """The sum over the batch itself, or divided by the number of samples."""
    return summed / samples if rule.divides(samples) else summed


def _averaged(rule: Rule, stages: Stages, layer: int, array: Array, observe: Observer) -> Array:
    """The mean over the batch as (1, …) when the rule multiplies batch means, else the array."""
    if not rule.batch_means:
        return array
    return observe(stages[layer, True], array.sum(axis=0, keepdims=True) / len(array))


def step(
    network: Network,
    rule: Rule,
    state: State,
    inputs: Array,
    targets: Array,
    observe: Observer = UNTOUCHED,
) -> State:
    """One iteration in full, the cost included: the state after it."""
    passed = forward(network, state.parameters, inputs, observe, guarded=rule.guarded)
    cost(network, rule, passed, targets, observe)
    return backward(network, rule, state, passed, targets, observe)


def loss_of(
    network: Network, rule: Rule, parameters: Parameters, inputs: Array, targets: Array
) -> float:
    """The loss of a forward pass over `inputs`."""
    with np.errstate(all="ignore"):
        return float(cost(network, rule, forward(network, parameters, inputs), targets))
