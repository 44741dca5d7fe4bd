"""States that stay at hand on the way of a training: as many as find room, evenly spaced.

A state is calculated again from the one kept before it, so which ones are kept changes no number, only
how long one waits for it.
"""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Iterator, MutableMapping

from tracer.model.network import State

ROOM = 512 * 2**20
"""Bytes that all of them may take together."""
FEWEST = 4

_OVERHEAD = 200  # bytes of an array besides its numbers


def room_for(state: State, most: int) -> int:
    """How many states like this one are kept: `most`, or fewer large ones."""
    size: int = sum(array.nbytes + _OVERHEAD for array in state.arrays())
    return max(FEWEST, min(most, ROOM // size))


class Kept(MutableMapping[int, State]):
    """States by their numbers of updates, ascending; 0 and the latest one always stay.

    Where room runs out only every second, fourth, … number stays: those that `stride` divides, and
    whatever comes after that, until room runs out again.
    """

    def __init__(self, start: State, most: int = 1 << 14) -> None:
        self._states, self._order = {0: start}, [0]
        self._most = room_for(start, most)
        self.stride = 1

    def wants(self, updates: int) -> bool:
        """Whether that state would stay."""
        return updates % self.stride == 0

    def before(self, updates: int) -> int:
        """The last number of updates up to this one."""
        return self._order[bisect_right(self._order, updates) - 1]

    def __getitem__(self, updates: int) -> State:
        return self._states[updates]

    def __setitem__(self, updates: int, state: State) -> None:
        if updates not in self._states:
            insort(self._order, updates)
        self._states[updates] = state
        while len(self._order) > self._most:
            self.stride *= 2
            self._order = [k for k in self._order if k % self.stride == 0 or k == updates]
            self._states = {k: self._states[k] for k in self._order}

    def __delitem__(self, updates: int) -> None:
        self._order.remove(updates)
        del self._states[updates]

    def __iter__(self) -> Iterator[int]:
        return iter(self._order)

    def __len__(self) -> int:
        return len(self._order)
