"""Mistakes of the gradients and of the update."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from dataclasses import replace as changed
from functools import partial

from tracer.diagnose.mistakes.row import Mistake, Site
from tracer.engine.formulas import Formulas
from tracer.formula import (
    Difference,
    Expression,
    Number,
    Quotient,
    Sum,
    Symbol,
    product,
    replace,
    rewrite,
    symbols,
    total,
)
from tracer.model.network import Bias
from tracer.model.optimizers import Update
from tracer.model.quantity import (
    AFTER,
    BEFORE,
    GRADIENT_OF,
    PART_OF,
    PARTS,
    STATE_OF,
    Kind,
    Quantity,
    Stage,
)

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
    if mean and isinstance(site.formula, Quotient):
        yield site.formula.numerator


def _averaged(site: Site) -> Iterator[Expression]:
    if site.trace.rule.reduction == "sum" and site.samples > 1:
        yield site.formula / site.samples


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


@dataclass(frozen=True, slots=True)
class _Around:
    """What an update works with: the parameter before it, its gradient, the learning rate, state.

    `kept`: the state after it.
    """

    before: Symbol
    gradient: Expression
    rate: Symbol
    state: Mapping[str, Symbol]
    kept: Mapping[str, Symbol]

    @staticmethod
    def at(site: Site) -> _Around:
        """Of the parameter whose new value the site is about."""
        kind, layer, index = site.quantity.kind, site.quantity.layer, site.quantity.index

        def symbols_of(states: Kind) -> dict[str, Symbol]:
            stages = {s: Stage(states, layer, slot=s) for s in site.trace.rule.optimizer.slots}
            return {slot: Symbol(changed(site.quantity, stage=s)) for slot, s in stages.items()}

        return _Around(
            site.symbol(BEFORE[kind], layer, index),
            site.symbol(GRADIENT_OF[kind], layer, index),
            site.symbol(Kind.LEARNING_RATE, 0, ()),
            symbols_of(STATE_OF[BEFORE[kind]]),
            symbols_of(AFTER[STATE_OF[BEFORE[kind]]]),
        )

    def step(self, site: Site, rate: Expression | None = None) -> Expression:
        """The optimiser's step, with another learning rate than the right one.

        From its state after the update as that is calculated; of what is fixed it would be another.
        """
        step = Update(self.before, self.gradient, rate or self.rate, self.state)
        if self.is_free(site):
            step = changed(step, observe=lambda slot, _: self.kept[slot])
        stepped: Expression = site.trace.rule.optimizer.step(step)
        return stepped

    def is_free(self, site: Site) -> bool:
        """Whether the parameter is not fixed."""
        return site.formula != self.before


def _threshold_without_sign(site: Site) -> Iterator[Expression]:
    """delta in place of −delta: in the gradient of a threshold, or in its update."""
    if not site.layer.has_thresholds:
        return
    if site.quantity.kind in PART_OF or site.quantity.kind in PARTS:
        yield -site.formula
        return
    update = _Around.at(site)
    if update.is_free(site):
        yield changed(update, gradient=-update.gradient).step(site)


def _gradient_added(site: Site) -> Iterator[Expression]:
    if isinstance(site.formula, Difference):
        yield site.formula.left + site.formula.right


def _learning_rate_left_out(site: Site) -> Iterator[Expression]:
    update = _Around.at(site)
    if update.is_free(site):
        yield update.step(site, rate=Number(1.0))


def _learning_rate_twice(site: Site) -> Iterator[Expression]:
    update = _Around.at(site)
    if update.is_free(site):
        yield update.step(site, rate=update.rate * update.rate)


def _updated_although_fixed(site: Site) -> Iterator[Expression]:
    update = _Around.at(site)
    if not update.is_free(site):
        yield update.step(site)


def _fixed_although_free(site: Site) -> Iterator[Expression]:
    yield _Around.at(site).before


_GRADIENTS = frozenset({Kind.WEIGHT_GRADIENT, Kind.WEIGHT_PART})
_REDUCED = frozenset({Kind.WEIGHT_GRADIENT, Kind.BIAS_GRADIENT, Kind.LOSS})
_BIAS_GRADIENT = frozenset({Kind.BIAS_GRADIENT})
_NEW = frozenset({Kind.NEW_WEIGHT, Kind.NEW_BIAS})

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
        frozenset({Kind.WEIGHT_GRADIENT}),
        _batch_means_multiplied,
        "First multiply for each sample, then average: the product of two means is not the mean of "
        "the products.",
    ),
    Mistake(
        "shared_bias_as_separate",
        _BIAS_GRADIENT,
        _shared_bias_as_separate,
        "One bias that a layer shares gets the deltas of all its neurons, not of one.",
    ),
    Mistake(
        "shared_bias_averaged",
        _BIAS_GRADIENT,
        _shared_bias_averaged,
        "The gradient of a shared bias is the sum of the layer's deltas, not their mean.",
    ),
    Mistake(
        "threshold_without_sign",
        _BIAS_GRADIENT,
        _threshold_without_sign,
        "A threshold is subtracted, so ∂net/∂θ = −1: its gradient is −delta, and descent adds "
        "lr·delta.",
        also=frozenset({Kind.BIAS_PART, Kind.NEW_BIAS}),
    ),
    Mistake(
        "gradient_added",
        _NEW,
        _gradient_added,
        "Descent goes against the gradient: it is subtracted.",
    ),
    Mistake(
        "learning_rate_left_out",
        _NEW,
        _learning_rate_left_out,
        "The step is the learning rate times the gradient.",
    ),
    Mistake(
        "learning_rate_twice",
        _NEW,
        _learning_rate_twice,
        "The learning rate is a factor of the step once, not twice.",
    ),
    Mistake(
        "updated_although_fixed",
        _NEW,
        _updated_although_fixed,
        "This parameter is fixed (freeze:) and stays as it is.",
    ),
    Mistake(
        "fixed_although_free",
        _NEW,
        _fixed_although_free,
        "This parameter isn't fixed: the update changes it.",
    ),
)
