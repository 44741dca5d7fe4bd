"""Mistakes of the backward pass: from the error at the outputs to delta in every layer."""

from __future__ import annotations

from collections.abc import Iterator

from tracer.diagnose.mistakes.row import Mistake, Site, tidied
from tracer.formula import Expression, Number, Sum, Symbol, replace, symbols, total
from tracer.model.losses import Family
from tracer.model.quantity import Kind

_MOST_NEURONS = 8


def _error_sign_flipped(site: Site) -> Iterator[Expression]:
    if site.at_output:
        yield -site.formula


def _output_delta_without_slope(site: Site) -> Iterator[Expression]:
    if site.at_output:
        yield site.own(Kind.DE_DOUT)


def _hidden_delta_without_slope(site: Site) -> Iterator[Expression]:
    if not site.at_output and not site.layer.activation.switches:  # that is relu_mask_forgotten
        yield _same_mean(site, Kind.DE_DOUT)


def _same_mean(site: Site, kind: Kind) -> Expression:
    """The quantity of the neuron that stands in the formula, averaged over the batch or not."""
    for used in symbols(site.formula):
        if used.kind is kind:
            return Symbol(used)
    return site.own(kind)


def _squared_error_delta(site: Site) -> Iterator[Expression]:
    """(out − target) times the slope of the output by its own net input."""
    network = site.network
    if (
        network.delta_is_difference(site.layer.number)
        and network.loss.family is Family.CROSS_ENTROPY
    ):
        row, index = site.layer.activation, site.quantity.index
        slopes = row.slope(site.whole(Kind.NET), site.whole(Kind.OUT))
        own = index * 2 if row.coupled else index
        yield (site.own(Kind.OUT) - site.own(Kind.TARGET)) * slopes.element((0, *own))


def _cross_entropy_delta(site: Site) -> Iterator[Expression]:
    if site.at_output and site.network.loss.family is Family.SQUARED:
        yield site.own(Kind.OUT) - site.own(Kind.TARGET)


def _hidden_delta_sign(site: Site) -> Iterator[Expression]:
    if not site.at_output:
        yield -site.formula


def _slope_of_another_layer(site: Site) -> Iterator[Expression]:
    """The slope of a neuron in the layer behind or before."""
    slopes = site.used(Kind.SLOPE)
    if len(slopes) != 1 or slopes[0].stage.mean:
        return
    for number in (site.layer.number + 1, site.layer.number - 1):
        if not 0 < number <= site.network.depth:
            continue
        layer = site.network.layers[number - 1]
        for i in range(min(len(layer.neurons), _MOST_NEURONS)):
            index = (i, i) if layer.activation.coupled else (i,)
            other = site.symbol(Kind.SLOPE, number, index, site.quantity.sample)
            yield replace(site.formula, {slopes[0]: other})


def _softmax_diagonal_only(site: Site) -> Iterator[Expression]:
    if site.at_output and site.layer.activation.coupled:
        index, sample = site.quantity.index, site.quantity.sample
        slope = site.symbol(Kind.SLOPE, site.quantity.layer, (index[0], index[0]), sample)
        yield site.own(Kind.DE_DOUT) * slope


def _paths(site: Site) -> tuple[Expression, ...]:
    """The terms of ∂E/∂out in a hidden layer, where there are several."""
    if site.at_output or not isinstance(site.formula, Sum):
        return ()
    return site.formula.terms if len(site.formula.terms) <= _MOST_NEURONS else ()


def _path_dropped(site: Site) -> Iterator[Expression]:
    """All paths but one; of two that would be one path only."""
    paths = _paths(site)
    for place in range(len(paths) if len(paths) > 2 else 0):
        yield total((*paths[:place], *paths[place + 1 :]))


def _path_sign_slipped(site: Site) -> Iterator[Expression]:
    """One path with the other sign; the second of two would be subtraction."""
    paths = _paths(site)
    for place in range(len(paths)) if len(paths) > 2 else range(len(paths[:1])):
        yield total((*paths[:place], -paths[place], *paths[place + 1 :]))


def _paths_subtracted(site: Site) -> Iterator[Expression]:
    paths = _paths(site)
    if paths:
        yield total((paths[0], *(-path for path in paths[1:])))


def _weight_forgotten(site: Site) -> Iterator[Expression]:
    weights = site.used(Kind.WEIGHT, Kind.NEW_WEIGHT)
    yield tidied(replace(site.formula, dict.fromkeys(weights, Number(1.0))))


