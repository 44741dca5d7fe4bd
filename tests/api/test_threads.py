"""One result that several threads ask: each gets the numbers that a single one gets."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

import tracer

THREADS = 4


@pytest.fixture(autouse=True)
def _threads_that_take_turns_often() -> Iterator[None]:
    usual = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    yield
    sys.setswitchinterval(usual)


@pytest.mark.parametrize(
    ("config", "name"),
    [("cubes", "loss"), ("xor", "loss"), ("descent", "f")],
    ids=["arrays", "floats", "graph"],
)
def test_threads_get_the_numbers_of_one(config: str, name: str) -> None:
    names = [f"{name}@{k}" for k in range(1, 151)]
    alone = tracer.trace(config)
    expected = {each: alone[each] for each in names}
    shared = tracer.trace(config)

    def ask(order: int) -> dict[str, float]:
        return {each: shared[each] for each in names[::order]}

    with ThreadPoolExecutor(THREADS) as pool:
        found = list(pool.map(ask, [1, -1] * (THREADS // 2)))
    assert found == [expected] * THREADS
    assert {each: shared[each] for each in names} == expected


def test_a_training_that_threads_share_shows_each_the_same() -> None:
    expected, shared = tracer.train("cubes", 60), tracer.train("cubes", 60)

    def ask(iteration: int) -> dict[str, object]:
        return shared.at(iteration).json()

    wanted = [60, 100, 30, 80]
    with ThreadPoolExecutor(THREADS) as pool:
        found = list(pool.map(ask, wanted))
    assert found == [expected.at(iteration).json() for iteration in wanted]
