"""Conventions of optimisers, schedules, penalties and clipping: found by `why`, told by `check`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pytest

from support.cli import run, run_json, shown
from support.graphs import described
from support.networks import shipped
from support.planting import asked
from support.sparing import sparing
from tracer.diagnose.answers import Answer, Moment
from tracer.diagnose.answers.moments import traced
from tracer.diagnose.check import check
from tracer.diagnose.conventions import conventions_of
from tracer.diagnose.variant import Alternative, AnyExperiment, Variant
from tracer.diagnose.why import why
from tracer.digits.numbers import Written
from tracer.engine.timeline import NetworkTimeline
from tracer.errors import BptraceError, UnknownNameError, UsageError
from tracer.model.clipping import Clip
from tracer.model.experiment import Experiment, GraphExperiment, GraphTraining
from tracer.model.optimizers import OPTIMIZERS
from tracer.model.options import ways_of
from tracer.model.penalties import Penalty
from tracer.model.quantity import Phase, Quantity
from tracer.model.schedules import Exponential

pytestmark = pytest.mark.no_cover  # its parts are covered elsewhere, and tracing doubles its time

LATER = (Moment(2), Moment(3))


def network(optimizer: str = "sgd", **options: Any) -> Experiment:
    """A small network over several samples, which trains so; `options` are the optimiser's."""
    experiment = shipped("zhou-training")
    assert experiment.training is not None
    row = OPTIMIZERS[optimizer](**options)
    training = replace(experiment.training, optimizer=row, learning_rate=0.5, batch=None)
    return replace(experiment, training=training)


def trained(experiment: Experiment, **settings: Any) -> Experiment:
    assert experiment.training is not None
    return replace(experiment, training=replace(experiment.training, **settings))


def graph(optimizer: str, updates: int = 0, **options: Any) -> GraphExperiment:
    """f = 0.1·x² + 2·y², which trains so."""
    training = GraphTraining(
        0.4, ("x", "y"), 5, optimizer=OPTIMIZERS[optimizer](**options), updates=updates
    )
    return described({"x": -5.0, "y": -2.0}, {"f": "0.1*x**2 + 2*y**2"}, training)


PENALISED = replace(network(), penalty=Penalty(0.3))
CLIPPED = trained(replace(network("adam"), penalty=Penalty(0.3)), clip=Clip("norm", 0.02))
SCHEDULED = trained(network(), schedule=Exponential(rate=0.8), batch=2)
EXPERIMENTS: dict[str, AnyExperiment] = {
    **{f"{name} network": network(name) for name in OPTIMIZERS},
    **{f"{name} graph": graph(name) for name in OPTIMIZERS},
    "average": network("momentum", form="average"),
    "dampened": network("momentum", dampening=0.4),
    "penalty": PENALISED,
    "clipped": CLIPPED,
    "schedule": SCHEDULED,
    "after five": graph("adam", updates=5),
    "decay": network("adamw", weight_decay=0.2),
}


def alternatives(experiment: AnyExperiment) -> Iterator[tuple[str, Alternative]]:
    for row in conventions_of(experiment):
        if row.of_descent:
            yield from ((row.name, one) for one in row.alternatives(experiment))


@cache
def offered(name: str) -> dict[str, list[object]]:
    found: dict[str, list[object]] = {}
    for convention, alternative in alternatives(EXPERIMENTS[name]):
        found.setdefault(convention, []).append(alternative.value)
    return found


def cases() -> Iterator[tuple[str, str, Alternative]]:
    """Every alternative once, on a graph where it has any, which is quick; a number of each option."""
    tried: set[tuple[str, object]] = set()
    networks_last = sorted(EXPERIMENTS.items(), key=lambda each: isinstance(each[1], Experiment))
    for name, experiment in networks_last:
        for convention, alternative in alternatives(experiment):
            value = alternative.value
            way = "a number" if isinstance(value, float) else value
            if (convention, way) not in tried:
                yield name, convention, alternative
            tried.add((convention, way))
    yield "adam network", *next(alternatives(EXPERIMENTS["adam network"]))


