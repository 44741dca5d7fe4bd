"""A program's numbers beside a run: the first array, element and iteration that differ."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from support.cli import run, run_json, shown
from support.networks import shipped
from tracer.diagnose.against import Against, against
from tracer.diagnose.answers import Moment, read_answers
from tracer.diagnose.answers.arrays import named_arrays
from tracer.diagnose.answers.moments import traced
from tracer.model.experiment import Experiment

Arrays = dict[str, npt.NDArray[Any]]
MAZUR = shipped("mazur")


def longer(experiment: Experiment, iterations: int) -> Experiment:
    assert experiment.training is not None
    return replace(experiment, training=replace(experiment.training, iterations=iterations))


def ours(experiment: Experiment, iteration: int = 1) -> Arrays:
    moment = Moment(iteration)
    trace = traced(experiment, [moment])[moment].trace
    return {name.partition("@")[0]: array for name, array in named_arrays(trace)}


def compared(arrays: Arrays, of: Experiment) -> Against:
    text = json.dumps({name: array.tolist() for name, array in arrays.items()})
    return against(of, read_answers(text.encode(), "a.json", of))


def saved(path: Path, arrays: Arrays) -> str:
    members: dict[str, Any] = dict(arrays)
    np.savez(path, **members)
    return str(path)


@pytest.mark.parametrize("name", ["mazur", "relu-bce", "xor", "four-equations"])
def test_a_program_that_does_the_same_differs_nowhere(name: str) -> None:
    experiment = longer(shipped(name), 3)
    arrays = {f"{key}@{k}": array for k in (1, 2, 3) for key, array in ours(experiment, k).items()}
    found = compared(arrays, experiment)
    assert found.difference is None
    assert found.moments == found.given == 3
    assert found.numbers == sum(array.size for array in arrays.values())


def test_the_first_element_of_the_first_array_in_the_first_iteration_is_told() -> None:
    experiment = longer(MAZUR, 4)
    runs = [ours(experiment, k) for k in (1, 2, 3, 4)]
    names = ("W2+", "delta1", "dW2", "net1")
    stacked = {name: np.stack([run[name] for run in runs]) for name in names}
    stacked["dW2"][2, 1, 0] *= 1.001
    stacked["W2+"][2] += 0.1
    stacked["net1"][3] = 0
    found = compared(stacked, experiment)
    assert found.difference is not None
    assert found.moment == Moment(3)
    assert found.names.name(found.difference.identity) == "dE/dw7@3"
    assert (found.difference.name, found.difference.place) == ("dW2", (1, 0))
    assert found.difference.ours == runs[2]["dW2"][1, 0]
    assert found.difference.theirs == stacked["dW2"][2, 1, 0]
    assert {row.answer.name: row.differing for row in found.rows} == {  # type: ignore[union-attr]
        "net1": 0, "dW2": 1, "W2+": 4, "delta1": 0,
    }  # fmt: skip
    assert (found.moments, found.given) == (3, 4)


def test_an_element_is_told_as_it_lies_in_the_file() -> None:
    experiment = shipped("relu-bce")
    arrays = ours(experiment)
    kernel = arrays["W1"].T.copy()
    kernel[1, 2] += 1
    found = compared({"dense/kernel": kernel, "Z1": arrays["net1"].T}, experiment)
    assert found.difference is not None
    assert found.difference.place == (1, 2)
    assert found.names.name(found.difference.identity) == "w6"
    assert {row.name for row in found.conventions} >= {"samples_in_columns"}


@pytest.mark.parametrize("dtype", [np.float64, np.float32, np.float16])
def test_a_type_allows_what_it_loses_and_a_tolerance_what_it_says(
    tmp_path: Path, dtype: type[np.floating[Any]]
) -> None:
    arrays = {name: array.astype(dtype) for name, array in ours(MAZUR).items()}
    file = saved(tmp_path / "a.npz", arrays)
    run("compare", "mazur", "--against", file, code=0)
    lossy = dtype is not np.float64
    run("compare", "mazur", "--against", file, "--tolerance", "1e-15,0", code=int(lossy))
    file = saved(tmp_path / "b.npz", {"W2+": ours(MAZUR)["W2+"].astype(dtype) * dtype(1.05)})
    run("compare", "mazur", "--against", file, code=1)
    run("compare", "mazur", "--against", file, "--tolerance", "0.1", code=0)


def test_files_are_of_one_iteration_after_the_other(tmp_path: Path) -> None:
    for number in (1, 2, 3):
        saved(tmp_path / f"it{number}.npz", ours(MAZUR, number))
    first, second, third = (str(tmp_path / f"it{number}.npz") for number in (1, 2, 3))
    same = run_json("compare", "mazur", "--against", first, second, third)
    assert same["first_difference"] is None
    assert same["compared"]["iterations"] == 3
    found = run_json("compare", "mazur", "--against", first, third, code=1)["first_difference"]
    assert (found["name"], found["iteration"], found["array"]) == ("w1", 2, "W1")
    stated = saved(tmp_path / "stated.npz", {**ours(MAZUR, 3), "iteration": np.array(3)})
    run("compare", "mazur", "--against", first, stated, code=0)
    run("compare", "mazur", "--against", stated, code=0)


def test_a_sheet_and_a_curve_are_numbers_too(tmp_path: Path) -> None:
    sheet = tmp_path / "mine.csv"
    sheet.write_text("net_h1,0.3775\nout_h1,0.5933\nE_total,0.2984\nw5+,0.3598\n")
    found = run_json("compare", "mazur", "--against", str(sheet), code=1)
    assert found["first_difference"]["name"] == "w5+"
    experiment = longer(MAZUR, 30)
    losses = np.array([float(ours(experiment, k)["loss"]) for k in range(1, 31)])
    assert compared({"losses": losses}, experiment).difference is None
    losses[19] *= 1.001
    difference = compared({"losses": losses}, experiment).difference
    assert difference is not None
    assert difference.name == "loss@20"


def test_numbers_after_the_last_update_belong_to_a_fresh_pass(tmp_path: Path) -> None:
    file = saved(tmp_path / "a.npz", {"W1": ours(MAZUR, 3)["W1"], "out2": ours(MAZUR)["out2"]})
    found = run_json("compare", "mazur", "--against", file, "--after", "2", code=1)
    assert found["first_difference"]["name"] == "out_o1"
    assert found["first_difference"]["iteration"] == 3
    assert found["first_difference"]["after"] == 2


def test_the_report_says_where_and_what_was_not_looked_at(tmp_path: Path) -> None:
    arrays = ours(MAZUR)
    file = saved(tmp_path / "a.npz", {"W1": arrays["W1"] + 1, "W1@2": arrays["W1"]})
    text = shown("compare", "mazur", "--against", file, code=1)
    assert "Iteration 1; every number before it is the same" in text
    assert "W1[0, 0]" in text
    assert "One more iteration was not looked at." in text
    for name in ("csv", "markdown", "html"):
        assert "W1" in run("compare", "mazur", "--against", file, "--format", name, code=1).stdout


def test_a_graph_has_numbers_of_a_program_too(tmp_path: Path) -> None:
    file = saved(tmp_path / "a.npz", {"total": np.array(220.0), "tax": np.array(1.2)})
    found = run_json("compare", "apples", "--against", file, code=1)["first_difference"]
    assert (found["name"], found["values"]) == ("tax", [1.1, 1.2])


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["mazur", "--against", "nobody.npz"], "nobody.npz: no such file"),
        (["mazur", "--against", "xor"], "xor is a configuration, not a program's numbers"),
        (["mazur", "--against", "FILE", "--iterations", "3"], "--iterations says nothing here"),
        (["mazur", "--against", "FILE", "--plot", "a.svg"], "--plot says nothing here"),
        (["mazur", "xor", "--after", "3"], "--after says nothing here; name a program's numbers"),
        (["mazur", "xor", "--tolerance", "1"], "--tolerance says nothing here"),
        (["mazur", "FILE", "--against", "FILE", "--after", "3"], "--after is of one file"),
        (["-", "--against", "-"], "- stands twice"),
        (["FILE", "--against", "mazur"], "mazur is a configuration, not a program's numbers"),
        (["zhou-neuron", "--against", "FILE"], "the shape is 2×2, expected 1×2"),
    ],
)
def test_what_can_t_be_compared_is_an_error(words: list[str], told: str, tmp_path: Path) -> None:
    file = saved(tmp_path / "a.npz", {"W1": np.zeros((2, 2))})
    words = [file if word == "FILE" else word for word in words]
    assert told in run("compare", *words, code=2).stderr


def test_so_many_iterations_are_compared_and_not_judged() -> None:
    experiment = longer(MAZUR, 1200)
    text = json.dumps({"loss": [0.1] * 1101})
    answers = read_answers(text.encode(), "a.json", experiment)
    assert against(experiment, answers).moments == 1
