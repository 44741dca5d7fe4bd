"""Forward, backward, update: written once, and observed.

Symbols: S samples in the batch, n neurons in a layer, m in the layer before; for each layer

    net = out_before Wᵀ + b        (S, n)         W (n, m), b (n,), (1,) shared or None; − θ (n,)
    out = g(net)                   (S, n)
    delta = ∂E_total/∂net          (S, n)         with that sign: descent subtracts it
    dW = deltaᵀ out_before / S     (n, m)         without the 1/S when the batch is summed
    dW = dW + ∂penalty/∂W          where there is a penalty
    W+ = the optimiser's step from W and dW, see `tracer.engine.update`

After each stage the engine hands the array to an observer and goes on with what the observer
returns: a recorder keeps it, the formulas of the stages come from an observer that returns fresh
symbols, and rounding or replacing values is an observer too. Nothing else here knows of that.

Source: D. Rumelhart, G. Hinton, R. Williams, "Learning representations by back-propagating errors",
Nature 323 (1986).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TypeAlias

from tracer.engine.forward import Passed, cost, forward, reduced
from tracer.engine.rule import Moment, Rule
from tracer.engine.stages import (
    BIAS_PART,
    DE_DOUT,
    DELTA,
    INPUT,
    OUT,
    PATH,
    SLOPE,
    UNTOUCHED,
    WEIGHT_PART,
    Observer,
)
from tracer.engine.update import Group, Updated, updated
from tracer.immutable import immutable
from tracer.model.activations import Array
from tracer.model.network import Bias, Free, Layer, Network, Parameters, State
from tracer.model.quantity import DATA_OF, GRADIENT_OF, PENALTY_OF, Kind, Stage, Stages

Whole: TypeAlias = tuple[Array, Array | None]
"""A gradient, and the slope of the penalty where that is no part of it."""


def backward(
    network: Network,
    rule: Rule,
    state: State,
    passed: Passed,
    targets: Array,
    observe: Observer = UNTOUCHED,
    moment: Moment | None = None,
) -> State:
    """The state after one update; the same parameters where the rule has no update.

    From the outputs back: delta = ∂E/∂out · ∂out/∂net; ∂E/∂out_before = Wᵀ delta, with the weights
    from before the update, or from after it when the update order is `output_first`. Where gradients
    are clipped by the norm of all of them, the updates wait for the last one.
    """
    moment = moment or rule.moment(1)
    done: dict[Stage, Updated] = {}
    waiting: list[Group] = []
    dE_dout: Array = None
    for layer in reversed(network.layers):
        before = passed.outs[layer.number - 1]
        delta = _delta(network, rule, layer, passed, targets, dE_dout, observe)
        before = _averaged(
            rule, OUT if layer.number > 1 else INPUT, layer.number - 1, before, observe
        )
        gradients = _Gradients(rule, layer, state, moment, len(targets), observe)
        waiting += gradients.groups(delta, before)
        if rule.clip is None or not rule.clip.waits or layer.number == 1:
            done |= updated(rule, moment, waiting, observe)
            waiting = []
        if layer.number > 1:
            W = state.parameters[layer.number - 1][0]
            after = done.get(Stage(Kind.WEIGHT, layer.number))
            if after is not None and rule.update_order == "output_first":
                W = after.parameter
            dE_dout = _back_through(rule, layer, W, delta, observe)
    return _after(state, done)


def _after(state: State, done: Mapping[Stage, Updated]) -> State:
    """The state with what was updated in the place of what it was."""

    def parameter(stage: Stage, array: Array) -> Array:
        return done[stage].parameter if stage in done else array

    def kept(slot: str) -> Callable[[Stage, Array], Array]:
        return lambda stage, array: done[stage].state[slot] if stage in done else array

    return State(
        _each(state.parameters, parameter),
        {slot: _each(arrays, kept(slot)) for slot, arrays in state.slots.items()},
    )


def _each(parameters: Parameters, of: Callable[[Stage, Array], Array]) -> Parameters:
    """`of` each array, with the stage of its parameters."""
    return tuple(
        (of(Stage(Kind.WEIGHT, number), W), of(Stage(Kind.BIAS, number), b))
        for number, (W, b) in enumerate(parameters, 1)
    )


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


def _by_bias(layer: Layer, delta: Array) -> Array:
    """The samples' own ∂E_total/∂b = delta, summed where it is shared; ∂E_total/∂θ = −delta."""
    if layer.has_thresholds:
        return -delta
    return delta.sum(axis=1, keepdims=True) if layer.bias is Bias.SHARED else delta


