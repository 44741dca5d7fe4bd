"""What `graph`, and `run` and `step` of a computation graph show, as objects for JSON."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial

from tracer.engine.training import Run
from tracer.graph.names import updated
from tracer.graph.structure import Graph
from tracer.graph.timeline import GraphTimeline
from tracer.graph.trace import GraphTrace
from tracer.model.quantity import at
from tracer.show.reports.descent_objects import (
    descent_conventions,
    descent_object,
    graph_descent,
    number_of_input,
)
from tracer.show.reports.graph import history, with_result
from tracer.show.reports.objects import SCHEMA_VERSION, Object


def graph_run_json(traces: Sequence[GraphTrace]) -> Object:
    """`graph`: each node with value, gradient and edges; with training also `iterations`."""
    first = traces[0]
    found = _head(first.graph) | {"graph": _graph(first)}
    if first.graph.training is None:
        return found
    return found | {"iterations": [_iteration(trace) for trace in traces]}


def graph_step_json(
    run: Run[GraphTimeline], shown: Sequence[int], traces: Iterable[GraphTrace] = ()
) -> Object:
    """As `graph_run_json` for iteration 1, with `history`, the output after so many updates each.

    `iterations` are the traced ones, `final` the trainable inputs at the end.
    """
    timeline, updates = run.timeline, with_result(run, shown)
    rows = ({"iteration": k, "loss": result} for k, result in history(run, shown))
    final: Object = {"iterations": run.done, "ended": run.ended}
    if run.diverged:
        wrong = run.diverged
        final["diverged"] = {"iteration": wrong.iteration, "quantity": wrong.quantity}
    if updates and updates[-1] == run.done:
        final["loss"] = timeline.forward(run.done).result
    ends = timeline.inputs(run.state)
    return _head(timeline.graph) | {
        "graph": _graph(timeline.trace(1)),
        "history": rows,
        "iterations": [_iteration(trace) for trace in traces],
        "final": final | {"parameters": {timeline.graph.names.bare(n): x for n, x in ends.items()}},
    }


def _head(graph: Graph) -> Object:
    conventions: Object = {"output": graph.names.bare(graph.output)}
    if graph.training:
        conventions |= descent_conventions(graph.training)
        conventions["trainable"] = list(graph.training.trainable)
    return {"schema_version": SCHEMA_VERSION, "title": graph.title, "conventions": conventions}


def _iteration(trace: GraphTrace) -> Object:
    parameters = {
        trace.names.bare(node): {
            "before": trace.forward[node],
            "gradient": trace.gradients[node].gradient,
            "after": trace.value(at(updated(node), trace.number)),
        }
        | descent_object(trace.rule, partial(number_of_input, trace), node)
        for node in trace.graph.trainable
    }
    of_iteration = {"iteration": trace.number, **graph_descent(trace)}
    return of_iteration | {"graph": _graph(trace), "parameters": parameters}


def _graph(trace: GraphTrace) -> Object:
    name = trace.names.bare
    return {
        "nodes": {
            name(node): {
                "value": value,
                "gradient": trace.gradients[node].gradient,
                "edges": {
                    name(child): {"local": edge.local, "contribution": edge.contribution}
                    for child, edge in trace.gradients[node].edges.items()
                },
            }
            for node, value in trace.forward.items()
        }
    }
