"""A computation graph, trained or not, as single numbers: its formulas, its inputs."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from tracer.code.identifiers import safe_labels
from tracer.code.plan import Line, needed
from tracer.code.rates import rate_of, settings_of
from tracer.code.task import Change, Task
from tracer.engine.stages import RATE
from tracer.formula import Expression, Number
from tracer.graph.building import build_graph
from tracer.graph.descent import moment_of, states_of, update_formulas
from tracer.graph.names import GraphNames
from tracer.graph.structure import Graph
from tracer.graph.trace import GraphTrace
from tracer.model.experiment import GraphExperiment
from tracer.model.quantity import Kind, after_update


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
        formulas |= update_formulas(graph, trace.rule, moment_of(trace.rule))
    given = {*graph.inputs, *graph.states, RATE, *settings_of(trace.rule)}
    for identity, formula in formulas.items():
        if identity not in given:
            start: Expression = Number(1.0)  # ∂output/∂output
            yield Line(identity, start if formula is None else formula)


def _changes(graph: Graph) -> Iterator[Change]:
    for before in (*graph.trainable, *states_of(graph)):
        yield Change(before, after_update(before), before.kind is Kind.NODE)
