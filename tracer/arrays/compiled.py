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

    `forms` are those in which it wants the batch's arrays; by itself as they are. `lines`: what an
    iteration does.
    """

    program: Callable[[Any, Iterable[Any], list[float]], Any]
    forms: tuple[tuple[int, bool, bool], ...] = ((0, False, False), (1, False, False))
    batch_last: bool = False
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

    def piece(self, gathered: Sequence[Floats], samples: slice) -> tuple[Floats, ...]:
        """A batch of them, in all the forms that the program needs."""
        return tuple(
            self._form(gathered[n], samples, ones, turned) for n, ones, turned in self.forms
        )

    def _form(self, array: Floats, samples: slice, ones: bool, turned: bool) -> Floats:
        if self.batch_last:
            array = array[:, samples] if ones else array[:-1, samples]
        else:
            array = array[samples]
        return array.T if turned else array
