"""Mistakes of what an optimiser keeps: sums and averages, velocities and the look-ahead, squares.

A row changes what goes into the step, an option or the state or t, and the optimiser's own lines make
the number of it; which optimisers it concerns shows in their options and states. Rare are here those
rows, too, that change nothing in iteration 1 or with usual options: an exercise can't avoid that.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from tracer.diagnose.mistakes.around import (
    CORRECTED,
    KEPT,
    NEW,
    Around,
    instead,
    stepping,
    symbol_of,
)
from tracer.diagnose.mistakes.row import Mistake, Site
from tracer.formula import (
    Difference,
    Expression,
    Number,
    Power,
    Product,
    Symbol,
    product,
    rewrite,
    symbols,
)
from tracer.formula import replace as replaced
from tracer.model.options import options_of
from tracer.model.quantity import CORRECTED_OF, Kind

_ONE = Number(1.0)
_BETAS = ("beta1", "beta2")


def _not_zeroed(site: Site) -> Iterator[Expression]:
    """This iteration's gradient is added to what the one before has left."""
    before = site.quantity.iteration - 1
    if before:
        yield site.formula + Symbol(replace(site.quantity, iteration=before))


def _coefficient_left_out(site: Site) -> Iterator[Expression]:
    """v in the place of β·v; g in the place of (1 − β)·g; both. Where there is a `form`, only v."""
    around = Around.at(site)
    state = around.right.state[site.quantity.stage.slot]

    def bare(node: Expression, *, of_state: bool) -> Expression | None:
        if not isinstance(node, Product) or (state in node.factors) is not of_state:
            return None
        rest = [factor for factor in node.factors if not _is_coefficient(factor)]
        return product(rest) if len(rest) < len(node.factors) else None

    without = rewrite(site.formula, lambda node: bare(node, of_state=True))
    yield without
    for formula in () if "form" in options_of(around.optimizer) else (site.formula, without):
        yield rewrite(formula, lambda node: bare(node, of_state=False))


def _summed(site: Site) -> Iterator[Expression]:
    """β·v + g, and of squares β·v + g²; where there is a `form`, by that."""
    around = Around.at(site)
    if "form" in options_of(around.optimizer):
        yield from instead("form", "average", "sum")(site)
        return
    state = around.right.state[site.quantity.stage.slot]

    def whole(node: Expression) -> Expression | None:
        if not isinstance(node, Product) or state in node.factors:
            return None
        return product(factor for factor in node.factors if not _is_coefficient(factor))

    yield rewrite(site.formula, whole)


def _is_coefficient(factor: Expression) -> bool:
    """β or 1 − β."""
    keys = symbols(factor)
    return bool(keys) and all(getattr(key, "kind", None) is Kind.SETTING for key in keys)


def _coefficient_swapped(site: Site) -> Iterator[Expression]:
    """1 − β in the place of β and the reverse."""
    used = {Symbol(key) for key in site.used(Kind.SETTING)}

    def swapped(node: Expression) -> Expression | None:
        if isinstance(node, Difference) and isinstance(node.right, Difference):
            return node.right.right  # of 1 − β, its β having become 1 − β
        return _ONE - node if node in used else None

    yield rewrite(site.formula, swapped)


def _state_left_out(around: Around) -> Expression | None:
    nothing = dict.fromkeys(around.right.state, Number(0.0))
    return around.stepped(state=nothing)


def _velocity_sign(around: Around) -> Expression | None:
    if getattr(around.optimizer, "form", "") != "velocity":
        return None
    if around.site.quantity.kind in KEPT:
        return around.stepped(learning_rate=-around.right.learning_rate)
    return around.before + around.change()


def _look_ahead_of_the_wrong_term(around: Around) -> Expression | None:
    """v+ in the place of g and the reverse; with `velocity` of v and v+."""
    if not getattr(around.optimizer, "nesterov", False):
        return None
    after, before = around.kept["v"], around.right.state["v"]
    formula = around.site.formula
    other = before if before.key in symbols(formula) else around.gradient
    return replaced(formula, {after.key: other, other.key: after})


def _look_ahead_of_the_old_velocity(around: Around) -> Expression | None:
    """v in the place of v+; with `velocity` β·v is added and not subtracted."""
    if not getattr(around.optimizer, "nesterov", False):
        return None
    after, before, formula = around.kept["v"], around.right.state["v"], around.site.formula
    if before.key in symbols(formula):
        beta = around.right.settings["momentum"]
        wrong: Expression = around.before + beta * before + (1 + beta) * after
        return wrong
    return replaced(formula, {after.key: before})


