"""Verdicts: what is right, what follows, what is wrong, and that nobody is blamed twice."""

from __future__ import annotations

import io
from functools import cache
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from support.graphs import shipped_graph
from support.networks import shipped, shipped_networks
from support.planting import answers as as_answers
from support.planting import asked, exact_of, random_experiment, right_sheet, written
from support.sparing import sparing
from support.traces import named
from tracer.diagnose.answers import Tolerance, published_answers, read_answers
from tracer.diagnose.answers.moments import Moment
from tracer.diagnose.carried import Carried
from tracer.diagnose.check import CheckedAnswers, check, with_reasons
from tracer.diagnose.finding import BLAMED, Finding
from tracer.digits.rounding import Rounding
from tracer.errors import UsageError
from tracer.model.experiment import Experiment

MAZUR = shipped("mazur")


def checked(
    text: str, experiment: Experiment = MAZUR, tolerance: Tolerance | None = None
) -> CheckedAnswers:
    return check(experiment, read_answers(text.encode(), "-", experiment, tolerance))


@cache
def published(name: str) -> CheckedAnswers:
    """The check of a bundled example's own published numbers."""
    experiment = shipped(name)
    return check(experiment, published_answers(experiment, name))


def verdicts(text: str, experiment: Experiment = MAZUR) -> dict[str, str]:
    return {name: found.verdict for name, found in by_name(checked(text, experiment))}


def by_name(report: CheckedAnswers) -> list[tuple[str, Finding]]:
    """The findings, each with its name in its moment."""
    return [
        (part.name(found.identity), found) for part in report.sections for found in part.findings
    ]


def after(report: CheckedAnswers, finding: Finding) -> tuple[str, ...]:
    """The names of the wrong numbers that it follows from."""
    return tuple(map(report.sections[0].name, finding.after))


def blamed(report: CheckedAnswers) -> list[str]:
    return [name for name, finding in by_name(report) if finding.blamed]


def right(*names: str) -> dict[str, float]:
    """The classic example's own numbers."""
    numbers = named(exact_of(MAZUR).trace)
    return {name: numbers[name] for name in names}


def only(text: str, experiment: Experiment = MAZUR) -> Finding:
    (finding,) = checked(text, experiment).findings
    return finding


@pytest.mark.parametrize(
    ("text", "verdict", "truncated"),
    [
        ("out_h1: 0.5933", "right", False),
        ("out_h1: 0.5932", "right", True),
        ("out_h1: 0.59326999", "right", False),
        ("out_h1: 0.5950", "wrong", False),
        ("delta_o2: -0.0380", "right", True),
        ("net_h1: 0.37750", "right", False),
        ("dE/dw1: 0", "coarse", False),
        ("dE/dw1: 0.0", "coarse", False),
        ("dE/dw1: 0.0004", "right", False),
        ("dE/dw5: 0", "coarse", False),
        ("dE/dw5: 0.0", "coarse", False),
        ("dE/dw5: 0.000", "wrong", False),
        ("b1: 0.35", "right", False),
        ("b1: 0.36", "wrong", False),
    ],
)
def test_right_is_the_exact_value_to_the_digits_written(
    text: str, verdict: str, truncated: bool
) -> None:
    finding = only(text)
    assert (finding.verdict, finding.truncated) == (verdict, truncated)


def test_a_number_from_rounded_numbers_is_right_within_rounding() -> None:
    report = checked("{out_h1: 0.59, out_h2: 0.60, net_o1: 1.1040}")
    assert [finding.verdict for finding in report.findings] == ["right", "right", "rounding"]
    assert report.all_right
    assert verdicts("{out_h1: 0.59, out_h2: 0.60, net_o1: 1.1160}")["net_o1"] in BLAMED


def test_a_number_rounded_from_rounded_numbers_is_not_taken_for_one_cut_off() -> None:
    (*_, delta) = checked("{out_o6: 0.474, delta_o6: -0.1311}", shipped("appendix-b")).findings
    assert (delta.verdict, delta.truncated) == ("rounding", False)
    alone = only("delta_o6: -0.1311", shipped("appendix-b"))
    assert (alone.verdict, alone.truncated) == ("right", True)


def test_rounding_goes_through_the_steps_that_were_left_out() -> None:
    assert verdicts("{net_h1: 0.38, net_h2: 0.39, net_o1: 1.10602}")["net_o1"] == "rounding"
    assert verdicts("{net_o1: 1.10602}")["net_o1"] == "wrong"


def test_zero_does_not_pass_for_everything_small() -> None:
    assert verdicts("{delta_h1: 0.009, dE/dw1: 0.000}")["dE/dw1"] == "coarse"
    assert verdicts("{delta_h1: 0.009, dE/dw1: 0.0000}")["dE/dw1"] == "wrong"
    assert verdicts("{dE/dout_h1: 0, delta_h1: 0.0001}")["delta_h1"] == "coarse"


