"""Mistakes of the forward pass and of the errors."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from itertools import combinations

from tracer.diagnose.mistakes.row import Mistake, Site
from tracer.formula import (
    Call,
    Expression,
    Number,
    Power,
    Symbol,
    log2,
    log10,
    replace,
    rewrite,
    symbols,
    without_term,
)
from tracer.model.losses import Family
from tracer.model.network import Bias
from tracer.model.quantity import Kind, Quantity

_MOST_CROSSED = 6


def _weights(site: Site) -> dict[Quantity, tuple[int, int]]:
    """The weights in the formula, each with its row and column."""
    kinds = (Kind.WEIGHT, Kind.NEW_WEIGHT)
    found = (used for used in symbols(site.formula) if used.kind in kinds)
    return {weight: (weight.index[0], weight.index[1]) for weight in found}


def _weights_transposed(site: Site) -> Iterator[Expression]:
    """w[i, j] of (n, m) read where the same list is taken for an (m, n): row after row."""
    if site.quantity.kind in (Kind.WEIGHT_GRADIENT, Kind.NEW_WEIGHT):
        yield from _transposed_element(site)
        return
    weights = _weights(site)
    if weights:
        layer = site.network.layers[next(iter(weights)).layer - 1]
        rows, columns = len(layer.neurons), len(layer.inputs)
        moved = {
            weight: site.symbol(Kind.WEIGHT, layer.number, divmod(j * rows + i, columns))
            for weight, (i, j) in weights.items()
        }
        yield replace(site.formula, moved)


def _transposed_element(site: Site) -> Iterator[Expression]:
    row, column = site.quantity.index
    if len(site.layer.neurons) == len(site.layer.inputs) and row != column:
        yield site.symbol(site.quantity.kind, site.layer.number, (column, row))


def _weights_crossed(site: Site) -> Iterator[Expression]:
    """Two weights of one neuron change places."""
    weights = _weights(site)
    if not weights:
        return
    number = next(iter(weights)).layer
    layer = site.network.layers[number - 1]
    for a, b in combinations(range(min(len(layer.inputs), _MOST_CROSSED)), 2):
        other = {a: b, b: a}
        yield replace(
            site.formula,
            {
                weight: site.symbol(Kind.WEIGHT, number, (i, other.get(j, j)))
                for weight, (i, j) in weights.items()
            },
        )


def _offset(site: Site) -> tuple[Symbol, Expression] | None:
    """The neuron's bias or threshold, and the term of the net input that it makes."""
    if site.layer.bias is Bias.NONE:
        return None
    index = (0,) if site.layer.bias is Bias.SHARED else site.quantity.index
    offset = site.symbol(Kind.BIAS, site.layer.number, index)
    return offset, -offset if site.layer.has_thresholds else offset


def _bias_left_out(site: Site) -> Iterator[Expression]:
    found = _offset(site)
    if found and not site.layer.has_thresholds:
        yield without_term(site.formula, found[1])


def _threshold_left_out(site: Site) -> Iterator[Expression]:
    found = _offset(site)
    if found and site.layer.has_thresholds:
        yield without_term(site.formula, found[1])


def _threshold_added(site: Site) -> Iterator[Expression]:
    found = _offset(site)
    if found and site.layer.has_thresholds:
        offset, term = found
        yield without_term(site.formula, term) + offset


def _bias_times_input(site: Site) -> Iterator[Expression]:
    found = _offset(site)
    for j in range(len(site.layer.inputs) if found else 0):
        before = site.symbol(Kind.OUT, site.layer.number - 1, (j,), site.quantity.sample)
        if found:
            _, term = found
            yield without_term(site.formula, term) + term * before


def _activation_left_out(site: Site) -> Iterator[Expression]:
    yield site.own(Kind.NET)


def _error_not_squared(site: Site) -> Iterator[Expression]:
    """½·(target − out), and the same without its sign."""
    if site.network.loss.family is Family.SQUARED:
        for sign in (1.0, -1.0):
            yield rewrite(site.formula, partial(_square_root, sign))


def _square_root(sign: float, node: Expression) -> Expression | None:
    if isinstance(node, Power) and node.exponent == Number(2.0):
        return node.base if sign > 0 else -node.base
    return None


def _scaled(factor: float) -> Callable[[Site], Iterator[Expression]]:
    def rewritten(site: Site) -> Iterator[Expression]:
        if site.at_output and site.network.loss.family is Family.SQUARED:
            yield factor * site.formula

    return rewritten


