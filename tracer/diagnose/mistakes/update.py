"""Mistakes of the update, and of thresholds in it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from dataclasses import replace as changed
from itertools import product

from tracer.diagnose.mistakes.row import Mistake, Site
from tracer.formula import Difference, Expression, Number, Symbol, replace
from tracer.model.optimizers import Update
from tracer.model.quantity import (
    AFTER,
    BEFORE,
    CLIPPED_OF,
    CORRECTED_OF,
    GRADIENT_OF,
    PART_OF,
    PARTS,
    STATE_OF,
    Kind,
    Quantity,
    Stage,
)

_MOST_PLACES = 4


@dataclass(frozen=True, slots=True)
class _Around:
    """What an update works with: the parameter before it, its gradient, the learning rate, state.

    `kept`: the state after it, and what the optimiser calculates on the way.
    """

    before: Symbol
    gradient: Expression
    rate: Symbol
    state: Mapping[str, Symbol]
    kept: Mapping[str, Symbol]
    settings: Mapping[str, Symbol]
    t: float

    @staticmethod
    def at(site: Site) -> _Around:
        """Of the parameter whose new value the site is about."""
        kind, layer, index = site.quantity.kind, site.quantity.layer, site.quantity.index
        trace, parameter = site.trace, BEFORE[kind]
        optimizer = trace.rule.optimizer

        def symbols_of(states: Kind, letters: Iterable[str]) -> dict[str, Symbol]:
            stages = {letter: Stage(states, layer, slot=letter) for letter in letters}
            return {slot: Symbol(changed(site.quantity, stage=s)) for slot, s in stages.items()}

        clipped = CLIPPED_OF[parameter] if trace.rule.clip is not None else GRADIENT_OF[kind]
        kept = symbols_of(AFTER[STATE_OF[parameter]], optimizer.slots)
        return _Around(
            site.symbol(parameter, layer, index),
            site.symbol(clipped, layer, index),
            site.symbol(Kind.LEARNING_RATE, 0, ()),
            symbols_of(STATE_OF[parameter], optimizer.slots),
            kept | symbols_of(CORRECTED_OF[parameter], optimizer.corrected),
            {
                name: Symbol(Quantity(Stage(Kind.SETTING, 0, slot=name)))
                for name in trace.moment.settings
            },
            trace.moment.t,
        )

    def step(self, site: Site, rate: Expression | None = None) -> Expression:
        """The optimiser's step, with another learning rate than the right one.

        From its state after the update as that is calculated; of what is fixed it would be another.
        """
        step = Update(
            self.before, self.gradient, rate or self.rate, self.state, self.settings, self.t
        )
        if self.is_free(site):
            step = changed(step, observe=lambda slot, _: self.kept[slot])
        stepped: Expression = site.trace.rule.optimizer.step(step)
        return stepped

    def is_free(self, site: Site) -> bool:
        """Whether the parameter is not fixed."""
        return site.formula != self.before


def _threshold_without_sign(site: Site) -> Iterator[Expression]:
    """delta in place of −delta: in the gradient of a threshold, or in its update."""
    if not site.layer.has_thresholds:
        return
    if site.quantity.kind in PART_OF or site.quantity.kind in PARTS:
        yield -site.formula
        return
    update = _Around.at(site)
    if update.is_free(site):
        yield changed(update, gradient=-update.gradient).step(site)


def _gradient_added(site: Site) -> Iterator[Expression]:
    if isinstance(site.formula, Difference):
        yield site.formula.left + site.formula.right


def _learning_rate_left_out(site: Site) -> Iterator[Expression]:
    update = _Around.at(site)
    if update.is_free(site):
        yield update.step(site, rate=Number(1.0))


def _learning_rate_twice(site: Site) -> Iterator[Expression]:
    update = _Around.at(site)
    if update.is_free(site):
        yield update.step(site, rate=update.rate * update.rate)


def _updated_although_fixed(site: Site) -> Iterator[Expression]:
    update = _Around.at(site)
    if not update.is_free(site):
        yield update.step(site)


def _fixed_although_free(site: Site) -> Iterator[Expression]:
    yield _Around.at(site).before


def _step_of(site: Site) -> Expression | None:
    """What the update subtracts; None of what is fixed."""
    update = _Around.at(site)
    if not update.is_free(site):
        return None
    right = site.formula.right if isinstance(site.formula, Difference) else None
    return right or update.before - site.formula


def _only_the_step(site: Site) -> Iterator[Expression]:
    step = _step_of(site)
    if step is not None:
        yield from (step, -step)


def _learning_rate_subtracted(site: Site) -> Iterator[Expression]:
    update = _Around.at(site)
    if update.is_free(site):
        yield update.before - update.rate


def _gradient_added_without_rate(site: Site) -> Iterator[Expression]:
    update = _Around.at(site)
    if update.is_free(site):
        yield update.before + update.gradient


def _step_taken_twice(site: Site) -> Iterator[Expression]:
    step = _step_of(site)
    if step is not None:
        yield _Around.at(site).before - 2 * step


def _with_gradient(site: Site, other: Symbol) -> Expression:
    """The update with another gradient; an optimiser's new state is calculated from it, too."""
    gradients = dict.fromkeys(site.used(*GRADIENT_OF.values()), other)
    return replace(site.formula, gradients)


