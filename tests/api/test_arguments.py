"""What nobody should pass: told as one of the documented errors, and what is a number counts as one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import tracer
from support.marking import key, mazur

EXERCISE = tracer.new()
MAZUR, GRAPH, TRAINED = tracer.trace("mazur"), tracer.trace("apples"), tracer.train("mazur", 3)
ANSWERS = {"net_h1": "0.3775"}
NUMBER = {"E_total": "0.298"}
KINDS: tuple[Any, ...] = (
    True,
    1.5,
    "?",
    -1,
    [1.5],
    b"x",
    object(),
    np.float64(2),
    np.bool_(True),
    10**5000,
)  # which Python refuses to write
"""None of which is a whole number, a word of a list, or a path."""

WHOLE: dict[str, Callable[[Any], object]] = {
    "trace(iterations=)": lambda v: tracer.trace("mazur", iterations=v),
    "train(iterations=)": lambda v: tracer.train("mazur", v),
    "why(after=)": lambda v: tracer.why("mazur", NUMBER, after=v),
    "why(iteration=)": lambda v: tracer.why("mazur", NUMBER, iteration=v),
    "compare(iterations=)": lambda v: tracer.compare("mazur", "mazur", iterations=v),
    "new(seed=)": lambda v: tracer.new(seed=v),
    "new(layers=)": lambda v: tracer.new(layers=(2, v, 1)),
    "new(samples=)": lambda v: tracer.new(samples=v),
    "new(iterations=)": lambda v: tracer.new(iterations=v),
    "exercise.trace(iterations=)": lambda v: EXERCISE.trace(iterations=v),
    "at": MAZUR.at,
    "explain(depth=)": lambda v: MAZUR.explain("delta_h1", depth=v),
    "view(sample=)": lambda v: tracer.trace("xor").view(sample=v),
    "picture(sample=)": lambda v: tracer.trace("xor").picture(sample=v),
    "json(sample=)": lambda v: tracer.trace("xor").json(sample=v),
    "text(digits=)": lambda v: MAZUR.text(digits=v),
    "text(sig=)": lambda v: MAZUR.text(sig=v),
    "worksheet(iterations=)": lambda v: MAZUR.worksheet(iterations=v),
    "page(digits=)": lambda v: MAZUR.page(digits=v),
    "page(height=)": lambda v: MAZUR.page(height=v),
}
OTHER: dict[str, Callable[[Any], object]] = {
    "trace": tracer.trace,
    "train(progress=)": lambda v: tracer.train("mazur", 3, progress=_no_bool(v)),
    "why": lambda v: tracer.why("mazur", v),
    "why: a name": lambda v: tracer.why("mazur", {_written(v): "0.3"}),
    "compare": lambda v: tracer.compare("mazur", v),
    "gradcheck(all=)": lambda v: tracer.gradcheck("mazur", all=_no_bool(v)),
    "new(layers)": lambda v: tracer.new(layers=v),
    "new(activation=)": lambda v: tracer.new(activation=v),
    "new(output_activation=)": lambda v: tracer.new(output_activation=v),
    "new(loss=)": lambda v: tracer.new(loss=v),
    "new(bias=)": lambda v: tracer.new(bias=v),
    "new(optimizer=)": lambda v: tracer.new(optimizer=v),
    "new(learning_rate=)": lambda v: tracer.new(learning_rate=_no_number(v)),
    "new(freeze_biases=)": lambda v: tracer.new(freeze_biases=_no_bool(v)),
    "[name]": MAZUR.__getitem__,
    "[name] of a graph": GRAPH.__getitem__,
    "arrays[name]": MAZUR.arrays.__getitem__,
    "explain": MAZUR.explain,
    "table": MAZUR.table,
    "table of a training": TRAINED.table,
    "view": MAZUR.view,
    "picture": MAZUR.picture,
    "text(notation=)": lambda v: MAZUR.text(notation=v),
    "text(lang=)": lambda v: MAZUR.text(lang=v),
    "save": MAZUR.save,
    "picture.save": lambda v: MAZUR.picture().save(v),
    "curve.save": lambda v: TRAINED.curve().save(v),
    "check": MAZUR.check,
    "check(tolerance=)": lambda v: MAZUR.check(ANSWERS, tolerance=_no_number(v)),
    "check(round=)": lambda v: MAZUR.check(ANSWERS, round=v),
    "check(rounding=)": lambda v: MAZUR.check(ANSWERS, rounding=v),
    "check(digits_required=)": lambda v: MAZUR.check(ANSWERS, digits_required=v),
    "check(reveal=)": lambda v: MAZUR.check(ANSWERS, reveal=_no_bool(v)),
    "worksheet(key=)": lambda v: MAZUR.worksheet(key=_no_bool(v)),
    "worksheet(round=)": lambda v: MAZUR.worksheet(key=True, round=v),
    "worksheet(rounding=)": lambda v: MAZUR.worksheet(rounding=v),
    "page(ask=)": lambda v: MAZUR.page(exercise=True, ask=v),
    "page(reveal=)": lambda v: MAZUR.page(exercise=True, reveal=v),
    "page(notation=)": lambda v: MAZUR.page(notation=v),
    "page.save": lambda v: MAZUR.page().save(_no_text(v)),
}  # fmt: skip


def _written(value: Any) -> str:
    return "long" if type(value) is int and value > 1 else str(value)


def _no_bool(value: Any) -> Any:
    return "yes" if isinstance(value, bool | np.bool_) else value


def _no_number(value: Any) -> Any:
    return "many" if isinstance(value, float) else value


def _no_text(value: Any) -> Any:
    return 3 if isinstance(value, str) else value


@pytest.mark.parametrize("call", [*WHOLE, *OTHER])
def test_what_is_of_a_wrong_kind_is_told_as_a_documented_error(call: str) -> None:
    documented = tracer.UsageError, tracer.UnknownNameError, tracer.ConfigError
    for value in KINDS:
        with pytest.raises(tracer.BptraceError) as caught:
            (WHOLE | OTHER)[call](value)
        assert caught.errisinstance(documented) or "there is no file" in str(caught.value), value


@pytest.mark.parametrize("call", WHOLE)
def test_whole_numbers_have_ends_and_may_be_numpys(call: str) -> None:
    for value in (-1, 10**30):
        with pytest.raises(tracer.UsageError, match=f"={value}: expected a whole number from "):
            WHOLE[call](value)
    assert WHOLE[call](np.int64(2)) is not None


def test_numbers_beyond_float64_in_a_dict_are_told_by_their_size() -> None:
    huge = {"network": {"inputs": 10**5000, "layers": [{"neurons": 1, "activation": "tanh",
        "weights": [[10**400]]}]}, "predict": [{"inputs": [1]}]}  # fmt: skip
    with pytest.raises(tracer.ConfigError) as caught:
        tracer.trace(huge)
    assert str(caught.value).splitlines() == [
        "dict: network.inputs: found a whole number of 16,610 bits, expected a whole number",
        "dict: network.layers[0].weights[0][0]: found a whole number of 1,329 bits, "
        "expected a finite number",
    ]


def test_what_is_held_at_once_has_ends() -> None:
    for call, most in ((tracer.trace, 1_000_000), (MAZUR.worksheet, 10_000)):
        given = ("mazur",) if call is tracer.trace else ()
        with pytest.raises(tracer.UsageError, match=f"from 1 to {most}"):
            call(*given, iterations=10**12)


def test_the_error_says_where_what_and_what_instead() -> None:
    for call, words in (
        (lambda: MAZUR.at(0), "iteration=0: expected a whole number from 1 on"),
        (lambda: MAZUR.text(digits=31), "digits=31: expected a whole number from 0 to 30"),
        (
            lambda: MAZUR.check(ANSWERS, rounding="half-evn"),  # type: ignore[arg-type]
            "one of half-up, half-even, cut; did you mean 'half-even'",
        ),
        (lambda: MAZUR.text(digit=3), "option='digit': expected one of digits, sig"),  # type: ignore[call-arg]
        (lambda: tracer.new(layers="2,2,1"), "expected a list, such as (2, 2, 2)"),  # type: ignore[arg-type]
    ):
        with pytest.raises(tracer.UsageError) as caught:
            call()
        assert words in str(caught.value)


def test_membership_is_answered_without_training() -> None:
    traced = tracer.trace("mazur")
    for name in ("w1@99999999999999", "w9", "w1@0", "E_total#2", "", "@2"):
        assert name not in traced, name
    assert "tax@5" not in GRAPH
    assert "E_total@2" not in traced
    assert traced._iterations.run.done <= 1
    assert traced["E_total@2"]
    assert "E_total@2" in traced
    assert "w5+@3" in TRAINED
    assert "w5@4" not in TRAINED
    assert "theta@3" in tracer.trace("adam-by-hand")


@pytest.mark.parametrize("config", ["mazur", "xor", "adam-by-hand", "cubes-batch-means", "apples"])
def test_every_name_of_a_trace_is_in_it(config: str) -> None:
    traced = tracer.trace(config)
    names = list(traced)
    assert [name for name in names[:: max(1, len(names) // 100)] if name not in traced] == []


def test_arrays_of_a_program_that_are_none_of_the_calculation_are_remarked_on(
    tmp_path: Path,
) -> None:
    arrays: dict[str, Any] = {**MAZUR.arrays, "epoch_times": np.ones(7)}
    np.savez(tmp_path / "run.npz", **arrays)
    for answers in (tmp_path / "run.npz", arrays):
        checked = MAZUR.check(answers)
        assert checked.all_right
        assert len(checked.remarks) == 1
        assert "epoch_times" in checked.remarks[0]
    with pytest.raises(tracer.ConfigError, match="epoch_times"):
        MAZUR.check({"epoch_times": np.ones(7)})
    assert MAZUR.check(key(mazur(), 6)).remarks == ()


def test_a_result_speaks_the_language_that_is_asked_for() -> None:
    english, german = MAZUR.text(), MAZUR.text(lang="de")
    assert "learning rate 0.5" in english
    assert "Lernrate 0,5" in german
    assert MAZUR.text(lang="en") == english
    with pytest.raises(tracer.UsageError, match=r"no language 'xx'; there are en \(English\)"):
        MAZUR.html(lang="xx")


@pytest.mark.parametrize("name", ["a\0b", "a\ud800b"])
def test_a_name_that_no_file_can_have_is_told(name: str, tmp_path: Path) -> None:
    saving: list[tuple[Any, str]] = [
        (MAZUR, "html"),
        (MAZUR.picture(), "svg"),
        (TRAINED.curve(), "svg"),
    ]
    for result, ending in saving:
        with pytest.raises(tracer.UsageError, match="a name that a file can have"):
            result.save(tmp_path / f"{name}.{ending}")


def test_a_key_that_is_no_text_is_told_where_it_is_all_there_is() -> None:
    with pytest.raises(tracer.ConfigError, match="the key 1 is no text") as caught:
        MAZUR.check({1: 2, 3.5: 4})  # type: ignore[dict-item]
    assert len(caught.value.problems) == 2
    with pytest.raises(tracer.ConfigError, match="is empty"):
        MAZUR.check({})
