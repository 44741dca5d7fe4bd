"""After how many updates to look at a training: any number of times, where they are evenly spaced."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tracer.engine.training import Run
from tracer.immutable import immutable


@immutable
class Every(Sequence[int]):
    """0, every so many, and the last, none of which takes memory."""

    step: int
    last: int

    def __len__(self) -> int:
        return -(-self.last // self.step) + 1

    def __getitem__(self, index: Any) -> Any:
        return min(range(len(self))[index] * self.step, self.last)


def reached(run: Run[Any], shown: Sequence[int]) -> Sequence[int]:
    """Those of the numbers of updates that training came to, and the last one."""
    if isinstance(shown, Every):
        return Every(shown.step, min(run.done, shown.last))
    return sorted({k for k in shown if k < run.done} | {run.done})


def without_last(shown: Sequence[int]) -> Sequence[int]:
    """All of the numbers but the last."""
    return range(0, shown.last, shown.step) if isinstance(shown, Every) else shown[:-1]