def _gradient_of_a_neighbour(site: Site) -> Iterator[Expression]:
    kind, index = GRADIENT_OF[site.quantity.kind], site.quantity.index
    sizes = (len(site.layer.neurons), len(site.layer.inputs))
    if kind is Kind.BIAS_GRADIENT:
        sizes = (site.layer.bias_count, 1)
    places = product(*(range(min(size, _MOST_PLACES)) for size in sizes))
    for place in places:
        if place[: len(index)] != index:
            yield _with_gradient(site, site.symbol(kind, site.quantity.layer, place[: len(index)]))


def _gradient_of_the_iteration_before(site: Site) -> Iterator[Expression]:
    if site.quantity.iteration > 1:
        for key in site.used(*GRADIENT_OF.values()):
            yield _with_gradient(site, Symbol(changed(key, iteration=key.iteration - 1)))


_NEW = frozenset({Kind.NEW_WEIGHT, Kind.NEW_BIAS})

_BIAS_GRADIENT = frozenset({Kind.BIAS_GRADIENT})

ROWS = (
    Mistake(
        "threshold_without_sign",
        _BIAS_GRADIENT,
        _threshold_without_sign,
        "A threshold is subtracted, so ∂net/∂θ = −1: its gradient is −delta, and descent adds "
        "lr·delta.",
        also=frozenset({Kind.BIAS_PART, Kind.NEW_BIAS}),
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
    Mistake(
        "only_the_step",
        _NEW,
        _only_the_step,
        "This is the step alone; the new value is the old one less the step.",
        rare=True,
    ),
    Mistake(
        "learning_rate_subtracted",
        _NEW,
        _learning_rate_subtracted,
        "The learning rate is a factor of the gradient; it isn't subtracted itself.",
        rare=True,
    ),
    Mistake(
        "gradient_added_without_learning_rate",
        _NEW,
        _gradient_added_without_rate,
        "The step is the learning rate times the gradient, and it is subtracted.",
        rare=True,
    ),
    Mistake(
        "step_taken_twice",
        _NEW,
        _step_taken_twice,
        "The step is subtracted once.",
        rare=True,
    ),
    Mistake(
        "gradient_of_a_neighbour",
        _NEW,
        _gradient_of_a_neighbour,
        "Each parameter is updated with its own gradient; this one belongs to another.",
        rare=True,
    ),
    Mistake(
        "gradient_of_the_iteration_before",
        _NEW,
        _gradient_of_the_iteration_before,
        "Every iteration has its own gradients, taken at the parameters as they are then.",
        rare=True,
    ),
)
