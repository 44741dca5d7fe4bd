"""The data of an exercise: what is asked for, and that no right value lies in it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from support.paths import CONFIGS
from support.sparing import sparing
from tracer.config import load
from tracer.diagnose.answers.moments import Moment, traced
from tracer.errors import UnknownNameError, UsageError
from tracer.explain.worksheet import to_calculate
from tracer.model.experiment import Experiment, GraphExperiment
from tracer.page.exercise import exercise_data

EXAMPLES = ("mazur", "zhou", "xor-thresholds", "recurrent-two-steps", "relu-bce")


def bundled(name: str) -> Experiment | GraphExperiment:
    path = CONFIGS / f"{name}.yaml"
    return load(str(path), path.read_text(encoding="utf-8"))


def numbers_in(data: Any) -> Iterator[float]:
    if isinstance(data, dict):
        for value in data.values():
            yield from numbers_in(value)
    elif isinstance(data, list):
        for value in data:
            yield from numbers_in(value)
    elif isinstance(data, float):
        yield data


@pytest.mark.parametrize("name", sparing(EXAMPLES, 4))
def test_no_right_value_lies_in_the_data(name: str) -> None:
    exact = traced(bundled(name), [Moment()])[Moment()]
    asked = list(to_calculate(exact.trace))
    given = {exact.value(i) for i in exact if exact.formula(i) is None}
    values = {exact.value(identity) for identity in asked} - given
    telling = {value for value in values if len(repr(value)) > 8}
    assert len(telling) > len(asked) / 4
    found = set(numbers_in(json.loads(json.dumps(exercise_data(bundled(name))))))
    assert not found & telling


def test_all_that_a_worksheet_asks_for_is_asked() -> None:
    example = bundled("mazur")
    data = exercise_data(example)
    exact = traced(example, [Moment()])[Moment()]
    names = [data["numbers"][place]["name"] for place in data["asked"]]
    assert names == [exact.names.name(i) for i in to_calculate(exact.trace)]


def test_ask_chooses_what_is_asked() -> None:
    data = exercise_data(bundled("mazur"), ["E_total", "delta_h1"])
    assert [data["numbers"][place]["name"] for place in data["asked"]] == ["E_total", "delta_h1"]


def test_a_given_number_cannot_be_asked_for() -> None:
    with pytest.raises(UsageError, match="cannot ask for w1"):
        exercise_data(bundled("mazur"), ["w1"])


def test_a_name_that_does_not_exist_is_refused() -> None:
    with pytest.raises(UnknownNameError):
        exercise_data(bundled("mazur"), ["net_h9"])


def test_a_large_network_is_refused() -> None:
    with pytest.raises(UsageError, match="too large for a page"):
        exercise_data(bundled("cubes"))


def test_a_small_exercise_is_a_small_file() -> None:
    assert len(json.dumps(exercise_data(bundled("mazur")))) < 60_000


def test_a_change_by_which_there_are_no_numbers_is_left_out() -> None:
    changes = exercise_data(bundled("adam-by-hand"))["changes"]
    found = [change for row in changes for change in row["changes"]]
    assert ["t_counted", "from_2"] in found
    assert ["t_counted", "from_0"] not in found
