"""The programs of a training's iteration, each made when it is first asked for."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from tracer.engine.compiled import FlatValues, Told, compile_step
from tracer.engine.observers import Altered
from tracer.engine.programs import Program
from tracer.engine.rule import Rule
from tracer.model.experiment import Data, Experiment
from tracer.model.network import State

if TYPE_CHECKING:
    from tracer.arrays import Compiled


class Programs:
    """`of_floats(samples, told)` on formulas, `of_arrays(samples, with_losses)` of NumPy's calls.

    `few`: only a few iterations are asked for, so that a program of arrays isn't worth writing.
    """

    def __init__(
        self,
        experiment: Experiment,
        data: Data,
        rule: Rule,
        altered: Altered,
        start: State,
        *,
        few: bool,
    ) -> None:
        self._network, self._data, self._rule = experiment.network, data, rule
        self._altered, self._start, self._few = altered, start, few
        self.of_floats = cache(self._made)
        self.of_arrays = cache(self._made_of_arrays)

    def _made_of_arrays(self, samples: int, with_losses: bool) -> Compiled:
        """The program of NumPy's calls for batches of so many samples."""
        from tracer.engine.recorded import compiled_step, walked

        network = self._network
        if self._few:
            return walked(network, self._rule, self._start, self._altered.observer)
        batch = self._data.inputs[:samples], self._data.targets[:samples]
        return compiled_step(
            network,
            self._rule,
            self._start,
            batch,
            with_losses=with_losses,
            observe=self._altered.observer,
        )

    def _made(self, samples: int, told: Told) -> Program:
        """The program on floats for batches of so many samples."""
        network = self._network

        def rescue(
            losses: list[float], values: FlatValues, batch: FlatValues, *moment: float
        ) -> FlatValues:
            rows = np.array(batch).reshape(samples, -1)
            pair = rows[:, : len(network.inputs)], rows[:, len(network.inputs) :]
            work = self.of_arrays(samples, told == "losses")
            piece = work.piece(work.gathered(pair), slice(samples))
            arrays = self._start.with_numbers(values).arrays()
            after = work.program(arrays, [(piece, *moment) if moment else piece], losses)
            return self._start.with_arrays(after).numbers()

        return compile_step(
            network,
            self._rule,
            self._start,
            samples,
            told=told,
            rescue=rescue,
            altered=self._altered,
        )
