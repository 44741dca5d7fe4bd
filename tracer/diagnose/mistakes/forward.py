"""Mistakes of the net inputs: weights, inputs, biases and thresholds."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import combinations

from tracer.diagnose.mistakes.row import Mistake, Site
from tracer.formula import (
    Difference,
    Expression,
    Product,
    Sum,
    Symbol,
    absolute,
    replace,
    symbols,
    total,
    without_term,
)
from tracer.model.network import Bias, Layer
from tracer.model.quantity import Kind, Quantity

_MOST_CROSSED = 6
_MOST_TERMS = 12


def _weights(site: Site) -> dict[Quantity, tuple[int, int]]:
    """The weights in the formula, each with its row and column."""
    kinds = (Kind.WEIGHT, Kind.NEW_WEIGHT)
    found = (used for used in symbols(site.formula) if used.kind in kinds)
    return {weight: (weight.index[0], weight.index[1]) for weight in found}


def _weights_transposed(site: Site) -> Iterator[Expression]:
    """w[i, j] of (n, m) read where the same list is taken for an (m, n): row after row."""
    if site.quantity.kind in _WEIGHT_LIKE:
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


def _bias_as_factor(site: Site) -> Iterator[Expression]:
    """(Σ w·x)·b."""
    found = _offset(site)
    if found:
        offset, term = found
        yield without_term(site.formula, term) * offset
        if site.layer.has_thresholds:
            yield without_term(site.formula, term) * term


def _terms(formula: Expression) -> tuple[Expression, ...]:
    """Those of a net input that are added, where a person would write them; a threshold isn't."""
    inner = formula.left if isinstance(formula, Difference) else formula
    terms = inner.terms if isinstance(inner, Sum) else (inner,)
    return terms if len(terms) <= _MOST_TERMS else ()


def _with_terms(formula: Expression, terms: Iterable[Expression]) -> Expression:
    """The same net input with those terms."""
    if isinstance(formula, Difference):
        return total(terms) - formula.right
    return total(terms)


def _sign_turned(minus: bool) -> Callable[[Site], Iterator[Expression]]:
    """One term with the other sign: a minus in it ignored, or (`minus` false) one where none is."""

    def rewritten(site: Site) -> Iterator[Expression]:
        terms = _terms(site.formula)
        negative = [any(map(site.is_negative, symbols(term))) for term in terms]
        for place, term in enumerate(terms):
            if negative[place] is minus:
                turned = (*terms[:place], -term, *terms[place + 1 :])
                yield _with_terms(site.formula, turned)
        if minus and sum(negative) > 1:
            sizes = [absolute(term) for term in terms]
            yield _with_terms(site.formula, sizes)

    return rewritten


def _input_forgotten(site: Site) -> Iterator[Expression]:
    terms = _terms(site.formula)
    products = [term for term in terms if isinstance(term, Product)]
    for term in products if len(products) > 1 else ():
        yield _with_terms(site.formula, [other for other in terms if other is not term])


def _weight_of_a_neighbour(site: Site) -> Iterator[Expression]:
    """All weights of another neuron; one weight that belongs to a neighbour."""
    weights = _weights(site)
    if not weights:
        return
    number = next(iter(weights)).layer
    layer = site.network.layers[number - 1]

    def moved(changed: Mapping[Quantity, tuple[int, int]]) -> Expression:
        kinds = {weight: weight.kind for weight in changed}
        places = {w: site.symbol(kinds[w], number, place) for w, place in changed.items()}
        return replace(site.formula, places)

    for row in range(min(len(layer.neurons), _MOST_CROSSED)):
        if len(weights) > 1:
            yield moved({weight: (row, j) for weight, (_, j) in weights.items()})
    for weight, (i, j) in weights.items() if len(weights) <= _MOST_TERMS else ():
        yield from (moved({weight: (r, j)}) for r in (i - 1, i + 1) if 0 <= r < len(layer.neurons))
        if site.quantity.kind is Kind.NET:  # in a path that is weights_crossed
            columns = (c for c in (j - 1, j + 1) if 0 <= c < len(layer.inputs))
            yield from (moved({weight: (i, c)}) for c in columns)


