"""A variant of a calculation, and its numbers for what `why` is asked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from tracer.diagnose.conventions import Variant
from tracer.diagnose.why.question import Question
from tracer.engine.altered import UNALTERED
from tracer.engine.batches import Batches
from tracer.engine.trace import IterationTrace
from tracer.engine.training import Stepper
from tracer.errors import UnknownNameError
from tracer.model.names import Names
from tracer.model.network import Parameters, flatten
from tracer.model.quantity import Kind

_BLOCK = 128


class Calculation:
    """A variant's numbers, calculated once, at the iterations asked for and those next to them."""

    def __init__(self, variant: Variant, question: Question, offsets: Iterable[int]) -> None:
        self._variant, self._question = variant, question
        self._names = Names(variant.experiment.network)
        steps = [question.updates(name) + o for name in question.wanted for o in offsets]
        self._before = dict(self._trained(sorted({step for step in steps if step >= 0})))
        self._traces: dict[int, IterationTrace] = {}

    def _trained(self, marks: Sequence[int]) -> Iterator[tuple[int, Parameters]]:
        """The parameters after so many updates. A stop criterion doesn't stop a calculation that was
        asked for by its iteration.
        """
        experiment, done = self._variant.experiment, 0
        parameters, training = experiment.parameters, experiment.training
        if training is None:
            yield 0, parameters
            return
        stepper = Stepper(experiment, altered=self._variant.altered)
        first = training.resume.iterations
        for mark in marks:
            while done < mark:
                count = min(mark - done, _BLOCK)
                after = stepper.advance(parameters, first + done, count, [])
                done += count
                if flatten(after) == flatten(parameters) and stepper.batches.per_epoch == 1:
                    # Rounded parameters come to rest, or go in a circle, and stay in it.
                    done += (mark - done) // count * count
                parameters = after
            yield mark, parameters

    def value(self, name: str, offset: int, negated: bool) -> float | None:
        """The number, or None where this calculation has none of that name."""
        updates = self._question.updates(name) + offset
        if updates not in self._before:
            return None
        trace = self._trace(updates)
        try:
            quantity = trace.find(name)
            value = trace.value(quantity)
        except UnknownNameError:
            return None
        return -value if negated and quantity.kind is Kind.DELTA else value

    def check(self) -> None:
        """UnknownNameError for a name that this calculation has no number for."""
        for name in self._question.wanted:
            trace = self._trace(self._question.updates(name))
            trace.value(trace.find(name))

    def _trace(self, updates: int) -> IterationTrace:
        if updates not in self._traces:
            experiment, altered = self._variant.experiment, self._variant.altered
            self._traces[updates] = IterationTrace(
                experiment,
                self._names,
                updates + 1,
                self._rows(updates),
                self._before[updates],
                None,
                None if altered is UNALTERED else altered,
            )
        return self._traces[updates]

    def _rows(self, updates: int) -> Sequence[int]:
        """The batch; all the data for a forward pass after training."""
        experiment = self._variant.experiment
        assert experiment.data is not None
        if self._question.after is not None:
            return range(len(experiment.data))
        offset = experiment.training.resume.iterations if experiment.training else 0
        return Batches(len(experiment.data), experiment.training).numbers(offset + updates)