def _square_forgotten(site: Site) -> Iterator[Expression]:
    yield rewrite(site.formula, lambda node: _base(node) if _is_square(node) else None)


def _is_square(node: Expression) -> bool:
    return isinstance(node, Power) and node.exponent == Number(2.0)


def _base(node: Expression) -> Expression | None:
    return node.base if isinstance(node, Power) else None


def _betas_swapped(around: Around) -> Expression | None:
    settings = around.right.settings
    if not settings.keys() >= set(_BETAS):
        return None
    first, second = _BETAS
    swapped = {first: settings[second], second: settings[first]}
    return around.stepped(settings={**settings, **swapped})


def _corrected_moment_kept(around: Around) -> Expression | None:
    """The average goes on from m̂ of the iteration before."""
    site, before = around.site, around.site.quantity.iteration - 1
    if before < 1 or not around.optimizer.corrected:
        return None
    pairs = zip(around.optimizer.corrected, around.optimizer.slots, strict=False)
    kind = CORRECTED_OF[around.before.key.kind]
    corrected = {letter: symbol_of(site, kind, hat).key for hat, letter in pairs}
    state = {letter: Symbol(replace(key, iteration=before)) for letter, key in corrected.items()}
    return around.stepped(state=state)


_GRADIENTS = frozenset(
    {Kind.WEIGHT_GRADIENT, Kind.BIAS_GRADIENT, Kind.WEIGHT_OF_DATA, Kind.BIAS_OF_DATA}
)

ROWS = (
    Mistake(
        "gradients_not_zeroed",
        _GRADIENTS,
        _not_zeroed,
        "Every iteration starts with gradients of 0; here those of the one before are still in it.",
        rare=True,
    ),
    Mistake(
        "momentum_coefficient_left_out",
        KEPT,
        _coefficient_left_out,
        "A coefficient is missing: of the state before only a part is kept, and so it is with an "
        "average's new term.",
        rare=True,
    ),
    Mistake(
        "momentum_coefficient_swapped",
        KEPT,
        _coefficient_swapped,
        "The coefficient belongs to the state before, 1 less it to what is new; they were swapped.",
        rare=True,
    ),
    Mistake(
        "state_left_out",
        KEPT,
        stepping(_state_left_out),
        "What the optimiser has kept from the updates before goes into its new state.",
        rare=True,
    ),
    Mistake(
        "averaged_for_summed",
        KEPT,
        instead("form", "sum", "average", nesterov=False),  # of v+ alone, which knows nothing of it
        "Here v is a sum (form: sum): the gradient is added whole, not times 1 − β.",
    ),
    Mistake(
        "summed_for_averaged",
        KEPT,
        _summed,
        "This is an average: what is new goes in times 1 − β, not whole.",
    ),
    Mistake(
        "velocity_sign",
        KEPT,
        stepping(_velocity_sign),
        "A velocity has the step's sign already: v⁺ = β·v − lr·g, and w⁺ = w + v⁺.",
        also=NEW,
    ),
    Mistake(
        "look_ahead_left_out",
        NEW,
        instead("nesterov", True, False),
        "Nesterov's step looks ahead (nesterov: true): to the gradient comes β times the new velocity.",
    ),
    Mistake(
        "look_ahead_added",
        NEW,
        instead("nesterov", False, True),
        "The step doesn't look ahead here (nesterov: false): it is the new velocity alone.",
    ),
    Mistake(
        "look_ahead_of_wrong_term",
        NEW,
        stepping(_look_ahead_of_the_wrong_term),
        "In Nesterov's step β belongs to the new velocity; here two of its terms changed places.",
        rare=True,
    ),
    Mistake(
        "look_ahead_of_old_velocity",
        NEW,
        stepping(_look_ahead_of_the_old_velocity),
        "Nesterov's step looks ahead with the new velocity, v+, and not with the one before it.",
        rare=True,
    ),
    Mistake(
        "square_forgotten",
        KEPT,
        _square_forgotten,
        "This is an average or a sum of squares: the gradient goes in squared.",
        also=NEW,
    ),
    Mistake(
        "betas_swapped",
        KEPT | CORRECTED,
        stepping(_betas_swapped),
        "β₁ belongs to the first moment m, β₂ to the second one, v; they were swapped.",
    ),
    Mistake(
        "corrected_moment_kept",
        KEPT,
        stepping(_corrected_moment_kept),
        "The moments are kept as they are; what is corrected serves this step alone.",
        rare=True,
    ),
)
