"""How a sheet was written is found from all of its numbers, and they are judged by that."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import ROUND_DOWN, Decimal
from itertools import product

import numpy as np
import pytest

from support.networks import shipped
from support.planting import answers, asked, exact_of, random_experiment
from support.sparing import sparing
from tracer.diagnose.answers import Answer, Moment
from tracer.diagnose.carried import Carried
from tracer.diagnose.check import CheckedAnswers, check
from tracer.diagnose.judging import Wanted
from tracer.digits.numbers import Written
from tracer.digits.rounding import Rounding, parse_rounding
from tracer.engine.timeline import NetworkTimeline
from tracer.explain.byhand import by_hand
from tracer.explain.calculation import Calculation
from tracer.model.experiment import Experiment
from tracer.model.quantity import AFTER, Identity, Quantity, at

MAZUR = shipped("mazur")

Text = Callable[[float], str]


def decimals(count: int) -> Text:
    return lambda value: f"{value:.{count}f}"


def significant(count: int) -> Text:
    return lambda value: f"{value:.{count - 1}e}"


def cut(count: int) -> Text:
    unit = Decimal((0, (1,), -count))
    return lambda value: str(Decimal(repr(round(value, 14))).quantize(unit, ROUND_DOWN))


def sheet_of(
    experiment: Experiment, rounding: Rounding, text: Text, iterations: int = 1
) -> list[Answer]:
    """What somebody hands in who rounds every step, and goes on with that."""
    timeline = by_hand(experiment, rounding)
    found = []
    for k in range(1, iterations + 1):
        numbers = Calculation(timeline, timeline.trace(k))
        for quantity in asked(exact_of(experiment)):
            identity = at(quantity, k)
            written = Written.parse(text(numbers[identity]))
            found.append(Answer(Moment(k), identity, written))
    return found


def accused(report: CheckedAnswers) -> list[tuple[Identity, str]]:
    return [(f.identity, f.answer.written.text) for f in report.findings if f.tainted]


@pytest.mark.parametrize(
    ("rounding", "text"),
    [
        (Rounding(3), decimals(3)),
        (Rounding(4), decimals(4)),
        (Rounding(4, significant=True), significant(4)),
        (Rounding(5, mode="cut"), decimals(5)),
    ],
)
@pytest.mark.parametrize("iterations", [1, 2])
def test_a_sheet_rounded_at_every_step_is_right_and_said_to_be_so(
    rounding: Rounding, text: Text, iterations: int
) -> None:
    report = check(MAZUR, sheet_of(MAZUR, rounding, text, iterations))
    assert accused(report) == []
    assert report.manner.followed == rounding
    assert report.manner.words.endswith("at every step")
    assert report.all_right


@pytest.mark.parametrize(
    ("share", "mode"),
    sparing(product([1.0, 0.33], ["half-up", "half-even", "cut"]), slice(None, None, 2)),
)
def test_no_number_of_a_right_sheet_is_accused(mode: str, share: float) -> None:
    for seed in range(4):
        rng = np.random.default_rng(seed)
        experiment = random_experiment(rng)
        rounding = Rounding(int(rng.integers(3, 6)), mode=mode)  # type: ignore[arg-type]
        text = decimals(rounding.digits)
        found = sheet_of(experiment, rounding, text, iterations=2)
        some = [answer for answer in found if rng.random() < share]
        assert accused(check(experiment, some)) == []


def test_cutting_off_at_the_end_is_found_and_said() -> None:
    exact = exact_of(MAZUR)
    report = check(MAZUR, answers({q: cut(4)(exact.value(q)) for q in asked(exact)}))
    assert accused(report) == []
    assert report.manner.words == "Cut off after 4 decimals"


def test_exact_numbers_rounded_at_the_end_say_nothing_of_their_manner() -> None:
    exact = exact_of(MAZUR)
    report = check(MAZUR, answers({q: decimals(6)(exact.value(q)) for q in asked(exact)}))
    assert (report.manner.words, set(report.counts)) == ("", {"right"})


def test_a_slip_on_a_rounded_sheet_is_found_and_what_follows_is_not_blamed() -> None:
    exact = exact_of(MAZUR)
    slip = exact.find("out_h2")
    hand = Carried(exact, {slip: 0.6968}, rounding=Rounding(4))
    report = check(MAZUR, answers({q: decimals(4)(hand[q]) for q in asked(exact)}))
    assert report.first_wrong is not None
    assert [f.identity for f in report.findings if f.blamed] == [slip]
    assert report.counts["follows"] > 10


def test_a_slip_in_an_update_is_blamed_once_through_two_iterations() -> None:
    timeline = NetworkTimeline(MAZUR)
    first = exact_of(MAZUR)
    slip = first.find("w5+")
    second = report_of_second(timeline, first, slip)
    blamed = [f.identity for f in second.findings if f.blamed]
    assert blamed == [slip]
    assert second.counts["follows"] > 20
    assert not any(f.formula is None for f in second.findings)


def report_of_second(
    timeline: NetworkTimeline, first: Mapping[Identity, float], slip: Identity
) -> CheckedAnswers:
    """A sheet of two iterations whose first one ends with gradient_added in one weight."""
    later = Calculation(timeline, timeline.trace(2))
    own = Carried(later, {slip: 0.441083520})
    numbers = [q for q in asked(first) if q != slip]  # type: ignore[arg-type]
    wanted: dict[Identity, float] = {q: first[q] for q in numbers} | {slip: 0.441083520}
    wanted |= {at(q, 2): own[at(q, 2)] for q in asked(first)}  # type: ignore[arg-type]
    return check(
        MAZUR,
        [
            Answer(Moment(q.iteration), q, Written.parse(f"{value:.9f}"))
            for q, value in wanted.items()
        ],
    )


def test_parameters_of_a_later_iteration_are_what_the_update_has_made() -> None:
    timeline = NetworkTimeline(MAZUR)
    w5 = next(q for q in timeline.trace(2).quantities() if timeline.trace(2).names.bare(q) == "w5")
    assert isinstance(w5, Quantity)
    assert w5.kind not in AFTER.values()
    (finding,) = check(MAZUR, [Answer(Moment(2), w5, Written.parse("0.4411"))]).findings
    assert (finding.verdict, finding.formula is None) == ("mistake", False)


def test_a_stated_rounding_is_kept_to() -> None:
    found = sheet_of(MAZUR, Rounding(3), decimals(3))
    report = check(MAZUR, found, wanted=Wanted(parse_rounding("3dp")))
    assert (accused(report), report.manner.words) == ([], "Rounded to 3 decimals at every step")


def test_digits_that_are_required_make_fewer_too_coarse() -> None:
    exact = exact_of(MAZUR)
    some = answers({exact.find("out_h1"): "0.593", exact.find("net_h1"): "0.3775"})
    wanted = Wanted(digits=parse_rounding("5dp"))
    assert [f.verdict for f in check(MAZUR, some, wanted=wanted).findings] == ["right", "coarse"]
    assert not check(MAZUR, some, wanted=wanted).all_right


def test_zeros_are_never_right_and_a_sheet_of_them_does_not_pass() -> None:
    exact = exact_of(MAZUR)
    for text in ("0", "0.0", "0.00", "0.0000"):
        report = check(MAZUR, answers(dict.fromkeys(asked(exact), text)))
        assert report.counts["right"] == report.counts["rounding"] == 0
        assert not report.all_right


def test_zeros_dropped_at_the_end_are_meant() -> None:
    exact = exact_of(MAZUR)
    texts = {q: decimals(4)(exact.value(q)) for q in asked(exact)}
    assert set(check(MAZUR, answers({q: t.rstrip("0") for q, t in texts.items()})).counts) <= {
        "right",
        "coarse",
    }


def test_a_small_number_in_few_decimals_is_right_or_too_coarse() -> None:
    report = check(MAZUR, sheet_of(MAZUR, Rounding(3), decimals(3)))
    found = {report.names.bare(f.identity): f.verdict for f in report.findings}
    assert found["delta_h2"] in ("right", "rounding")
    assert found["dE/dw3"] in ("right", "rounding", "coarse")
    assert report.all_right


def test_a_number_too_small_for_its_unit_to_be_counted_is_only_wrong() -> None:
    name = exact_of(MAZUR).trace.find("net_h1")
    report = check(MAZUR, [Answer(Moment(), name, Written.parse("1e-310"))])
    assert accused(report) == [(name, "1e-310")]
