"""`bptrace graph`: a network, or a graph itself, as a scalar computation graph."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from tracer.cli.display import Display, show, show_objects
from tracer.cli.pictures import draw
from tracer.cli.run import show_run
from tracer.cli.source import ConfigArgument, load_config
from tracer.errors import UsageError

if TYPE_CHECKING:
    from tracer.graph.trace import GraphTrace
    from tracer.model.experiment import Experiment


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
        _show(_of_network(experiment, sample, fine), all_rows, display)
        return
    if sample is not None or fine:
        raise UsageError("--sample and --fine are for networks", f"{config} is a graph already")
    show_run(experiment, [1], display, all_rows=all_rows)


def _of_network(experiment: Experiment, sample: int | None, fine: bool) -> GraphTrace:
    from tracer.engine.timeline import NetworkTimeline
    from tracer.graph.from_network import network_graph
    from tracer.graph.trace import GraphTrace

    if experiment.data is None:
        raise UsageError("without `data` there is no loss", "give the configuration `data`")
    iteration = NetworkTimeline(experiment).trace(1, updated=False)
    if sample is not None and sample - 1 not in iteration.rows:
        rows = ", ".join(str(row + 1) for row in iteration.rows[:10])
        raise UsageError(f"sample {sample} is not in the first batch", f"its samples are {rows}")
    row = None if sample is None else sample - 1
    return GraphTrace(network_graph(iteration, row, fine=fine))


def _show(trace: GraphTrace, all_rows: bool, display: Display) -> None:
    from tracer.show.reports.graph import graph_document
    from tracer.show.reports.graph_objects import graph_run_json
    from tracer.show.reports.selection import ROW_LIMIT

    if display.as_picture:
        draw(trace, display)
    elif display.as_objects:
        show_objects(graph_run_json([trace]), display)
    else:
        limit = None if all_rows or display.complete else ROW_LIMIT
        show(graph_document([trace], limit), display, trace.names, full=all_rows)
