"""The table of mistakes: each row is found where it was planted, and nowhere by chance."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count, islice

import numpy as np
import pytest

from support.networks import shipped
from support.paths import DOCS
from support.planting import (
    answers,
    asked,
    can_be_told,
    exact_of,
    plants,
    random_experiment,
    sheet,
    written,
)
from tracer.diagnose.check import check
from tracer.diagnose.mistakes import MISTAKES
from tracer.diagnose.mistakes.copying import ROUNDED, ROUNDED_HELP, SLIPS, rounded
from tracer.diagnose.verdicts import Finding
from tracer.digits.numbers import Written
from tracer.digits.rounding import Rounding
from tracer.explain.calculation import Calculation
from tracer.formula import EvaluationError
from tracer.model.experiment import Experiment
from tracer.model.quantity import Identity
from tracer.model.words import plain

DIGITS = 5
PLANTED = 4


@pytest.mark.parametrize("name", MISTAKES)
def test_a_planted_mistake_is_found_and_nothing_else_is_blamed(name: str) -> None:
    found, seed = 0, 0
    while found < PLANTED:
        seed += 1
        rng = np.random.default_rng([seed, sum(name.encode())])
        experiment = random_experiment(rng)
        exact = exact_of(experiment)
        planted = (p for p in plants(exact, MISTAKES[name], rng) if can_be_told(p, DIGITS))
        for plant in planted:
            try:
                texts = sheet(exact, DIGITS, plant)
            except EvaluationError:
                continue
            report = check(experiment, answers(texts))
            blamed = {f.identity: f for f in report.findings if f.blamed}
            assert list(blamed) == [plant.quantity]
            assert name in [match.name for match in blamed[plant.quantity].matches]
            found += 1
            break


HELP = {
    **{name: row.help for name, row in MISTAKES.items()},
    ROUNDED: ROUNDED_HELP,
    **{name: slip.help for name, slip in SLIPS.items()},
}


def test_every_row_has_its_sentence() -> None:
    assert all(text.endswith(".") and len(text) < 160 for text in HELP.values())
    assert all(name == row.name and row.kinds for name, row in MISTAKES.items())


def test_the_page_lists_every_row_with_its_sentence() -> None:
    page = (DOCS / "checking.md").read_text(encoding="utf-8")
    table = "\n".join(f"| `{name}` | {plain(text)} |" for name, text in HELP.items())
    assert f"|---|---|\n{table}\n\n" in page


def only(name: str, text: str) -> Finding:
    experiment = shipped("mazur")
    (finding,) = check(experiment, answers({exact_of(experiment).find(name): text})).findings
    return finding


@pytest.mark.parametrize(
    ("name", "text", "mistake"),
    [
        ("out_h1", "0.5393", "digits_transposed"),
        ("net_o1", "1.1095", "digits_transposed"),
        ("net_o1", "1.015905967", "digits_transposed"),
        ("out_h1", "0.593699921", "digit_dropped"),
        ("dE/dw5", "0.82167", "digit_dropped"),
        ("net_o1", "1.15906", "digit_dropped"),
    ],
)
def test_slips_of_the_pen_are_recognised(name: str, text: str, mistake: str) -> None:
    assert mistake in [match.name for match in only(name, text).matches]


@pytest.mark.parametrize(
    ("written_text", "value"), [("0.385", 0.385), ("0.100", 0.1), ("-0.12", 0.21), ("0", 0.5)]
)
def test_a_slip_of_the_pen_changes_something(written_text: str, value: float) -> None:
    assert not any(slip.explains(Written.parse(written_text), value) for slip in SLIPS.values())


def rounded_at_every_step(rounding: Rounding) -> Iterator[tuple[Experiment, Identity, str]]:
    """Numbers that such a calculation ends with, where they are clearly not the right ones."""
    for seed in count():
        experiment = random_experiment(np.random.default_rng(seed))
        exact = exact_of(experiment)
        by_hand = Calculation(exact.timeline, rounded(exact.trace, rounding))
        for identity in asked(exact):
            value = by_hand[identity]
            text = written(value, 3) if rounding.significant else f"{value:.3f}"
            number = Written.parse(text)
            if number.significant >= 3 and abs(value - exact.value(identity)) > 3 * number.unit:
                yield experiment, identity, text


@pytest.mark.no_cover
@pytest.mark.parametrize("rounding", [Rounding(3), Rounding(3, significant=True)])
def test_rounding_at_every_step_is_recognised_with_its_degree(rounding: Rounding) -> None:
    for experiment, identity, text in islice(rounded_at_every_step(rounding), 2):
        (finding,) = check(experiment, answers({identity: text})).findings
        assert (ROUNDED, rounding.words) in [(m.name, m.detail) for m in finding.matches]


def test_a_mistake_that_cannot_be_told_from_rounding_is_not_named() -> None:
    assert only("w1+", "0.1497").matches == ()
    assert only("w1+", "0.1498").verdict == "right"
    assert "gradient_added" in [match.name for match in only("w1+", "0.150219").matches]


def test_numbers_with_few_digits_get_no_name() -> None:
    assert only("delta_h1", "0.036").matches == ()
    assert [m.name for m in only("delta_h1", "0.0364").matches] == ["hidden_delta_without_slope"]
