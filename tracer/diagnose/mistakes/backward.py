"""Mistakes of the backward pass: from the error at the outputs to delta in every layer."""

from __future__ import annotations

from collections.abc import Iterator

from tracer.diagnose.mistakes.row import Mistake, Site
from tracer.formula import Expression, Sum, Symbol, replace, symbols
from tracer.formula.lazy import SymbolArray
from tracer.model.losses import Family
from tracer.model.quantity import Kind


def _error_sign_flipped(site: Site) -> Iterator[Expression]:
    if site.at_output:
        yield -site.formula


def _output_delta_without_slope(site: Site) -> Iterator[Expression]:
    if site.at_output:
        yield site.own(Kind.DE_DOUT)


def _hidden_delta_without_slope(site: Site) -> Iterator[Expression]:
    if not site.at_output:
        yield _same_mean(site, Kind.DE_DOUT)


def _same_mean(site: Site, kind: Kind) -> Expression:
    """The quantity of the neuron that stands in the formula, averaged over the batch or not."""
    for used in symbols(site.formula):
        if used.kind is kind:
            return Symbol(used)
    return site.own(kind)


def _slope_of_the_output(site: Site) -> Iterator[Expression]:
    """g′(out) in place of g′(net): the activation is applied twice."""
    layer, outs = site.layer, _layer_of(site, Kind.OUT)
    slopes = layer.activation.slope(outs, layer.activation.value(outs))
    yield slopes.element((0, *site.quantity.index))


def _layer_of(site: Site, kind: Kind) -> SymbolArray:
    """The quantities of that kind of the whole layer, (1, neurons)."""
    layer, sample = site.layer, site.quantity.sample
    return SymbolArray(
        (1, len(layer.neurons)), lambda at: site.symbol(kind, layer.number, (at[1],), sample)
    )


def _slope_from_net(site: Site) -> Iterator[Expression]:
    """net·(1 − net) in place of out·(1 − out)."""
    outs = [used for used in symbols(site.formula) if used.kind is Kind.OUT]
    nets = {out: site.symbol(Kind.NET, out.layer, out.index, out.sample) for out in outs}
    yield replace(site.formula, nets)


def _squared_error_delta(site: Site) -> Iterator[Expression]:
    """(out − target) times the slope of the output by its own net input."""
    network = site.network
    if (
        network.delta_is_difference(site.layer.number)
        and network.loss.family is Family.CROSS_ENTROPY
    ):
        row, index = site.layer.activation, site.quantity.index
        slopes = row.slope(_layer_of(site, Kind.NET), _layer_of(site, Kind.OUT))
        own = index * 2 if row.coupled else index
        yield (site.own(Kind.OUT) - site.own(Kind.TARGET)) * slopes.element((0, *own))


def _cross_entropy_delta(site: Site) -> Iterator[Expression]:
    if site.at_output and site.network.loss.family is Family.SQUARED:
        yield site.own(Kind.OUT) - site.own(Kind.TARGET)


def _softmax_diagonal_only(site: Site) -> Iterator[Expression]:
    if site.at_output and site.layer.activation.coupled:
        index, sample = site.quantity.index, site.quantity.sample
        slope = site.symbol(Kind.SLOPE, site.quantity.layer, (index[0], index[0]), sample)
        yield site.own(Kind.DE_DOUT) * slope


def _only_one_path(site: Site) -> Iterator[Expression]:
    if not site.at_output and isinstance(site.formula, Sum):
        yield from site.formula.terms


def _updated_weights(site: Site) -> Iterator[Expression]:
    """The weights after the update where the rule says those before it, and the reverse."""
    if site.trace.rule.free is None:
        return
    other = {Kind.WEIGHT: Kind.NEW_WEIGHT, Kind.NEW_WEIGHT: Kind.WEIGHT}
    weights = [used for used in symbols(site.formula) if used.kind in other]
    swapped = {w: site.symbol(other[w.kind], w.layer, w.index) for w in weights}
    yield replace(site.formula, swapped)


_DELTA = frozenset({Kind.DELTA})

ROWS = (
    Mistake(
        "error_sign_flipped",
        frozenset({Kind.DE_DOUT}),
        _error_sign_flipped,
        "The sign is turned round: ∂{ERROR}/∂{OUT} is {OUT} − {TARGET} here, not {TARGET} − {OUT}.",
        also=_DELTA,
    ),
    Mistake(
        "output_delta_without_slope",
        _DELTA,
        _output_delta_without_slope,
        "At an output, delta is ∂{ERROR}/∂{OUT} times the slope of the activation.",
    ),
    Mistake(
        "hidden_delta_without_slope",
        _DELTA,
        _hidden_delta_without_slope,
        "In a hidden layer, too, delta is ∂{ERROR}/∂{OUT} times the slope of the activation.",
    ),
    Mistake(
        "slope_of_the_output",
        frozenset({Kind.SLOPE}),
        _slope_of_the_output,
        "The slope is taken at the net input; {OUT} has gone through the activation already, "
        "so the slope of a sigmoid is out·(1 − out).",
    ),
    Mistake(
        "slope_from_net",
        frozenset({Kind.SLOPE}),
        _slope_from_net,
        "In the formula of the slope stands the output, not the net input.",
    ),
    Mistake(
        "squared_error_delta_with_cross_entropy",
        _DELTA,
        _squared_error_delta,
        "With cross-entropy the slope cancels: delta at an output is {OUT} − {TARGET}.",
    ),
    Mistake(
        "cross_entropy_delta_with_squared_error",
        _DELTA,
        _cross_entropy_delta,
        "{OUT} − {TARGET} is delta with cross-entropy; with a squared error the slope is a factor "
        "of it.",
    ),
    Mistake(
        "softmax_diagonal_only",
        _DELTA,
        _softmax_diagonal_only,
        "Softmax couples its outputs: every net input moves all of them, not its own alone.",
    ),
    Mistake(
        "only_one_path",
        frozenset({Kind.DE_DOUT}),
        _only_one_path,
        "A hidden neuron acts on every neuron behind it: the parts of all the paths are added up.",
    ),
    Mistake(
        "hidden_delta_from_updated_weights",
        frozenset({Kind.PATH}),
        _updated_weights,
        "All weights change at once: what goes back uses the weights from before the update "
        "(after it, with update_order: output_first).",
    ),
)
