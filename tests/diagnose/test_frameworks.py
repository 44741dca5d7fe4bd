"""Arrays under the names of frameworks and courses, as their programs save them."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from support.cli import run, run_json
from support.networks import shipped
from tracer.diagnose.answers import Moment, read_answers
from tracer.diagnose.answers.arrays import named_arrays
from tracer.diagnose.answers.moments import traced
from tracer.diagnose.check import CheckedAnswers, check
from tracer.errors import ConfigError, Problem
from tracer.model.experiment import Experiment
from tracer.model.optimizers import Adam

Arrays = dict[str, npt.NDArray[Any]]
DEEP = shipped("relu-bce")
"""2-3-2-1, four samples."""
SQUARE = shipped("mazur-free-biases")
"""2-2-2, one sample."""
PARTS = {"W": "weight", "b": "bias"}


def ours(experiment: Experiment, iteration: int = 1) -> Arrays:
    """All arrays of an iteration under our own names."""
    moment = Moment(iteration)
    trace = traced(experiment, [moment])[moment].trace
    return {name.partition("@")[0]: array for name, array in named_arrays(trace)}


def of_modules(
    arrays: Arrays, pattern: str, modules: list[str], part: str = "{}", turn: bool = False
) -> Arrays:
    """`{module}.{leaf}` for each module; `part` is our own name, `d{}` or `{}+`, of what is saved."""
    return {
        pattern.format(module=module, leaf=leaf): array.T if turn else array
        for number, module in enumerate(modules, 1)
        for letter, leaf in PARTS.items()
        for array in [arrays[part.format(f"{letter}{number}")]]
    }


def saved(arrays: Arrays) -> bytes:
    stream = io.BytesIO()
    members: dict[str, Any] = dict(arrays)
    np.savez(stream, **members)
    return stream.getvalue()


def checked(arrays: Arrays, of: Experiment, moment: Moment | None = None) -> CheckedAnswers:
    notes: list[Problem] = []
    content = saved(arrays)
    report = check(of, read_answers(content, "a.npz", of, moment=moment, remark=notes.append))
    assert notes == []
    return report


def conventions(report: CheckedAnswers) -> list[str]:
    return [row.name for row in report.sheet_conventions]


MODULES = {
    "Sequential": ("{module}.{leaf}", ["0", "2", "4"]),
    "numbered": ("{module}.{leaf}", ["fc1", "fc2", "fc3"]),
    "in words": ("{module}.{leaf}", ["encoder.fc", "middle.fc", "decoder.fc"]),
    "DataParallel, compiled": ("module._orig_mod.{module}.{leaf}", ["net.0", "net.2", "net.4"]),
    "keywords": ("{module}_{leaf}", ["fc1", "fc2", "fc3"]),
    "numbered up to 10": ("{module}.{leaf}", ["fc8", "fc9", "fc10"]),
}


@pytest.mark.parametrize("case", MODULES)
@pytest.mark.parametrize("experiment", [DEEP, SQUARE], ids=["deep", "square"])
@pytest.mark.parametrize("after", [False, True])
def test_a_state_dict_is_read_as_of_the_moment_that_it_fits(
    case: str, experiment: Experiment, after: bool
) -> None:
    pattern, modules = MODULES[case]
    modules = modules[: experiment.network.depth]
    arrays = of_modules(ours(experiment), pattern, modules, "{}+" if after else "{}")
    backwards = dict(sorted(arrays.items()))
    report = checked(backwards if case.startswith("numbered") else arrays, experiment)
    assert report.all_right
    assert {found.answer.name for found in report.array_findings} == set(arrays)
    when = "saved_after_updates" if after else "saved_before_update"
    assert conventions(report) == ["layers_by_name", when]


GRADIENTS = [
    "{module}.{leaf}.grad",
    "grad/{module}.{leaf}",
    "{module}.{leaf}_grad",
    "d_{module}.{leaf}",
]


@pytest.mark.parametrize("pattern", GRADIENTS)
def test_gradients_stand_beside_parameters_before_and_after(pattern: str) -> None:
    modules, arrays = ["a", "b", "c"], ours(DEEP)
    own = of_modules(arrays, pattern, modules, "d{}")
    own |= of_modules(arrays, "before/{module}.{leaf}", modules)
    own |= of_modules(arrays, "{module}.{leaf}+", modules, "{}+")
    report = checked(own, DEEP)
    assert report.all_right
    assert len(report.array_findings) == 18
    assert conventions(report) == ["layers_by_name"]


INPUT_FIRST = {
    "Keras": ("{module}/{leaf}:0", ["dense", "dense_1", "dense_2"]),
    "Keras 3": ("{module}.{leaf}", ["dense", "dense_1", "dense_2"]),
    "Flax": ("params/{module}/{leaf}", ["Dense_0", "Dense_1", "Dense_2"]),
    "keystr": ("['params']['{module}']['{leaf}']", ["Dense_0", "Dense_1", "Dense_2"]),
    "scikit-learn": ("{leaf}_{module}", ["0", "1", "2"]),
}


@pytest.mark.parametrize("case", INPUT_FIRST)
@pytest.mark.parametrize("experiment", [DEEP, SQUARE], ids=["deep", "square"])
def test_kernels_have_a_row_for_each_input(case: str, experiment: Experiment) -> None:
    pattern, modules = INPUT_FIRST[case]
    leaves = {"weight": "kernel"}
    if case == "scikit-learn":
        leaves = {"weight": "coefs", "bias": "intercepts"}
    arrays = {
        re.sub("|".join(leaves), lambda found: leaves[found[0]], name): array
        for name, array in of_modules(
            ours(experiment), pattern, modules[: experiment.network.depth], turn=True
        ).items()
    }
    report = checked(arrays, experiment)
    assert report.all_right
    assert conventions(report)[:2] == ["weights_stored_by_input", "layers_by_name"]


def test_a_square_weight_of_a_state_dict_that_is_transposed_is_wrong() -> None:
    arrays = of_modules(ours(SQUARE), "{module}.{leaf}", ["fc1", "fc2"], turn=True)
    assert not checked(arrays, SQUARE).all_right


def test_arrays_without_names_are_the_parameters_in_their_order() -> None:
    arrays = ours(DEEP)
    values = [arrays[f"{letter}{number}"] for number in (1, 2, 3) for letter in "Wb"]
    assert checked({f"arr_{k}": array.T for k, array in enumerate(values)}, DEEP).all_right


def test_optimiser_states_go_by_the_place_of_the_parameter() -> None:
    assert DEEP.training is not None
    experiment = replace(DEEP, training=replace(DEEP.training, optimizer=Adam(), iterations=3))
    for number in (1, 3):
        arrays = ours(experiment, number)
        own = of_modules(arrays, "{module}.{leaf}", ["0", "2", "4"], "{}+")
        for place, name in enumerate(f"{letter}{layer}" for layer in (1, 2, 3) for letter in "Wb"):
            own[f"optimizer.state.{place}.exp_avg"] = arrays[f"m_{name}+"]
            own[f"optimizer.state.{place}.exp_avg_sq"] = arrays[f"v_{name}+"]
        report = checked(own, experiment)
        assert report.all_right
        assert len(report.array_findings) == 18
        assert {found.answer.moment.iteration for found in report.array_findings} == {number}


def test_who_checks_can_say_after_which_update_a_file_was_saved() -> None:
    assert DEEP.training is not None
    experiment = replace(DEEP, training=replace(DEEP.training, iterations=9))
    arrays = of_modules(ours(experiment, 4), "{module}.{leaf}", ["0", "2", "4"], "{}+")
    assert checked(arrays, experiment, Moment(None, 4)).all_right
    assert checked({**arrays, "iteration": np.array(4)}, experiment).all_right
    own = {name: ours(experiment, 5)[name] for name in ("W1", "net2", "E_total")}
    assert checked(own, experiment, Moment(None, 4)).all_right


def test_a_wrong_update_is_told_as_the_mistake_that_it_is() -> None:
    arrays = ours(SQUARE)
    added = {f"{name}+": arrays[name] + 0.5 * arrays[f"d{name}"] for name in ("W1", "W2")}
    found = checked({f"fc{n}.weight": added[f"W{n}+"] for n in (1, 2)}, SQUARE).array_findings
    assert {match.name for array in found for match in array.matches} >= {"gradient_added"}


def test_a_course_has_samples_in_columns() -> None:
    letters = {"net": "Z", "out": "A", "delta": "dZ", "dout": "dA"}
    own = {"A0": ours(DEEP)["inputs"].T, "Y": ours(DEEP)["targets"].T}
    for name, array in ours(DEEP).items():
        if match := re.fullmatch(r"(net|out|delta|dout)(\d)", name):
            own[letters[match[1]] + match[2]] = array.T
        elif re.fullmatch(r"d?b\d", name):
            own[name] = array.reshape(-1, 1)
        elif re.fullmatch(r"d?W\d", name):
            own[name.replace("W", "W_")] = array
    report = checked(own, DEEP)
    assert report.all_right
    assert conventions(report) == ["samples_in_columns"]


def test_a_course_has_words_for_its_arrays() -> None:
    arrays = ours(SQUARE)
    own = {
        "W": arrays["W1"].T, "b": arrays["b1"], "W2": arrays["W2"].T, "b2": arrays["b2"],
        "X": arrays["inputs"], "y": arrays["targets"], "hidden": arrays["out1"],
        "scores": arrays["net2"], "dscores": arrays["delta2"], "dW": arrays["dW1"].T,
    }  # fmt: skip
    for name in ("delta1", "dout1"):
        assert checked({**own, "dhidden": arrays[name]}, SQUARE).all_right


def test_classes_may_stand_for_targets() -> None:
    experiment = shipped("xor")
    targets = ours(experiment)["targets"]
    assert checked({"y": targets.argmax(axis=1)}, experiment).all_right
    with pytest.raises(ConfigError, match="2 is no class: they are counted from 0 to 1"):
        checked({"y": targets.argmax(axis=1) + 1}, experiment)


def test_a_bias_that_a_layer_shares_may_stand_once_for_each_neuron() -> None:
    experiment = shipped("mazur")
    assert checked(
        {"1.bias": np.full(2, 0.35), "2.bias": np.full((2, 1), 0.6)}, experiment
    ).all_right
    with pytest.raises(ConfigError, match="the layer has one bias, which its neurons share"):
        checked({"b1": np.array([0.35, 0.36])}, experiment)


def test_iterations_lie_along_the_first_axis() -> None:
    assert SQUARE.training is not None
    experiment = replace(SQUARE, training=replace(SQUARE.training, iterations=3))
    runs = [ours(experiment, k) for k in (1, 2, 3)]
    names = {"fc1.weight": "W1", "fc2.weight": "W2", "Z1": "net1", "losses": "loss"}
    own = {name: np.stack([run[our] for run in runs]) for name, our in names.items()}
    own["out_o1"] = np.array([run["out2"][0, 0] for run in runs])
    report = checked(own, experiment)
    assert report.all_right
    assert [section.moment.iteration for section in report.sections] == [1, 2, 3]
    with pytest.raises(ConfigError, match="leave out '@'"):
        checked({"W1@2": own["fc1.weight"]}, experiment)


@pytest.mark.parametrize(
    ("arrays", "told"),
    [
        ({"fc2.weight": np.zeros((2, 2))}, "fc2 could be layer 1 or 2: save all layers, or call"),
        ({f"{k}.weight": np.zeros((2, 2)) for k in "abc"}, "3 modules have such shapes, and the"),
        ({"fc.weight": np.zeros((7, 5))}, "there is no array 'fc.weight'"),
        ({"W1": np.zeros((2, 2)), "run/W1": np.zeros((2, 2))}, "this quantity has two numbers"),
        ({"arr_99": np.zeros((2, 2))}, "there is no array 'arr_99'"),
        ({"state.0.exp_avg": np.zeros((2, 2))}, "this calculation has no optimiser's state"),
    ],
)
def test_what_can_t_be_told_is_asked_for(arrays: Arrays, told: str) -> None:
    with pytest.raises(ConfigError, match=told):
        read_answers(saved(arrays), "a.npz", SQUARE)


@pytest.mark.parametrize("name", ["b1", "layer1.bias"])
def test_thresholds_are_no_biases(name: str) -> None:
    arrays = {"layer1.weight": np.zeros((2, 2)), "layer2.weight": np.zeros((1, 2))}
    with pytest.raises(ConfigError, match="thresholds, which are subtracted; their array is"):
        read_answers(saved({**arrays, name: np.zeros(2)}), "a.npz", shipped("xor-thresholds"))


def test_a_name_that_collides_whatever_is_assumed_is_told() -> None:
    arrays = of_modules(ours(SQUARE), "{module}.{leaf}", ["0", "2"])
    both = {"W1": arrays["0.weight"], "W1+": arrays["0.weight"]}
    with pytest.raises(ConfigError, match="are the same quantity; put before/ or after/"):
        read_answers(saved({**arrays, **both}), "a.npz", SQUARE)


def test_what_a_program_saves_besides_is_noted_and_passed_over(tmp_path: Path) -> None:
    arrays = of_modules(ours(shipped("mazur-free-biases")), "{module}.{leaf}", ["0", "2"])
    path = tmp_path / "run.npz"
    path.write_bytes(saved({**arrays, "x_train": np.zeros(9), "delta_1x": np.zeros(2)}))
    result = run("check", "mazur-free-biases", str(path), code=0)
    assert "passed over: " in result.stderr
    assert "delta_1x: there is no array 'delta_1x'; did you mean 'delta1'" in result.stderr
    path.write_bytes(saved({**arrays, **{f"extra{k}": np.zeros(2) for k in range(9)}}))
    (line,) = run("check", "mazur-free-biases", str(path), code=0).stderr.splitlines()
    assert "9 arrays are unknown: extra0, extra1" in line
    path.write_bytes(saved({"x_train": np.zeros(9)}))
    assert "there is no array 'x_train'" in run("check", "mazur", str(path), code=2).stderr


def test_json_tells_what_was_assumed(tmp_path: Path) -> None:
    path = tmp_path / "run.npz"
    path.write_bytes(saved(of_modules(ours(SQUARE), "{module}.{leaf}", ["0", "2"], "{}+")))
    found = run_json("check", "mazur-free-biases", str(path))
    assert found["sheet_conventions"] == ["layers_by_name", "saved_after_updates"]
    assert [row["name"] for row in found["arrays"]] == ["2.weight", "2.bias", "0.weight", "0.bias"]
    assert run_json("check", "mazur-free-biases", str(path), "--after", "0", code=1)["first_wrong"]
