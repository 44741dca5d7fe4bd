"""Copies of results and errors, and what can't be sent to another process."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable

import pytest

import tracer
from tracer.errors import BptraceError, SeveralError, UsageError

TRACED = tracer.trace("mazur")
RESULTS = [
    TRACED,
    tracer.trace("apples"),
    tracer.train("mazur", 3),
    tracer.new(seed=7),
    TRACED.check({"out_h1": "0.5933"}),
    TRACED.view("matrix"),
    TRACED.picture(),
    TRACED.arrays,
]
LOST = "{network: {inputs: [x], layers: []}, loss: nothing}"
DIVERGING = {
    "graph": {"inputs": {"x": 1.0}, "nodes": {"y": "x**4"}},
    "training": {"learning_rate": 1e9, "trainable": ["x"], "iterations": 50},
}
FAILING: list[Callable[[], object]] = [
    lambda: tracer.trace(LOST + "\n"),
    lambda: tracer.trace("no-such-example"),
    lambda: TRACED["no such name"],
    lambda: TRACED.check({}),
    lambda: TRACED.view("no such view"),
    lambda: TRACED.text(lang="no-such-language"),
    lambda: tracer.trace("apples").at(3),
    lambda: tracer.trace({"graph": {"inputs": {"x": 0}, "nodes": {"y": "log(x)"}}}).text(),
    lambda: tracer.train(DIVERGING),
    lambda: _raise(SeveralError([UsageError("one", "hint"), UsageError("two")])),
]


def _raise(error: Exception) -> None:
    raise error


@pytest.mark.parametrize("result", RESULTS, ids=lambda result: type(result).__name__)
def test_a_result_is_its_own_copy_and_can_not_be_pickled(result: object) -> None:
    assert copy.copy(result) is result
    assert copy.deepcopy([result])[0] is result
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        with pytest.raises(
            TypeError, match=f"{type(result).__name__} can't be pickled; pickle its"
        ):
            pickle.dumps(result, protocol)


@pytest.mark.parametrize("fail", FAILING)
def test_errors_are_the_same_when_copied_and_in_another_process(
    fail: Callable[[], object],
) -> None:
    with pytest.raises(BptraceError) as caught:
        fail()
    error = caught.value
    protocols = range(pickle.HIGHEST_PROTOCOL + 1)
    sent = [pickle.loads(pickle.dumps(error, protocol)) for protocol in protocols]
    for again in (copy.copy(error), copy.deepcopy(error), *sent):
        assert type(again) is type(error)
        assert (str(again), again.args, vars(again)) == (str(error), error.args, vars(error))
