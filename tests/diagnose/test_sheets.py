"""Conventions that a whole sheet follows are told as such, and not as wrong numbers."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from support.cli import run, run_json
from support.networks import build, random_parameters, shipped
from support.planting import (
    answers,
    asked,
    exact_of,
    plants,
    random_experiment,
    right_sheet,
    sheet,
    written,
)
from tracer.diagnose.answers import Answer, Moment
from tracer.diagnose.carried import Carried
from tracer.diagnose.check import CheckedAnswers, check
from tracer.diagnose.conventions import CONVENTIONS
from tracer.diagnose.mistakes import MISTAKES
from tracer.diagnose.readings import GRADIENTS, READINGS, UPDATED, Form, Reading
from tracer.diagnose.sheets import read_under_conventions
from tracer.diagnose.variant import Variant, read
from tracer.digits.numbers import Written
from tracer.explain.calculation import Calculation, timeline_of
from tracer.formula import Expression, Number
from tracer.model.experiment import Data, Experiment, Training
from tracer.model.network import Bias
from tracer.model.quantity import Identity, Kind, Quantity

BACK = frozenset({Kind.PATH, Kind.DE_DOUT})

TEXTBOOK = {
    "dE/dout_o5": "-0.5097",
    "delta_o5": "-0.1274",
    "delta_h3": "0.0381",
    "delta_h4": "-0.0147",
    "w5+": "-1.2067",
    "theta_o5+": "0.3127",
}
"""The XOR of the courses as its source prints it."""


def checked(sheet: dict[str, str]) -> CheckedAnswers:
    experiment = shipped("xor-thresholds")
    exact = exact_of(experiment)
    return check(experiment, answers({exact.find(name): text for name, text in sheet.items()}))


def conventions(sheet: dict[str, str]) -> list[str]:
    return [row.name for row in checked(sheet).sheet_conventions]


def test_delta_of_the_other_sign_throughout_is_a_convention() -> None:
    found = checked(TEXTBOOK)
    assert [row.name for row in found.sheet_conventions] == ["delta_negated"]
    assert [finding.verdict for finding in found.findings] == ["right"] * len(TEXTBOOK)


def test_the_text_stays_as_it_was_supplied_and_the_report_says_why() -> None:
    sheet = "".join(f"{name}: {text}\n" for name, text in TEXTBOOK.items())
    shown = run("check", "xor-thresholds", "-", "--width", 200, input=sheet).stdout
    assert "error = −delta = −∂E/∂net" in shown
    (row,) = (line for line in shown.splitlines() if line.split()[:1] == ["δ_o5"])
    assert row.split()[1:3] == ["-0.1274", "0.127382854"]
    found = run_json("check", "xor-thresholds", "-", input=sheet)
    assert found["sheet_conventions"] == ["delta_negated"]
    given = {verdict["name"]: verdict["given"] for verdict in found["verdicts"]}
    assert given["delta_o5"] == "-0.1274"


@pytest.mark.parametrize(
    "sheet",
    [
        {"delta_o5": "-0.1274"},
        {"delta_o5": "-0.1274", "delta_h3": "-0.0381"},
        {"delta_o5": "0.1274", "delta_h3": "-0.0381", "delta_h4": "0.0147"},
        {"delta_o5": "-0.3", "delta_h3": "0.2"},
    ],
)
def test_one_delta_or_some_or_wrong_ones_make_no_convention(sheet: dict[str, str]) -> None:
    assert conventions(sheet) == []


def test_a_flipped_error_that_goes_on_into_the_update_is_a_mistake() -> None:
    sheet = {
        "dE/dout_o5": "-0.5097",
        "delta_o5": "-0.1274",
        "delta_h3": "0.0381",
        "w5+": "-1.1933",
        "w6+": "1.1112",
    }
    found = checked(sheet)
    assert found.sheet_conventions == ()
    assert found.first_wrong is not None
    assert "error_sign_flipped" in [match.name for match in found.first_wrong.matches]


def test_a_wrong_delta_in_a_sheet_of_the_other_sign_is_still_wrong() -> None:
    found = checked(TEXTBOOK | {"delta_h4": "-0.0987"})
    assert [row.name for row in found.sheet_conventions] == ["delta_negated"]
    assert [f.verdict for f in found.findings if f.blamed] != []


def restated(exact: Calculation, form: Form) -> dict[Identity, str]:
    """A right sheet whose author follows the reading everywhere."""
    network, samples = exact.trace.experiment.network, len(exact.trace.rows)
    texts: dict[Identity, str] = {}
    for identity in asked(exact):
        assert isinstance(identity, Quantity)
        meant, factor = read((form,), network, samples, identity)
        texts[identity] = written(factor * exact.value(meant), 4)
    return texts


def followed(experiment: Experiment, sheet: dict[Identity, str]) -> list[str]:
    return [row.name for row in read_under_conventions(experiment, answers(sheet)).followed]


def batched(seed: int, reduction: str) -> Experiment:
    """A random network with biases, two outputs or more, and several samples in its batch."""
    rng = np.random.default_rng(seed)
    while True:
        found = random_experiment(rng)
        biased = all(layer.bias_count for layer in found.network.layers)
        assert found.data is not None
        if biased and len(found.data) > 1:
            return replace(found, reduction=reduction)


@pytest.mark.parametrize("row", READINGS, ids=lambda row: row.name)
@pytest.mark.parametrize("seed", [1, 2])
def test_a_reading_that_a_sheet_follows_is_found_and_all_is_right(row: Reading, seed: int) -> None:
    experiment = batched(seed, "sum" if row.name == "gradient_averaged" else "mean")
    exact = exact_of(experiment)
    form = list(row.forms())[-1]
    sheet = restated(exact, form)
    assert followed(experiment, sheet) == [row.name]
    found = check(experiment, answers(sheet))
    assert found.all_right
    assert [c.name for c in found.sheet_conventions] == [row.name]


@pytest.mark.parametrize("name", ["reduction", "loss"])
@pytest.mark.parametrize("seed", [3, 4])
def test_another_calculation_that_a_sheet_follows_is_found(name: str, seed: int) -> None:
    experiment = batched(seed, "mean")
    (convention,) = (row for row in CONVENTIONS if row.name == name)
    for alternative in convention.alternatives(experiment):
        other = exact_of(alternative.apply(Variant(experiment)).experiment)
        sheet = {identity: written(other.value(identity), 5) for identity in asked(other)}
        assert followed(experiment, sheet) == [f"{name}_{alternative.value}"]
        assert check(experiment, answers(sheet)).all_right


def test_two_conventions_are_found_together() -> None:
    """δ divided by the batch, their sums as gradients, where the configuration adds up: a mean."""
    experiment = batched(5, "sum")
    mean = exact_of(replace(experiment, reduction="mean"))
    (row,) = (row for row in READINGS if row.name == "delta_divided_by_batch")
    sheet = restated(mean, list(row.forms())[-1])
    found = check(experiment, answers(sheet))
    assert {c.name for c in found.sheet_conventions} == {"reduction_mean", row.name}
    assert found.all_right


def test_error_and_gradient_of_the_other_sign_are_a_convention_where_the_update_is_right() -> None:
    experiment = batched(6, "mean")
    exact = exact_of(experiment)
    sheet = {
        identity: written(-exact.value(identity) if _is_turned(identity) else exact[identity], 4)
        for identity in asked(exact)
    }
    assert set(followed(experiment, sheet)) == {"delta_negated", "gradient_negated"}
    without = {identity: text for identity, text in sheet.items() if not _is_new(identity)}
    assert followed(experiment, without) == []


def _is_turned(identity: Identity) -> bool:
    return isinstance(identity, Quantity) and identity.kind in {*GRADIENTS, *BACK, Kind.DELTA}


def _is_new(identity: Identity) -> bool:
    return isinstance(identity, Quantity) and identity.kind in UPDATED


def test_right_sheets_follow_no_convention() -> None:
    rng = np.random.default_rng(7)
    for _ in range(10):
        experiment = random_experiment(rng)
        sheet = right_sheet(exact_of(experiment), rng)
        assert followed(experiment, sheet) == []
        few = [identity for identity in sheet if rng.random() < 0.2]
        assert followed(experiment, {identity: sheet[identity] for identity in few}) == []


def test_a_symmetric_network_has_no_other_numbering() -> None:
    experiment = shipped("mazur")
    parameters = tuple((np.full_like(W, 0.3), b) for W, b in experiment.parameters)
    symmetric = replace(experiment, parameters=parameters)
    exact = exact_of(symmetric)
    sheet = {identity: written(exact.value(identity), 4) for identity in asked(exact)}
    assert followed(symmetric, sheet) == []


@pytest.mark.parametrize("name", ["batch_summed", "batch_averaged", "gradient_added"])
def test_one_slip_is_no_convention(name: str) -> None:
    experiment = batched(8, "sum" if name == "batch_averaged" else "mean")
    exact = exact_of(experiment)
    planted = next(iter(plants(exact, MISTAKES[name], np.random.default_rng(1))))
    texts = sheet(exact, 5, planted)
    assert followed(experiment, texts) == []
    after = {identity: t for identity, t in texts.items() if _is_new(identity)}
    assert followed(experiment, after | {planted.quantity: texts[planted.quantity]}) == []


def test_a_slip_in_a_sheet_that_follows_a_convention_is_found_all_the_same() -> None:
    experiment = batched(9, "mean")
    exact = exact_of(experiment)
    row = next(row for row in READINGS if row.name == "delta_divided_by_batch")
    sheet = restated(exact, list(row.forms())[-1])
    last = [identity for identity in sheet if _is_new(identity)][-1]
    sheet[last] = written(exact.value(last) + 0.1, 4)
    found = check(experiment, answers(sheet))
    assert [c.name for c in found.sheet_conventions] == [row.name]
    assert [finding.identity for finding in found.findings if finding.blamed] == [last]


def test_a_mask_forgotten_under_averaged_deltas_is_left_for_the_judge() -> None:
    """Every δ of the outputs is right under the convention, some of the hidden ones aren't."""
    network, _ = build([2, 3, 2], ["relu", "sigmoid"], [Bias.EACH] * 2, "half_squared_error")
    rng = np.random.default_rng(3)
    data = Data(rng.normal(size=(4, 2)), rng.random((4, 2)), (None,) * 4)
    experiment = Experiment(
        "mask", network, random_parameters(network, rng), data=data, training=Training(0.5)
    )
    exact = exact_of(experiment)
    unmasked = Carried(exact, {}, rewriting=_without_mask)
    texts: dict[Identity, str] = {}
    for identity in asked(exact):
        assert isinstance(identity, Quantity)
        divided = identity.kind in {Kind.DELTA, Kind.PATH}
        divided = divided or (identity.kind is Kind.DE_DOUT and identity.layer == 1)
        texts[identity] = written(unmasked[identity] / (4 if divided else 1), 6)
    hidden = [q for q in texts if isinstance(q, Quantity) and q.kind is Kind.SLOPE and q.layer == 1]
    assert {exact.value(q) for q in hidden} == {0.0, 1.0}
    found = check(experiment, answers(texts))
    assert [c.name for c in found.sheet_conventions] == ["delta_divided_by_batch"]
    blamed = [f.identity for f in found.findings if f.blamed and isinstance(f.identity, Quantity)]
    assert blamed
    assert all(q.layer == 1 for q in blamed)