def _weights_of_another_layer(site: Site) -> Iterator[Expression]:
    """All weights, and the bias, of another layer of the same shape."""
    used = site.used(Kind.WEIGHT, Kind.NEW_WEIGHT, Kind.BIAS, Kind.NEW_BIAS)
    if not used:
        return
    own = site.network.layers[used[0].layer - 1]
    for layer in site.network.layers:
        if layer.number != own.number and _shape(layer) == _shape(own):
            yield replace(
                site.formula, {key: site.symbol(key.kind, layer.number, key.index) for key in used}
            )


def _shape(layer: Layer) -> tuple[int, int, Bias]:
    return len(layer.neurons), len(layer.inputs), layer.bias


def _inputs_for_hidden_outputs(site: Site) -> Iterator[Expression]:
    count = len(site.network.inputs)
    outs = [out for out in site.used(Kind.OUT) if out.layer == site.layer.number - 1]
    swaps = {
        out: site.symbol(Kind.OUT, 0, out.index, out.sample) for out in outs if out.index[0] < count
    }
    if swaps:
        yield replace(site.formula, swaps)


_NET = frozenset({Kind.NET})
_CONNECTED = frozenset({Kind.NET, Kind.PATH})
_UPDATED = frozenset({Kind.NEW_WEIGHT, Kind.NEW_BIAS})
_WEIGHT_LIKE = frozenset({Kind.WEIGHT_GRADIENT, Kind.WEIGHT_OF_DATA, Kind.NEW_WEIGHT})

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
        _NET,
        _bias_left_out,
        "The bias is added to the net input, once for each neuron.",
    ),
    Mistake(
        "bias_times_input",
        _NET,
        _bias_times_input,
        "A bias (or a threshold) stands alone: it is not multiplied by an input.",
    ),
    Mistake(
        "threshold_left_out",
        _NET,
        _threshold_left_out,
        "The neuron's threshold is subtracted from the sum of weights times inputs.",
    ),
    Mistake(
        "threshold_added",
        _NET,
        _threshold_added,
        "A threshold is subtracted in the net input; what is added is a bias.",
    ),
    Mistake(
        "bias_as_factor",
        _NET,
        _bias_as_factor,
        "The bias is added to the sum of weights times inputs; the sum is not multiplied by it.",
        rare=True,
    ),
    Mistake(
        "minus_ignored",
        _NET,
        _sign_turned(minus=True),
        "A weight or an input is negative here: its minus belongs to the term.",
        rare=True,
    ),
    Mistake(
        "minus_added",
        _NET,
        _sign_turned(minus=False),
        "No weight and no input of this term is negative: it is added.",
        rare=True,
    ),
    Mistake(
        "input_forgotten",
        _NET,
        _input_forgotten,
        "The net input has a term for every input of the neuron.",
        rare=True,
    ),
    Mistake(
        "weight_of_a_neighbour",
        _CONNECTED,
        _weight_of_a_neighbour,
        "Each connection has its own weight; this one belongs to another.",
        rare=True,
    ),
    Mistake(
        "weights_of_another_layer",
        _CONNECTED,
        _weights_of_another_layer,
        "Each layer has its own weights and biases; these belong to another layer.",
        also=_UPDATED,
        rare=True,
    ),
    Mistake(
        "inputs_for_hidden_outputs",
        _NET,
        _inputs_for_hidden_outputs,
        "From the second layer on the inputs are the outputs of the layer before, not the network's.",
        also=frozenset({Kind.WEIGHT_GRADIENT, Kind.WEIGHT_OF_DATA, Kind.WEIGHT_PART}),
        rare=True,
    ),
)
