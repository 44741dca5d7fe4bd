"""Whatever stands in a file, `load` gives an experiment or a list of problems, and nothing else."""

from __future__ import annotations

import re
from copy import deepcopy
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from support.configs import GRAPH, SOUND
from support.sparing import sparing
from tracer.config import load
from tracer.errors import ConfigError

_RICH = (
    SOUND
    + """\
  iterations: 3
  batch: 2
  freeze: [w1, b1]
  stop: {loss_below: 0.1, window: 2}
  resume: {iterations: 1, losses: [0.5]}
predict: [{inputs: [1, 2], name: new}]
expected: [{iteration: 1, values: {E_total: 1}}]
"""
)
_FILE = {"file": "none.csv", "inputs": ["x", "y"], "targets": ["t"]}
_SCALARS = [None, True, -1, 0, 3, 10**18, 0.5, 1e300, float("nan"), "", "none", "w1", "\u200b"]
_SPELLED = ["0,1", "0.5 ", "1 2", "1/3", "a, b", "x..y", "9" * 400, 10**400]
_WORDS = ["softmax", "cross_entropy", "full", "biases"]
_LISTS = [[], [1], [[]], [{}], [[1]], [[1, 2], [3]], ["a"]]
_MAPPINGS = [{}, {"init": "normal"}, {"init": []}, {"x": 1}, _FILE]
_TEXTS = [_RICH, GRAPH + "training: {learning_rate: 1, trainable: [x]}"]
_JUNK: st.SearchStrategy[Any] = st.sampled_from(
    [*_SCALARS, *_SPELLED, *_WORDS, *_LISTS, *_MAPPINGS]
)


def _places(value: Any) -> list[tuple[Any, Any]]:
    """Every (container, key) within the value."""
    entries = value.items() if isinstance(value, dict) else enumerate(value)
    found = []
    for key, below in entries:
        found.append((value, key))
        if isinstance(below, dict | list):
            found += _places(below)
    return found


@given(st.sampled_from(_TEXTS), st.data())
def test_any_values_at_any_places(text: str, data: st.DataObject) -> None:
    content = yaml.safe_load(text)
    for _ in range(data.draw(st.integers(1, 4))):
        places = _places(content)
        if not places:
            break
        container, key = data.draw(st.sampled_from(places))
        if data.draw(st.booleans()):
            container[key] = deepcopy(data.draw(_JUNK))
        else:
            del container[key]
    _load(yaml.safe_dump(content, allow_unicode=True))


_CONTENTS = [yaml.safe_load(text) for text in _TEXTS]
_PLACES = [
    (number, place)
    for number, content in enumerate(_CONTENTS)
    for place in range(len(_places(content)))
]


@pytest.mark.parametrize(("number", "place"), sparing(_PLACES, _PLACES[::3]))
def test_every_kind_of_value_at_every_place(number: int, place: int) -> None:
    for value in [None, True, -1, 0.5, 10**400, "", "0,1", "a, b", [], [None], ["a"], {}, {"x": 1}]:
        content = deepcopy(_CONTENTS[number])
        container, key = _places(content)[place]
        container[key] = deepcopy(value)
        _load(yaml.safe_dump(content, allow_unicode=True))


@given(
    st.integers(0, len(_RICH)), st.integers(0, 30), st.text("[]{}:,-&*!'\"#|>%@\t\n a1", max_size=5)
)
def test_any_characters_in_place_of_others(start: int, length: int, characters: str) -> None:
    _load(_RICH[:start] + characters + _RICH[start + length :])


def _load(text: str) -> None:
    told = ["net.yaml: nothing to tell"]
    try:
        load("net.yaml", text)
    except ConfigError as error:
        told = [str(problem) for problem in error.problems]
    assert told
    assert not any(re.search("Value error|Input should|pydantic|Unable to", line) for line in told)
    assert all(re.match(r"(net\.yaml|none\.csv)(:\d+:\d+)?: .", line) for line in told)
