"""A variant of a calculation, and its numbers for what `why` is asked."""

from __future__ import annotations

from functools import cache
from typing import Any

from tracer.diagnose.variant import Variant, read
from tracer.diagnose.why.question import Question
from tracer.engine.timeline import FEW, NetworkTimeline
from tracer.engine.trace import IterationTrace
from tracer.errors import UnknownNameError
from tracer.graph.building import build_graph
from tracer.graph.calculation import GraphValueError
from tracer.graph.timeline import GraphTimeline
from tracer.graph.trace import GraphTrace
from tracer.model.experiment import Experiment, GraphExperiment


class VariantNumbers:
    """A variant's numbers at the iterations asked for and those next to them.

    A stop criterion doesn't stop a calculation that was asked for by its iteration.
    """

    def __init__(self, variant: Variant[Experiment], question: Question) -> None:
        self._question, self._rounded = question, variant.rounding is not None
        few = question.longest <= FEW
        self._timeline = NetworkTimeline(variant.experiment, variant.altered, few=few)
        self._network = variant.experiment.network
        self._trace = cache(self._traced)

    def value(self, name: str, variant: Variant[Any]) -> float | None:
        """The number as the variant reads it, or None where there is none of that name."""
        updates = self._question.updates(name) + variant.offset
        if updates < 0 or (updates and not self._timeline.trained):
            return None
        trace = self._trace(updates)
        try:
            found = trace.find(name)
            quantity, factor = read(variant.readings, self._network, len(trace.rows), found)
            return factor * trace.value(quantity)
        except UnknownNameError:
            return None

    def check(self) -> None:
        """UnknownNameError for a name that this calculation has no number for."""
        for name in self._question.wanted:
            trace = self._trace(self._question.updates(name))
            trace.value(trace.find(name))

    def _traced(self, updates: int) -> IterationTrace:
        """An iteration's numbers; those of a forward pass after training over all the data."""
        if updates and not self._rounded:
            self._timeline.state(updates - 1)  # one update fewer is asked for too, and trained once
        if self._question.after is not None:
            return self._timeline.forward(updates)
        return self._timeline.trace(updates + 1, updated=False)


class GraphNumbers:
    """A graph's numbers under a variant, at the iterations asked for and those next to them."""

    def __init__(self, variant: Variant[GraphExperiment], question: Question) -> None:
        self._question = question
        graph = build_graph(variant.experiment)
        self._timeline = GraphTimeline(variant.experiment, graph)
        self._trace = cache(self._traced)

    def value(self, name: str, variant: Variant[Any]) -> float | None:
        """The number, or None where there is none of that name or it has no value."""
        updates = self._question.updates(name) + variant.offset
        if updates < 0 or (updates and not self._timeline.trained):
            return None
        try:
            trace = self._trace(updates)
            return float(trace.value(trace.find(name.partition("@")[0])))
        except (UnknownNameError, GraphValueError):
            return None

    def check(self) -> None:
        """UnknownNameError, GraphValueError for what this calculation has no number for."""
        for name in self._question.wanted:
            trace = self._trace(self._question.updates(name))
            trace.value(trace.find(name.partition("@")[0]))

    def _traced(self, updates: int) -> GraphTrace:
        return self._timeline.trace(updates + 1)
