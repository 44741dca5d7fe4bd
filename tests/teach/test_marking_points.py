"""Points: what a number earns, and what shows no method."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from itertools import product

import pytest

from benchmarks import marking as benchmark
from support.marking import everywhere, exercise, key, mark_of, marked, mazur, replaced
from support.paths import CONFIGS
from support.sparing import sparing
from tracer.config import load
from tracer.diagnose.finding import VERDICTS
from tracer.diagnose.judging import Wanted
from tracer.digits.rounding import parse_rounding
from tracer.errors import UnknownNameError, UsageError
from tracer.model.experiment import Experiment
from tracer.model.marking import SHARES, Scheme, Worth, decimal
from tracer.teach.exercise import Wish
from tracer.teach.marking import Exercise, exercise_of

OTHERS = (
    Wish(),
    Wish(iterations=2),
    Wish(activation="relu", output_activation="sigmoid"),
    Wish(samples=2),
    Wish(loss="cross_entropy"),
    Wish(optimizer="momentum", iterations=2),
)


def test_every_verdict_has_a_share() -> None:
    assert set(SHARES) == set(VERDICTS)


def test_a_right_sheet_earns_everything_and_a_missing_number_nothing() -> None:
    sheet = marked(key(mazur(), 6))
    assert sheet.points == sheet.maximum == 43
    assert sheet.missing == ()
    some = marked("net_h1: 0.3775\nout_h1: 0.5933")
    assert some.points == some.supplied == 2
    assert len(some.missing) == 41


def test_a_slip_costs_its_own_number_and_what_follows_counts_in_full() -> None:
    sheet = marked(replaced("net_h1", 0.3672))
    assert sheet.points == 42
    assert sheet.first_wrong is not None
    assert sheet.first_wrong.name == "net_h1"
    assert mark_of(sheet, "out_h1").verdict == "follows"
    assert mark_of(sheet, "out_h1").part == 1


def test_a_known_mistake_earns_a_part_and_its_consequences_all() -> None:
    sheet = marked("dE/dout_h1: 0.03635\ndelta_h1: 0.03635\ndE/dw1: 0.001818")
    assert [mark_of(sheet, name).part for name in ("delta_h1", "dE/dw1")] == [Fraction(1, 2), 1]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("out_h1", 0.0),
        ("out_h1", 1.0),
        ("out_h1", 1000.0),
        ("net_h1", 0.35),  # a bias
        ("net_o1", 60.0),  # saturates the output
        ("w5", 0.0),
        ("w5", 100.0),
        ("target_o1", 0.7514),  # leaves next to no error
    ],
)
def test_what_follows_from_a_trivial_number_shows_no_method(name: str, value: float) -> None:
    sheet = marked(replaced(name, value))
    behind = [m for m in sheet.marks if m.verdict == "follows"]
    assert not any(mark.part for mark in behind)
    spared = sum(mark.verdict in ("right", "rounding") for mark in sheet.marks)
    assert sheet.points == spared < 25


@pytest.mark.parametrize(
    ("name", "value"), [("out_h1", 0.4812), ("net_o1", 2.345), ("w5", 0.41), ("dE/dw1", 0.00052)]
)
def test_what_follows_from_a_plausible_number_is_as_hard_as_it_was(name: str, value: float) -> None:
    sheet = marked(replaced(name, value))
    assert sheet.points >= 42
    assert any(mark.verdict == "follows" for mark in sheet.marks) or name.startswith("dE")


def test_it_is_said_which_number_shows_no_method() -> None:
    sheet = marked(replaced("out_h1", 0.0))
    out, far = (mark_of(sheet, name).spoiled for name in ("out_h1", "delta_h2"))
    assert out is not None
    assert out.ground is not None
    assert out.ground.name == "zero"
    assert far is not None
    assert [mazur().names.name(root) for root in far.behind] == ["out_h1"]


def test_a_teacher_may_leave_a_part_behind_trivial_numbers() -> None:
    sheet = marked(replaced("out_h1", 0.0), scheme=Scheme(after_trivial=Fraction(1, 2)))
    assert mark_of(sheet, "net_o1").part == Fraction(1, 2)
    assert mark_of(sheet, "out_h1").part == 0


VALUES = ("0", "0.0000", "1", "1.000", "-1", "0.5", "0.35", "7")


@pytest.mark.parametrize(
    ("wish", "value"), sparing(product([None, *OTHERS], VALUES), slice(None, None, 3)), ids=str
)
def test_one_number_everywhere_earns_nothing(wish: Wish | None, value: str) -> None:
    of = exercise(wish, 1) if wish else mazur()
    assert marked(everywhere(value, of), of).points == 0


def test_numbers_copied_from_the_exercise_earn_nothing() -> None:
    given = ("0.05", "0.1", "0.15", "0.2", "0.25", "0.3", "0.35", "0.4", "0.45", "0.5", "0.99")
    lines = (f"{q.name}: {given[k % len(given)]}" for k, q in enumerate(mazur().questions))
    assert marked("\n".join(lines)).points == 0


def test_parameters_copied_as_updated_ones_earn_nothing() -> None:
    """Although 0.15 is what 0.1498 is rounded to fewer digits than the sheet has."""
    copied = {"w1+": "0.15", "w2+": "0.2", "w3+": "0.25", "w5+": "0.4"}
    lines = dict(line.split(": ") for line in key(mazur()).splitlines()) | copied
    sheet = marked("\n".join(f"{name}: {value}" for name, value in lines.items()))
    assert [mark_of(sheet, name).part for name in copied] == [0] * 4
    assert sheet.points == 43 - 4


@pytest.mark.parametrize("wish", OTHERS, ids=str)
def test_the_key_of_another_exercise_earns_next_to_nothing(wish: Wish) -> None:
    own, other = exercise(wish, 1), exercise(wish, 2)
    assert marked(key(own), own).points == len(own.questions)
    sheet = marked(key(other), own)
    assert sheet.foreign
    assert sheet.points <= sheet.maximum / 10


def test_a_whole_sheet_of_honest_slips_is_not_taken_for_another_exercise() -> None:
    lines = dict(line.split(": ") for line in replaced("net_h1", 0.3672).splitlines())
    lines |= {"net_h2": "0.4271", "E_o1": "0.3312", "w5+": "0.4011", "w6+": "0.3011"}
    sheet = marked("\n".join(f"{name}: {value}" for name, value in lines.items()))
    assert not sheet.foreign
    assert mark_of(sheet, "out_h1").part == 1


def test_a_neighbour_with_the_same_data_and_other_weights_has_another_exercise() -> None:
    own = exercise(Wish(), 1)
    weights = exercise(Wish(), 2).experiment
    assert isinstance(own.experiment, Experiment)
    assert isinstance(weights, Experiment)
    other = replace(own.experiment, parameters=weights.parameters)
    sheet = marked(key(exercise_of(other)), own)
    assert sheet.foreign
    assert sheet.points == 0


@pytest.mark.parametrize(
    "wish", [Wish(), Wish(sizes=(2, 3, 2)), Wish(loss="cross_entropy")], ids=str
)
@pytest.mark.parametrize("layer", [0, 1])
def test_of_a_neighbours_sheet_counts_what_both_networks_have(wish: Wish, layer: int) -> None:
    """The weights of one layer are another exercise's: what comes of them shows no method."""
    own, other = exercise(wish, 5), exercise(wish, 6).experiment
    assert isinstance(own.experiment, Experiment)
    assert isinstance(other, Experiment)
    parameters = list(own.experiment.parameters)
    parameters[layer] = other.parameters[layer]
    theirs = exercise_of(replace(own.experiment, parameters=tuple(parameters)))
    same = sum(
        theirs.exact[q.moment][q.identity] == own.exact[q.moment][q.identity] for q in own.questions
    )
    sheet = marked(key(theirs, 6), own)
    assert same <= sheet.points <= same + 1
    grounds = {m.spoiled.ground.name for m in sheet.marks if m.spoiled and m.spoiled.ground}
    assert "strange" in grounds
    assert marked(key(own, 6), own).points == len(own.questions)


