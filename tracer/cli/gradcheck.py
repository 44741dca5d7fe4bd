"""`bptrace gradcheck`: backpropagation against differences of the loss."""

from __future__ import annotations

from typing import Annotated

import typer

from tracer.cli.display import Display, show, show_objects
from tracer.cli.ending import DISAGREE
from tracer.cli.progress import progress
from tracer.cli.source import ConfigArgument, load_config


def gradcheck(
    config: ConfigArgument,
    *,
    all: Annotated[
        bool, typer.Option("--all", help="Check all parameters of a wide network, too.")
    ] = False,
    display: Display,
) -> None:
    """Check gradients against finite differences.

    Central differences and, where there is one, a complex step, for every parameter.
    """
    from tracer.diagnose.gradcheck import SAMPLED, GradientVerdict, check_graph, check_network
    from tracer.graph.building import build_graph
    from tracer.graph.names import GraphNames
    from tracer.model.experiment import Experiment
    from tracer.model.names import Names
    from tracer.show.reports.gradcheck import gradcheck_document
    from tracer.show.reports.gradcheck_objects import gradcheck_json

    experiment = load_config(config)
    penalty = None
    if isinstance(experiment, Experiment):
        penalty = experiment.penalty
        names: Names | GraphNames = Names(experiment.network)
        count = experiment.network.parameter_count
        with progress(count if all else min(count, SAMPLED), "checking") as report:
            checked = check_network(experiment, all=all, progress=report)
    else:
        graph = build_graph(experiment)
        names, checked = graph.names, check_graph(graph)
    if display.as_objects:
        show_objects(gradcheck_json(checked, names.name), display)
    else:
        document = gradcheck_document(experiment.title, checked, names.name, penalty)
        show(document, display, names)
    if checked.count(GradientVerdict.DISAGREES):
        raise typer.Exit(DISAGREE)
