"""What the programs of a training are fed with: the batches of updates, in the forms that they take.

Updates count from 0, those of an earlier run included.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cached_property, lru_cache, partial
from itertools import chain, cycle, islice
from typing import TYPE_CHECKING, Any

import numpy as np

from tracer.engine.batches import Batches
from tracer.engine.compiled import FlatValues
from tracer.engine.rule import Rule
from tracer.model.experiment import Data
from tracer.model.network import FloatArray

if TYPE_CHECKING:
    from tracer.arrays import Compiled

_PIECES = 1024
"""So many batches stay at hand, where an epoch has no more."""


class Feed:
    """The batches of `data`; `earlier`: how many updates an earlier run has made."""

    def __init__(self, data: Data, batches: Batches, rule: Rule, earlier: int) -> None:
        self._data, self._batches, self._rule, self._earlier = data, batches, rule, earlier
        self._piece = lru_cache(maxsize=_PIECES)(self._cut)
        self._kept_flat = lru_cache(maxsize=_PIECES)(self._flat)
        self._gathered = lru_cache(maxsize=2)(self._gather)

    def given(self, updates: range, batches: Callable[[range], Iterable[Any]]) -> Iterable[Any]:
        """The batches of these updates, with what else each iteration is given where that varies."""
        if not self._rule.varies:
            return batches(updates)
        timed = self._rule.timed(update - self._earlier + 1 for update in updates)
        return ((batch, rate, t) for batch, (rate, t) in zip(batches(updates), timed, strict=True))

    def pieces(self, work: Compiled, updates: range) -> Iterable[tuple[FloatArray, ...]]:
        """The batches in the forms that the program wants."""
        return self._each(updates, partial(self._piece, work), partial(self._cut, work))

    def _each(
        self, updates: range, kept: Callable[[int], Any], made: Callable[[int], Any]
    ) -> Iterable[Any]:
        """The batch of each update: those of an epoch again and again, where there are few."""
        batches = self._batches
        if batches.shuffled or batches.per_epoch > _PIECES or batches.samples % batches.size:
            return map(made, updates)
        epoch = cycle([kept(update) for update in range(batches.per_epoch)])
        first = updates.start % batches.per_epoch
        return islice(epoch, first, first + len(updates))

    def _cut(self, work: Compiled, update: int) -> tuple[FloatArray, ...]:
        epoch, part = self._batches.part(update)
        return work.piece(self._gathered(work, epoch), part)

    def _gather(self, work: Compiled, epoch: int | None) -> list[FloatArray]:
        """All samples, in that epoch's order: gathered once, whatever the batches."""
        arrays = self._data.inputs, self._data.targets
        if epoch is not None:
            order = self._batches.order(epoch)
            arrays = arrays[0][order], arrays[1][order]
        return work.gathered(arrays)

    @cached_property
    def _samples(self) -> list[tuple[float, ...]]:
        both = np.concatenate([self._data.inputs, self._data.targets], axis=1)
        return [tuple(row) for row in both.tolist()]

    def flats(self, updates: range) -> Iterable[FlatValues]:
        """Each batch as its samples in a row, each its inputs and then its targets."""
        return self._each(updates, self._kept_flat, self._flat)

    def _flat(self, update: int) -> FlatValues:
        numbers = self._batches.numbers(update)
        if len(numbers) == 1:
            return self._samples[numbers[0]]
        return tuple(chain.from_iterable(map(self._samples.__getitem__, numbers)))
