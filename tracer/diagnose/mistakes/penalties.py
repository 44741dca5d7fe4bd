"""Mistakes of penalties, in the loss and in the gradients, and of clipping, which comes after them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from tracer.diagnose.mistakes.around import CLIPPED, Around, setting, symbol_of
from tracer.diagnose.mistakes.row import Mistake, Site, tidied
from tracer.engine.formulas import Formulas
from tracer.formula import Expression, Number, Symbol, symbols
from tracer.formula import replace as replaced
from tracer.model.penalties import NORMS, Penalty
from tracer.model.quantity import (
    DATA_OF,
    GRADIENT_OF,
    PENALTY_OF,
    Derivative,
    Identity,
    Kind,
    Quantity,
    Stage,
)

_MOST_PARAMETERS = 500
"""Of a network whose penalty or norm is calculated anew, from all of its parameters."""
_OF_DATA = {GRADIENT_OF[parameter]: data for parameter, data in DATA_OF.items()}
_PARAMETER = {kind: parameter for parameter, kind in PENALTY_OF.items()}
_PARAMETER |= {GRADIENT_OF[parameter]: parameter for parameter in DATA_OF}


def _penalty(site: Site) -> Penalty | None:
    penalty: Penalty | None = site.trace.rule.penalty
    return penalty


def _is_small(site: Site) -> bool:
    layers = site.network.layers
    return sum(layer.weight_count + layer.bias_count for layer in layers) <= _MOST_PARAMETERS


def _other_factor(site: Site) -> Iterator[Expression]:
    """Twice, half; with each of the published factors."""
    yield 2 * site.formula
    yield 0.5 * site.formula
    penalty = _penalty(site)
    if penalty is not None and site.samples > 1 and NORMS[penalty.kind].forms != ("whole",):
        for factor in (1 / site.samples, float(site.samples)):
            yield factor * site.formula


def _other_sign(site: Site) -> Iterator[Expression]:
    """Subtracted: the penalty's slope, or the penalty in the loss."""
    if site.quantity.kind in _PARAMETER and site.quantity.kind not in _OF_DATA:
        yield -site.formula
        return
    parts = site.used(Kind.PENALTY, *PENALTY_OF.values())
    yield replaced(site.formula, {part: -Symbol(part) for part in parts})


def _without_parameter(site: Site) -> Iterator[Expression]:
    """λ alone: the slope at w = 1."""
    penalty = _penalty(site)
    if penalty is not None:
        yield penalty.slope(Number(1.0), setting("strength"), site.samples)


def _with_other_parameters(site: Site) -> Expression | None:
    """The penalty in the loss, of the weights alone or of all parameters."""
    penalty, trace = _penalty(site), site.trace
    if penalty is None or not _is_small(site):
        return None
    of = "parameters" if penalty.of == "weights" else "weights"
    rule = replace(trace.rule, penalty=replace(penalty, of=of))
    return Formulas(site.network, rule, trace.batch).formula(site.quantity)


def _biases_penalised(site: Site) -> Iterator[Expression]:
    penalty = _penalty(site)
    if penalty is None or penalty.of != "weights":
        return
    if site.quantity.kind is Kind.PENALTY:
        yield _with_other_parameters(site) or site.formula
    else:
        bias = symbol_of(site, Kind.BIAS)
        yield site.formula + penalty.slope(bias, setting("strength"), site.samples)


def _biases_not_penalised(site: Site) -> Iterator[Expression]:
    penalty = _penalty(site)
    if penalty is None or penalty.of == "weights":
        return
    if site.quantity.kind is Kind.PENALTY:
        yield _with_other_parameters(site) or site.formula
    else:
        yield from _not_in_gradient(site)


def _not_in_loss(site: Site) -> Iterator[Expression]:
    penalties = site.used(Kind.PENALTY)
    if penalties:
        yield tidied(replaced(site.formula, dict.fromkeys(penalties, Number(0.0))))


def _not_in_gradient(site: Site) -> Iterator[Expression]:
    parameter = _PARAMETER[site.quantity.kind]
    data = Stage(DATA_OF[parameter], site.quantity.layer)
    if data in site.trace.arrays:
        yield symbol_of(site, DATA_OF[parameter])


