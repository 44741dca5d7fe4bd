"""`bptrace compare`: runs side by side, and where their numbers part."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from tracer.cli.completion import complete_config
from tracer.cli.display import Display, show, show_objects
from tracer.cli.ending import DISAGREE
from tracer.cli.progress import progress
from tracer.cli.source import load_network
from tracer.errors import UsageError


def compare(
    configs: Annotated[
        list[str],
        typer.Argument(
            metavar="CONFIG CONFIG…",
            help="Two configurations or more.",
            autocompletion=complete_config,
        ),
    ],
    *,
    iterations: Annotated[
        int | None,
        typer.Option("--iterations", "-n", min=1, help="Updates of each (default: its own)."),
    ] = None,
    display: Display,
) -> None:
    """Lay runs side by side.

    Settings that differ, the first number that differs, and how the runs end.
    """
    from tracer.diagnose.compare import compare as compare_runs
    from tracer.model.names import Names
    from tracer.show.reports.compare import compare_document
    from tracer.show.reports.compare_objects import compare_json

    if len(configs) == 1:
        raise UsageError("one configuration has nothing to be compared with", "name another one")
    experiments = [load_network(config) for config in configs]
    with progress(len(experiments), "training") as report:
        comparison = compare_runs(experiments, iterations, report)
    names = Names(experiments[0].network)
    if display.as_objects:
        show_objects(compare_json(comparison, names), display)
    else:
        document = compare_document(comparison, [Path(config).name for config in configs])
        show(document, display, names)
    if not comparison.agree:
        raise typer.Exit(DISAGREE)
