"""`bptrace graph`: a network, or a graph itself, as a scalar computation graph.

Also what `run` does with a configuration that is a graph.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from tracer.cli.display import Display, show, show_objects
from tracer.cli.ending import raise_end
from tracer.cli.source import ConfigArgument, load_config
from tracer.errors import UsageError

if TYPE_CHECKING:
    from tracer.graph import GraphTrace
    from tracer.model.experiment import Experiment, GraphExperiment
    from tracer.model.names import Names


def graph(
    config: ConfigArgument,
    *,
    sample: Annotated[
        int | None, typer.Option(min=1, metavar="K", help="Only this sample, up to its E_total.")
    ] = None,
    fine: Annotated[
        bool, typer.Option("--fine", help="Make each elementary operation a node.")
    ] = False,
    all_rows: Annotated[bool, typer.Option("--all-rows", help="Do not shorten tables.")] = False,
    display: Display,
) -> None:
    """Show a network as a computation graph.

    Every node of the first iteration with its value and gradient, every edge with its derivative.
    """
    from tracer.model.experiment import Experiment

    experiment = load_config(config)
    if isinstance(experiment, Experiment):
        from tracer.model.names import Names

        trace, names = _of_network(experiment, sample, fine), Names(experiment.network)
        _show([trace], all_rows, display, names)
        return
    if sample is not None or fine:
        raise UsageError("--sample and --fine are for networks", f"{config} is a graph already")
    run_graph(experiment, 1, all_rows, display)


def run_graph(
    experiment: GraphExperiment, iterations: int, all_rows: bool, display: Display
) -> None:
    """Show the first iterations of a graph; without training there is only one."""
    from tracer.graph import GraphTrace, build_graph, trace_graph, train_graph

    built = build_graph(experiment)
    if built.training is None:
        if iterations > 1:
            raise UsageError("without `training` there is only iteration 1")
        _show([GraphTrace(built)], all_rows, display, None)
        return
    run = train_graph(built, iterations, range(iterations))
    reached = range(1, min(iterations, run.done) + 1)
    if run.diverged and not reached:
        raise run.diverged
    _show([trace_graph(built, run, k) for k in reached], all_rows, display, None)
    raise_end(run)


def _of_network(experiment: Experiment, sample: int | None, fine: bool) -> GraphTrace:
    from tracer.engine.training import Run, trace
    from tracer.graph import GraphTrace, network_graph

    if experiment.data is None:
        raise UsageError("without `data` there is no loss", "give the configuration `data`")
    run = Run({0: experiment.parameters, 1: experiment.parameters})
    iteration = trace(experiment, run, 1)
    if sample is not None and sample - 1 not in iteration.rows:
        rows = ", ".join(str(row + 1) for row in iteration.rows[:10])
        raise UsageError(f"sample {sample} is not in the first batch", f"its samples are {rows}")
    row = None if sample is None else sample - 1
    return GraphTrace(network_graph(iteration, row, fine=fine))


def _show(
    traces: Sequence[GraphTrace], all_rows: bool, display: Display, names: Names | None
) -> None:
    from tracer.show.formats.graph_json import graph_run_json
    from tracer.show.reports.graph import graph_document
    from tracer.show.reports.selection import ROW_LIMIT

    if display.as_objects:
        show_objects(graph_run_json(traces), display)
    else:
        limit = None if all_rows or display.complete else ROW_LIMIT
        show(graph_document(traces, limit), display, names, full=all_rows)
