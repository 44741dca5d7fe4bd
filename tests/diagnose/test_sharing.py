"""What rows make of formulas, kept from one exercise of a form to the next, is what they would make."""

from __future__ import annotations

import pytest

from support.traces import traced
from tracer.diagnose.mistakes import MISTAKES, Site
from tracer.diagnose.mistakes.sharing import shared_variants
from tracer.model.network import Bias
from tracer.teach.exercise import Wish, exercise

WISHES = (
    Wish(),
    Wish((2, 2, 1), "relu", "sigmoid", bias=Bias.SHARED),
    Wish((2, 2, 2), "tanh", loss="cross_entropy", samples=2),
    Wish((2, 1), optimizer="adam", freeze_biases=True),
)


@pytest.mark.parametrize("wish", WISHES, ids=lambda wish: f"{wish.loss} {wish.optimizer}")
def test_shared_formulas_are_those_of_each_exercise(wish: Wish) -> None:
    signs = set()
    for seed in (1, 2, 3):
        trace = traced(exercise(wish, seed))
        tried = shared_variants(trace)
        for quantity in trace.quantities():
            formula = trace.formula(quantity)
            if formula is None:
                continue
            site = Site(trace, quantity, formula)
            for row in MISTAKES.values():
                if quantity.kind in row.kinds | row.also:
                    own = row.variants(Site(trace, quantity, formula))
                    assert tried(row, site) == own, row.name
                    assert tried(row, site) == own, row.name
        signs.add(tuple(value < 0 for value in trace.values()))
    assert len(signs) == 3  # which is what a row may ask
