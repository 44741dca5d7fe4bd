"""What `explain --round` shows: the formula, the rounded numbers put in, the rounded result.

The exact number stands beside the result.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from tracer.digits.rounding import Rounding
from tracer.explain.calculation import Calculation
from tracer.explain.explanation import Explanation, explanation, needed
from tracer.explain.forms import loses
from tracer.formula import Number, Symbol, symbols
from tracer.language import message, say
from tracer.model.experiment import Experiment, GraphExperiment
from tracer.model.quantity import Identity
from tracer.show.document import Block, Derivation, Formula, Heading, Relation, Step, Value
from tracer.show.reports.byhand import carried, how_rounded
from tracer.show.reports.conventions import conventions
from tracer.show.reports.explain import records, skipped
from tracer.show.reports.explain_objects import record
from tracer.show.reports.tables import NOT_REPRESENTABLE
from tracer.show.words import worded

_NO_VALUE = message("no value by hand: a logarithm of 0, a division by 0, or beyond float64")

Asked = tuple[Calculation, Calculation, Sequence[Identity]]
"""An iteration's numbers exactly, the same by hand, and the names asked for."""


def explain_by_hand_document(
    experiment: Experiment | GraphExperiment,
    asked: Sequence[Asked],
    depth: int | None,
    rounding: Rounding,
) -> Iterator[Block]:
    """Each name, and what it stands on `depth` formulas deep, worked out as on paper."""
    yield records(
        record(hand, one) for exact, hand, some in asked for one in needed(hand, some, depth)
    )
    yield Heading(experiment.title or say("Explained"))
    if isinstance(experiment, Experiment):
        yield from conventions(experiment)
    yield how_rounded(rounding, carried(experiment))
    for exact, hand, identities in asked:
        if len(asked) > 1 or exact.number > 1:
            yield Heading(say("Iteration {number}", number=exact.number), 2)
        before: Identity | None = None
        for identity in needed(hand, identities, depth):
            yield from skipped(before, identity)
            before = identity
            yield Derivation(identity, tuple(_steps(exact, hand, identity)))


def _steps(exact: Calculation, hand: Calculation, identity: Identity) -> Iterator[Step]:
    worked = explanation(hand, identity)
    if worked.formula is None or worked.substituted is None:
        yield Step("=", worded(say("{number}, given"), number=Value(worked.value, exact=True)))
        return
    yield from _formula(worked)
    yield _result(exact.value(identity), worked)


def derivation_by_hand(hand: Calculation, identity: Identity) -> Derivation:
    """The number = its formula = rounded numbers put in ≈ its result; = where nothing was rounded."""
    worked = explanation(hand, identity)
    if not math.isfinite(worked.value):
        return Derivation(identity, (*_formula(worked), Step("=", _NO_VALUE)))
    relation: Relation = "≈"
    if worked.formula is not None and not loses(worked.formula, worked.inputs, worked.value):
        relation = "="
    return Derivation(identity, (*_formula(worked), Step(relation, Formula(Number(worked.value)))))


def _formula(worked: Explanation) -> Iterator[Step]:
    """The formula, and with the numbers put in."""
    if worked.formula is None or worked.substituted is None:
        return
    yield Step("=", Formula(worked.formula))
    finite = all(map(math.isfinite, worked.inputs.values()))
    if finite and symbols(worked.formula) and not isinstance(worked.formula, Symbol):
        yield Step("=", Formula(worked.substituted))


def _result(exact: float, worked: Explanation) -> Step:
    if not math.isfinite(worked.value):
        return Step("=", _NO_VALUE)
    if not math.isfinite(exact):
        return Step("≈", NOT_REPRESENTABLE)
    result = Formula(Number(worked.value))
    return Step(
        "≈",
        worded(
            say("{rounded}   (exactly {number})"), rounded=result, number=Value(exact, exact=True)
        ),
    )