@pytest.mark.parametrize(
    "of", [mazur(), exercise(Wish(), 1), exercise(Wish(sizes=(2, 2, 2, 1)), 3)]
)
def test_layers_that_have_changed_places_are_one_mistake(of: Exercise) -> None:
    assert isinstance(of.experiment, Experiment)
    first, second, *rest = of.experiment.parameters
    swapped = replace(of.experiment, parameters=(second, first, *rest))
    sheet = marked(key(exercise_of(swapped, iterations=1), 6), of)
    assert not sheet.foreign
    wrong = [mark.finding for mark in sheet.marks if mark.finding and mark.finding.blamed]
    assert all("weights_of_another_layer" in {m.name for m in found.matches} for found in wrong)
    assert sheet.counts["mistake"] + sheet.counts["follows"] == len(of.questions)
    assert sheet.points == sheet.maximum - Decimal(len(wrong)) / 2


def test_who_errs_in_every_update_of_a_layer_has_not_another_exercise() -> None:
    """One kind of number is wrong throughout: the weights behind the others are the exercise's."""
    lines = dict(line.split(": ") for line in key(mazur(), 6).splitlines())
    wrong = {name: f"{float(lines[name]) + 0.0123:.6f}" for name in ("w5+", "w6+", "w7+", "w8+")}
    sheet = marked("\n".join(f"{name}: {value}" for name, value in (lines | wrong).items()))
    assert sheet.points >= 43 - 4