def test_what_follows_from_a_slip_is_not_blamed_again() -> None:
    report = checked("{net_h1: 0.3807, out_h1: 0.5940, net_o1: 1.1062, out_o1: 0.7514}")
    assert [finding.verdict for finding in report.findings] == [
        "wrong",
        "follows",
        "follows",
        "right",
    ]
    assert after(report, report.findings[1]) == ("net_h1",)
    assert after(report, report.findings[2]) == ("out_h1",)
    assert report.first_wrong is report.findings[0]
    assert not report.all_right


def test_a_slip_goes_through_the_steps_that_were_left_out() -> None:
    exact = exact_of(MAZUR)
    slip = Carried(exact, {exact.find("out_h1"): 0.6932699921})
    text = f"{{out_h1: 0.6932699921, w5+: {slip[exact.find('w5+')]:.7f}}}"
    assert verdicts(text) == {"out_h1": "mistake", "w5+": "follows"}  # a digit misread


def test_two_slips_are_both_blamed_and_the_first_is_named() -> None:
    report = checked("{net_h1: 0.4775, net_h2: 0.1925, out_h1: 0.6172}")
    assert [f.blamed for f in report.findings] == [True, True, False]
    assert report.findings[2].verdict == "follows"
    assert report.first_wrong is report.findings[0]
    assert blamed(report) == ["net_h1", "net_h2"]


def test_a_copying_slip_that_was_not_used_taints_nothing() -> None:
    found = verdicts("{out_h1: 0.5393, net_o1: 1.1059, out_o1: 0.7514, out_h2: 0.5969}")
    assert found == {
        "out_h1": "mistake",
        "out_h2": "right",
        "net_o1": "right",
        "out_o1": "right",
    }


def test_a_mistake_in_a_step_left_out_is_blamed_once() -> None:
    report = checked("{dE/dw1: 0.001818, dE/dw2: 0.003635, w1+: 0.149091}")
    first, second, third = report.findings
    assert [match.name for match in first.matches] == ["hidden_delta_without_slope"]
    assert first.matches[0].step == exact_of(MAZUR).find("delta_h1")
    assert (second.verdict, second.same_slip) == ("follows", True)
    assert (third.verdict, third.same_slip) == ("follows", False)
    assert after(report, second) == after(report, third) == ("dE/dw1",)


@pytest.mark.parametrize("name", ["relu-bce", "two-layer-net"])
def test_delta_by_the_chain_rule_and_as_out_minus_target_are_both_accepted(name: str) -> None:
    experiment = shipped(name)
    exact = exact_of(experiment)
    out, target, delta_o1 = map(exact.find, ("out_o1", "target_o1", "delta_o1"))
    wrong_out = round(exact.value(out) + 0.05, 6)
    shortcut = wrong_out - exact.value(target)
    by_parts = Carried(exact, {out: wrong_out})[delta_o1]
    for delta in (shortcut, by_parts):
        found = verdicts(f"{{out_o1: {wrong_out}, delta_o1: {delta:.7f}}}", experiment)
        assert found["delta_o1"] == "follows"


def test_a_gradient_may_be_made_of_the_samples_parts() -> None:
    experiment = shipped("relu-bce")
    exact = exact_of(experiment)
    parts = [exact.find(f"dE/dw13#{sample}") for sample in (1, 2, 3, 4)]
    texts = {part: f"{exact.value(part) + 0.01:.6f}" for part in parts}
    texts[exact.find("dE/dw13")] = f"{sum(map(float, texts.values())) / 4:.6f}"
    report = check(experiment, as_answers(texts))
    found = {name: finding.verdict for name, finding in by_name(report)}
    assert found["dE/dw13"] == "follows"
    assert found["dE/dw13#1"] in BLAMED


def test_numbers_of_later_iterations_are_compared_with_those_after_training() -> None:
    text = "[{iteration: 3, values: {E_total: 0.28355}}, {after: 2, values: {E_total: 0.28355}}]"
    report = checked(text)
    assert {f.answer.moment for f in report.findings} == {Moment(None, 2), Moment(3)}
    assert len({finding.exact for finding in report.findings}) == 1
    assert [finding.verdict for finding in report.findings] == ["right", "right"]


def test_training_that_ends_before_is_an_error() -> None:
    with pytest.raises(UsageError, match="training ended after"):
        checked("[{after: 1000000, values: {loss: 1}}]", shipped("cubes-relu"))


def test_programs_are_held_to_a_tolerance() -> None:
    good = right("net_h1", "out_h1", "delta_h1", "w1+")
    bad = good | {"delta_h1": good["delta_h1"] * (1 + 1e-7)}
    for values, verdict in ((good, "right"), (bad, "wrong")):
        stream = io.BytesIO()
        arrays: dict[str, Any] = {name: np.float64(value) for name, value in values.items()}
        np.savez(stream, **arrays)
        answers = read_answers(stream.getvalue(), "a.npz", MAZUR)
        found = dict(by_name(check(MAZUR, answers)))
        assert found["delta_h1"].verdict == verdict
        loose = read_answers(stream.getvalue(), "a.npz", MAZUR, Tolerance(1e-6))
        assert all(f.verdict == "right" for f in check(MAZUR, loose).findings)


