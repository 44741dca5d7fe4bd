"""The sheets that `check` is measured on: calculated right, readable, and the same each time."""

from __future__ import annotations

from collections import Counter
from itertools import islice
from random import Random

import pytest

from benchmarks.mistakes import GROUPS
from benchmarks.people import slips
from benchmarks.people.calculation import Calculation
from benchmarks.people.cases import EXACT
from benchmarks.people.conventions import TRANSPOSED
from benchmarks.people.exercises import random_exercise
from benchmarks.people.judge import judge
from benchmarks.people.naming import Namer
from benchmarks.people.pens import MANNERS, Pen, random_pen, shorten
from benchmarks.people.scoring import truth
from benchmarks.people.sheets import FORMATS, numbers_of, written
from support.sparing import sparing
from tracer.config import load
from tracer.diagnose.answers import Answer, read_answers

SOME = 6
OF_A_ROW = 2
"""So many cases of each row are read."""


pytestmark = pytest.mark.no_cover  # its parts are covered elsewhere, and tracing doubles its time


@pytest.mark.parametrize("seed", range(10))
def test_the_exact_calculation_is_the_engines(seed: int) -> None:
    exercise = random_exercise(Random(seed))
    calculation = Calculation(exercise, EXACT).run()
    name = Namer(exercise)
    lines = [f"{name(place)}: {value!r}\n" for place, value in calculation.values.items()]
    said = judge(exercise.configuration(), "".join(lines).encode())
    assert len(said.verdicts) == len(lines)
    for verdict in said.verdicts:
        assert float(verdict.given) == pytest.approx(verdict.exact, rel=1e-12, abs=1e-12)


def test_each_form_of_a_sheet_says_the_same() -> None:
    rng = Random(4)
    exercise, pen = random_exercise(rng), Pen(4, False, "up", stepwise=True)
    numbers = numbers_of(Calculation(exercise, pen).run(), "complete", rng)
    experiment = load("exercise.yaml", exercise.configuration())
    for form in FORMATS:
        answers = read_answers(written(numbers, form), form, experiment, None)
        values = [answer.value for answer in answers if isinstance(answer, Answer)]
        assert sorted(values) == sorted(float(n.text) for n in numbers)


@pytest.mark.parametrize(
    ("most", "group"), sparing([(n, group) for n in (8, 24) for group in GROUPS], len(GROUPS))
)
def test_every_case_can_be_read_and_comes_again_with_its_seed(most: int, group: str) -> None:
    make, _ = GROUPS[group]
    cases = list(islice(make(Random("again"), 1), most))
    assert cases[:SOME] == list(islice(make(Random("again"), 1), SOME))
    seen = Counter[str]()
    for case in cases:
        seen[case.row] += 1
        if seen[case.row] > OF_A_ROW:
            continue
        if case.row == TRANSPOSED.title:
            continue  # may be refused, with a hint, where the shape gives it away
        if group == "optimizers" and "program" in case.row:
            continue  # `check` has no names for arrays of states yet
        experiment = load("exercise.yaml", case.configuration)
        assert read_answers(case.answers, case.row, experiment, None)


@pytest.mark.parametrize("name", sparing(slips.names(), slice(None, None, 3)))
def test_every_mistake_can_be_planted_and_known(name: str) -> None:
    rng = Random(name)
    for _ in range(200):
        exercise, pen = random_exercise(rng), random_pen(rng, rng.choice(tuple(MANNERS)))
        mistaken = slips.calculate(exercise, pen, name, rng)
        if mistaken:
            exact = Calculation(exercise, EXACT).run()
            known = truth(mistaken, exact, numbers_of(mistaken.wrong, "complete", rng))
            if known:
                assert set(known.first.values()) == {name}
                assert not known.after & known.right
                return
    pytest.fail(f"{name} was never made")


@pytest.mark.parametrize(
    ("number", "digits", "significant", "mode", "text"),
    [
        (0.00615, 4, False, "up", "0.0062"),
        (0.00625, 4, False, "even", "0.0062"),
        (-0.12999, 3, False, "cut", "-0.129"),
        (0.0012345, 3, True, "up", "0.00123"),
        (0.1 + 0.2, 3, False, "cut", "0.300"),
    ],
)
def test_a_pen_shortens_as_people_do(
    number: float, digits: int, significant: bool, mode: str, text: str
) -> None:
    assert f"{shorten(number, digits, significant, mode):f}" == text
