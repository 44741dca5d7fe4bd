"""Computation graphs as JSON: the objects that `tracer.show.formats.objects.write` writes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from tracer.graph import Graph, GraphRun, GraphTrace
from tracer.show.formats.json import SCHEMA_VERSION
from tracer.show.reports.graph import history

Object = dict[str, Any]


def graph_run_json(traces: Sequence[GraphTrace]) -> Object:
    """`graph`: each node with value, gradient and edges; `iterations` if more than one is traced."""
    first, *more = traces
    found = _head(first.graph) | {"graph": _graph(first)}
    return found | ({"iterations": [_iteration(trace) for trace in traces]} if more else {})


def graph_step_json(
    graph: Graph, run: GraphRun, shown: Iterable[int], traces: Iterable[GraphTrace] = ()
) -> Object:
    """As `graph_run_json` for iteration 1, with `history`, the output after so many updates each.

    `iterations` are the traced ones, `final` the trainable inputs at the end.
    """
    rows = [{"iteration": k, "loss": result} for k, result in history(graph, run, shown)]
    final: Object = {"iterations": run.done, "ended": run.ended}
    if run.diverged:
        wrong = run.diverged
        final["diverged"] = {"iteration": wrong.iteration, "quantity": wrong.quantity}
    if rows and rows[-1]["iteration"] == run.done:
        final["loss"] = rows[-1]["loss"]
    return _head(graph) | {
        "graph": _graph(GraphTrace(graph)),
        "history": rows,
        "iterations": [_iteration(trace) for trace in traces],
        "final": final | {"parameters": run.inputs},
    }


def _head(graph: Graph) -> Object:
    conventions: Object = {"output": graph.output}
    if graph.training:
        conventions["learning_rate"] = graph.training.learning_rate
        conventions["trainable"] = list(graph.training.trainable)
    return {"schema_version": SCHEMA_VERSION, "title": graph.title, "conventions": conventions}


def _iteration(trace: GraphTrace) -> Object:
    training = trace.graph.training
    parameters = {
        name: {
            "before": trace.forward[name],
            "gradient": trace.gradients[name].gradient,
            "after": trace.value(f"{name}+"),
        }
        for name in (training.trainable if training else ())
    }
    return {"iteration": trace.number, "graph": _graph(trace), "parameters": parameters}


def _graph(trace: GraphTrace) -> Object:
    return {
        "nodes": {
            name: {
                "value": value,
                "gradient": trace.gradients[name].gradient,
                "edges": {
                    child: {"local": edge.local, "contribution": edge.contribution}
                    for child, edge in trace.gradients[name].edges.items()
                },
            }
            for name, value in trace.forward.items()
        }
    }
