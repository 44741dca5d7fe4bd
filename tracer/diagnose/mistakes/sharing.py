"""What rows make of formulas, kept for exercises of one form: a class has many, with other numbers.

Between the rows and whoever tries them. A row sees formulas and conventions, and of numbers only what
it asks its site for (`Site.is_negative`); where it has asked, nothing is kept.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any

from tracer.diagnose.mistakes.row import Mistake, Site
from tracer.engine.trace import IterationTrace
from tracer.formula import Expression
from tracer.model.activations import ACTIVATIONS
from tracer.model.content import content, form
from tracer.model.losses import LOSSES
from tracer.model.quantity import Quantity

Variants = tuple[Expression, ...]
Tried = Callable[[Mistake, Site], Variants]
"""A row's formulas at a site."""

_FORMS_AT_HAND = 24
_at_hand: OrderedDict[Hashable, dict[tuple[Mistake, Quantity], Variants]] = OrderedDict()


def shared_variants(trace: Any) -> Tried:
    """What tries rows at sites of this trace; of a graph, whose form is its own, nothing is kept."""
    if not isinstance(trace, IterationTrace):
        return Mistake.variants
    known = _of_form(_form(trace))

    def tried(row: Mistake, site: Site) -> Variants:
        if site.trace is not trace:
            return row.variants(site)
        place = row, site.quantity
        found = known.get(place)
        if found is None:
            found = row.variants(site)
            if not site.looked:
                known[place] = found
        return found

    return tried


def _form(trace: IterationTrace) -> Hashable:
    """All that formulas, and what rows make of them, depend on."""
    return (
        form(trace.experiment),
        content(trace.rule),
        tuple(trace.arrays),
        trace.batch.iteration,
        trace.rows,
        (*ACTIVATIONS, *LOSSES),
    )


def _of_form(key: Hashable) -> dict[tuple[Mistake, Quantity], Variants]:
    found = _at_hand.setdefault(key, {})
    _at_hand.move_to_end(key)
    if len(_at_hand) > _FORMS_AT_HAND:
        _at_hand.popitem(last=False)
    return found