def test_a_mistake_that_other_numbers_show_may_give_a_number_of_the_exercise() -> None:
    """Without their biases net_h1 is −0.6 · 0.8 − 0.1 · 0.2, and −0.5 is the bias of h2."""
    own = exercise(Wish(), 3)
    net = "net_h1: -0.5\nnet_h2: 0.28\nout_h1: 0.3775\nout_h2: 0.5695"
    sheet = marked(f"{net}\nnet_o1: 0.4547\nnet_o2: 0.1136", own)
    assert mark_of(sheet, "net_h1").spoiled is None
    assert mark_of(sheet, "out_h1").part == 1
    alone = marked("net_h1: -0.5\nout_h1: 0.3775", own)
    assert mark_of(alone, "out_h1").part == 0


def test_three_digits_are_not_too_few_among_numbers_of_six() -> None:
    lines = dict(line.split(": ") for line in key(mazur(), 6).splitlines())
    lines |= {"delta_h2": "0.0100", "dE/dw5": "0.0822", "w5+": "0.359"}
    sheet = marked("\n".join(f"{name}: {value}" for name, value in lines.items()))
    assert sheet.points == 43


def test_slopes_of_relus_are_zero_or_one_without_being_trivial() -> None:
    of = exercise(Wish(activation="relu", output_activation="sigmoid"), 1)
    exact = next(iter(of.exact.values()))
    slopes = [q for q in of.questions if q.name.startswith("dout/dnet_h")]
    off = next(q.name for q in slopes if not exact[q.identity])
    lines = dict(line.split(": ") for line in key(of).splitlines()) | {off: "1"}
    delta = off.replace("dout/dnet", "delta")
    lines[delta] = f"{exact[exact.find(off.replace('dout/dnet', 'dE/dout'))]:.4f}"
    sheet = marked("\n".join(f"{name}: {value}" for name, value in lines.items()), of)
    assert mark_of(sheet, delta).verdict == "follows"
    assert mark_of(sheet, delta).part == 1


