"""A computation graph, trained or not, as single numbers: its formulas, its inputs."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace

from tracer.code.identifiers import safe_labels
from tracer.code.plan import Line, needed
from tracer.code.rates import rate_of, settings_of
from tracer.code.task import RATE, Change, T, Task
from tracer.engine.rule import Moment, Rule
from tracer.formula import Expression, Number, Symbol
from tracer.formula.lazy import one_symbol
from tracer.graph.building import build_graph
from tracer.graph.descent import states_of, update_formulas
from tracer.graph.names import GraphNames
from tracer.graph.structure import Graph
from tracer.graph.trace import GraphTrace
from tracer.model.experiment import GraphExperiment
from tracer.model.quantity import AFTER, Identity, Kind, Quantity, Stage


def graph_task(
    experiment: GraphExperiment, iterations: int | None, reserved: Collection[str]
) -> Task:
    """The task; `reserved` are words that nothing may be called by in the program."""
    graph = build_graph(experiment)
    trace = GraphTrace(graph)
    trained = graph.training is not None
    labels = safe_labels(graph.names.labels.values(), reserved)
    called = GraphNames({node: labels[label] for node, label in graph.names.labels.items()})
    gradients = tuple(graph.gradient(node) for node in graph.inputs)
    changes = tuple(_changes(graph)) if trained else ()
    wanted = [change.after for change in changes] if trained else [*gradients]
    lines = needed(list(_lines(trace)), [graph.output, *wanted])
    return Task(
        head=tuple(text for text in (experiment.title, experiment.source) if text),
        given=dict([*graph.inputs.items(), *graph.states.items()]),
        blocks=(tuple(lines),),
        loss=graph.output,
        bare=graph.names.bare,
        safe=called.bare,
        iterations=iterations if trained else None,
        changes=changes,
        settings=settings_of(trace.rule),
        rate=rate_of(trace.rule),
        counted=trace.rule.earlier,
        told=() if trained else (graph.output, *gradients),
        renamed=tuple((old, new) for old, new in labels.items() if old != new),
    )


def _lines(trace: GraphTrace) -> Iterator[Line]:
    """Values, gradients from the output back, and what an update makes."""
    graph = trace.graph
    formulas = dict(trace.formulas)
    if graph.training is not None:
        formulas |= update_formulas(graph, trace.rule, _moment(trace.rule))
    given = {*graph.inputs, *graph.states, RATE, *settings_of(trace.rule)}
    for identity, formula in formulas.items():
        if identity not in given:
            start: Expression = Number(1.0)  # ∂output/∂output
            yield Line(identity, start if formula is None else formula)


def _moment(rule: Rule) -> Moment:
    """What an iteration is given, as symbols."""
    numbers = {name: Quantity(Stage(Kind.SETTING, 0, slot=name)) for name in rule.settings()}
    settings = {name: one_symbol(Symbol(key)) for name, key in numbers.items()}
    return Moment(one_symbol(Symbol(RATE)), one_symbol(Symbol(T)), settings)


def _changes(graph: Graph) -> Iterator[Change]:
    for before in (*graph.trainable, *states_of(graph)):
        yield Change(before, _after(before), before.kind is Kind.NODE)


def _after(before: Quantity) -> Identity:
    return replace(before, stage=replace(before.stage, kind=AFTER[before.kind]))
