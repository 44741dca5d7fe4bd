"""Mistakes of the optimisers' steps: the correction of moments and their t, roots, ε and decay.

As `states` does it: a row changes what goes into the step, and the optimiser's own lines make the
number of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from tracer.diagnose.mistakes.around import (
    CORRECTED,
    KEPT,
    NEW,
    Around,
    instead,
    setting,
    stepping,
    symbol_of,
)
from tracer.diagnose.mistakes.row import Mistake, Site, tidied
from tracer.formula import Call, Expression, Number, Product, Quotient, product, rewrite
from tracer.model.quantity import DATA_OF, PENALTY_OF, Kind

_EPSILON = "epsilon"
_DECAY = "weight_decay"

Rewriting = Callable[[Site], Iterable[Expression]]


def _correction_left_out(site: Site) -> Iterator[Expression]:
    """m+ in the place of m̂: of all moments, or in a formula with two of them of one."""
    around = Around.at(site)
    moments = zip(around.optimizer.corrected, around.optimizer.slots, strict=False)
    wrong = {hat: around.kept[letter] for hat, letter in moments}
    if site.quantity.kind in CORRECTED:
        yield wrong[site.quantity.stage.slot]
    elif around.is_free:
        for some in (wrong, *({hat: letter} for hat, letter in wrong.items())):
            yield around.stepped(kept=some) or site.formula


def _correction_twice(around: Around) -> Expression | None:
    formula = around.site.formula
    return formula / formula.denominator if isinstance(formula, Quotient) else None


def _counted(off: int) -> Rewriting:
    """The step with another number of the update; 0 would divide by 0, and nobody goes on from that."""

    def change(around: Around) -> Expression | None:
        t = around.right.t + off
        return around.stepped(t=t) if t > 0 else None

    return stepping(change)


def _moments_before(site: Site) -> Iterator[Expression]:
    """v in the place of v+: of every state, or of one."""
    around = Around.at(site)
    before = {slot: around.right.state[slot] for slot in around.optimizer.slots}
    if around.is_free:
        for some in (before, *({slot: symbol} for slot, symbol in before.items())):
            yield around.stepped(kept=some) or site.formula


def _root_forgotten(site: Site) -> Iterator[Expression]:
    yield rewrite(
        site.formula,
        lambda node: (
            node.arguments[0] if isinstance(node, Call) and node.function == "sqrt" else None
        ),
    )


def _decay_coupled(around: Around) -> Expression | None:
    """λ·w in the gradient that the moments see, and not in the step itself."""
    right = around.right
    if _DECAY not in right.settings:
        return None
    gradient = right.gradient + right.settings[_DECAY] * right.parameter
    formula = around.stepped(gradient=gradient, settings={**right.settings, _DECAY: Number(0.0)})
    return None if formula is None else tidied(formula)


def _epsilon_left_out(around: Around) -> Expression | None:
    settings = around.right.settings
    if _EPSILON not in settings:
        return None
    formula = around.stepped(settings={**settings, _EPSILON: Number(0.0)})
    return None if formula is None else tidied(formula)


def _decay_left_out(around: Around) -> Expression | None:
    settings = around.right.settings
    if _DECAY not in settings:
        return None
    formula = around.stepped(settings={**settings, _DECAY: Number(0.0)})
    return None if formula is None else tidied(formula)


def _decay_without_rate(around: Around) -> Expression | None:
    """λ·w is subtracted, and not lr·λ·w."""
    decay, rate = setting(_DECAY), around.right.learning_rate

    def without(node: Expression) -> Expression | None:
        if isinstance(node, Product) and decay in node.factors:
            return product(factor for factor in node.factors if factor != rate)
        return None

    return rewrite(around.site.formula, without)


def _decay_decoupled(around: Around) -> Expression | None:
    """The penalty's slope in the step itself, and not in the gradient that the states see."""
    site, parameter = around.site, around.before.key.kind
    penalty, rule = site.trace.rule.penalty, site.trace.rule
    if penalty is None or not penalty.covers(parameter) or rule.clip or not around.right.state:
        return None
    if site.quantity.kind in KEPT:
        return around.stepped(gradient=symbol_of(site, DATA_OF[parameter]))
    slope = symbol_of(site, PENALTY_OF[parameter])
    wrong: Expression = site.formula - around.right.learning_rate * slope
    return wrong


ROWS = (
    Mistake(
        "bias_correction_left_out",
        CORRECTED | NEW,
        _correction_left_out,
        "The moments start at 0 and are too small at first: they are divided by 1 − βᵗ.",
    ),
    Mistake(
        "bias_correction_applied",
        NEW,
        instead("bias_correction", False, True),
        "The moments are not corrected here (bias_correction: false).",
    ),
    Mistake(
        "bias_correction_twice",
        CORRECTED,
        stepping(_correction_twice),
        "A moment is divided by 1 − βᵗ once, not twice.",
    ),
    Mistake(
        "update_counted_from_0",
        CORRECTED,
        _counted(-1),
        "Updates are counted from 1: in iteration 1, t is 1. Here t is too small by 1.",
    ),
    Mistake(
        "update_counted_from_2",
        CORRECTED,
        _counted(1),
        "Updates are counted from 1: in iteration 1, t is 1. Here t is too large by 1.",
    ),
    Mistake(
        "moments_of_the_iteration_before",
        CORRECTED | NEW,
        _moments_before,
        "The step takes the optimiser's states as this update has made them, not those before it.",
        rare=True,
    ),
    Mistake(
        "root_forgotten",
        NEW | {Kind.NORM},
        _root_forgotten,
        "The squares were added up or averaged: the step divides by their root, and so is a norm one.",
    ),
    Mistake(
        "epsilon_inside_root",
        NEW,
        instead("epsilon_place", "outside", "inside"),
        "ε is added to the root (epsilon_place: outside), not under it.",
        rare=True,
    ),
    Mistake(
        "epsilon_outside_root",
        NEW,
        instead("epsilon_place", "inside", "outside"),
        "ε is added under the root (epsilon_place: inside), not to it.",
        rare=True,
    ),
    Mistake(
        "epsilon_left_out",
        NEW,
        stepping(_epsilon_left_out),
        "ε belongs to the divisor: it is added to the root, or under it (epsilon_place).",
        rare=True,
    ),
    Mistake(
        "decay_coupled",
        KEPT | NEW,
        stepping(_decay_coupled),
        "The decay is decoupled: no moment sees it, lr·λ·w is subtracted from the parameter itself.",
        rare=True,
    ),
    Mistake(
        "decay_left_out",
        NEW,
        stepping(_decay_left_out),
        "The step has a second part: the decay, lr·λ·w, is subtracted too.",
        rare=True,
    ),
    Mistake(
        "decay_without_learning_rate",
        NEW,
        stepping(_decay_without_rate),
        "The decay, too, is multiplied by the learning rate: lr·λ·w is subtracted.",
        rare=True,
    ),
    Mistake(
        "decay_decoupled",
        KEPT | NEW,
        stepping(_decay_decoupled),
        "The penalty is in the gradient here, so that the optimiser's states see it.",
        rare=True,
    ),
)
