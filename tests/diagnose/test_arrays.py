"""Whole arrays: right within what their type can hold, followed, and wrong with one mistake."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from support.cli import run, run_json
from support.networks import shipped
from support.planting import exact_of
from tracer.diagnose.answers import Moment, read_answers
from tracer.diagnose.answers.arrays import named_arrays
from tracer.diagnose.answers.moments import traced
from tracer.diagnose.arrays import ArrayFinding
from tracer.diagnose.check import CheckedAnswers, check
from tracer.model.experiment import Experiment

Arrays = dict[str, npt.NDArray[Any]]
FOUR = shipped("four-equations")
MAZUR = shipped("mazur")


def program(experiment: Experiment, iteration: int = 1) -> Arrays:
    """What a right program has."""
    moment = Moment(iteration)
    trace = traced(experiment, [moment])[moment].trace
    return {name: array for name, array in named_arrays(trace) if array.ndim}


def saved(arrays: Mapping[str, npt.NDArray[Any]]) -> bytes:
    stream = io.BytesIO()
    members: dict[str, Any] = dict(arrays)
    np.savez(stream, **members)
    return stream.getvalue()


def checked(arrays: Mapping[str, npt.NDArray[Any]], of: Experiment = FOUR) -> CheckedAnswers:
    return check(of, read_answers(saved(arrays), "a.npz", of))


def by_name(report: CheckedAnswers) -> dict[str, ArrayFinding]:
    return {found.answer.name: found for found in report.array_findings}


@pytest.mark.parametrize("name", ["mazur", "four-equations", "xor", "two-layer-net", "relu-bce"])
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_a_right_program_is_right_in_its_type(name: str, dtype: type[np.floating[Any]]) -> None:
    experiment = shipped(name)
    arrays = {key: array.astype(dtype) for key, array in program(experiment).items()}
    report = checked(arrays, experiment)
    assert report.all_right
    assert report.supplied == sum(array.size for array in arrays.values())
    assert {found.verdict for found in report.array_findings} == {"right"}


def test_rounded_numbers_are_right_within_half_a_unit() -> None:
    text = json.dumps({key: np.round(a, 6).tolist() for key, a in program(FOUR).items()})
    assert check(FOUR, read_answers(text.encode(), "a.json", FOUR)).all_right


@pytest.mark.parametrize("as_json", [True, False])
@pytest.mark.parametrize("digits", [None, 6])
def test_a_program_whose_gradients_are_all_zero_fails(as_json: bool, digits: int | None) -> None:
    arrays = program(FOUR)
    for key in arrays:
        if key.startswith("d") or key.startswith("delta"):
            arrays[key] = np.zeros_like(arrays[key])
        elif digits is not None:
            arrays[key] = np.round(arrays[key], digits)
    content = saved(arrays)
    if as_json:
        content = json.dumps({key: array.tolist() for key, array in arrays.items()}).encode()
    report = check(FOUR, read_answers(content, "a", FOUR))
    assert not report.all_right
    assert report.first_wrong is not None
    assert report.first_wrong.matches == ()


def test_zeros_for_numbers_below_the_tolerance_are_too_coarse_to_tell() -> None:
    arrays = program(FOUR)
    small = {key: array for key, array in arrays.items() if key in ("W2", "dW2")}
    assert np.abs(small["dW2"]).min() > 0
    rounded = {"W2": np.round(small["W2"], 3), "dW2": np.round(small["dW2"], 3)}
    unit = np.abs(small["dW2"]) <= 0.001
    text = json.dumps({key: array.tolist() for key, array in rounded.items()})
    (_, found) = check(FOUR, read_answers(text.encode(), "-", FOUR)).array_findings
    assert found.counts["coarse"] == int(unit.sum())


def forgotten_slope(experiment: Experiment) -> Arrays:
    """delta1 without its slope, and everything after it from there."""
    arrays = program(experiment)
    trace = exact_of(experiment).trace
    samples = len(trace.rows) if trace.rule.divides(len(trace.rows)) else 1
    arrays["delta1"] = arrays["dout1"]
    arrays["dW1"] = arrays["delta1"].T @ arrays["inputs"] / samples
    lr = trace.moment.learning_rate
    if lr is not None:
        arrays["W1+"] = arrays["W1"] - lr * arrays["dW1"]
    arrays.pop("db1", None)
    arrays.pop("b1+", None)
    return arrays


def test_one_mistake_explains_an_array_and_what_comes_after_follows() -> None:
    found = by_name(checked(forgotten_slope(MAZUR), MAZUR))
    assert found["delta1"].verdict == "mistake"
    assert [match.name for match in found["delta1"].matches] == ["hidden_delta_without_slope"]
    assert found["dW1"].verdict == "follows"
    assert [earlier.answer.name for earlier in found["dW1"].after] == ["delta1"]
    assert [earlier.answer.name for earlier in found["W1+"].after] == ["dW1"]
    tainted = {name for name, array in found.items() if array.tainted}
    assert tainted == {"delta1", "dW1", "W1+"}


def test_a_mistake_in_an_array_that_was_not_supplied_is_found() -> None:
    wrong = forgotten_slope(MAZUR)
    found = by_name(checked({"dW1": wrong["dW1"]}, MAZUR))["dW1"]
    (match,) = (m for m in found.matches if m.name == "hidden_delta_without_slope")
    assert match.step is not None


def test_a_single_wrong_number_is_named_and_has_no_mistake() -> None:
    arrays = program(FOUR)
    arrays["dW1"] = arrays["dW1"].copy()
    arrays["dW1"][1, 2] += 0.01
    report = checked({"dW1": arrays["dW1"]})
    (found,) = report.array_findings
    assert (found.off, found.verdict) == (1, "wrong")
    assert found.difference == pytest.approx(0.01)
    assert found.first is not None
    assert found.first.identity == exact_of(FOUR).trace.batch.quantity(found.stage, (1, 2))


def test_an_iteration_goes_on_from_the_learner_s_own_parameters() -> None:
    first, second = program(MAZUR), program(MAZUR, 2)
    lr = 0.5
    wrong = {"W2+": first["W2"] + lr * first["dW2"], "W2@2": first["W2"] + lr * first["dW2"]}
    wrong["net2@2"] = second["out1@2"] @ wrong["W2@2"].T + second["b2@2"]
    found = by_name(checked(wrong, MAZUR))
    assert found["W2+"].matches[0].name == "gradient_added"
    assert found["W2@2"].verdict == "follows"
    assert found["net2@2"].verdict == "follows"


def test_weights_with_a_row_for_each_input_are_a_convention_of_the_whole_file() -> None:
    for experiment in (FOUR, MAZUR):  # with square matrices too, where the numbers tell
        arrays = program(experiment)
        turned = {key: array.T if "W" in key else array for key, array in arrays.items()}
        report = checked(turned, experiment)
        assert report.all_right
        assert [row.name for row in report.sheet_conventions] == ["weights_stored_by_input"]
    assert checked(program(MAZUR), MAZUR).sheet_conventions == ()


def test_layers_counted_from_0_are_a_convention_too() -> None:
    arrays = program(MAZUR)
    renamed = {f"{key[:-1]}{int(key[-1]) - 1}": arrays[key] for key in ("W1", "W2", "dW1", "dW2")}
    report = checked(renamed, MAZUR)
    assert report.all_right
    assert [row.name for row in report.sheet_conventions] == ["layers_counted_from_0"]


def test_delta_of_the_other_sign_throughout_is_a_convention_of_arrays_as_well() -> None:
    arrays = program(MAZUR)
    turned = {key: -a if key.startswith("delta") else a for key, a in arrays.items()}
    report = checked(turned, MAZUR)
    assert report.all_right
    assert [row.name for row in report.sheet_conventions] == ["delta_negated"]


def test_single_numbers_beside_arrays_follow_from_them() -> None:
    arrays = program(MAZUR)
    wrong = arrays["out1"] * 1.1
    net = float(wrong[0] @ arrays["W2"][0] + arrays["b2"][0])
    text = json.dumps({"out1": wrong.tolist()})[:-1] + f', "net_o1": {net:.5f}}}'
    report = check(MAZUR, read_answers(text.encode(), "-", MAZUR))
    (number,) = report.findings
    assert number.verdict == "follows"
    assert {identity.kind for identity in number.after if hasattr(identity, "kind")}


def test_the_report_has_a_row_an_array_and_json_every_number(tmp_path: Path) -> None:
    path = tmp_path / "mine.npz"
    path.write_bytes(saved(forgotten_slope(MAZUR)))
    told = run("check", "mazur", str(path), code=1).stdout
    assert "Matches hidden_delta_without_slope" in told
    assert "2 of its 2 numbers are wrong, the first of them δ_h1 = 0.0363503" in told
    assert "are float64: right within" in told
    found = run_json("check", "mazur", str(path), code=1)
    (delta,) = (array for array in found["arrays"] if array["name"] == "delta1")
    assert delta["shape"] == [1, 2]
    assert delta["verdict"] == "mistake"
    assert (delta["wrong"], delta["first"], delta["type"]) == (2, "delta_h1", "float64")
    assert len(found["verdicts"]) == found["supplied"] == sum(found["counts"].values())
    assert {"exact", "carried", "verdict"} <= found["verdicts"][0].keys()
    hidden = run("check", "mazur", str(path), "--no-reveal", code=1).stdout
    assert "0.00877135" in told
    assert "0.00877135" not in hidden
