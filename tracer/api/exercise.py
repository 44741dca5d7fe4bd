"""An exercise with pleasant numbers: what `tracer.new` gives back."""

from __future__ import annotations

from dataclasses import dataclass

from tracer.api.experiments import Configured
from tracer.api.shown import Shown, one_line
from tracer.api.traced import Traced
from tracer.digits.numbers import NumberFormat
from tracer.graph.names import GraphNames
from tracer.model.names import Names
from tracer.show.document import Document


@dataclass(frozen=True, eq=False, repr=False)
class Exercise(Shown, Configured):
    """A small network to calculate by hand; shows itself as the sheet to fill in.

    >>> import tracer
    >>> exercise = tracer.new(seed=7)
    >>> exercise
    <exercise 'Exercise 7: a 2-2-2 network'>
    >>> exercise.check({"out_h1": exercise.trace()["out_h1"]}).all_right
    True
    """

    seed: int

    def trace(self, *, iterations: int = 1) -> Traced:
        """Its numbers, as `tracer.trace` gives them."""
        from tracer.api import trace

        return trace(self, iterations=iterations)

    def __repr__(self) -> str:
        return one_line(f"exercise {self.title!r}")

    @property
    def _names(self) -> Names | GraphNames:
        return self.worksheet()._names

    def _blocks(self, numbers: NumberFormat) -> Document:
        return self.worksheet()._blocks(numbers)
