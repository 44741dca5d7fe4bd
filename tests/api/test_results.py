"""`import tracer`: the same numbers and words as the command line, as objects."""

from __future__ import annotations

import html
import json
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, assert_type

import numpy as np
import pytest

import tracer
from support.cli import run, run_json
from support.paths import CONFIGS
from tracer.errors import BptraceError

MAZUR = CONFIGS / "mazur.yaml"
TINY = {
    "title": "tiny",
    "network": {
        "inputs": ["x"],
        "layers": [
            {
                "neurons": ["y"],
                "activation": "sigmoid",
                "weights": np.array([[0.5]]),
                "bias": "none",
            }
        ],
    },
    "loss": "half_squared_error",
    "data": [{"inputs": (1,), "targets": [np.float64(1)]}, {"inputs": [2], "targets": [0]}],
    "training": {"learning_rate": 0.5, "iterations": 3},
}


@pytest.fixture(scope="module")
def mazur() -> tracer.Traced:
    return tracer.trace("mazur")


@pytest.mark.parametrize("config", ["mazur", "xor", "adam-by-hand", "cubes-batch-means"])
def test_every_name_that_there_is_reads_its_own_number(config: str) -> None:
    traced = tracer.trace(config, iterations=2)
    numbers = dict(traced)
    assert len(numbers) == len(traced)
    picked = list(numbers)[:: max(1, len(numbers) // 200)]
    assert {name: traced[name] for name in picked} == {name: numbers[name] for name in picked}


def test_iterations_and_samples_are_picked_by_the_name() -> None:
    found = run_json("run", "xor", "-n", 2)["iterations"][1]
    sample = next(one for one in found["samples"] if one["sample"] == 3)
    name, value = next(iter(sample["quantities"].items()))
    traced = tracer.trace("xor")
    assert traced[f"{name}@2#3"] == traced.at(2)[f"{name}#3"] == value
    assert_type(traced["w1"], float)


def test_numbers_are_the_same_in_whatever_order_they_are_asked_for() -> None:
    numbers = [9, 3, 40, 1, 12]
    first = tracer.trace("mazur")
    asked = {k: first[f"w5@{k}"] for k in numbers}
    assert asked == {k: tracer.trace("mazur")[f"w5@{k}"] for k in sorted(numbers)}


SAME: dict[str, tuple[Callable[[], Any], tuple[object, ...]]] = {
    "run": (lambda: tracer.trace("mazur", iterations=2), ("run", "mazur", "-n", 2)),
    "graph": (lambda: tracer.trace("apples"), ("run", "apples")),
    "matrix": (lambda: tracer.trace("xor").view("matrix"), ("run", "xor", "--view", "matrix")),
    "step": (lambda: tracer.train("mazur", 30), ("step", "mazur", "-n", 30)),
    "graph step": (lambda: tracer.train("descent", 5), ("step", "descent", "-n", 5)),
    "why": (
        lambda: tracer.why("mazur", {"E_total": "0.291027924"}, after=1),
        ("why", "mazur", "E_total=0.291027924", "--after", 1),
    ),
    "check": (
        lambda: tracer.trace("recurrent-two-steps").check(),
        ("check", "recurrent-two-steps"),
    ),
    "gradcheck": (lambda: tracer.gradcheck("apples"), ("gradcheck", "apples")),
    "compare": (
        lambda: tracer.compare("mazur", "mazur", iterations=2),
        ("compare", "mazur", "mazur", "-n", 2),
    ),
}


@pytest.mark.parametrize("case", SAME)
def test_what_is_shown_and_the_json_are_the_command_lines(case: str) -> None:
    made, words = SAME[case]
    result = made()
    if case != "compare":  # which calls its runs by their files
        assert result.text() == run(*words, code=None).stdout
    if case != "matrix":
        assert json.loads(json.dumps(result.json())) == run_json(*words, code=None)


def test_what_is_asked_for_later_does_not_change_an_earlier_result() -> None:
    traced = tracer.trace("mazur")
    before = traced.json(), str(traced), traced.yaml
    trained = tracer.train("mazur", 5)
    end = trained.json()
    assert traced["w1@50"] != traced["w1"]
    assert trained["w1@50"] == traced["w1@50"]
    assert (traced.json(), str(traced), traced.yaml) == before
    assert trained.json() == end


def test_a_path_text_a_dict_and_a_result_are_configurations(mazur: tracer.Traced) -> None:
    given: list[Any] = [
        MAZUR,
        str(MAZUR),
        MAZUR.read_text(encoding="utf-8"),
        mazur,
        mazur.experiment,
    ]
    assert {tracer.trace(config)["dE/dw1"] for config in given} == {mazur["dE/dw1"]}
    tiny = tracer.trace(TINY)
    assert tracer.trace(tiny.yaml).json() == tiny.json()
    with pytest.raises(tracer.UsageError, match="config=3: expected a path"):
        tracer.trace(3)  # type: ignore[arg-type]


@pytest.mark.parametrize("key", [3, None, ("w1",)])
def test_what_is_no_text_is_no_name(mazur: tracer.Traced, key: Any) -> None:
    for numbers in (mazur, mazur.arrays, tracer.trace("apples")):
        assert key not in numbers
        with pytest.raises(tracer.UnknownNameError, match="is no name; names are text"):
            numbers[key]


def test_an_unknown_view_is_told_which_there_are(mazur: tracer.Traced) -> None:
    with pytest.raises(tracer.UsageError, match="there are neurons, matrix"):
        mazur.view("zzz")


WRONG: dict[str, Callable[[], object]] = {
    "there is no file or bundled example 'mazr'; did you mean 'mazur'?": lambda: tracer.trace(
        "mazr"
    ),
    "there is no file or bundled example ''": lambda: tracer.trace(""),
    "there is no file or bundled example 'xxx": lambda: tracer.trace("x" * 5000),
    "<text>:1:1: hello: unknown key": lambda: tracer.trace("hello: world"),
    "dict: network: found 3": lambda: tracer.trace({"network": 3}),
    "there is no quantity 'w99@3'": lambda: tracer.trace("mazur")["w99@3"],
    "iterations and samples are counted from 1": lambda: tracer.trace("mazur")["w1@0"],
    "iterations are counted from 1": lambda: tracer.trace("descent")["w1@0"],
    "without `training` there is only iteration 1": lambda: tracer.trace("apples")["apple@2"],
    "there is no table 'nope'; there are network, forward": lambda: tracer.trace("mazur").table(
        "nope"
    ),
    "there is no view 'nope'": lambda: tracer.trace("mazur").view("nope"),
    "there is no picture 'nope'": lambda: tracer.trace("mazur").picture("nope"),
    "is a computation graph": lambda: tracer.trace("apples").view("matrix"),
    "explain needs the name": lambda: tracer.trace("mazur").explain(),
    "there is no array 'V1'": lambda: tracer.trace("mazur").arrays["V1"],
    "digits and sig exclude": lambda: tracer.trace("mazur").text(digits=3, sig=3),
    "there is no `training`": lambda: tracer.train("apples"),
    "why needs a number": lambda: tracer.why("mazur", {}),
    "E_total: 'abc' is not a number": lambda: tracer.why("mazur", {"E_total": "abc"}),
    "compare needs two": lambda: tracer.compare("mazur"),
    "a computation graph is none": lambda: tracer.compare("mazur", "apples"),
    "did you mean 'mean_squared_error'": lambda: tracer.new(loss="mse"),
    "ask and reveal are for exercises": lambda: tracer.trace("mazur").page(ask=["E_total"]),
    "only the key has numbers to round": lambda: tracer.trace("mazur").worksheet(round="4dp"),
}


@pytest.mark.parametrize("words", WRONG)
def test_what_can_not_be_had_is_told_as_an_exception(words: str) -> None:
    with pytest.raises(BptraceError, match=re.escape(words)):
        WRONG[words]()


def test_a_diverging_training_says_up_to_where_it_was_sound() -> None:
    config = {**TINY, "training": {"learning_rate": 1e200, "iterations": 50}}
    config["network"] = {
        "inputs": 1,
        "layers": [{"neurons": 1, "activation": "identity", "weights": 0.5, "bias": "none"}],
    }
    with pytest.raises(tracer.DivergedError) as caught:
        tracer.train(config)
    sound = tracer.train(config, caught.value.iteration - 2)
    assert sound.loss == caught.value.last_loss


def test_training_tells_how_far_it_is_and_goes_on_bit_for_bit() -> None:
    told: list[int] = []
    whole = tracer.train("mazur", 200, progress=told.append)
    half = tracer.train("mazur", 100)
    assert told[-1] == 200
    assert tracer.train(half.continued, 100).parameters == whole.parameters
    assert whole.history[0] == (0, tracer.trace("mazur")["loss"])
    assert whole.history[-1] == tracer.Loss(200, whole.loss)
    assert whole.parameters["w5"] == whole["w5+@200"]
    assert whole.outputs.tolist() == [[whole["out_o1@201"], whole["out_o2@201"]]]


def test_answers_may_be_a_dict_text_a_file_or_moments(tmp_path: Path, mazur: tracer.Traced) -> None:
    text = "out_h1: 0.5933\ndelta_h1: 0.0364\n"
    file = tmp_path / "answers.yaml"
    file.write_text(text, encoding="utf-8")
    values = {"out_h1": "0.5933", "delta_h1": 0.0364}
    given: list[Any] = [values, text, file, str(file), [{"iteration": 1, "values": values}]]
    for checked in map(mazur.check, given):
        assert [v.verdict for v in checked] == ["right", "mistake"]
        assert checked.first_wrong == checked[1]
        assert not checked.all_right
    hidden = mazur.check(values, reveal=False)
    assert (hidden[1].exact, "0.008771" in hidden.text()) == (None, False)
    with pytest.raises(tracer.UsageError, match="answers=b'w1: 1': expected a dict"):
        mazur.check(b"w1: 1")


def test_arrays_are_judged_by_the_precision_of_their_type(mazur: tracer.Traced) -> None:
    arrays = mazur.arrays
    assert mazur.check(dict(arrays)).all_right
    assert mazur.check({"dW1": arrays["dW1"].astype(np.float32)}).all_right
    checked = mazur.check({"dW1": arrays["dW1"] + [[0, 0], [0, 1e-6]], "out_h1": "0.5933"})
    assert checked.first_wrong is not None
    assert checked.first_wrong.name == "dE/dw4"
    for wrong, words in (
        (np.array([["a", "b"], ["c", "d"]]), "expected real numbers"),
        (np.full((2, 2), np.nan), "not finite"),
        (np.ones(3), "the shape is 3"),
    ):
        with pytest.raises(tracer.ConfigError, match=words):
            mazur.check({"dW1": wrong})


def test_an_array_is_a_copy_and_has_the_other_iterations(mazur: tracer.Traced) -> None:
    arrays = mazur.arrays
    arrays["W1"][0, 0] = 99
    assert arrays["W1"][0, 0] == mazur["w1"] == 0.15
    assert (arrays["W1@3"] == mazur.at(3).arrays["W1"]).all()
    assert (arrays["dE/dW1"] == arrays["dW1"]).all()
    assert next(iter(mazur.at(3).arrays)) == "inputs@3"
    assert tracer.trace("apples").arrays["total"].shape == ()


@pytest.mark.parametrize("said", ["", "x", "0", "-1", "1.5", "9" * 20, "2#1", "2@3"])
@pytest.mark.parametrize("name", ["W1", "total"])
def test_an_array_of_no_iteration_is_unknown(name: str, said: str) -> None:
    arrays = tracer.trace("mazur" if name == "W1" else "apples").arrays
    with pytest.raises(tracer.UnknownNameError, match=f"no array '{name}@{said}'"):
        arrays[f"{name}@{said}"]


def test_a_table_has_its_numbers_in_full(mazur: tracer.Traced) -> None:
    table = mazur.table("updates")
    assert table.columns == ("parameter", "connection", "old", "gradient", "lr·gradient", "new")
    assert table[0][3] == mazur["dE/dw1"]
    assert table[0][0] == "w1"
    assert repr(table) == str(table)
    assert tracer.trace("apples").table("nodes")[3][:3] == ("apple_price", "apple*apples", 200.0)


def test_an_explanation_has_the_formula_and_its_numbers(mazur: tracer.Traced) -> None:
    explained = mazur.explain("w5+@2", "dE/dw1")
    assert explained.formula == "w5@2 - lr@2*dE/dw5@2"
    assert explained.value == mazur["w5+@2"]
    assert explained.inputs["w5@2"] == mazur["w5@2"]
    assert [one.name for one in explained] == ["w5+@2", "dE/dw1"]
    assert len(mazur.explain("dE/dw1", depth="all")) > 10


def test_files_are_written_by_their_endings_and_never_over_others(
    tmp_path: Path, mazur: tracer.Traced
) -> None:
    for name, begin in {
        "a.md": "# A step", "a.html": "<!doctype", "a.tex": "\\documentclass", "a.csv": "iteration,",
        "a.txt": "A step",
    }.items():  # fmt: skip
        mazur.save(tmp_path / name)
        assert (tmp_path / name).read_text(encoding="utf-8").startswith(begin)
        with pytest.raises(tracer.OutputError, match="exists already"):
            mazur.save(tmp_path / name)
    mazur.picture().save(tmp_path / "a.svg")
    mazur.page().save(tmp_path / "a.html", force=True)
    tracer.train("mazur", 3).curve().save(tmp_path / "b.svg")
    for wrong in (mazur, mazur.picture()):
        with pytest.raises(tracer.UsageError, match="ending"):
            wrong.save(tmp_path / "a.json")


def test_notebooks_get_every_representation_and_shells_a_line(
    capsys: pytest.CaptureFixture[str], mazur: tracer.Traced
) -> None:
    odd = tracer.trace({**TINY, "title": "<script>alert(1)</script>\x1b[31m"})
    results: list[Any] = [mazur, odd, tracer.train(odd), odd.explain("dE/dw1"), odd.table("forward"),
               odd.check({"dE/dw1": "1"}), tracer.why(odd, {"w1+": "0.6"}), odd.gradcheck(),
               tracer.new(seed=3), odd.worksheet(key=True), odd.view("matrix")]  # fmt: skip
    for result in results:
        shown = result._repr_html_()
        assert shown.startswith("<style>")
        assert "<script" not in shown
        assert result._repr_markdown_()
        assert result._repr_latex_()
        assert "\x1b" not in repr(result) + shown
    assert capsys.readouterr() == ("", "")


def test_the_live_page_stands_in_a_frame_that_reaches_nothing(mazur: tracer.Traced) -> None:
    page = mazur.page(exercise=True, height=500)
    frame = re.fullmatch(
        r'<iframe srcdoc="([^"]*)" sandbox="([^"]*)" .*</iframe>', page._repr_html_()
    )
    assert frame is not None
    assert html.unescape(frame[1]) == page.html
    assert "allow-same-origin" not in frame[2]
    assert "allow-scripts" in frame[2]


def test_without_pandas_that_is_said(monkeypatch: pytest.MonkeyPatch, mazur: tracer.Traced) -> None:
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(tracer.UsageError, match="data frames need pandas"):
        mazur.to_dataframe()


def test_ctrl_c_ends_a_comparison_as_it_ends_a_training(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("tracer.engine.training._Trainer._up_to", interrupted)
    for train in (
        lambda: tracer.train("mazur", 5),
        lambda: tracer.compare("mazur", "mazur-as-published", iterations=5),
    ):
        with pytest.raises(KeyboardInterrupt):
            train()