def _outputs_averaged(site: Site) -> Iterator[Expression]:
    count = len(site.network.outputs)
    if site.at_output and not site.network.loss.averaged:
        yield site.formula / count


def _outputs_not_averaged(site: Site) -> Iterator[Expression]:
    if site.at_output and site.network.loss.averaged:
        yield site.formula * len(site.network.outputs)


def _logarithm(
    function: Callable[[Expression], Expression],
) -> Callable[[Site], Iterator[Expression]]:
    def other(node: Expression) -> Expression | None:
        if isinstance(node, Call) and node.function == "log":
            return function(node.arguments[0])
        return None

    def rewritten(site: Site) -> Iterator[Expression]:
        yield rewrite(site.formula, other)

    return rewritten


def _one_output_missing(site: Site) -> Iterator[Expression]:
    """E_total of all outputs but one."""
    count = len(site.network.outputs)
    for j in range(count if count > 1 else 0):
        error = site.symbol(Kind.ERROR, site.quantity.layer, (j,), site.quantity.sample)
        yield without_term(site.formula, error)


_ERRORS = frozenset({Kind.ERROR, Kind.DE_DOUT})
_CONNECTED = frozenset({Kind.NET, Kind.PATH})
_WEIGHT_LIKE = frozenset({Kind.WEIGHT_GRADIENT, Kind.NEW_WEIGHT})

ROWS = (
    Mistake(
        "weights_transposed",
        _CONNECTED,
        _weights_transposed,
        "A row of the weight matrix belongs to a neuron, a column to an input; here rows and columns "
        "have changed places.",
        also=_WEIGHT_LIKE,
    ),
    Mistake(
        "weights_crossed",
        _CONNECTED,
        _weights_crossed,
        "Each weight goes with its own input; here two weights of a neuron have changed places.",
    ),
    Mistake(
        "bias_left_out",
        frozenset({Kind.NET}),
        _bias_left_out,
        "The bias is added to the net input, once for each neuron.",
    ),
    Mistake(
        "bias_times_input",
        frozenset({Kind.NET}),
        _bias_times_input,
        "A bias (or a threshold) stands alone: it is not multiplied by an input.",
    ),
    Mistake(
        "threshold_left_out",
        frozenset({Kind.NET}),
        _threshold_left_out,
        "The neuron's threshold is subtracted from the sum of weights times inputs.",
    ),
    Mistake(
        "threshold_added",
        frozenset({Kind.NET}),
        _threshold_added,
        "A threshold is subtracted in the net input; what is added is a bias.",
    ),
    Mistake(
        "activation_left_out",
        frozenset({Kind.OUT}),
        _activation_left_out,
        "The output is the activation of the net input, not the net input itself.",
    ),
    Mistake(
        "error_not_squared",
        frozenset({Kind.ERROR}),
        _error_not_squared,
        "The difference between target and output is squared.",
    ),
    Mistake(
        "factor_two_too_many",
        _ERRORS,
        _scaled(2.0),
        "A factor 2 too many: the ½ of the loss is missing, or it cancels the 2 of the derivative.",
    ),
    Mistake(
        "factor_half_too_many",
        _ERRORS,
        _scaled(0.5),
        "A factor ½ too many: the ½ is there once at most, and a loss without it keeps the 2 of its "
        "derivative.",
    ),
    Mistake(
        "outputs_averaged",
        frozenset({Kind.TOTAL, Kind.DE_DOUT}),
        _outputs_averaged,
        "This loss adds the errors of the outputs up; it doesn't take their mean.",
    ),
    Mistake(
        "outputs_not_averaged",
        _ERRORS,
        _outputs_not_averaged,
        "This loss is the mean over the outputs: each part is divided by how many there are.",
    ),
    Mistake(
        "output_left_out",
        frozenset({Kind.TOTAL}),
        _one_output_missing,
        "The total is the sum of the errors at all outputs.",
    ),
    Mistake(
        "logarithm_to_base_10",
        frozenset({Kind.ERROR}),
        _logarithm(log10),
        "The loss has the natural logarithm (ln), not the one to base 10.",
    ),
    Mistake(
        "logarithm_to_base_2",
        frozenset({Kind.ERROR}),
        _logarithm(log2),
        "The loss has the natural logarithm (ln), not the one to base 2.",
    ),
)
