"""`bptrace compare`: runs side by side, and where their numbers part."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tracer.cli.against import AfterOption, ToleranceOption, against_files
from tracer.cli.checkpoints import ReadOption
from tracer.cli.completion import complete_config
from tracer.cli.display import Display, notation, note, show, show_objects
from tracer.cli.ending import DISAGREE
from tracer.cli.plot import PlotOption, PlotQuantityOption, Wish, wish
from tracer.cli.progress import progress
from tracer.cli.source import load_network
from tracer.errors import UnknownNameError, UsageError

if TYPE_CHECKING:
    from tracer.diagnose.compare import Comparison
    from tracer.engine.timeline import NetworkTimeline
    from tracer.explain.series import Recorder, Subject
    from tracer.model.experiment import Experiment


def compare(
    configs: Annotated[
        list[str],
        typer.Argument(
            metavar="CONFIG CONFIG…",
            help="Two configurations or more; one with --against.",
            autocompletion=complete_config,
        ),
    ],
    *,
    iterations: Annotated[
        int | None,
        typer.Option("--iterations", "-n", min=1, help="Updates of each (default: its own)."),
    ] = None,
    against: Annotated[
        list[str] | None,
        typer.Option(
            metavar="FILE…", help="A program's numbers (NPZ, JSON, …), file by iteration."
        ),
    ] = None,
    tolerance: ToleranceOption = None,
    after: AfterOption = None,
    checkpoints: ReadOption = None,
    plot: PlotOption = None,
    plot_quantity: PlotQuantityOption = None,
    display: Display,
) -> None:
    """Lay runs side by side, or a program's numbers beside a run.

    Settings that differ, the first number that differs, and how the runs end; of a program's numbers
    the first array, element and iteration that differ.
    """
    if against:
        _refuse({"--iterations": iterations, "--plot": plot}, "leave it out beside --against")
        files = [*against, *configs[1:]]
        if not against_files(configs[0], files, tolerance, after, checkpoints, display):
            raise typer.Exit(DISAGREE)
        return
    _refuse(
        {"--tolerance": tolerance, "--after": after, "--checkpoints": checkpoints},
        "name a program's numbers: --against FILE",
    )
    from tracer.model.names import Names
    from tracer.show.reports.compare import compare_document
    from tracer.show.reports.compare_objects import compare_json

    if len(configs) == 1:
        raise UsageError("one configuration has nothing to be compared with", "name another one")
    drawn = wish(plot, plot_quantity)
    display.check_targets(plot=plot)
    labels = [Path(config).name for config in configs]
    experiments = [load_network(config) for config in configs]
    comparison = _compared(experiments, iterations, labels, drawn, display)
    names = Names(experiments[0].network)
    if display.as_objects:
        show_objects(compare_json(comparison, names), display)
    else:
        show(compare_document(comparison, labels), display, names)
    if comparison.interrupted:
        raise KeyboardInterrupt
    if not comparison.agree:
        raise typer.Exit(DISAGREE)


def _refuse(options: Mapping[str, object], hint: str) -> None:
    """UsageError for an option that says nothing here."""
    for name, given in options.items():
        if given is not None:
            raise UsageError(f"{name} says nothing here", hint)


def _compared(
    experiments: Sequence[Experiment],
    iterations: int | None,
    labels: Sequence[str],
    drawn: Wish,
    display: Display,
) -> Comparison:
    """The comparison, the runs drawn where that was asked for."""
    from tracer.diagnose.compare import compare as compare_runs
    from tracer.explain.series import Recorder
    from tracer.model.names import Names
    from tracer.show.reports.plots import Recorded, runs_plot

    recorders: list[Recorder] = []

    def watch(timeline: NetworkTimeline, total: int) -> Recorder:
        found = _subjects(timeline, drawn.names, labels[len(recorders)])
        recorders.append(Recorder(timeline, found, total))
        return recorders[-1]

    with progress(len(experiments), "training") as report:
        comparison = compare_runs(experiments, iterations, report, watch if drawn.path else None)
    if drawn.path:
        plot = runs_plot(
            [
                Recorded(label, recorder, notation(display, Names(run.network), "unicode"))
                for label, recorder, run in zip(labels, recorders, experiments, strict=True)
            ]
        )
        drawn.write(plot, display)
    return comparison


def _subjects(timeline: NetworkTimeline, names: Sequence[str], label: str) -> list[Subject]:
    """What the names mean in this run; it may lack some of them, and that is said.

    Raises UnknownNameError where it has none of them.
    """
    from tracer.explain.series import subjects

    found: list[Subject] = []
    missing: list[UnknownNameError] = []
    for name in names:
        try:
            found += subjects(timeline, [name])
        except UnknownNameError as error:
            missing.append(error)
    if not found:
        raise UnknownNameError(f"{label}: {missing[0].message}", missing[0].hint)
    for lacking in missing:
        note(f"{label}: {lacking}; no curve of it")
    return found
