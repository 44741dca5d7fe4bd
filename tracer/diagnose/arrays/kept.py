"""Going on with somebody's own arrays and numbers in place of what the engine calculates.

`Kept` is what an observer goes on with after each stage; `OwnNumbers` are the same numbers by identity,
for whoever judges single numbers beside them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import field

from tracer.engine.batches import Batch
from tracer.errors import UnknownNameError
from tracer.immutable import immutable
from tracer.model.network import FloatArray
from tracer.model.quantity import Identity, Quantity, Stage


@immutable
class Kept:
    """Keeps whole arrays and single numbers; `start` are the parameters before the iteration.

    `calculated` gets what the engine made of the numbers before each stage.
    """

    batch: Batch
    arrays: Mapping[Stage, FloatArray]
    numbers: Mapping[Stage, Mapping[Quantity, float]]
    start: Mapping[Stage, FloatArray]
    calculated: dict[Stage, FloatArray] = field(default_factory=dict)

    def __call__(self, stage: Stage, array: FloatArray) -> FloatArray:
        """The array to go on with."""
        array = self.start.get(stage, array)
        self.calculated[stage] = array
        if stage in self.arrays:
            return self.arrays[stage]
        if stage in self.numbers:
            array = array.copy()
            for quantity, value in self.numbers[stage].items():
                array[self.batch.place(quantity)] = value
        return array


def by_stage(numbers: Mapping[Identity, float]) -> dict[Stage, dict[Quantity, float]]:
    """Single numbers of a network, those of each array together."""
    found: dict[Stage, dict[Quantity, float]] = {}
    for identity, value in numbers.items():
        if isinstance(identity, Quantity):
            found.setdefault(identity.stage, {})[identity] = value
    return found


class OwnNumbers(Mapping[Identity, float]):
    """The numbers of somebody's arrays by identity, looked up there; and `singles` beside them."""

    def __init__(
        self,
        batch: Batch,
        arrays: Mapping[Stage, FloatArray],
        singles: Mapping[Identity, float] | None = None,
    ) -> None:
        self._batch, self._arrays, self._singles = batch, arrays, singles or {}

    def beside(self, singles: Mapping[Identity, float]) -> OwnNumbers:
        """These numbers and single ones."""
        return OwnNumbers(self._batch, self._arrays, singles)

    def __getitem__(self, identity: Identity) -> float:
        if identity in self._singles:
            return self._singles[identity]
        if identity not in self:
            raise KeyError(identity)
        assert isinstance(identity, Quantity)
        return float(self._arrays[identity.stage][self._batch.place(identity)])

    def __contains__(self, identity: object) -> bool:
        if identity in self._singles:
            return True
        if not isinstance(identity, Quantity) or identity.stage not in self._arrays:
            return False
        if identity.iteration != self._batch.iteration:
            return False
        try:
            self._batch.place(identity)
        except UnknownNameError:
            return False  # a sample of another batch
        return True

    def __iter__(self) -> Iterator[Identity]:
        yield from self._singles
        for stage, array in self._arrays.items():
            yield from self._batch.quantities(stage, array.shape)

    def __len__(self) -> int:
        return len(self._singles) + sum(array.size for array in self._arrays.values())
