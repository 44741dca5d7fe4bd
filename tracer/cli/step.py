"""`bptrace step`: many iterations, and what became of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from heapq import merge
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from tracer.cli.arrays import SaveArraysOption, check_arrays, save_arrays
from tracer.cli.display import Display, draws, notation, note, show, show_objects
from tracer.cli.ending import raise_end
from tracer.cli.plot import PlotOption, PlotQuantityOption, Wish, wish
from tracer.cli.progress import progress
from tracer.cli.source import ConfigArgument, load_config
from tracer.errors import UsageError

if TYPE_CHECKING:
    from tracer.engine.training import Run, Timeline
    from tracer.explain.series import Recorder
    from tracer.model.experiment import Experiment, GraphExperiment

T = TypeVar("T", bound="Timeline")

MOST_ROWS = 1_000_000
"""What `--rows` may ask for; `--every` has no such limit, for its rows aren't chosen beforehand."""


def step(
    config: ConfigArgument = "mazur",
    *,
    iterations: Annotated[
        int | None,
        typer.Option("--iterations", "-n", min=0, help="Updates (default: the configuration's)."),
    ] = None,
    every: Annotated[
        int | None, typer.Option(min=1, metavar="K", help="Show every K-th iteration.")
    ] = None,
    rows: Annotated[
        int | None,
        typer.Option(min=2, max=MOST_ROWS, metavar="N", help="Show about N iterations."),
    ] = None,
    all_rows: Annotated[
        bool, typer.Option("--all-rows", help="Don't shorten long tables.")
    ] = False,
    trace_at: Annotated[
        str | None,
        typer.Option(metavar="K,K,…", help="Print these iterations in full."),
    ] = None,
    save: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Save a configuration from which step goes on."),
    ] = None,
    arrays: SaveArraysOption = None,
    plot: PlotOption = None,
    plot_quantity: PlotQuantityOption = None,
    curve: Annotated[
        bool | None,
        typer.Option("--curve/--no-curve", help="The loss as a curve (default: on a terminal)."),
    ] = None,
    display: Display,
) -> None:
    """Train for many iterations.

    Shows the loss on the way, the parameters before and after, and predictions.
    """
    from tracer.model.experiment import Experiment
    from tracer.show.reports.selection import ROW_LIMIT
    from tracer.show.reports.step import history_iterations

    if every and rows:
        raise UsageError("--every and --rows exclude each other", "give one of them")
    drawn = wish(plot, plot_quantity)
    check_arrays(arrays)
    display.check_targets(save=save, save_arrays=arrays, plot=plot)
    experiment = load_config(config)
    if experiment.training is None:
        raise UsageError(f"{config} has no `training`", "`bptrace run` shows its passes")
    total = experiment.training.iterations if iterations is None else iterations
    steps = Steps(
        total,
        history_iterations(total, rows=rows, every=every),
        _traced(trace_at, total),
        None if all_rows or display.complete else ROW_LIMIT,
        save,
        arrays,
        drawn,
        draws("--curve", curve, display),
    )
    if isinstance(experiment, Experiment):
        _step_network(experiment, steps, display)
    else:
        _step_graph(experiment, steps, display)


@dataclass(frozen=True, slots=True)
class Steps:
    """What was asked for: updates in all, after which to look, which iterations to trace.

    `save` and `arrays` are the files for the end and for the iterations traced (or else the last one);
    `plot` is what to draw into a file, `curve` whether to draw the loss on the screen.
    """

    total: int
    shown: Sequence[int]
    traced: list[int]
    limit: int | None
    save: Path | None
    arrays: Path | None
    plot: Wish
    curve: bool

    @property
    def kept(self) -> Iterator[int]:
        """The numbers of updates after which training should keep its parameters, ascending."""
        looked_at = self.traced or [self.total]
        return merge(self.shown, sorted({*looked_at, *(k - 1 for k in looked_at)}))


