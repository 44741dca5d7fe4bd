"""Mistakes of the activation and of its slope."""

from __future__ import annotations

from collections.abc import Iterator

from tracer.diagnose.mistakes.row import Mistake, Site, tidied
from tracer.formula import (
    Call,
    Difference,
    Expression,
    Number,
    Quotient,
    Sum,
    Symbol,
    absolute,
    children,
    exp,
    expm1,
    rebuild,
    replace,
    rewrite,
    softplus,
    symbols,
    total,
    walk,
)
from tracer.formula.lazy import SymbolArray
from tracer.model.activations import ACTIVATIONS, LEAK, Activation
from tracer.model.losses import LOSSES
from tracer.model.quantity import Kind

_POWERS = frozenset({exp.name, expm1.name, softplus.name})
_LEAKS = (0.1, 0.2, 0.3, 0.25, 0.05, 0.02, 0.001)


def _activation_left_out(site: Site) -> Iterator[Expression]:
    yield site.own(Kind.NET)


def _slope_of_the_output(site: Site) -> Iterator[Expression]:
    """g′(out) in place of g′(net): the activation is applied twice."""
    layer, outs = site.layer, site.whole(Kind.OUT)
    slopes = layer.activation.slope(outs, layer.activation.value(outs))
    yield slopes.element((0, *site.quantity.index))


def _slope_from_net(site: Site) -> Iterator[Expression]:
    """net·(1 − net) in place of out·(1 − out)."""
    outs = [used for used in symbols(site.formula) if used.kind is Kind.OUT]
    nets = {out: site.symbol(Kind.NET, out.layer, out.index, out.sample) for out in outs}
    yield replace(site.formula, nets)


def _exponent_sign(site: Site) -> Iterator[Expression]:
    """e^net in place of e^−net, and the reverse."""
    yield rewrite(site.formula, _with_other_exponent)


def _with_other_exponent(node: Expression) -> Expression | None:
    if isinstance(node, Call) and node.function in _POWERS:
        return rebuild(node, tuple(-operand for operand in children(node)))
    return None


def _reciprocal_of_one_only(site: Site) -> Iterator[Expression]:
    """1/1 + e^−net."""
    yield rewrite(site.formula, _without_brackets)


def _without_brackets(node: Expression) -> Expression | None:
    match node:
        case Quotient(Number(one), Sum((Number(first), *others))) if one == first == 1:
            return total([node.numerator, *others])
    return None


def _others(own: Activation) -> Iterator[Activation]:
    """The activations that this one is taken for: those whose slope is made of {OUT} alone."""
    net, out = (SymbolArray((1, 1), lambda _, name=name: Symbol(name)) for name in ("net", "out"))  # type: ignore[misc]
    for row in ACTIVATIONS.values():
        if row.coupled or row is own or own.coupled:
            continue
        if set(symbols(row.slope(net, out).element((0, 0)))) == {"out"}:
            yield row


def _another_activation(site: Site) -> Iterator[Expression]:
    for row in _others(site.layer.activation):
        yield row.value(site.whole(Kind.NET)).element((0, *site.quantity.index))


def _slope_of_another_activation(site: Site) -> Iterator[Expression]:
    for row in _others(site.layer.activation):
        slopes = row.slope(site.whole(Kind.NET), site.whole(Kind.OUT))
        yield slopes.element((0, *site.quantity.index))


def _softmax_not_normalised(site: Site) -> Iterator[Expression]:
    if site.layer.activation.coupled and isinstance(site.formula, Quotient):
        yield site.formula.numerator


def _sigmoid_for_softmax(site: Site) -> Iterator[Expression]:
    """The activation that goes with the cross-entropy of single outputs."""
    if site.layer.activation.coupled:
        for row in {loss.matched for loss in LOSSES.values() if loss.matched}:
            if not ACTIVATIONS[row].coupled:
                outs = ACTIVATIONS[row].value(site.whole(Kind.NET))
                yield outs.element((0, *site.quantity.index))


def _relu_as_absolute(site: Site) -> Iterator[Expression]:
    if site.layer.activation.switches:
        yield absolute(site.own(Kind.NET))


