"""What mistakes make of an exercise's numbers, and whether they can be told apart there.

Below `tracer.teach.pleasant` and `tracer.teach.exercise`; from the table of `tracer.diagnose.mistakes`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

from tracer.diagnose.mistakes import MISTAKES, Site
from tracer.diagnose.mistakes.sharing import shared_variants
from tracer.engine.timeline import NetworkTimeline
from tracer.engine.trace import IterationTrace
from tracer.errors import UsageError, did_you_mean
from tracer.explain.calculation import Calculation
from tracer.formula import EvaluationError, Expression, evaluate
from tracer.model.experiment import Experiment
from tracer.model.quantity import LETTERED, Quantity

NOTHING = 1e-12
"""A mistake that changes a number by less changes nothing there."""
THE_RIGHT_NUMBER = "the right number"

Slips = Mapping[str, list[float]]
"""What each mistake makes of one number, by how much it differs from the right one; in each way."""


def check_known(names: Collection[str]) -> None:
    """Raises UsageError for a name that no mistake has."""
    for name in names:
        if name not in MISTAKES:
            near = did_you_mean(name, list(MISTAKES))
            raise UsageError(
                f"there is no mistake '{name}'", near or "docs/checking.md lists the mistakes"
            )


Wanted = Mapping[str, Collection[str]]
"""Mistakes to be told from all others but these, which always make the same of a number."""


class _Numbers(dict[Quantity, float]):
    """The numbers of an iteration; those of earlier ones are looked up when they are asked for."""

    def __init__(self, trace: IterationTrace, earlier: Callable[[Quantity], float] | None) -> None:
        super().__init__((quantity, trace.value(quantity)) for quantity in trace.quantities())
        self._earlier = earlier

    def __missing__(self, quantity: Quantity) -> float:
        if self._earlier is None:
            raise KeyError(quantity)
        return self._earlier(quantity)


def iterations_of(experiment: Experiment) -> list[Calculation]:
    """All its iterations, with what their updates make."""
    timeline, training = NetworkTimeline(experiment), experiment.training
    numbers = range(1, (training.iterations if training else 1) + 1)
    return [Calculation(timeline, timeline.trace(k)) for k in numbers]


def slips(
    trace: IterationTrace,
    wanted: Collection[str] = (),
    earlier: Callable[[Quantity], float] | None = None,
) -> Iterator[tuple[Quantity, Slips]]:
    """What the usual mistakes, and those `wanted`, make of each number, wherever they can be made.

    With `wanted` only of the numbers in which one of these can be made. `earlier` knows the numbers of
    the iterations before.
    """
    numbers, tried = _Numbers(trace, earlier), shared_variants(trace)
    rows = [row for row in MISTAKES.values() if not row.rare or row.name in wanted]
    for quantity in trace.quantities():
        formula = trace.formula(quantity)
        here = [row for row in rows if quantity.kind in row.kinds | row.also]
        if formula is None or not here or (wanted and not {row.name for row in here} & set(wanted)):
            continue
        site = Site(trace, quantity, formula)
        factor = _magnified(quantity, numbers)
        yield (
            quantity,
            {
                row.name: [
                    factor * _difference(variant, numbers, numbers[quantity])
                    for variant in tried(row, site)
                ]
                for row in here
            },
        )


def untold(
    iterations: Sequence[Calculation], wanted: Wanted, apart: float
) -> tuple[str, str] | None:
    """The first of the wanted mistakes that no number tells from all others, and from which not.

    It is told where its number is `apart` from the right one, and from what every other usual mistake
    makes of it.
    """
    nearest: dict[str, tuple[float, str]] = {}
    for name, found in _places(iterations, wanted):
        for value in found[name]:
            best = nearest.get(name, (-1.0, THE_RIGHT_NUMBER))
            nearest[name] = max(best, _nearest(value, found, {name, *wanted[name]}))
    for name in wanted:
        distance, other = nearest.get(name, (-1.0, THE_RIGHT_NUMBER))
        if distance < apart:
            return name, other
    return None


def alike(iterations: Sequence[Calculation], wanted: Collection[str]) -> dict[str, frozenset[str]]:
    """Of each wanted mistake that can be made, the others that always make the same of the number."""
    found_alike: dict[str, frozenset[str]] = {}
    for name, found in _places(iterations, wanted):
        changes = [value for value in found[name] if abs(value) > NOTHING]
        same = frozenset(
            other
            for other, values in found.items()
            if other != name and all(any(abs(v - c) <= NOTHING for v in values) for c in changes)
        )
        if changes:
            found_alike[name] = found_alike.get(name, same) & same
    return found_alike


def _places(
    iterations: Sequence[Calculation], wanted: Collection[str]
) -> Iterator[tuple[str, Slips]]:
    """Each of the wanted mistakes wherever it can be made, with what all of them make of the number."""
    for exact in iterations if wanted else ():
        for _, found in slips(exact.trace, wanted, exact.value):
            yield from ((name, found) for name in wanted if name in found)


def _nearest(value: float, found: Slips, own: Collection[str]) -> tuple[float, str]:
    """How far what a mistake makes of a number is from the nearest other number, and which that is."""
    others = [
        (abs(value - other), another)
        for another, values in found.items()
        if another not in own
        for other in values
        if abs(other) > NOTHING
    ]
    return min([(abs(value), THE_RIGHT_NUMBER), *others])


def _magnified(quantity: Quantity, numbers: Mapping[Quantity, float]) -> float:
    """States are worked out to significant digits, so that they count as if they began at 0.1."""
    size = abs(numbers[quantity])
    return 0.1 / size if quantity.kind in LETTERED and 0 < size < 0.1 else 1.0


def _difference(formula: Expression, numbers: Mapping[Quantity, float], right: float) -> float:
    """value − right; a formula that can't be calculated shows at once."""
    try:
        return evaluate(formula, numbers) - right
    except EvaluationError:
        return math.inf