def test_a_program_s_mistake_is_found_in_a_whole_matrix() -> None:
    gradients = list(right(*(f"dE/dw{k}" for k in range(5, 9))).values())
    stream = io.BytesIO()
    np.savez(stream, W2_new=np.array(gradients).reshape(2, 2) * 0.5 + [[0.4, 0.45], [0.5, 0.55]])
    report = check(MAZUR, read_answers(stream.getvalue(), "a.npz", MAZUR))
    for finding in report.findings:
        assert "gradient_added" in [match.name for match in finding.matches]


@pytest.mark.parametrize("name", ["apples", "apples-oranges", "square-of-sum", "sigmoid-graph"])
def test_graphs_are_checked_too(name: str) -> None:
    experiment = shipped_graph(name)
    assert check(experiment, published_answers(experiment, name)).all_right


def test_a_slip_in_a_graph_is_followed() -> None:
    experiment = shipped_graph("apples")
    answers = read_answers(b"{apple_price: 210, total: 231}", "-", experiment)
    report = check(experiment, answers)
    assert [finding.verdict for finding in report.findings] == ["wrong", "follows"]
    assert report.known == 6


def test_the_walkthroughs_one_slip_is_found_and_the_rest_follows_from_it() -> None:
    experiment = shipped_graph("recurrent-two-steps")
    report = check(experiment, published_answers(experiment, "recurrent-two-steps"))
    assert blamed(report) == ["h2"]
    right = [report.names.name(f.identity) for f in report.findings if f.verdict == "right"]
    assert right == ["h1", "y1"]
    assert report.counts["follows"] == 7
    assert not report.manner.words, "exact steps make of h2 what follows from it"
    slope = next(f for f in report.findings if report.names.name(f.identity) == "dE/da2")
    assert after(report, slope) == ("h2", "dE/dh2")


def test_a_number_that_rounded_steps_give_is_not_taken_for_one_cut_off() -> None:
    experiment = shipped_graph("lstm-two-steps")
    report = check(experiment, published_answers(experiment, "lstm-two-steps"))
    stepwise = {report.names.name(f.identity): f.stepwise for f in report.findings}
    five = Rounding(5, significant=True)
    assert stepwise == {"state0": five, "out0": None, "state1": None, "out1": five}
    assert [f.truncated for f in report.findings] == [False] * 4
    assert report.counts == {"right": 2, "rounding": 2}


PUBLISHED = [name for name in shipped_networks() if shipped(name).expected]


@pytest.mark.parametrize(
    "name", sparing(PUBLISHED, [name for name in PUBLISHED if not name.startswith("mazur-")])
)
def test_the_published_numbers_are_right_but_for_four_of_the_classic_example(name: str) -> None:
    wrong = {"mazur": ["E_total", "out_o1", "out_o2"]}
    assert blamed(published(name)) == wrong.get(name, [])


def test_the_classic_example_tells_its_own_story() -> None:
    report = with_reasons(published("mazur"))
    first = report.first_wrong
    assert first is not None
    assert (blamed(report)[0], first.answer.moment.after) == ("E_total", 1)
    path = next(f for name, f in by_name(report) if name == "dE/dout_h1:o2")
    assert (path.verdict, path.answer.written.text) == ("rounding", "-0.019049119")
    found = {
        s.moment.after: s.why.matches[0].changes["update_order"]
        for s in report.sections
        if s.why is not None
    }
    assert found == {1: "output_first", 10000: "output_first"}
    follows = [(name, f) for name, f in by_name(report) if f.verdict == "follows"]
    assert [(name, after(report, f)) for name, f in follows] == [("E_total", ("out_o1", "out_o2"))]


def test_what_is_asked_for_is_counted_and_what_is_missing_is_not_called_right() -> None:
    report = checked("net_h1: 0.3775")
    assert report.known == len(asked(exact_of(MAZUR))) == 43
    assert report.counts == {"right": 1}
    assert checked("[{after: 1, values: {net_h1: 0.3771}}]").known == 11


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_right_numbers_are_never_blamed(seed: int) -> None:
    rng = np.random.default_rng(seed)
    experiment = random_experiment(rng)
    report = check(experiment, as_answers(right_sheet(exact_of(experiment), rng)))
    assert [finding for finding in report.findings if finding.blamed] == []
    assert all(not finding.matches for finding in report.findings)


@settings(max_examples=8, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), digits=st.integers(4, 9))
def test_a_wrong_number_is_pointed_out_once(seed: int, digits: int) -> None:
    rng = np.random.default_rng(seed)
    experiment = random_experiment(rng)
    exact = exact_of(experiment)
    whole = asked(exact)
    wrong = whole[rng.integers(len(whole))]
    slip = float(written(exact.value(wrong) * 0.93 + 0.003, digits))
    calculation = Carried(exact, {wrong: slip})
    texts = {identity: written(calculation[identity], digits) for identity in whole}
    report = check(experiment, as_answers(texts))
    assert [f.identity for f in report.findings if f.blamed] == [wrong]
