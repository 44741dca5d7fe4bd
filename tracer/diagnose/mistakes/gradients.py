"""Mistakes of the gradients, and of the sum over a batch."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace as changed
from functools import partial

from tracer.diagnose.mistakes.row import Mistake, Site, tidied
from tracer.engine.formulas import Formulas
from tracer.formula import (
    Expression,
    Number,
    Product,
    Quotient,
    Sum,
    Symbol,
    product,
    replace,
    rewrite,
    symbols,
    total,
    without_term,
)
from tracer.model.network import Bias
from tracer.model.quantity import Kind, Quantity

_MOST_INPUTS = 6


def _with_inputs(site: Site, swap: Callable[[Quantity], Symbol | None]) -> Expression:
    """The gradient's formula with each out of the layer before swapped for something else."""
    used = [key for key in symbols(site.formula) if key.kind in (Kind.OUT, Kind.INPUT)]
    return replace(site.formula, {out: swap(out) or Symbol(out) for out in used})


def _gradient_from_net(site: Site) -> Iterator[Expression]:
    if site.quantity.layer > 1:
        yield _with_inputs(
            site, lambda out: site.symbol(Kind.NET, out.layer, out.index, out.sample)
        )


def _gradient_from_own_output(site: Site) -> Iterator[Expression]:
    layer, index = site.quantity.layer, site.quantity.index[:1]
    yield _with_inputs(site, lambda out: site.symbol(Kind.OUT, layer, index, out.sample))


def _gradient_from_another_input(site: Site) -> Iterator[Expression]:
    before = site.quantity.layer - 1
    for j in range(min(len(site.layer.inputs), _MOST_INPUTS)):
        if j != site.quantity.index[1]:
            yield _with_inputs(
                site,
                lambda out, j=j: site.symbol(Kind.OUT, before, (j,), out.sample),  # type: ignore[misc]
            )


def _summed(site: Site) -> Iterator[Expression]:
    rule = site.trace.rule
    mean = rule.divides(site.samples) and not rule.batch_means
    of_data, penalty = _of_data(site)
    if mean and isinstance(of_data, Quotient):
        yield total([of_data.numerator, *penalty])


def _averaged(site: Site) -> Iterator[Expression]:
    if site.trace.rule.reduction == "sum" and site.samples > 1:
        of_data, penalty = _of_data(site)
        yield total([of_data / site.samples, *penalty])


def _of_data(site: Site) -> tuple[Expression, list[Expression]]:
    """The formula without the penalty in the loss; and that, if there is one."""
    penalty: list[Expression] = [Symbol(key) for key in site.used(Kind.PENALTY)]
    return without_term(site.formula, penalty[0]) if penalty else site.formula, penalty


def _batch_means_multiplied(site: Site) -> Iterator[Expression]:
    """Mean delta × mean input; then the hidden deltas themselves from means (`batch_means`)."""
    trace, quantity = site.trace, site.quantity
    if site.samples == 1 or trace.rule.batch_means:
        return
    row, column = quantity.index
    factors = ((Kind.DELTA, quantity.layer, (row,)), (Kind.OUT, quantity.layer - 1, (column,)))
    yield product(
        total(site.symbol(*factor, sample) for sample in trace.rows) / site.samples
        for factor in factors
    )
    means = Formulas(site.network, changed(trace.rule, batch_means=True), trace.batch)

    def spelled_out(node: Expression) -> Expression | None:
        if not isinstance(node, Symbol):
            return None
        if not (node.key.stage.mean or node.key.kind is Kind.NEW_WEIGHT):
            return None
        formula = means.formula(node.key)
        return None if formula is None else rewrite(formula, spelled_out)

    formula = means.formula(quantity)
    if formula is not None:
        yield rewrite(formula, spelled_out)


def _is_shared(site: Site) -> bool:
    return site.layer.bias is Bias.SHARED and len(site.layer.neurons) > 1


def _shared_bias_as_separate(site: Site) -> Iterator[Expression]:
    if _is_shared(site):
        for neuron in range(len(site.layer.neurons)):
            yield rewrite(site.formula, partial(_only_neuron, neuron))


def _only_neuron(neuron: int, node: Expression) -> Expression | None:
    """Zero for the delta of another neuron, which drops out of the sum."""
    if isinstance(node, Sum):
        kept = [term for term in node.terms if term != Number(0.0)]
        return total(kept)
    if isinstance(node, Symbol) and node.key.kind is Kind.DELTA and node.key.index != (neuron,):
        return Number(0.0)
    return None


def _shared_bias_averaged(site: Site) -> Iterator[Expression]:
    if _is_shared(site):
        yield site.formula / len(site.layer.neurons)


def _gradient_input_forgotten(site: Site) -> Iterator[Expression]:
    inputs = site.used(Kind.OUT, Kind.INPUT)
    yield tidied(replace(site.formula, dict.fromkeys(inputs, Number(1.0))))


def _gradient_times_weight(site: Site) -> Iterator[Expression]:
    """δ·w in place of δ·x, and δ·x·w."""
    weight = site.symbol(Kind.WEIGHT, site.quantity.layer, site.quantity.index)
    yield replace(site.formula, dict.fromkeys(site.used(Kind.OUT, Kind.INPUT), weight))
    yield site.formula * weight


def _gradient_with_another_delta(site: Site) -> Iterator[Expression]:
    row, layer = site.quantity.index[0], site.quantity.layer
    for i in range(min(len(site.layer.neurons), _MOST_INPUTS)):
        if i != row:
            deltas = site.used(Kind.DELTA)
            others = {delta: site.symbol(Kind.DELTA, layer, (i,), delta.sample) for delta in deltas}
            yield replace(site.formula, others)