def test_weights_are_by_name_then_pattern_then_phase() -> None:
    worths = (
        Worth("each", Fraction(2)),
        Worth("backward", Fraction(3)),
        Worth("delta_*", Fraction(4)),
        Worth("δ_h1", Fraction(5)),
    )
    points = mazur().worth(Scheme(worths=worths))
    named = {q.name: points[q.key] for q in mazur().questions}
    assert [named[n] for n in ("net_h1", "dE/dout_o1", "delta_o1", "delta_h1")] == [2, 3, 4, 5]


def test_a_total_is_shared_out_and_rounded_once() -> None:
    scheme = Scheme(total=Fraction(7), step=Fraction(1, 10))
    assert str(marked(key(mazur(), 6), scheme=scheme).points) == "7"
    sheet = marked(replaced("net_h1", 0.3672), scheme=scheme)
    assert sheet.points == Decimal("6.8")  # 42/43 of 7 is 6.837…
    assert sheet.maximum == 7


def test_halves_go_up_and_decimals_have_no_noise() -> None:
    assert Scheme(step=Fraction("0.5")).rounded(Fraction("6.75")) == Decimal(7)
    assert (
        str(Scheme(step=Fraction("0.1")).rounded(sum([Fraction("0.1")] * 3, Fraction(0)))) == "0.3"
    )
    assert [str(decimal(Fraction(n))) for n in ("1/3", "43", "100", "13/2")] == [
        "0.333333", "43", "100", "6.5"
    ]  # fmt: skip


def test_only_what_is_asked_for_counts() -> None:
    of = exercise_of(mazur().experiment, ask=["E_total", "delta_*"])
    assert [q.name for q in of.questions] == [
        "E_total",
        "delta_o1",
        "delta_o2",
        "delta_h1",
        "delta_h2",
    ]
    assert marked("E_total: 0.2984\nnet_h1: 9", of).points == 1


def test_iterations_are_asked_for_as_the_configuration_means_it() -> None:
    both = exercise(Wish(iterations=2), 1)
    assert {q.moment.iteration for q in both.questions} == {1, 2}
    later = exercise_of(both.experiment, ask=["E_total@2"])
    assert [q.name for q in later.questions] == ["E_total@2"]
    assert marked(key(later), later).points == 1


def test_what_is_given_or_unknown_is_not_asked_for() -> None:
    with pytest.raises(UsageError, match="'w1' is given by the exercise"):
        exercise_of(mazur().experiment, ask=["w1"])
    with pytest.raises(UnknownNameError, match="delta_x"):
        exercise_of(mazur().experiment, ask=["delta_x"])
    with pytest.raises(UnknownNameError, match=r"dalta_\*"):
        exercise_of(mazur().experiment, ask=["dalta_*"])


def test_digits_that_everybody_was_asked_for_are_enough() -> None:
    text = "delta_h1: 0.009\ndE/dw1: 0.000"
    assert mark_of(marked(text), "dE/dw1").part == 0
    asked = marked(text, wanted=Wanted(parse_rounding("3dp")))
    assert mark_of(asked, "dE/dw1").part == 1


def test_an_exact_zero_among_many_digits_is_right() -> None:
    config = CONFIGS / "relu-bce.yaml"
    of = exercise_of(load(config), iterations=1)
    sheet = marked(key(of, 17), of)
    assert mark_of(sheet, "out_h3").part == 1
    assert sheet.points == sheet.maximum


def test_the_benchmark_marks_fairly(capsys: pytest.CaptureFixture[str]) -> None:
    benchmark.main(["--sheets", "30"])
    lines = capsys.readouterr().out.splitlines()[1:]
    means = {line[:40].strip(): float(line[48:53]) for line in lines[:-1]}
    assert means.pop("one number everywhere") == means.pop("numbers of the exercise") == 0
    assert means.pop("a trivial number, carried on") < 55
    means.pop("right, a random third")
    assert min(means.values()) > 90
    assert not any(line.split()[-1] != "0" for line in lines[:8])