def _traced(text: str | None, total: int) -> list[int]:
    if text is None:
        return []
    numbers = [part.strip() for part in text.split(",")]
    if not all(number.isdecimal() and 1 <= int(number) <= total for number in numbers):
        raise UsageError(
            f"--trace-at {text}: expected iterations from 1 to {total}, separated by commas"
        )
    return sorted({int(number) for number in numbers})


def _step_network(experiment: Experiment, steps: Steps, display: Display) -> None:
    from tracer.engine.timeline import NetworkTimeline
    from tracer.explain.series import LOSS
    from tracer.model.names import Names
    from tracer.show.reports.plots import Recorded, run_plot
    from tracer.show.reports.step import step_document
    from tracer.show.reports.step_objects import step_json

    timeline, names = NetworkTimeline(experiment), Names(experiment.network)
    recorder = _recorder(timeline, steps)
    run = _trained(timeline, steps, display, recorder)
    if steps.plot.path:
        recorded = Recorded("", recorder, notation(display, names, "unicode"))
        steps.plot.write(run_plot(experiment.title or "Backpropagation", recorded), display)
    traces = list(map(run.timeline.trace, run.reached(steps.traced)))
    if display.as_objects:
        show_objects(step_json(experiment, run, steps.shown, traces), display)
    else:
        sample = "all" if display.complete else None
        curve = recorder.of(LOSS) if steps.curve else ()
        document = step_document(
            experiment, run, steps.shown, traces, sample=sample, limit=steps.limit, curve=curve
        )
        show(document, display, names)
    raise_end(run)


def _step_graph(experiment: GraphExperiment, steps: Steps, display: Display) -> None:
    from tracer.explain.series import LOSS
    from tracer.graph.building import build_graph
    from tracer.graph.timeline import GraphTimeline
    from tracer.show.reports.graph import graph_steps_document
    from tracer.show.reports.graph_objects import graph_step_json
    from tracer.show.reports.plots import Recorded, run_plot

    graph = build_graph(experiment)
    timeline = GraphTimeline(experiment, graph)
    recorder = _recorder(timeline, steps)
    run = _trained(timeline, steps, display, recorder)
    if steps.plot.path:
        written = notation(display, graph.names, "unicode")
        recorded = Recorded("", recorder, written, graph.output)
        steps.plot.write(run_plot(experiment.title or "Computation graph", recorded), display)
    traces = list(map(run.timeline.trace, run.reached(steps.traced)))
    if display.as_objects:
        show_objects(graph_step_json(run, steps.shown, traces), display)
    else:
        curve = recorder.of(LOSS) if steps.curve else ()
        document = graph_steps_document(run, steps.shown, traces, steps.limit, curve)
        show(document, display, graph.names)
    raise_end(run)


def _recorder(timeline: Timeline, steps: Steps) -> Recorder:
    """Who looks at the training for what is drawn of it."""
    from tracer.explain.series import LOSS, POINTS, SKETCHED, Recorder, subjects

    wanted = subjects(timeline, steps.plot.names)
    looks = POINTS if wanted else SKETCHED
    return Recorder(timeline, wanted, steps.total, looks, also=[LOSS] if steps.curve else [])


def _trained(timeline: T, steps: Steps, display: Display, recorder: Recorder) -> Run[T]:
    """The run, its end and its arrays saved where that was asked for."""
    from tracer.engine.training import train

    with progress(steps.total, "training") as report:
        run = train(timeline, steps.total, steps.kept, report, recorder)
    recorder.end(run.state, run.done)
    if steps.save:
        _save(timeline.continued(run.done, tuple(run.losses)), run.done, steps.save, display)
    if steps.arrays:
        reached = run.reached(steps.traced) if steps.traced else [run.done] * bool(run.done)
        save_arrays(map(timeline.trace, reached), steps.arrays, display)
    return run


def _save(state: Experiment | GraphExperiment, updates: int, path: Path, display: Display) -> None:
    from tracer.config import dump
    from tracer.show.output import open_output

    with open_output(path, display.force) as stream:
        stream.write(dump(state))
    note(f"saved after {updates} updates: {path}")