def _sample_left_out(site: Site) -> Iterator[Expression]:
    """The sum without one sample, divided by how many there are, or by one fewer."""
    if site.samples == 1:
        return
    for sample in site.trace.rows[:_MOST_INPUTS]:
        of_data, penalty = _of_data(site)
        left = rewrite(of_data, partial(_nothing_of, sample))
        yield total([left, *penalty])
        if isinstance(left, Quotient):
            yield total([left.numerator / (site.samples - 1), *penalty])


def _nothing_of(sample: int, node: Expression) -> Expression | None:
    """Zero for what belongs to the sample; it drops out of sums and products."""
    if isinstance(node, Symbol) and node.key.sample == sample:
        return Number(0.0)
    if isinstance(node, Product):
        return product(node.factors) if Number(0.0) in node.factors else None
    return total(node.terms) if isinstance(node, Sum) and Number(0.0) in node.terms else None


def _bias_gradient_one(_: Site) -> Iterator[Expression]:
    yield Number(1.0)


def _bias_gradient_times_bias(site: Site) -> Iterator[Expression]:
    yield site.formula * site.symbol(Kind.BIAS, site.quantity.layer, site.quantity.index)


def _gradient_sign_flipped(site: Site) -> Iterator[Expression]:
    threshold = site.layer.has_thresholds and site.quantity.kind in _OF_BIASES
    if not threshold:  # that is threshold_without_sign
        yield -site.formula


_WEIGHT_GRADIENT = frozenset({Kind.WEIGHT_GRADIENT, Kind.WEIGHT_OF_DATA})
_BIAS_GRADIENT = frozenset({Kind.BIAS_GRADIENT, Kind.BIAS_OF_DATA})
_GRADIENTS = _WEIGHT_GRADIENT | {Kind.WEIGHT_PART}
_REDUCED = _WEIGHT_GRADIENT | _BIAS_GRADIENT | {Kind.LOSS}
_OF_BIASES = _BIAS_GRADIENT | {Kind.BIAS_PART}
_BIAS_PART = frozenset({Kind.BIAS_PART})

ROWS = (
    Mistake(
        "gradient_from_net_input",
        _GRADIENTS,
        _gradient_from_net,
        "A weight's gradient is delta times the output that the weight multiplies, "
        "not that neuron's net input.",
    ),
    Mistake(
        "gradient_from_own_output",
        _GRADIENTS,
        _gradient_from_own_output,
        "A weight's gradient is delta times the output of the layer before, not of its own neuron.",
    ),
    Mistake(
        "gradient_from_another_input",
        _GRADIENTS,
        _gradient_from_another_input,
        "A weight's gradient is delta times the output that this very weight multiplies.",
    ),
    Mistake(
        "batch_summed",
        _REDUCED,
        _summed,
        "The samples' parts are averaged here (reduction: mean), not only added up.",
    ),
    Mistake(
        "batch_averaged",
        _REDUCED,
        _averaged,
        "The samples' parts are added up here (reduction: sum), not averaged.",
    ),
    Mistake(
        "batch_means_multiplied",
        _WEIGHT_GRADIENT,
        _batch_means_multiplied,
        "First multiply for each sample, then average: the product of two means is not the mean of "
        "the products.",
    ),
    Mistake(
        "shared_bias_as_separate",
        _BIAS_GRADIENT,
        _shared_bias_as_separate,
        "One bias that a layer shares gets the deltas of all its neurons, not of one.",
        also=_BIAS_PART,
    ),
    Mistake(
        "shared_bias_averaged",
        _BIAS_GRADIENT,
        _shared_bias_averaged,
        "The gradient of a shared bias is the sum of the layer's deltas, not their mean.",
        also=_BIAS_PART,
    ),
    Mistake(
        "gradient_input_forgotten",
        _GRADIENTS,
        _gradient_input_forgotten,
        "A weight's gradient is delta times what the weight multiplies, not delta alone.",
        rare=True,
    ),
    Mistake(
        "gradient_times_weight",
        _GRADIENTS,
        _gradient_times_weight,
        "The weight itself isn't in its gradient: that is delta times what the weight multiplies.",
        rare=True,
    ),
    Mistake(
        "gradient_with_another_delta",
        _GRADIENTS,
        _gradient_with_another_delta,
        "The delta in a weight's gradient is that of the neuron that the weight leads into.",
        rare=True,
    ),
    Mistake(
        "gradient_sign_flipped",
        _GRADIENTS | _OF_BIASES,
        _gradient_sign_flipped,
        "The gradient has the other sign; that descent goes against it comes in with the update.",
        rare=True,
    ),
    Mistake(
        "sample_left_out",
        _REDUCED,
        _sample_left_out,
        "Every sample of the batch has its part in this sum; one is missing.",
        rare=True,
    ),
    Mistake(
        "bias_gradient_one",
        _BIAS_GRADIENT,
        _bias_gradient_one,
        "∂{NET}/∂b is 1, and by the chain rule the bias's gradient is delta times that: delta.",
        also=_BIAS_PART,
        rare=True,
    ),
    Mistake(
        "bias_gradient_times_bias",
        _BIAS_GRADIENT,
        _bias_gradient_times_bias,
        "The gradient of a bias is delta itself, not delta times the bias.",
        also=_BIAS_PART,
        rare=True,
    ),
)