CASES = list(cases())


@pytest.mark.parametrize(
    ("name", "convention", "alternative"),
    CASES,
    ids=[f"{name}-{convention}-{one.value}" for name, convention, one in CASES],
)
def test_each_alternative_is_found_from_two_numbers(
    name: str, convention: str, alternative: Alternative
) -> None:
    """With all their digits; another explanation with as few changes may give the same numbers."""
    experiment = EXPERIMENTS[name]
    other = alternative.apply(Variant(experiment)).experiment
    try:
        numbers = traced(other, [LATER[1]])[LATER[1]]
    except BptraceError:
        assert alternative.value == "from_0"  # β⁰ is 1, and nothing may be divided by 1 − 1
        return
    names = ("w1+", "w6+") if isinstance(experiment, Experiment) else ("x+", "y+")
    parse = numbers.trace.find
    wanted = {each: Written.parse(f"{numbers.value(parse(f'{each}@3')):.13g}") for each in names}
    stated = traced(experiment, [LATER[1]])[LATER[1]]
    same = all(
        np.isclose(stated.value(parse(f"{each}@3")), found.value, rtol=1e-12, atol=0)
        for each, found in wanted.items()
    )
    matches = why(experiment, wanted, iteration=3).matches
    assert len(matches[0].changes) <= 1
    if same:  # a sum and a velocity lead the same way while the learning rate stays
        assert dict(matches[0].changes) == {}
    else:
        assert {convention: alternative.value} in [dict(match.changes) for match in matches]


def test_options_are_offered_as_the_rows_have_them() -> None:
    assert offered("adam network") == {
        "epsilon": [1e-06, 1e-07, 1e-10],
        "epsilon_place": ["inside", "uncorrected"],
        "bias_correction": [False],
        "t_counted": ["from_0", "from_2"],
    }
    assert offered("momentum graph") == {"form": ["average", "velocity"], "nesterov": [True]}
    assert offered("rmsprop graph")["centered"] == [True]
    assert offered("decay")["decay_enters"] == ["gradient", "alone"]
    assert offered("dampened") == {"dampening": [0.0], "first_gradient": ["whole"]}
    assert offered("average")["first_gradient"] == ["whole"]


def test_what_changes_no_number_is_not_offered() -> None:
    assert offered("sgd network") == offered("sgd graph") == {}
    assert offered("penalty")["penalty_enters"] == ["alone", "update", "optimizer"]
    assert offered("clipped")["penalty_enters"] == ["clipped", "step", "alone", "optimizer"]
    assert "k_counts" in offered("schedule")
    constant = trained(SCHEDULED, batch=None)
    assert "k_counts" not in {name for name, _ in alternatives(constant)}
    single = trained(PENALISED, batch=1)
    assert [a.value for n, a in alternatives(single) if n == "penalty_form"] == ["whole"]
    no_epsilon = network("adam", epsilon=0.0)
    assert not {"epsilon", "epsilon_place"} & {name for name, _ in alternatives(no_epsilon)}
    clipped = [row.name for row in conventions_of(CLIPPED) if list(row.alternatives(CLIPPED))]
    assert "update_order" not in clipped  # the norm is of all gradients, before any update


def test_every_way_has_a_sentence_of_its_own() -> None:
    for row in OPTIMIZERS.values():
        for name, ways in ways_of(row()).items():
            assert all(not words.startswith(f"{name}:") for words in ways.values()), (row, name)


