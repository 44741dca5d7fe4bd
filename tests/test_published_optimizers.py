"""The published numbers of optimisers and penalties: what `check` and `why` say of them."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest

from support.cli import run_json, shown
from support.graphs import shipped_graph
from support.traces import named
from tracer.graph.building import build_graph
from tracer.graph.timeline import GraphTimeline

RIGHT = {
    "cs231n-momentum": 10,
    "cs231n-rmsprop": 10,
    "cs231n-adam": 15,
    "cs231n-two-layer": 22,
    "cs231n-two-layer-l2": 1,
    "deeplearning-momentum": 12,
    "descent-momentum": 2,
    "descent-adagrad": 2,
    "descent-rmsprop": 2,
}
"""How many numbers each source published, all of them right."""

TOO_COARSE = {"descent-rmsprop": ["w2"]}
"""Published as 0.000000, which much else would be, too."""


def verdicts(name: str) -> dict[tuple[str, int], dict[str, Any]]:
    """What is said of each number, by its name without the iteration, and the iteration."""
    found = run_json("check", name)["verdicts"]
    return {(each["name"].partition("@")[0], each.get("iteration", 1)): each for each in found}


@pytest.mark.parametrize(("name", "count"), RIGHT.items())
def test_check_finds_all_of_them_right(name: str, count: int) -> None:
    found = run_json("check", name)
    assert found["supplied"] == count
    left = [each for each in found["verdicts"] if each["verdict"] != "right"]
    assert [each["name"] for each in left] == TOO_COARSE.get(name, [])
    assert {each["verdict"] for each in left} <= {"coarse"}


def test_all_twenty_gradients_of_the_course_are_the_given_ones() -> None:
    experiment = shipped_graph("cs231n-adam")
    trace = named(GraphTimeline(experiment, build_graph(experiment)).trace(1))
    for letter, start, end in (("w", -0.4, 0.6), ("m_w", 0.6, 0.9), ("v_w", 0.7, 0.5)):
        steps = np.linspace(start, end, 20)
        assert [trace[f"{letter}{k}"] for k in range(1, 21)] == steps.tolist()
    gradients = np.linspace(-0.6, 0.4, 20)
    assert [trace[f"df/dw{k}"] for k in range(1, 21)] == gradients.tolist()


def test_adam_by_hand_is_rounded_at_every_step_and_nobody_is_blamed() -> None:
    found = verdicts("adam-by-hand")
    assert len(found) == 18
    assert not any(each.get("mistakes") for each in found.values())
    off = {key: each["verdict"] for key, each in found.items() if each["verdict"] != "right"}
    assert off == {("df/dtheta", 3): "rounding", ("theta+", 3): "rounding"}
    told = re.sub(" +", " ", shown("check", "adam-by-hand"))
    assert "4.7003 4.700213291 4.700253253 right within rounding from rounded numbers" in told
    assert "0.28790 0.287906278 0.287907900 right cut off, not rounded" in told


def test_why_finds_adam_s_counter_that_is_incremented_too_late() -> None:
    told = shown("why", "cs231n-adam", "w1=-0.40098988", "--after", "1")
    assert "t counted before incrementing" in told


def test_why_finds_the_penalty_that_is_not_halved() -> None:
    told = shown("why", "cs231n-two-layer-l2", "loss=49.7194610349")
    assert "form: whole" in told