def _relu_mask_forgotten(site: Site) -> Iterator[Expression]:
    if site.layer.activation.switches:
        slope = {key: Number(1.0) for key in site.used(Kind.SLOPE)}
        yield tidied(replace(site.formula, slope)) if slope else Number(1.0)


def _leaky_slope_wrong(site: Site) -> Iterator[Expression]:
    if Number(LEAK) in walk(site.formula):
        for leak in _LEAKS:
            yield rewrite(
                site.formula,
                lambda node, leak=leak: Number(leak) if node == Number(LEAK) else None,  # type: ignore[misc]
            )


def _has_own_slope(site: Site) -> bool:
    """Whether the slope is that of one neuron, with its output in the formula."""
    return not site.layer.activation.coupled and bool(site.used(Kind.OUT))


def _slope_one_minus_out(site: Site) -> Iterator[Expression]:
    if _has_own_slope(site):
        yield 1 - site.own(Kind.OUT)


def _slope_is_out(site: Site) -> Iterator[Expression]:
    if _has_own_slope(site):
        yield site.own(Kind.OUT)


def _slope_with_plus(site: Site) -> Iterator[Expression]:
    if _has_own_slope(site):
        yield rewrite(site.formula, _plus)


def _plus(node: Expression) -> Expression | None:
    if isinstance(node, Difference) and node.left == Number(1.0):
        return node.left + node.right
    return None


_OUT = frozenset({Kind.OUT})
_SLOPE = frozenset({Kind.SLOPE})

ROWS = (
    Mistake(
        "activation_left_out",
        frozenset({Kind.OUT}),
        _activation_left_out,
        "The output is the activation of the net input, not the net input itself.",
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
        "exponent_sign",
        _OUT,
        _exponent_sign,
        "The sign of the exponent is turned round: a sigmoid has e to the power of −{NET}.",
        rare=True,
    ),
    Mistake(
        "reciprocal_of_one_only",
        _OUT,
        _reciprocal_of_one_only,
        "The whole sum stands under the 1: 1/(1 + e^−{NET}), not 1/1 + e^−{NET}.",
        rare=True,
    ),
    Mistake(
        "another_activation",
        _OUT,
        _another_activation,
        "This layer has another activation; a sigmoid and tanh are easily taken for each other.",
        rare=True,
    ),
    Mistake(
        "softmax_not_normalised",
        _OUT,
        _softmax_not_normalised,
        "Softmax divides e^{NET} by the sum of e^{NET} over the whole layer.",
        rare=True,
    ),
    Mistake(
        "sigmoid_for_softmax",
        _OUT,
        _sigmoid_for_softmax,
        "This layer has softmax: its outputs depend on all its net inputs, and sum to 1.",
        rare=True,
    ),
    Mistake(
        "relu_as_absolute",
        _OUT,
        _relu_as_absolute,
        "ReLU gives 0 below 0; it does not only take the minus away.",
        rare=True,
    ),
    Mistake(
        "leaky_slope_wrong",
        _OUT | _SLOPE,
        _leaky_slope_wrong,
        f"Below 0, leaky ReLU has the slope {LEAK:g} here.",
        rare=True,
    ),
    Mistake(
        "slope_one_minus_out",
        _SLOPE,
        _slope_one_minus_out,
        "1 − {OUT} is only a part of the slope; see its whole formula.",
        rare=True,
    ),
    Mistake(
        "slope_is_out",
        _SLOPE,
        _slope_is_out,
        "The slope is made of the output, but it isn't the output itself.",
        rare=True,
    ),
    Mistake(
        "slope_with_plus",
        _SLOPE,
        _slope_with_plus,
        "In the formula of the slope stands a minus: it is taken from 1, not added.",
        rare=True,
    ),
    Mistake(
        "slope_of_another_activation",
        _SLOPE,
        _slope_of_another_activation,
        "This is another activation's slope: a sigmoid has {OUT}·(1 − {OUT}), tanh 1 − {OUT}².",
        rare=True,
    ),
    Mistake(
        "relu_mask_forgotten",
        _SLOPE,
        _relu_mask_forgotten,
        "A ReLU that is off has the slope 0: nothing goes back through it.",
        also=frozenset({Kind.DELTA}),
        rare=True,
    ),
)