def test_two_conventions_at_once_are_found() -> None:
    experiment = graph("rmsprop")
    assert experiment.training is not None
    optimizer = replace(experiment.training.optimizer, epsilon_place="inside", epsilon=1e-6)  # type: ignore[call-arg]
    other = replace(experiment, training=replace(experiment.training, optimizer=optimizer))
    numbers = traced(other, [Moment(20)])[Moment(20)]
    wanted = {
        name: Written.parse(f"{numbers.value(numbers.trace.find(f'{name}@20')):.12g}")
        for name in ("x", "y")
    }
    (match,) = why(experiment, wanted, iteration=20).matches
    assert match.changes == {"epsilon": 1e-6, "epsilon_place": "inside"}
    assert match.settings == "epsilon: 1e-06, epsilon_place: inside"


def test_the_published_off_by_one_of_adam_is_told(tmp_path: Any) -> None:
    """CS231n, assignment 2, the first two weights: five updates done."""
    path = tmp_path / "adam.yaml"
    path.write_text(
        "graph:\n"
        "  inputs: {w1: -0.4, w2: -0.3473684210526316}\n"
        "  nodes: {f: -0.6*w1 - 0.5473684210526316*w2}\n"
        "training:\n  learning_rate: 0.01\n  trainable: [w1, w2]\n  optimizer: adam\n"
        "  state: {updates: 5, m: [0.6, 0.6157894736842105], v: [0.7, 0.6894736842105263]}\n"
    )
    output = shown("why", path, "w1=-0.40098988", "--after", "1")
    assert "one gives this number: t counted before incrementing" in output
    (match,) = run_json("why", path, "w1=-0.40098988", "w2=-0.34840634", "--after", "1")["matches"]
    assert match["changes"] == {"t_counted": "from_0"}
    stated = shown("why", path, "w1=-0.40094747", "--after", "1")
    assert "The conventions as stated give this number." in stated


def test_what_a_graph_cannot_be_asked_is_refused() -> None:
    asked_of = described({"x": 2.0}, {"f": "x**2"})
    with pytest.raises(UnknownNameError):
        why(asked_of, {"q": Written.parse("1")})
    with pytest.raises(UsageError, match="only iteration 1"):
        why(asked_of, {"f": Written.parse("1")}, after=1)
    with pytest.raises(UsageError, match="has no gradient"):
        why(graph("sgd"), {"df/dx": Written.parse("1")}, after=1)
    assert dict(why(asked_of, {"f": Written.parse("4")}).matches[0].changes) == {}


def test_of_a_graph_nobody_says_that_its_training_is_too_long(tmp_path: Any) -> None:
    path = tmp_path / "g.yaml"
    path.write_text("graph:\n  inputs: {x: 2}\n  nodes: {f: x**2}\n")
    output = shown("why", path, "f=5")
    assert "Rounding at every step was not tried.\n" in output


def test_a_few_iterations_without_a_program_give_the_same_numbers() -> None:
    for experiment in EXPERIMENTS.values():
        if isinstance(experiment, Experiment):
            quick = NetworkTimeline(experiment, few=True).state(3).numbers()
            usual = NetworkTimeline(experiment).state(3).numbers()
            assert np.allclose(quick, usual, rtol=1e-12, atol=1e-15)


SHEETS = ["momentum graph", "rmsprop graph", "penalty", "schedule", "adam network", "clipped"]


@pytest.mark.parametrize("name", sparing(SHEETS, 4))
def test_a_program_that_follows_a_convention_everywhere_is_not_blamed(name: str) -> None:
    experiment = EXPERIMENTS[name]
    stated = traced(experiment, LATER)
    first = dict(reversed(list(alternatives(experiment))))
    for convention, alternative in first.items():
        try:
            other = traced(alternative.apply(Variant(experiment)).experiment, LATER)
        except BptraceError:
            continue
        answers = []
        for moment in LATER:
            known = set(asked(stated[moment]))
            for identity in filter(known.__contains__, asked(other[moment])):
                given = isinstance(identity, Quantity) and identity.kind.phase is Phase.GIVEN
                if not given:
                    written = Written.parse(repr(other[moment].value(identity)))
                    answers.append(Answer(moment, identity, written))
        found = check(experiment, answers)
        assert found.all_right, (convention, alternative.value)
        rows = [row.name for row in found.sheet_conventions]
        assert rows == [f"{convention}_{str(alternative.value).lower()}"] or not rows


