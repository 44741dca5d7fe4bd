"""How many states of a training stay at hand: bounded, evenly spaced, and no number depends on it."""

from __future__ import annotations

import pytest

from support.networks import shipped
from tracer.engine import kept
from tracer.engine.kept import FEWEST, Kept, room_for
from tracer.engine.timeline import NetworkTimeline
from tracer.engine.training import Run, train
from tracer.show.reports.milestones import Every, reached, without_last


def _kept(numbers: range, most: int) -> Kept:
    state = NetworkTimeline(shipped("mazur")).start
    found = Kept(state, most)
    for number in numbers:
        if found.wants(number) or number == numbers[-1]:
            found[number] = state
    return found


def test_all_states_stay_while_there_is_room() -> None:
    assert list(_kept(range(10), 10)) == list(range(10))


@pytest.mark.parametrize("last", [9, 10, 11, 1000])
def test_then_every_second_fourth_and_the_latest_stay(last: int) -> None:
    found = _kept(range(last + 1), 8)
    assert len(found) <= 8
    assert {0, last} <= set(found)
    assert all(k % found.stride == 0 for k in found if k != last)
    assert found.before(last) == last
    assert [found.before(k) for k in range(found.stride)] == [0] * found.stride


def test_few_large_states_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    state = NetworkTimeline(shipped("mazur")).start
    monkeypatch.setattr(kept, "ROOM", 1)
    assert room_for(state, 1000) == FEWEST


def test_a_training_without_end_keeps_a_bounded_number_of_states(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(kept, "ROOM", 20_000)

    def interrupt(done: int) -> None:
        if done >= 500:
            raise KeyboardInterrupt

    timeline = NetworkTimeline(shipped("mazur"))
    run = train(timeline, 10**12, range(10**12 + 1), interrupt)
    assert (run.ended, run.asked) == ("interrupted", 10**12)
    assert run.done >= 500
    assert len(timeline.kept) < 20
    assert run.reached(range(1, 10**12)) == range(1, run.done + 1)
    whole = NetworkTimeline(shipped("mazur"))
    for updates in (1, 77, run.done):
        assert timeline.state(updates).numbers() == whole.state(updates).numbers()


def test_even_marks_take_no_memory() -> None:
    marks = Every(3, 10)
    assert list(marks) == [0, 3, 6, 9, 10]
    assert list(without_last(marks)) == [0, 3, 6, 9]
    assert list(Every(5, 0)) == [0]
    run = Run(NetworkTimeline(shipped("mazur")), done=7)
    many = Every(2, 10**12)
    assert len(many) == 5 * 10**11 + 1
    assert list(reached(run, many)) == [0, 2, 4, 6, 7]
    assert list(reached(run, [0, 5, 10])) == [0, 5, 7]