def _clipped_before_the_penalty(site: Site) -> Iterator[Expression]:
    """The data's part is clipped, and the penalty's added to it; in the norm it is missing."""
    parts = {
        key: replace(key, stage=Stage(_OF_DATA[key.kind], key.layer))
        for key in site.used(*_OF_DATA)
    }
    here = {key: part for key, part in parts.items() if part.stage in site.trace.arrays}
    of_data = replaced(site.formula, {key: Symbol(part) for key, part in here.items()})
    if site.quantity.kind is Kind.NORM:
        yield of_data
    elif here:
        parameter = Around.at(site).before.key.kind
        yield of_data + symbol_of(site, PENALTY_OF[parameter])


def _gradients(site: Site) -> list[Identity]:
    """The gradients in the formula of what is clipped."""
    known = symbols(site.formula)
    return [key for key in known if isinstance(key, Derivative) or key.kind in _OF_DATA]


def _not_clipped(site: Site) -> Iterator[Expression]:
    for gradient in _gradients(site):
        yield Symbol(gradient)


def _by_value(site: Site) -> Iterator[Expression]:
    clip = site.trace.rule.clip
    if clip is not None and clip.by == "norm":
        for gradient in _gradients(site):
            yield clip.cut(Symbol(gradient), setting(clip.setting))


def _by_norm(site: Site) -> Iterator[Expression]:
    clip, trace = site.trace.rule.clip, site.trace
    if clip is None or clip.by != "value" or site.in_a_graph or not _is_small(site):
        return
    if trace.rule.update_order != "simultaneous":
        return  # a norm needs gradients that are made after these have been clipped
    rule = replace(trace.rule, clip=replace(clip, by="norm"))
    whole = Quantity(Stage(Kind.NORM, 0), (), None, site.quantity.iteration)
    norm = Formulas(site.network, rule, trace.batch).formula(whole)
    if norm is not None:
        for gradient in site.used(*_OF_DATA):
            yield clip.scaled(Symbol(gradient), norm, setting(clip.setting))


_SLOPES = frozenset(PENALTY_OF.values())
_GRADIENTS = frozenset(_OF_DATA)
_BIAS_GRADIENT = frozenset({Kind.BIAS_GRADIENT})
_PENALTY, _LOSS = frozenset({Kind.PENALTY}), frozenset({Kind.LOSS})

ROWS = (
    Mistake(
        "penalty_factor",
        _SLOPES | _PENALTY,
        _other_factor,
        "The penalty has another factor here (form:): ½·λ·Σw², λ·Σw² and λ/(2m)·Σw² are all in use.",
    ),
    Mistake(
        "penalty_sign",
        _SLOPES,
        _other_sign,
        "The penalty is added, in the loss and in the gradient: it draws parameters towards 0.",
        also=_GRADIENTS | _LOSS,
    ),
    Mistake(
        "penalty_without_parameter",
        _SLOPES,
        _without_parameter,
        "The parameter itself is in the penalty's slope: λ·w, or λ·sign(w), not λ alone.",
    ),
    Mistake(
        "biases_penalised",
        _PENALTY | _BIAS_GRADIENT,
        _biases_penalised,
        "The penalty is of the weights alone (of: weights); biases aren't penalised.",
    ),
    Mistake(
        "biases_not_penalised",
        _PENALTY | _BIAS_GRADIENT,
        _biases_not_penalised,
        "The penalty is of all parameters (of: parameters), of the biases too.",
    ),
    Mistake(
        "penalty_missing_in_loss",
        _LOSS,
        _not_in_loss,
        "The penalty is a part of the loss, as its slope is one of the gradient.",
    ),
    Mistake(
        "penalty_missing_in_gradient",
        _GRADIENTS,
        _not_in_gradient,
        "The penalty's slope is a part of the gradient, as the penalty is one of the loss.",
    ),
    Mistake(
        "clipped_before_penalty",
        CLIPPED | {Kind.NORM},
        _clipped_before_the_penalty,
        "What is clipped is the whole gradient, the penalty's part with it.",
        rare=True,
    ),
    Mistake(
        "clipped_by_value",
        CLIPPED,
        _by_value,
        "All gradients are scaled by one factor (clip: norm), not each cut off by itself.",
        rare=True,
    ),
    Mistake(
        "clipped_by_norm",
        CLIPPED,
        _by_norm,
        "Each gradient is cut off by itself (clip: value), not all scaled by one factor.",
        rare=True,
    ),
    Mistake(
        "not_clipped",
        CLIPPED,
        _not_clipped,
        "The gradient is too large and is clipped before the optimiser gets it.",
        rare=True,
    ),
)
