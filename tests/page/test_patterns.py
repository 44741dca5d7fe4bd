"""The formula of a whole array: its pieces give every element the formula that is its own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from support.descents import descents
from support.networks import parameters_named, shipped
from support.planting import random_experiment
from support.sparing import sparing
from tracer.diagnose.variant import Variant
from tracer.formula import Expression, Product, Sum, Symbol, children
from tracer.formula.lazy import Index
from tracer.model.experiment import Experiment
from tracer.page.patterns import (
    SHORTEST_RUN,
    Leaf,
    Piece,
    Run,
    instance,
    pieces,
    placed,
    rolled,
    unrolled,
)
from tracer.page.whole import whole


def located(key: Any) -> tuple[str, int]:
    name, offset = key
    return name, offset


def leaf(array: str, offset: int) -> Expression:
    return Symbol((array, offset))


def found(shape: Index, element: Any, *, thorough: bool = True) -> list[Piece]:
    return list(pieces(shape, element, located, thorough=thorough))


def assert_whole(shape: Index, element: Any, given: list[Piece], locate: Any = located) -> None:
    """Each place has one piece, whose formula there is the element's own."""
    places = [place for piece in given for place in piece.places()]
    assert sorted(places) == sorted(np.ndindex(*shape))
    for piece in given:
        formula = unrolled(piece.formula)
        for place in piece.places():
            assert instance(formula, place) == placed(element(place), locate), place


def weighted(inputs: int) -> Any:
    """net[s, n] = Σ w[n, m] x[s, m] + b[n]."""

    def element(place: Index) -> Expression:
        sample, neuron = place
        terms = [
            Product((leaf("w", neuron * inputs + m), leaf("x", sample * inputs + m)))
            for m in range(inputs)
        ]
        return Sum((*terms, leaf("b", neuron)))

    return element


def runs(formula: Expression) -> Iterator[Run]:
    for part in children(formula):
        if isinstance(part, Run):
            yield part
            yield from runs(part.body)
        else:
            yield from runs(part)


@pytest.mark.parametrize("inputs", [1, 3, 4, 9])
@pytest.mark.parametrize("thorough", [False, True])
def test_a_layer_has_one_formula(inputs: int, thorough: bool) -> None:
    given = found((3, 5), weighted(inputs), thorough=thorough)
    assert len(given) == 1
    assert_whole((3, 5), weighted(inputs), given)
    assert [run.count for run in runs(given[0].formula)] == (
        [inputs] if inputs >= SHORTEST_RUN else []
    )


def test_one_element_alone_has_a_formula() -> None:
    assert_whole((), lambda _: leaf("a", 3), found((), lambda _: leaf("a", 3)))
    assert_whole((1, 1), lambda _: leaf("a", 3), found((1, 1), lambda _: leaf("a", 3)))


def test_a_special_element_takes_the_array_apart() -> None:
    def element(place: Index) -> Expression:
        if place == (1, 2):
            return leaf("w", 5)  # frozen: it stays
        return leaf("w", 3 * place[0] + place[1]) - leaf("g", 3 * place[0] + place[1])

    given = found((2, 3), element)
    assert len(given) > 1
    assert_whole((2, 3), element, given)


def test_a_special_element_in_the_last_corner_is_never_missed() -> None:
    def element(place: Index) -> Expression:
        offset = 100 * place[0] + place[1]
        return leaf("a", 0) if place == (99, 99) else leaf("w", offset)

    assert_whole((100, 100), element, found((100, 100), element, thorough=False))


def test_a_diagonal_differs_from_what_is_beside_it() -> None:
    def element(place: Index) -> Expression:
        row, column = place
        own = 1.0 if row == column else 0.0
        return leaf("y", row) * (own - leaf("y", column))

    given = found((4, 4), element)
    assert_whole((4, 4), element, given)


def test_sums_in_sums_are_loops_in_loops() -> None:
    def element(place: Index) -> Expression:
        return Sum(
            tuple(
                Product(
                    (
                        leaf("d", 10 * place[0] + s),
                        Sum(tuple(leaf("x", 6 * s + k) for k in range(6))),
                    )
                )
                for s in range(5)
            )
        )

    given = found((3,), element)
    assert [run.count for run in runs(given[0].formula)] == [5, 6]
    assert_whole((3,), element, given)


def test_steps_backwards_and_standing_still_are_steps() -> None:
    def element(place: Index) -> Expression:
        return Sum(tuple(leaf("x", 20 - k - place[0]) * leaf("c", 2) for k in range(7)))

    given = found((4,), element)
    assert [run.count for run in runs(given[0].formula)] == [7]
    assert_whole((4,), element, given)


def test_few_terms_and_uneven_ones_stay_terms() -> None:
    few = Sum(tuple(Symbol(Leaf("x", k)) for k in range(SHORTEST_RUN - 1)))
    uneven = Sum(tuple(Symbol(Leaf("x", k * k)) for k in range(9)))
    assert rolled(few) == few
    assert rolled(uneven) == uneven
    assert unrolled(rolled(uneven)) == uneven


def experiments() -> Iterator[Experiment]:
    for seed in range(6):
        yield random_experiment(np.random.default_rng(seed))
    yield from descents(16, seed=2)
    frozen = parameters_named(shipped("mazur").network, "w2", "w7", "b1")
    training = shipped("mazur").training
    assert training
    yield replace(shipped("mazur"), training=replace(training, frozen=frozen))
    yield shipped("xor")


EXPERIMENTS = sparing(experiments(), slice(1, None, 3))
"""Every third: networks of plain descent, optimisers, and the frozen one."""


@pytest.mark.parametrize("experiment", EXPERIMENTS, ids=lambda e: e.title[:12])
@pytest.mark.parametrize("samples", [1, 3])
def test_every_element_of_a_calculation_has_its_own_formula(
    experiment: Experiment, samples: int
) -> None:
    calculated = whole(Variant(experiment), samples)
    for array, element in calculated.elements.items():
        shape = calculated.shapes[array]
        given = list(pieces(shape, element, calculated.locate, thorough=calculated.special))
        assert_whole(shape, element, given, calculated.locate)
