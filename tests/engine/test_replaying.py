"""States that were not kept: found again in little time, and the same to the last bit."""

from __future__ import annotations

import pytest

from support.networks import shipped
from tracer.digits.rounding import Rounding
from tracer.engine.observers import UNALTERED, Altered
from tracer.engine.timeline import NetworkTimeline
from tracer.model.network import State


class Counted(NetworkTimeline):
    """A timeline that counts the updates that it makes."""

    updates = 0

    def advance(
        self, state: State, done: int, count: int, losses: list[float] | None = None
    ) -> State:
        self.updates += count
        return super().advance(state, done, count, losses)


@pytest.mark.parametrize("altered", [UNALTERED, Altered(Rounding(4))], ids=["exact", "4dp"])
def test_going_back_through_the_iterations_makes_few_updates_again(altered: Altered) -> None:
    timeline = Counted(shipped("mazur"), altered)
    states = {k: timeline.state(k).numbers() for k in range(3000, 2700, -1)}
    assert timeline.updates < 2 * 3000
    forwards = NetworkTimeline(shipped("mazur"), altered)
    assert all(forwards.state(k).numbers() == states[k] for k in sorted(states))
