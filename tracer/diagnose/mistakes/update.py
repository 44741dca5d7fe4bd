"""Mistakes of the gradients and of the update."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace as changed

from tracer.diagnose.mistakes.row import Mistake, Scene
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
from tracer.model.names import LEARNING_RATE
from tracer.model.network import Bias
from tracer.model.optimizers import OPTIMIZERS
from tracer.model.quantity import Kind, Quantity

_MOST_INPUTS = 6
_LR = Symbol(LEARNING_RATE)


def _with_inputs(scene: Scene, swap: Callable[[Quantity], Symbol | None]) -> Expression:
    """The gradient's formula with each out of the layer before swapped for something else."""
    swapped: dict[str, Expression] = {}
    for name in symbols(scene.formula):
        meaning = scene.meaning(Symbol(name))
        if meaning.kind in (Kind.OUT, Kind.INPUT):
            swapped[name] = swap(meaning) or Symbol(name)
    return replace(scene.formula, swapped)


def _gradient_from_net(scene: Scene) -> Iterator[Expression]:
    if scene.quantity.layer > 1:
        yield _with_inputs(
            scene, lambda out: scene.symbol(Kind.NET, out.layer, out.index, out.sample)
        )


def _gradient_from_own_output(scene: Scene) -> Iterator[Expression]:
    layer, index = scene.quantity.layer, scene.quantity.index[:1]
    yield _with_inputs(scene, lambda out: scene.symbol(Kind.OUT, layer, index, out.sample))


def _gradient_from_another_input(scene: Scene) -> Iterator[Expression]:
    before = scene.quantity.layer - 1
    for j in range(min(len(scene.layer.inputs), _MOST_INPUTS)):
        if j != scene.quantity.index[1]:
            yield _with_inputs(
                scene,
                lambda out, j=j: scene.symbol(Kind.OUT, before, (j,), out.sample),  # type: ignore[misc]
            )


def _summed(scene: Scene) -> Iterator[Expression]:
    mean = scene.trace.rule.reduction == "mean" and not scene.trace.rule.batch_means
    if mean and scene.samples > 1 and isinstance(scene.formula, Quotient):
        yield scene.formula.numerator


def _averaged(scene: Scene) -> Iterator[Expression]:
    if scene.trace.rule.reduction == "sum" and scene.samples > 1:
        yield scene.formula / scene.samples


def _batch_means_multiplied(scene: Scene) -> Iterator[Expression]:
    """Mean delta × mean input; then the hidden deltas themselves from means (`batch_means`)."""
    trace, quantity = scene.trace, scene.quantity
    if scene.samples == 1 or trace.rule.batch_means:
        return
    row, column = quantity.index
    factors = ((Kind.DELTA, quantity.layer, (row,)), (Kind.OUT, quantity.layer - 1, (column,)))
    yield product(
        total(scene.symbol(*factor, sample) for sample in trace.rows) / scene.samples
        for factor in factors
    )
    means = Formulas(trace.names, changed(trace.rule, batch_means=True), trace.rows)

    def spelled_out(node: Expression) -> Expression | None:
        meaning = scene.meaning(node) if isinstance(node, Symbol) else None
        if meaning is None or not (meaning.stage.mean or meaning.kind is Kind.NEW_WEIGHT):
            return None
        formula = means.formula(meaning)
        return None if formula is None else rewrite(formula, spelled_out)

    formula = means.formula(quantity)
    if formula is not None:
        yield rewrite(formula, spelled_out)


def _is_shared(scene: Scene) -> bool:
    return scene.layer.bias is Bias.SHARED and len(scene.layer.neurons) > 1


def _shared_bias_as_separate(scene: Scene) -> Iterator[Expression]:
    if _is_shared(scene):
        for neuron in range(len(scene.layer.neurons)):
            yield rewrite(scene.formula, lambda node, n=neuron: _only_neuron(scene, node, n))  # type: ignore[misc]


def _only_neuron(scene: Scene, node: Expression, neuron: int) -> Expression | None:
    """Zero for the delta of another neuron, which drops out of the sum."""
    if isinstance(node, Sum):
        kept = [term for term in node.terms if term != Number(0.0)]
        return total(kept)
    if isinstance(node, Symbol):
        meaning = scene.meaning(node)
        if meaning.kind is Kind.DELTA and meaning.index != (neuron,):
            return Number(0.0)
    return None


def _shared_bias_averaged(scene: Scene) -> Iterator[Expression]:
    if _is_shared(scene):
        yield scene.formula / len(scene.layer.neurons)


def _parts(scene: Scene) -> tuple[Symbol, Symbol]:
    """A parameter before the update, and its gradient."""
    weight = scene.quantity.kind is Kind.NEW_WEIGHT
    kinds = (Kind.WEIGHT, Kind.WEIGHT_GRADIENT) if weight else (Kind.BIAS, Kind.BIAS_GRADIENT)
    layer, index = scene.quantity.layer, scene.quantity.index
    return scene.symbol(kinds[0], layer, index), scene.symbol(kinds[1], layer, index)


def _is_free(scene: Scene) -> bool:
    return isinstance(scene.formula, Difference)


def _gradient_added(scene: Scene) -> Iterator[Expression]:
    if isinstance(scene.formula, Difference):
        yield scene.formula.left + scene.formula.right


def _learning_rate_left_out(scene: Scene) -> Iterator[Expression]:
    if _is_free(scene):
        before, gradient = _parts(scene)
        yield before - gradient


def _learning_rate_twice(scene: Scene) -> Iterator[Expression]:
    if _is_free(scene):
        before, gradient = _parts(scene)
        yield before - _LR * _LR * gradient


def _updated_although_fixed(scene: Scene) -> Iterator[Expression]:
    before, gradient = _parts(scene)
    if scene.formula == before:
        yield OPTIMIZERS[scene.trace.rule.optimizer].update(before, gradient, _LR)


def _fixed_although_free(scene: Scene) -> Iterator[Expression]:
    yield _parts(scene)[0]


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