def _without_mask(identity: Identity, formula: Expression) -> Expression | None:
    slope = isinstance(identity, Quantity) and identity.kind is Kind.SLOPE and identity.layer == 1
    return Number(1.0) if slope else None


def test_the_same_convention_holds_in_every_iteration() -> None:
    experiment = shipped("mazur")
    timeline = timeline_of(experiment)
    texts: dict[int, dict[Identity, str]] = {}
    for iteration in (1, 2):
        exact = Calculation(timeline, timeline.trace(iteration))
        texts[iteration] = {
            q: written(-exact[q] if q.kind is Kind.DELTA else exact[q], 5)
            for q in asked(exact)
            if isinstance(q, Quantity) and q.kind in {Kind.DELTA, *GRADIENTS}
        }

    def given(second: float) -> list[Answer]:
        return [
            Answer(Moment(iteration), q, Written.parse(text if iteration == 1 else f"{value:.4e}"))
            for iteration, sheet in texts.items()
            for q, text in sheet.items()
            for value in [float(text) * (second if _is_delta(q) else 1.0)]
        ]

    same = read_under_conventions(experiment, given(1.0))
    assert [row.name for row in same.followed] == ["delta_negated"]
    assert read_under_conventions(experiment, given(-1.0)).followed == ()


def _is_delta(identity: Identity) -> bool:
    return isinstance(identity, Quantity) and identity.kind is Kind.DELTA