def test_the_reader_is_told_which_convention_the_sheet_follows() -> None:
    config = (
        "graph:\n  inputs: {w: 5.0}\n  nodes: {f: w**2}\n"
        "training: {learning_rate: 0.1, trainable: [w], optimizer: {name: momentum, form: average}}\n"
        "expected:\n"
        "  - {iteration: 1, values: {v_w+: 10.0, w+: 4.0}}\n"
        "  - {iteration: 2, values: {v_w+: 17.0, w+: 2.3}}\n"
    )
    output = run("check", "-", "--width", "200", input=config).output
    assert "Here another convention holds throughout: v is a sum, v+ = β·v + g" in output
    assert "4 right" in output


def sheet(
    experiment: AnyExperiment, moments: tuple[Moment, ...], leave_out: str = ""
) -> list[Answer]:
    """All numbers of these moments to eight digits, but for those whose names begin so."""
    found = traced(experiment, moments)
    return [
        Answer(moment, identity, Written.parse(f"{found[moment].value(identity):.8g}"))
        for moment in moments
        for identity in asked(found[moment])
        if not (leave_out and found[moment].names.name(identity).startswith(leave_out))
    ]


def of_weight_decay(optimizer: str, enters: str) -> Experiment:
    return replace(network(optimizer), penalty=Penalty(0.3, enters=enters))


@pytest.mark.parametrize("optimizer", ["sgd", "momentum", "adam"])
@pytest.mark.parametrize("enters", ["update", "optimizer"])
def test_gradients_may_be_written_without_the_penalty_that_the_update_adds(
    optimizer: str, enters: str
) -> None:
    """PyTorch's weight decay; a program of one's own may have the penalty in its loss."""
    stated, meant = of_weight_decay(optimizer, "gradient"), of_weight_decay(optimizer, enters)
    for moments in ((Moment(1),), LATER):
        found = check(stated, sheet(meant, moments))
        assert found.all_right
        assert [row.name for row in found.sheet_conventions] == [f"penalty_enters_{enters}"]


def test_who_leaves_the_penalty_out_of_the_update_too_has_made_a_mistake() -> None:
    stated = of_weight_decay("sgd", "gradient")
    found = check(stated, sheet(replace(stated, penalty=None), (Moment(1),)))
    assert not found.sheet_conventions
    assert found.first_wrong is not None
    assert not found.all_right


def test_gradients_alone_dont_show_what_the_update_makes_of_the_penalty() -> None:
    stated, meant = of_weight_decay("sgd", "gradient"), of_weight_decay("sgd", "optimizer")
    found = check(stated, sheet(meant, (Moment(1),), leave_out="w"))
    assert not any(row.name.startswith("penalty") for row in found.sheet_conventions)
    assert not found.all_right


def test_corrected_moments_may_stand_beside_an_epsilon_of_the_uncorrected_root() -> None:
    stated = network("adam", epsilon=0.01)
    meant = network("adam", epsilon=0.01, epsilon_place="uncorrected", names_corrected=True)
    answers = sheet(meant, LATER)
    assert "mhat" in {answer.identity.stage.slot for answer in answers}  # type: ignore[union-attr]
    found = check(stated, answers)
    assert found.all_right
    assert [row.name for row in found.sheet_conventions] == ["epsilon_place_uncorrected"]


def test_an_average_may_begin_with_the_whole_first_gradient() -> None:
    """As PyTorch's with dampening as large as momentum."""
    meant = network("momentum", form="average", first_gradient="whole")
    found = check(network("momentum", form="average"), sheet(meant, (Moment(1), *LATER)))
    assert found.all_right
    assert [row.name for row in found.sheet_conventions] == ["first_gradient_whole"]
