"""Which samples each iteration uses.

The order is a function of the seed and the epoch alone, so an interrupted run needs to remember only
how many updates it has done.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import numpy.typing as npt

from tracer.model.experiment import Training

Rows = slice | npt.NDArray[np.intp]


class Batches:
    """Batches of `samples` rows: the full batch, or consecutive pieces of each epoch's order.

    With `shuffle`, each epoch draws all samples without replacement; its last batch may be smaller.
    """

    def __init__(self, samples: int, training: Training | None) -> None:
        self.samples = samples
        self.size = (training.batch if training else None) or samples
        self.per_epoch = -(-samples // self.size)
        self._shuffled = bool(training and training.shuffle and self.size < samples)
        self._order = lru_cache(maxsize=1)(
            lambda epoch: np.random.default_rng(
                [training.seed if training else 0, epoch]
            ).permutation(samples)
        )

    def rows(self, update: int) -> Rows:
        """The rows of the batch for the update with this number, counted from 0 over all runs."""
        epoch, piece = divmod(update, self.per_epoch)
        part = slice(piece * self.size, min((piece + 1) * self.size, self.samples))
        return self._order(epoch)[part] if self._shuffled else part

    def size_of(self, update: int) -> int:
        """How many samples that batch has."""
        return min(self.size, self.samples - update % self.per_epoch * self.size)

    def numbers(self, update: int) -> tuple[int, ...]:
        """The same as row numbers."""
        rows = self.rows(update)
        if isinstance(rows, slice):
            return tuple(range(rows.start, rows.stop))
        return tuple(rows.tolist())