def _error_slope_for_delta(site: Site) -> Iterator[Expression]:
    """∂E/∂out of the neuron behind in place of its delta."""
    deltas = site.used(Kind.DELTA)
    if not any(delta.stage.mean for delta in deltas):
        behind = {d: site.symbol(Kind.DE_DOUT, d.layer, d.index, d.sample) for d in deltas}
        yield replace(site.formula, behind)


def _delta_of_a_neighbour(site: Site) -> Iterator[Expression]:
    for delta in site.used(Kind.DELTA):
        count = len(site.network.layers[delta.layer - 1].neurons)
        for k in range(min(count, _MOST_NEURONS)):
            if (k,) != delta.index:
                other = site.symbol(Kind.DELTA, delta.layer, (k,), delta.sample)
                yield replace(site.formula, {delta: other})


def _only_one_path(site: Site) -> Iterator[Expression]:
    if not site.at_output and isinstance(site.formula, Sum):
        yield from site.formula.terms


def _updated_weights(site: Site) -> Iterator[Expression]:
    """The weights after the update where the rule says those before it, and the reverse."""
    if site.trace.rule.free is None:
        return
    paths = {path: site.trace.formula(path) for path in site.used(Kind.PATH)}
    written_out = {path: formula for path, formula in paths.items() if formula is not None}
    yield _with_other_weights(site, replace(site.formula, written_out))


def _updated_weight_in_one_path(site: Site) -> Iterator[Expression]:
    """The same in one of several paths, written out in their sum."""
    if site.trace.rule.free is None:
        return
    if site.quantity.kind is Kind.PATH:
        yield _with_other_weights(site, site.formula)
        return
    for path in site.used(Kind.PATH) if len(_paths(site)) > 1 else ():
        formula = site.trace.formula(path)
        if formula is not None:
            yield replace(site.formula, {path: _with_other_weights(site, formula)})


def _with_other_weights(site: Site, formula: Expression) -> Expression:
    other = {Kind.WEIGHT: Kind.NEW_WEIGHT, Kind.NEW_WEIGHT: Kind.WEIGHT}
    weights = [used for used in symbols(formula) if used.kind in other]
    return replace(formula, {w: site.symbol(other[w.kind], w.layer, w.index) for w in weights})


_DELTA = frozenset({Kind.DELTA})
_DE_DOUT = frozenset({Kind.DE_DOUT})
_PATH = frozenset({Kind.PATH})

ROWS = (
    Mistake(
        "error_sign_flipped",
        _DE_DOUT,
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
        _DE_DOUT,
        _only_one_path,
        "A hidden neuron acts on every neuron behind it: the parts of all the paths are added up.",
    ),
    Mistake(
        "hidden_delta_from_updated_weights",
        _PATH,
        _updated_weights,
        "All weights change at once: what goes back uses the weights from before the update "
        "(after it, with update_order: output_first).",
        also=_DE_DOUT,
    ),
    Mistake(
        "hidden_delta_sign",
        _DELTA,
        _hidden_delta_sign,
        "The sign of a hidden delta is that of what came back to it: no minus is put before it.",
        rare=True,
    ),
    Mistake(
        "slope_of_another_layer",
        _DELTA,
        _slope_of_another_layer,
        "Delta has the slope of its own neuron, in its own layer.",
        rare=True,
    ),
    Mistake(
        "path_sign_slipped",
        _DE_DOUT,
        _path_sign_slipped,
        "One of the parts has lost its sign, or got one, in the sum.",
        rare=True,
    ),
    Mistake(
        "paths_subtracted",
        _DE_DOUT,
        _paths_subtracted,
        "What comes back along the paths is added, not subtracted.",
        rare=True,
    ),
    Mistake(
        "path_dropped",
        _DE_DOUT,
        _path_dropped,
        "One of the paths is missing: every neuron behind sends something back.",
        rare=True,
    ),
    Mistake(
        "weight_forgotten_in_path",
        _PATH,
        _weight_forgotten,
        "What comes back through a connection is multiplied by its weight.",
        rare=True,
    ),
    Mistake(
        "error_slope_for_delta",
        _PATH,
        _error_slope_for_delta,
        "What goes back along a path is delta, ∂{ERROR}/∂{NET} of the neuron behind, "
        "not its ∂{ERROR}/∂{OUT}.",
        rare=True,
    ),
    Mistake(
        "delta_of_a_neighbour",
        _PATH,
        _delta_of_a_neighbour,
        "The delta in a path is that of the very neuron that the weight leads into.",
        rare=True,
    ),
    Mistake(
        "updated_weight_in_one_path",
        _DE_DOUT,
        _updated_weight_in_one_path,
        "In one of the paths the weight is not the one that this iteration's paths are made with.",
        also=frozenset({Kind.PATH}),
        rare=True,
    ),
)
