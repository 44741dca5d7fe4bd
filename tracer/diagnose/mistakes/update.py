"""Mistakes of the update, and of thresholds in it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace as changed
from itertools import product

from tracer.diagnose.mistakes.around import KEPT, NEW, Around, stepping
from tracer.diagnose.mistakes.row import Mistake, Site
from tracer.formula import Expression, Number, Symbol
from tracer.model.quantity import DATA_OF, PART_OF, PARTS, Kind, at

_MOST_PLACES = 4
_GRADIENTS = frozenset((*PARTS, *PART_OF, *DATA_OF.values()))


def _threshold_without_sign(site: Site) -> Iterator[Expression]:
    """delta in place of −delta: in the gradient of a threshold, or in its update."""
    if not site.layer.has_thresholds:
        return
    if site.quantity.kind in _GRADIENTS:
        yield -site.formula
        return
    yield from stepping(lambda around: around.stepped(gradient=-around.gradient))(site)


def _with_rate(rate: Callable[[Symbol], Expression]) -> Callable[[Site], Iterable[Expression]]:
    return stepping(lambda around: around.stepped(learning_rate=rate(around.right.learning_rate)))


def _gradient_added(around: Around) -> Expression | None:
    if getattr(around.optimizer, "form", "") == "velocity":
        return None  # that is velocity_sign
    return around.before + around.change()


def _updated_although_fixed(site: Site) -> Iterator[Expression]:
    around = Around.at(site)
    formula = None if around.is_free else around.from_scratch()
    if formula is not None:
        yield formula


def _fixed_although_free(site: Site) -> Iterator[Expression]:
    yield Around.at(site).before


def _only_the_step(site: Site) -> Iterator[Expression]:
    around = Around.at(site)
    if around.is_free:
        yield from (around.change(), -around.change())


def _gradient_of_a_neighbour(site: Site) -> Iterator[Expression]:
    if site.in_a_graph:
        return
    around = Around.at(site)
    key = around.gradient.key
    sizes = (len(site.layer.neurons), len(site.layer.inputs))
    if len(key.index) == 1:
        sizes = (site.layer.bias_count, 1)
    places = product(*(range(min(size, _MOST_PLACES)) for size in sizes))
    for place in places if around.is_free else ():
        index = place[: len(key.index)]
        formula = around.stepped(gradient=Symbol(changed(key, index=index)))
        if index != key.index and formula is not None:
            yield formula


def _gradient_of_the_iteration_before(around: Around) -> Expression | None:
    key = around.gradient.key
    if key.iteration == 1:
        return None
    return around.stepped(gradient=Symbol(at(key, key.iteration - 1)))


_BIAS_GRADIENT = frozenset({Kind.BIAS_GRADIENT, Kind.BIAS_OF_DATA})

ROWS = (
    Mistake(
        "threshold_without_sign",
        _BIAS_GRADIENT,
        _threshold_without_sign,
        "A threshold is subtracted, so ∂net/∂θ = −1: its gradient is −delta, and descent adds "
        "lr·delta.",
        also=frozenset({Kind.BIAS_PART, Kind.NEW_BIAS, Kind.NEW_BIAS_STATE}),
    ),
    Mistake(
        "gradient_added",
        NEW,
        stepping(_gradient_added),
        "Descent goes against the gradient: it is subtracted.",
    ),
    Mistake(
        "learning_rate_left_out",
        NEW | KEPT,
        _with_rate(lambda _: Number(1.0)),
        "The step is the learning rate times the gradient.",
    ),
    Mistake(
        "learning_rate_twice",
        NEW | KEPT,
        _with_rate(lambda rate: rate * rate),
        "The learning rate is a factor of the step once, not twice.",
    ),
    Mistake(
        "updated_although_fixed",
        NEW,
        _updated_although_fixed,
        "This parameter is fixed (freeze:) and stays as it is.",
    ),
    Mistake(
        "fixed_although_free",
        NEW,
        _fixed_although_free,
        "This parameter isn't fixed: the update changes it.",
    ),
    Mistake(
        "only_the_step",
        NEW,
        _only_the_step,
        "This is the step alone; the new value is the old one less the step.",
        rare=True,
    ),
    Mistake(
        "learning_rate_subtracted",
        NEW,
        stepping(lambda around: around.before - around.right.learning_rate),
        "The learning rate is a factor of the gradient; it isn't subtracted itself.",
        rare=True,
    ),
    Mistake(
        "gradient_added_without_learning_rate",
        NEW,
        stepping(lambda around: around.before + around.gradient),
        "The step is the learning rate times the gradient, and it is subtracted.",
        rare=True,
    ),
    Mistake(
        "step_taken_twice",
        NEW,
        stepping(lambda around: around.before - 2 * around.change()),
        "The step is subtracted once.",
        rare=True,
    ),
    Mistake(
        "gradient_of_a_neighbour",
        NEW | KEPT,
        _gradient_of_a_neighbour,
        "Each parameter is updated with its own gradient; this one belongs to another.",
        rare=True,
    ),
    Mistake(
        "gradient_of_the_iteration_before",
        NEW | KEPT,
        stepping(_gradient_of_the_iteration_before),
        "Every iteration has its own gradients, taken at the parameters as they are then.",
        rare=True,
    ),
)
