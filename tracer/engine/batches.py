"""Which samples each iteration uses, and where their numbers stand in the engine's arrays.

The order is a function of the seed and the epoch alone, so an interrupted run needs to remember only
how many updates it has done.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import takewhile

import numpy as np
import numpy.typing as npt

from tracer.errors import UnknownNameError
from tracer.model.experiment import Training
from tracer.model.quantity import Index, Kind, Quantity, Stage

Table = npt.NDArray[np.intp]
Rows = slice | Table

_LISTED = 10


class Batch:
    """The samples of one iteration (rows of `data`, from 0): quantities ↔ places in its arrays."""

    def __init__(self, rows: Sequence[int], iteration: int = 1) -> None:
        self.rows = tuple(rows)
        self.iteration = iteration
        self._position = {row: position for position, row in enumerate(self.rows)}

    def __len__(self) -> int:
        return len(self.rows)

    def position(self, sample: int | None) -> int:
        """The sample's place in the batch; a batch of one is meant where no sample is named.

        Raises:
            UnknownNameError: the sample isn't in this batch.
        """
        if sample in self._position:
            return self._position[sample]
        if not sample and len(self.rows) == 1:
            return 0
        listed = ", ".join(str(row + 1) for row in self.rows[:_LISTED])
        raise UnknownNameError(
            f"sample {(sample or 0) + 1} is not in the batch of iteration {self.iteration}",
            f"its samples are {listed}{', …' if len(self.rows) > _LISTED else ''}",
        )

    def place(self, quantity: Quantity) -> Index:
        """Where the quantity stands in its stage's array."""
        if quantity.stage.of_a_sample:
            return (self.position(quantity.sample), *quantity.index)
        return (0, *quantity.index) if quantity.stage.mean else quantity.index

    def quantity(self, stage: Stage, place: Index) -> Quantity:
        """The quantity that stands there."""
        if stage.of_a_sample:
            return Quantity(stage, place[1:], self.rows[place[0]], self.iteration)
        if stage.kind is Kind.SETTING:  # the same in every iteration
            return Quantity(stage)
        return Quantity(stage, place[1:] if stage.mean else place, None, self.iteration)

    def quantities(
        self, stage: Stage, shape: Index, sample: int | None = None
    ) -> Iterator[Quantity]:
        """All quantities of a stage, row by row; with `sample`, a row of `data`, only its own."""
        if sample is None:
            yield from (self.quantity(stage, place) for place in np.ndindex(shape))
        elif stage.of_a_sample:
            for index in np.ndindex(shape[1:]):
                yield Quantity(stage, index, sample, self.iteration)


class Batches:
    """Batches of `samples` rows: the full batch, or consecutive pieces of each epoch's order.

    With `shuffle`, each epoch draws all samples without replacement; its last batch may be smaller.
    """

    def __init__(self, samples: int, training: Training | None) -> None:
        self.samples = samples
        self.size = (training.batch if training else None) or samples
        self.per_epoch = -(-samples // self.size)
        self.shuffled = bool(training and training.shuffle and self.size < samples)
        self.order = lru_cache(maxsize=1)(
            lambda epoch: np.random.default_rng(
                [training.seed if training else 0, epoch]
            ).permutation(samples)
        )

    def rows(self, update: int) -> Rows:
        """The rows of the batch for the update with this number, counted from 0 over all runs."""
        epoch, part = self.part(update)
        return part if epoch is None else self.order(epoch)[part]

    def part(self, update: int) -> tuple[int | None, slice]:
        """The same as a part of that epoch's order; of all rows as they stand where it is None."""
        epoch, piece = divmod(update, self.per_epoch)
        part = slice(piece * self.size, min((piece + 1) * self.size, self.samples))
        return epoch if self.shuffled else None, part

    def size_of(self, update: int) -> int:
        """How many samples that batch has."""
        return min(self.size, self.samples - update % self.per_epoch * self.size)

    def stretches(self, first: int, count: int) -> Iterator[tuple[int, range]]:
        """The updates from `first` on, in stretches of batches of one size, with that size."""
        end = first + count
        while first < end:
            size, stop = self.size_of(first), end
            if self.samples % self.size:  # up to an epoch's smaller batch, or behind it
                last = (first // self.per_epoch + 1) * self.per_epoch - 1
                stop = min(end, max(first + 1, last))
            yield size, range(first, stop)
            first = stop

    def table(self, updates: range) -> Table:
        """The row numbers of these updates, as far as their batches have the size of the first's."""
        if self.per_epoch == 1:
            return np.broadcast_to(np.arange(self.samples), (len(updates), self.samples))
        size = self.size_of(updates[0])
        same = takewhile(lambda update: self.size_of(update) == size, updates)
        return np.array([self.numbers(update) for update in same], dtype=np.intp)

    def numbers(self, update: int) -> tuple[int, ...]:
        """The same as row numbers."""
        rows = self.rows(update)
        if isinstance(rows, slice):
            return tuple(range(rows.start, rows.stop))
        return tuple(rows.tolist())