@immutable
class _Gradients:
    """The gradients of one layer; `samples` of the batch, which with `batch_means` is averaged."""

    rule: Rule
    layer: Layer
    state: State
    moment: Moment
    samples: int
    observe: Observer

    def groups(self, delta: Array, before: Array) -> Iterator[Group]:
        """What an update is to change, with its gradient; nothing without training."""
        number, rule = self.layer.number, self.rule
        free = rule.free[number - 1] if rule.free else (False, False)
        found = self._reduced(free, delta, before)
        if rule.free is None:
            return
        for which, (kind, whole) in enumerate(found.items()):
            if whole is not None:
                state = {s: arrays[number - 1][which] for s, arrays in self.state.slots.items()}
                parameter = self.state.parameters[number - 1][which]
                yield Group(Stage(kind, number), parameter, whole[0], free[which], state, whole[1])

    def _reduced(self, free: Free, delta: Array, before: Array) -> dict[Kind, Whole | None]:
        """∂loss/∂W, ∂loss/∂b: summed over the batch and reduced; None for what nobody looks at."""
        layer, number, samples, observe = self.layer, self.layer.number, len(delta), self.observe
        (free_W, free_b), biases = free, self.state.parameters[number - 1][1]
        weighted = observe.detail or free_W is not False
        biased = biases is not None and (observe.detail or free_b is not False)
        own = _by_bias(layer, delta) if biased else delta
        if observe.detail and samples > 1:
            observe(WEIGHT_PART[number], delta[:, :, None] * before[:, None, :])
            if biased:
                observe(BIAS_PART[number], own)
        dW = db = None
        if weighted:
            dW = self._whole(Kind.WEIGHT, reduced(delta.T @ before, samples, self.rule))
        if biased:
            db = self._whole(Kind.BIAS, reduced(own.sum(axis=0), samples, self.rule))
        return {Kind.WEIGHT: dW, Kind.BIAS: db}

    def _whole(self, kind: Kind, of_data: Array) -> Whole:
        """The gradient, with the penalty's part where there is one; else that part beside it."""
        penalty, number, observe = self.rule.penalty, self.layer.number, self.observe
        apart = None
        if penalty is not None and penalty.covers(kind):
            of_data = observe(Stage(DATA_OF[kind], number), of_data)
            slope = observe(Stage(PENALTY_OF[kind], number), self._slope(kind))
            of_data, apart = (of_data, slope) if penalty.is_apart else (of_data + slope, None)
        return observe(Stage(GRADIENT_OF[kind], number), of_data), apart

    def _slope(self, kind: Kind) -> Array:
        """∂penalty/∂w of the layer's weights, or of its biases."""
        parameter = self.state.parameters[self.layer.number - 1][kind is Kind.BIAS]
        assert self.rule.penalty is not None
        return self.rule.penalty.slope(parameter, self.moment.settings["strength"], self.samples)


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
    moment: Moment | None = None,
) -> State:
    """One iteration in full, the cost included: the state after it."""
    passed = forward(network, state.parameters, inputs, observe, guarded=rule.guarded)
    cost(network, rule, passed, targets, observe, moment)
    return backward(network, rule, state, passed, targets, observe, moment)
