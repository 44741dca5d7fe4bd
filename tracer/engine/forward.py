"""The forward pass, and the loss that it comes to: see `tracer.engine.passes`, which goes back.

Symbols: S samples in the batch, n neurons in a layer; E_o the error at an output, E_total a sample's.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from tracer.engine.rule import Moment, Rule
from tracer.engine.stages import ERROR, LOSS, NET, OUT, PENALTY, TOTAL, UNTOUCHED, Observer
from tracer.formula.lazy import grand_total
from tracer.immutable import immutable
from tracer.model.activations import Array
from tracer.model.network import Layer, Network, Parameters
from tracer.model.penalties import Penalty
from tracer.model.quantity import Kind

_BLOCK = 4096
"""So many samples at once, whose numbers stay in the processor's caches."""


@immutable
class Passed:
    """What a forward pass leaves: `nets[l]` and `outs[l]` of layer l; `outs[0]` are the inputs.

    `parameters` are those that it was made with.
    """

    nets: tuple[Array, ...]
    outs: tuple[Array, ...]
    parameters: Parameters


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
    return Passed(tuple(nets), tuple(outs), parameters)


def _net(layer: Layer, weighted: Array, b: Array) -> Array:
    """Σ w·x + b, or Σ w·x − θ: (S, n)."""
    if b is None:
        return weighted
    return weighted - b if layer.has_thresholds else weighted + b


def cost(
    network: Network,
    rule: Rule,
    passed: Passed,
    targets: Array,
    observe: Observer = UNTOUCHED,
    moment: Moment | None = None,
) -> Array:
    """E_o at each output, E_total of each sample, and the loss.

    The loss is the mean or the sum of E_total over the batch, and the penalty.
    """
    totals = _totals(network, rule, passed, targets, observe)
    return _loss(network, rule, passed.parameters, totals, observe, moment)


def _totals(
    network: Network, rule: Rule, passed: Passed, targets: Array, observe: Observer = UNTOUCHED
) -> Array:
    """E_total of each sample: (S,)."""
    errors = observe(ERROR[network.depth], _errors(network, rule, passed, targets))
    return observe(TOTAL[network.depth], errors.sum(axis=1))


def _loss(
    network: Network,
    rule: Rule,
    parameters: Parameters,
    totals: Array,
    observe: Observer = UNTOUCHED,
    moment: Moment | None = None,
) -> Array:
    """The mean or the sum of E_total over the batch, and the penalty."""
    samples = len(totals)
    loss = reduced(totals.sum(), samples, rule)
    if rule.penalty is not None:
        settings = (moment or rule.moment(1)).settings
        penalised = _penalised(rule.penalty, parameters)
        summed = grand_total([rule.penalty.summed(array) for array in penalised])
        value = rule.penalty.value(summed, settings["strength"], samples)
        value = observe(PENALTY[network.depth], value)
        loss = loss + value if rule.penalty.is_in_loss else loss
    return observe(LOSS[network.depth], loss)


def _penalised(penalty: Penalty, parameters: Parameters) -> Iterator[Array]:
    """The arrays that the penalty is of, layer by layer."""
    for pair in parameters:
        for kind, array in zip((Kind.WEIGHT, Kind.BIAS), pair, strict=True):
            if array is not None and penalty.covers(kind):
                yield array


def _errors(network: Network, rule: Rule, passed: Passed, targets: Array) -> Array:
    """E_o from the outputs, or from the net inputs where those lose nothing: (S, outputs)."""
    loss = network.loss
    if not (rule.stable and network.matched and loss.errors_from_net):
        return loss.errors(passed.outs[-1], targets)
    guarded = rule.guarded and loss.stable_errors
    return (guarded or loss.errors_from_net)(passed.nets[-1], targets)


def reduced(summed: Array, samples: int, rule: Rule) -> Array:
    """The sum over the batch itself, or divided by the number of samples."""
    return summed / samples if rule.divides(samples) else summed


def loss_of(
    network: Network, rule: Rule, parameters: Parameters, inputs: Array, targets: Array
) -> float:
    """The loss of a forward pass over `inputs`."""
    parts = [slice(first, first + _BLOCK) for first in range(0, len(inputs), _BLOCK)]
    with np.errstate(all="ignore"):
        totals = [
            _totals(network, rule, forward(network, parameters, inputs[part]), targets[part])
            for part in parts
        ]
        return float(_loss(network, rule, parameters, np.concatenate(totals)))
