"""Mistakes of the errors, from the outputs to the loss."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from tracer.diagnose.mistakes.row import Mistake, Site
from tracer.formula import (
    Call,
    Difference,
    Expression,
    Negative,
    Number,
    Power,
    Sum,
    Symbol,
    log2,
    log10,
    replace,
    rewrite,
    walk,
    without_term,
)
from tracer.model.losses import Family
from tracer.model.quantity import Kind


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


def _difference_of_squares(site: Site) -> Iterator[Expression]:
    """target² − out², with the loss's factor and without."""
    if site.network.loss.family is Family.SQUARED:
        for power in walk(site.formula):
            squares = _squares(power)
            if squares is not None:
                yield rewrite(site.formula, _squares)
                yield squares


def _squares(node: Expression) -> Expression | None:
    match node:
        case Power(Difference(left, right), Number(2.0)):
            return left**2 - right**2
    return None


def _is_cross_entropy(site: Site) -> bool:
    return site.network.loss.family is Family.CROSS_ENTROPY


def _cross_entropy_term_missing(site: Site) -> Iterator[Expression]:
    match site.formula:
        case Negative(Sum(terms)) if _is_cross_entropy(site):
            yield from (-term for term in terms)


def _cross_entropy_minus_missing(site: Site) -> Iterator[Expression]:
    if isinstance(site.formula, Negative) and _is_cross_entropy(site):
        yield site.formula.operand


def _error_for_its_derivative(site: Site) -> Iterator[Expression]:
    """E in place of ∂E/∂out, also as a factor of delta."""
    if not site.at_output:
        return
    if site.quantity.kind is Kind.DE_DOUT:
        yield site.own(Kind.ERROR)
        return
    used = site.used(Kind.DE_DOUT)
    yield replace(
        site.formula,
        {key: site.symbol(Kind.ERROR, key.layer, key.index, key.sample) for key in used},
    )


def _target_added(site: Site) -> Iterator[Expression]:
    if site.at_output:
        yield rewrite(site.formula, _sum_with_target)
        if site.network.delta_is_difference(site.layer.number) and site.quantity.kind is Kind.DELTA:
            yield site.own(Kind.OUT) + site.own(Kind.TARGET)


def _sum_with_target(node: Expression) -> Expression | None:
    match node:
        case Difference(Symbol(left), Symbol(right)):
            if {left.kind, right.kind} == {Kind.OUT, Kind.TARGET}:
                return node.left + node.right
    return None


_ERRORS = frozenset({Kind.ERROR, Kind.DE_DOUT})
_ERROR = frozenset({Kind.ERROR})
_DELTA = frozenset({Kind.DELTA})

ROWS = (
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
    Mistake(
        "difference_of_squares",
        _ERROR,
        _difference_of_squares,
        "First subtract, then square: ({TARGET} − {OUT})² is not {TARGET}² − {OUT}².",
        rare=True,
    ),
    Mistake(
        "cross_entropy_term_missing",
        _ERROR,
        _cross_entropy_term_missing,
        "Binary cross-entropy has two terms, one with {TARGET} and one with 1 − {TARGET}.",
        rare=True,
    ),
    Mistake(
        "cross_entropy_minus_missing",
        _ERROR,
        _cross_entropy_minus_missing,
        "There is a minus before cross-entropy: logarithms of shares are negative, the error isn't.",
        rare=True,
    ),
    Mistake(
        "error_for_its_derivative",
        frozenset({Kind.DE_DOUT}),
        _error_for_its_derivative,
        "What goes back is the derivative ∂{ERROR}/∂{OUT}, not the error {ERROR} itself.",
        also=_DELTA,
        rare=True,
    ),
    Mistake(
        "target_added",
        _ERRORS,
        _target_added,
        "Target and output are subtracted from each other, not added.",
        also=_DELTA,
        rare=True,
    ),
)
