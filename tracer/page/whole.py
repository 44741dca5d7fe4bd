"""A calculation as whole arrays: which there are, in order, and the formula of each element.

Networks and graphs alike: a network's arrays are its stages, a graph's are single numbers. Between the
engine's symbols and the programs and formulas of a page.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from functools import singledispatch
from typing import Any

from tracer.diagnose.variant import Variant
from tracer.engine.batches import Batch
from tracer.engine.formulas import Formulas
from tracer.engine.rule import Rule
from tracer.engine.stages import LEARNING_RATE, RATE, UPDATE_NUMBER, T
from tracer.formula import Expression, Key, Symbol, local_derivatives
from tracer.formula.lazy import Index
from tracer.graph.building import build_graph
from tracer.graph.descent import moment_of, update_formulas
from tracer.graph.trace import GraphTrace
from tracer.immutable import immutable
from tracer.model.experiment import Experiment, GraphExperiment
from tracer.model.quantity import Derivative, Identity, Kind, Phase, Quantity, Stage
from tracer.page.patterns import Element, Found

_BEFORE_BACKWARD = frozenset({Phase.FORWARD, Phase.ERRORS})


@immutable
class Local:
    """The local derivative on an edge of a graph, which has no name among the graph's numbers."""

    derivative: Derivative

    @property
    def phase(self) -> Phase:
        """The part of the calculation that it belongs to."""
        return Phase.BACKWARD


@immutable
class Whole:
    """`shapes`: of every array, the given ones too; `elements`: of those that are calculated.

    Both in the order of the calculation. `special`: some elements of an array may have formulas of
    their own.
    """

    shapes: Mapping[Hashable, Index]
    elements: Mapping[Hashable, Element]
    batch: Batch
    special: bool = False

    def locate(self, key: Key) -> Found:
        """The array in which a quantity stands, and its offset there."""
        if not isinstance(key, Quantity) or key.stage not in self.shapes:
            return key, 0
        return key.stage, offset(self.batch.place(key), self.shapes[key.stage])

    def before_update(self) -> Whole:
        """What a forward pass and its loss calculate."""
        kept = {
            array: element
            for array, element in self.elements.items()
            if phase_of(array) in _BEFORE_BACKWARD
        }
        return Whole(self.shapes, kept, self.batch, self.special)


def offset(place: Index, shape: Index) -> int:
    """The place in an array that is flat, row by row."""
    found = 0
    for index, size in zip(place, shape, strict=True):
        found = found * size + index
    return found


def phase_of(array: Any) -> Phase:
    """The part of the calculation that an array belongs to."""
    if isinstance(array, Stage):
        return Phase.GRADIENTS if array.mean else array.kind.phase
    identity: Identity = array
    return identity.phase


def whole(variant: Variant[Any], samples: int, *, shown: bool = False, by: bool = False) -> Whole:
    """One iteration with `samples` in its batch, as it is calculated.

    `shown`: by the formulas that people read; `by`: of those the ones that cut short.
    """
    return _whole(variant.experiment, variant, samples, shown, by)


@singledispatch
def _whole(experiment: Any, *_: Any) -> Whole:
    raise TypeError(f"no experiment: {type(experiment).__name__}")


@_whole.register
def _(experiment: Experiment, variant: Variant[Any], samples: int, shown: bool, by: bool) -> Whole:
    rule = variant.altered.rule(Rule.of(experiment))
    batch = Batch(range(samples))
    formulas = Formulas(
        experiment.network,
        rule,
        batch,
        shortcut=by or (rule.shortcut and not shown),
        guarded=not shown,
        altered=variant.altered,
        t=Symbol(T),
    )
    elements: dict[Hashable, Element] = {
        stage: element for stage, element in formulas.elements.items() if stage != LEARNING_RATE
    }
    shapes: dict[Hashable, Index] = {UPDATE_NUMBER: ()}
    shapes.update(formulas.shapes.items())
    if experiment.data is None:
        elements = {a: e for a, e in elements.items() if phase_of(a) is Phase.FORWARD}
        shapes = {a: shape for a, shape in shapes.items() if _without_targets(a)}
    masks = [mask for pair in rule.free or () for mask in pair]
    special = any(not isinstance(mask, bool) for mask in masks)
    return Whole(shapes, elements, batch, special)


def _without_targets(array: Any) -> bool:
    """Whether the array is there where nothing is known to compare the outputs with."""
    given = phase_of(array) is Phase.GIVEN and array.kind is not Kind.TARGET
    return given or phase_of(array) is Phase.FORWARD


@_whole.register
def _(experiment: GraphExperiment, *_: Any) -> Whole:
    """A graph has one formula for each number, whatever it is asked for."""
    graph = build_graph(experiment)
    trace = GraphTrace(graph)
    formulas: dict[Hashable, Expression | None] = dict(trace.formulas)
    if graph.training is not None:
        formulas |= update_formulas(graph, trace.rule, moment_of(trace.rule))
        formulas[T] = None
        if trace.rule.schedule.varies:
            formulas[RATE] = None
    values = {key: formulas.pop(key) for key in (*graph.inputs, *graph.nodes)}
    edges: dict[Hashable, Expression | None] = {
        Local(Derivative(node, used)): formula
        for node, inside in graph.nodes.items()
        for used, formula in local_derivatives(node, inside).items()
    }
    formulas = values | edges | formulas
    calculated = {key: formula for key, formula in formulas.items() if formula is not None}
    return Whole(
        dict.fromkeys(formulas, ()),
        {key: _always(formula) for key, formula in calculated.items()},
        Batch([0]),
    )


def _always(formula: Expression) -> Element:
    return lambda _: formula


def is_of_samples(array: Any) -> bool:
    """Whether the first axis of the array counts samples."""
    return isinstance(array, Stage) and array.of_a_sample
