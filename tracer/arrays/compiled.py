"""What is left of a recorded iteration when it has been made a program."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from tracer.immutable import immutable

Floats = npt.NDArray[np.float64]


@immutable
class Compiled:
    """`program(state, batches, losses)`, for batches that `piece` has cut from what `gathered` made.

    `forms` are those in which it wants the batch's arrays; by itself as they are. `block`: how many
    samples it wants at once, if not all of a batch. `lines`: what an iteration does.
    """

    program: Callable[[Any, Iterable[Any], list[float]], Any]
    forms: tuple[tuple[int, bool, bool], ...] = ((0, False, False), (1, False, False))
    batch_last: bool = False
    block: int | None = None
    lines: tuple[str, ...] = ()

    def gathered(self, arrays: Sequence[Floats]) -> list[Floats]:
        """The samples' arrays as they are kept: (samples, …), or (… and ones, samples)."""
        if not self.batch_last:
            return list(arrays)
        kept = []
        for array in arrays:
            rows = np.ones((array.shape[1] + 1, len(array)))
            rows[:-1] = array.T
            kept.append(rows)
        return kept

    def piece(self, gathered: Sequence[Floats], samples: slice) -> tuple[Any, ...]:
        """A batch of them, in all the forms that the program needs; or its blocks, and what is left."""
        if self.block is None:
            return self._forms(gathered, samples)
        first, end, _ = samples.indices(gathered[0].shape[-1 if self.batch_last else 0])
        last = end - (end - first) % self.block
        full = [slice(k, k + self.block) for k in range(first, last, self.block)]
        left = [slice(last, end)] if last < end else []
        return tuple([self._forms(gathered, part) for part in parts] for parts in (full, left))

    def _forms(self, gathered: Sequence[Floats], samples: slice) -> tuple[Floats, ...]:
        """Copies where rows of all samples would have them apart: with such, products are slow."""
        parts = [array[:, samples] if self.batch_last else array[samples] for array in gathered]
        parts = [np.ascontiguousarray(part) for part in parts]
        return tuple(self._form(parts[n], ones, turned) for n, ones, turned in self.forms)

    def _form(self, array: Floats, ones: bool, turned: bool) -> Floats:
        if self.batch_last and not ones:
            array = array[:-1]
        return array.T if turned else array
