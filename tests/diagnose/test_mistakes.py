"""The table of mistakes: each row is found where it was planted, and nowhere by chance."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

import numpy as np
import pytest

from support.networks import shipped
from support.paths import DOCS
from support.planting import (
    answers,
    asked,
    exact_of,
    found_where_planted,
    random_experiment,
    varied,
)
from tracer.diagnose.carried import Carried
from tracer.diagnose.check import check
from tracer.diagnose.enclosed import Enclosed
from tracer.diagnose.finding import Finding
from tracer.diagnose.mistakes import (
    MISTAKES,
    activation,
    backward,
    errors,
    forward,
    gradients,
    update,
)
from tracer.diagnose.mistakes.copying import SLIPS
from tracer.diagnose.mistakes.others import HELP as OTHERS
from tracer.diagnose.mistakes.others import MISREAD, SWAPPED
from tracer.diagnose.parallel import in_parallel
from tracer.digits.numbers import Written
from tracer.explain.calculation import Calculation
from tracer.formula import EvaluationError, Symbol
from tracer.model.experiment import Experiment
from tracer.model.quantity import Kind, Quantity
from tracer.model.words import plain

DIGITS = 5
PLANTED = 1
NETWORKS = 26
PLAIN = (forward, activation, errors, backward, gradients, update)
ROWS = [row.name for part in PLAIN for row in part.ROWS]
"""Those of gradient descent; of the rest `test_mistakes_of_descent` knows."""


@cache
def exercises() -> tuple[tuple[Experiment, Calculation], ...]:
    """Random networks, some of them with weights of both signs, the last ones in iteration 2."""
    found = []
    for seed in range(NETWORKS):
        rng = np.random.default_rng(seed)
        experiment = random_experiment(rng)
        if seed % 2:
            experiment = varied(experiment, rng)
        found.append((experiment, exact_of(experiment, 2 if seed >= NETWORKS - 2 else 1)))
    return tuple(found)


def _numbers(exercise: tuple[Experiment, Calculation]) -> int:
    """How many there are: the smallest networks are tried first, for they are checked fastest."""
    return len(exercise[1])


@pytest.mark.parametrize("name", ROWS)
def test_a_planted_mistake_is_found_and_nothing_else_is_blamed(name: str) -> None:
    rng = np.random.default_rng(sum(name.encode()))
    some = sorted((exercises()[place] for place in rng.permutation(NETWORKS)), key=_numbers)
    found = found_where_planted(name, some, rng, DIGITS, PLANTED)
    assert found


HELP = {
    **{name: row.help for name, row in MISTAKES.items()},
    **{name: slip.help for name, slip in SLIPS.items()},
    **OTHERS,
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
        ("out_o1", "0.7813651", "digit_misread"),
        ("net_o1", "1.405905967", "digit_misread"),
        ("out_h1", "0.599327", "digit_doubled"),
        ("out_h1", "0.059327", "point_shifted"),
        ("E_total", "2.98371", "point_shifted"),
        ("dE/dw7", "0.0226025", "gradient_sign_flipped"),
        ("E_o1", "-0.274811", "sign_lost"),
        ("out_h1", "0.596884378", "value_of_a_neighbour"),
    ],
)
def test_slips_of_the_pen_are_recognised(name: str, text: str, mistake: str) -> None:
    assert mistake in [match.name for match in only(name, text).matches]


@pytest.mark.parametrize(
    ("written_text", "value"), [("0.385", 0.385), ("0.100", 0.1), ("-0.12", 0.21), ("0", 0.5)]
)
def test_a_slip_of_the_pen_changes_something(written_text: str, value: float) -> None:
    assert not any(slip.explains(Written.parse(written_text), value) for slip in SLIPS.values())


def test_a_zero_is_not_named() -> None:
    experiment = varied(random_experiment(np.random.default_rng(1)), np.random.default_rng(1))
    exact = exact_of(experiment)
    nets = (q for q in asked(exact) if isinstance(q, Quantity) and q.kind is Kind.NET)
    negative = next(q for q in nets if exact.value(q) < 0)
    assert negative
    (finding,) = check(experiment, answers({negative: "0.0000"})).findings
    assert finding.blamed
    assert finding.matches == ()


def test_the_same_mistake_in_parallel_places_is_told_once() -> None:
    found = found_on({"delta_h1": "0.03635", "delta_h2": "0.04137", "w5+": "0.4411"})
    groups = in_parallel(found.values())
    assert [len(group.findings) for group in groups] == [1, 2]
    assert [match.name for match in groups[1].matches] == ["hidden_delta_without_slope"]


def test_a_slip_in_one_step_alone_is_found() -> None:
    exact = exact_of(shipped("mazur"))
    path = exact.find("dE/dout_h1:o2")
    forgotten = Carried(exact, {path: exact.value(exact.find("delta_o2"))})
    matches = only("dE/dout_h1", f"{forgotten[exact.find('dE/dout_h1')]:.7f}").matches
    assert ("weight_forgotten_in_path", path) in [(m.name, m.step) for m in matches]


def test_several_mistakes_that_give_the_same_are_all_told() -> None:
    names = [match.name for match in only("w5+", "0.44108").matches]
    assert names[0] == "gradient_added"
    assert {"error_sign_flipped", "gradient_sign_flipped"} <= set(names)


def test_a_mistake_that_cannot_be_told_from_rounding_is_not_named() -> None:
    assert only("w1+", "0.1497").matches == ()
    assert only("w1+", "0.1498").verdict == "right"
    assert "gradient_added" in [match.name for match in only("w1+", "0.150219").matches]


def found_on(text: Mapping[str, str], name: str = "mazur") -> dict[str, Finding]:
    experiment = shipped(name)
    exact = exact_of(experiment)
    report = check(experiment, answers({exact.find(key): text[key] for key in text}))
    return {exact.names.name(finding.identity): finding for finding in report.findings}


@pytest.mark.parametrize("text", ["0.75133", "0.75132", "0.7523", "0.83", "0.85"])
def test_a_digit_near_the_end_is_not_called_misread(text: str) -> None:
    assert "digit_misread" not in [match.name for match in only("out_o1", text).matches]


def test_two_answers_that_changed_places_are_told_with_each_other() -> None:
    found = found_on({"out_o1": "0.772928", "out_o2": "0.751365"})
    for name, other in (("out_o1", "out_o2"), ("out_o2", "out_o1")):
        (match,) = (m for m in found[name].matches if m.name == SWAPPED)
        assert match.other == found[other].identity


@pytest.mark.parametrize(
    ("given", "read_as", "name"),
    [
        ("w1", "0.51", "net_h1"),
        ("i2", "0.7", "net_h2"),
        ("target_o2", "0.96", "dE/dout_o2"),
        ("lr", "5", "w5+"),
        ("w3", "0.75", "out_h2"),
    ],
)
def test_a_given_number_that_was_misread_is_told(given: str, read_as: str, name: str) -> None:
    exact = exact_of(shipped("mazur"))
    read = Carried(exact, {exact.find(given): float(read_as)})
    matches = only(name, f"{read[exact.find(name)]:.7f}").matches
    found = [(match.step, match.read_as) for match in matches if match.name == MISREAD]
    assert (exact.find(given), read_as) in found


def test_what_follows_from_a_misread_number_is_not_blamed_again() -> None:
    exact = exact_of(shipped("mazur"))
    read = Carried(exact, {exact.find("target_o2"): 0.96})
    found = found_on({name: f"{read[exact.find(name)]:.7f}" for name in ("E_o2", "dE/dout_o2")})
    assert [match.name for match in found["E_o2"].matches] == [MISREAD]
    assert found["dE/dout_o2"].verdict == "follows"


def test_numbers_with_few_digits_get_no_name_but_what_is_possible() -> None:
    fine = ("out_h1: 0.593270", "out_o1: 0.751365", "delta_o1: 0.138499", "dE/dout_h1: 0.036350")
    exact = exact_of(shipped("mazur"))
    texts = {exact.find(name): text for name, _, text in (line.partition(": ") for line in fine)}
    report = check(shipped("mazur"), answers({**texts, exact.find("delta_h1"): "0.036"}))
    few = report.findings[-1]
    assert (few.verdict, few.matches) == ("wrong", ())
    assert "hidden_delta_without_slope" in [match.name for match in few.possible]
    assert [m.name for m in only("delta_h1", "0.0364").matches] == ["hidden_delta_without_slope"]


def test_a_rewritten_formula_that_leads_back_to_its_number_has_no_value() -> None:
    exact = exact_of(shipped("mazur"))
    net, later = exact.find("net_h1"), exact.find("net_o1")
    back = Carried(exact, {}, rewriting=lambda key, _: Symbol(later) if key == net else None)
    for number in (net, later, exact.find("delta_o1")):
        with pytest.raises(EvaluationError, match="made of itself"):
            back[number]
        with pytest.raises(EvaluationError, match="made of itself"):
            Enclosed(back, lambda _: (0.0, 1.0)).recalculated(number)
    assert back.tried(net) is None
    assert back[exact.find("out_h2")] == exact.value(exact.find("out_h2"))
