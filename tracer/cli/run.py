"""`bptrace run`: every number of the first iterations, or of those that are named."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tracer.cli.arrays import SaveArraysOption, check_arrays, save_arrays
from tracer.cli.byhand import (
    RoundingMode,
    RoundingOption,
    how_to_round,
    run_by_hand,
    run_graph_by_hand,
)
from tracer.cli.checkpoints import ReadOption, states_of
from tracer.cli.choices import RowChoices
from tracer.cli.display import Display, draws, show, show_objects
from tracer.cli.pictures import draw
from tracer.cli.progress import progress
from tracer.cli.source import ConfigArgument, load_config
from tracer.cli.telling import tell
from tracer.cli.trace_at import TraceAtOption, traced_at
from tracer.digits.whole import MOST_AT_ONCE, whole
from tracer.errors import UsageError
from tracer.show.pictures.views import PICTURE_VIEWS
from tracer.show.reports.views import DEFAULT, VIEWS

if TYPE_CHECKING:
    from tracer.model.experiment import Experiment, GraphExperiment
    from tracer.model.network import State


_VIEWS = RowChoices(
    lambda: [
        *(((row.name,), row.words) for row in VIEWS.values()),
        *(((row.name,), row.words) for row in PICTURE_VIEWS.values()),
    ],
    "Pictures are drawn by --format svg, dot or mermaid.",
)


def run(
    config: ConfigArgument,
    *,
    iterations: Annotated[
        int | None,
        typer.Option("--iterations", "-n", min=1, help="Trace this many iterations (default: 1)."),
    ] = None,
    trace_at: TraceAtOption = None,
    sample: Annotated[
        str | None, typer.Option(metavar="K|all", help="The sample to show, or all of them.")
    ] = None,
    view: Annotated[str, _VIEWS] = DEFAULT,
    all_rows: Annotated[
        bool, typer.Option("--all-rows", help="Don't shorten long tables.")
    ] = False,
    round: Annotated[
        str | None,
        typer.Option(metavar="4dp|4sf", help="Also calculate as on paper, every step rounded."),
    ] = None,
    rounding: RoundingOption = RoundingMode.HALF_UP,
    arrays: SaveArraysOption = None,
    checkpoints: ReadOption = None,
    diagram: Annotated[
        bool | None,
        typer.Option(
            "--diagram/--no-diagram",
            help="Draw the network with characters (default: a tiny one, on a terminal).",
        ),
    ] = None,
    display: Display,
) -> None:
    """Print every number of the first iterations, or of any.

    Forward, errors, backward, gradients and updates, with the conventions in words.
    """
    from tracer.model.experiment import Experiment
    from tracer.show.reports.runs import check_of_graph

    check_arrays(arrays)
    display.check_targets(save_arrays=arrays)
    experiment = load_config(config)
    wanted, first = _wanted(iterations, trace_at), iterations or 1
    if first > MOST_AT_ONCE and (round or not isinstance(experiment, Experiment)):
        what = "with --round" if round else "of a graph"
        raise UsageError(
            f"--iterations {iterations}: run shows up to {MOST_AT_ONCE} {what}",
            "`bptrace step` makes as many as you like, and --trace-at shows some of them",
        )
    if round and trace_at:
        raise UsageError("--round begins at the start", "leave --trace-at out, or use --iterations")
    if round and arrays:
        raise UsageError("--save-arrays saves exact numbers", "leave --round out")
    if round and view != DEFAULT:
        raise UsageError(f"--round has no --view {view}", "leave one of them out")
    if round and display.as_picture:
        raise UsageError("--round has no picture", f"leave out --format {display.format}")
    drawn = _draws(experiment, diagram, view, display)
    if diagram and round:
        raise UsageError("--round has no --diagram", "leave one of them out")
    how = how_to_round(round, rounding)
    states = states_of(checkpoints, experiment, by_hand=how)
    if not isinstance(experiment, Experiment):
        check_of_graph(config, view, sample)
    if how is None:
        show_run(
            experiment,
            wanted,
            display,
            sample=_sample(sample),
            view=view,
            all_rows=all_rows,
            arrays=arrays,
            diagram=drawn,
            states=states,
        )
    elif isinstance(experiment, Experiment):
        run_by_hand(experiment, first, _sample(sample), how, display)
    else:
        run_graph_by_hand(experiment, first, how, display, all_rows=all_rows)


def _wanted(iterations: int | None, trace_at: str | None) -> Sequence[int]:
    """The iterations to show: the first ones, or those that are named."""
    if trace_at is None:
        return range(1, (iterations or 1) + 1)
    if iterations:
        raise UsageError("--iterations and --trace-at exclude each other", "give one of them")
    return traced_at(trace_at)


def _check_view(view: str, display: Display) -> None:
    """UsageError where the view is none of the format's."""
    pictured = view in PICTURE_VIEWS
    if pictured and not display.as_picture:
        raise UsageError(f"--view {view} is a picture", "draw it with --format svg")
    if display.as_picture and not pictured and view != DEFAULT:
        views = ", ".join(PICTURE_VIEWS)
        raise UsageError(f"--view {view} is no picture", f"--format {display.format} has {views}")


def _draws(
    experiment: Experiment | GraphExperiment, asked: bool | None, view: str, display: Display
) -> bool | None:
    """Whether to draw the network with characters; None: where there is room.

    Raises UsageError where that was asked for of a graph, or in a format without room for it.
    """
    from tracer.model.experiment import Experiment
    from tracer.show.reports.diagram import is_tiny

    wanted = draws("--diagram", asked, display)
    if not isinstance(experiment, Experiment):
        if asked:
            raise UsageError(
                "--diagram is for networks", "`bptrace graph --format svg` draws graphs"
            )
        return False
    if asked:
        return True
    return None if wanted and view == DEFAULT and is_tiny(experiment) else False


def _sample(text: str | None) -> int | str | None:
    if text is None or text == "all":
        return text
    number = whole(text)
    if not number:
        raise UsageError(f"--sample {text}: expected a number from 1, or all")
    return number


def show_run(
    experiment: Experiment | GraphExperiment,
    wanted: Sequence[int],
    display: Display,
    *,
    sample: int | str | None = None,
    view: str = DEFAULT,
    all_rows: bool = False,
    arrays: Path | None = None,
    diagram: bool | None = False,
    states: Iterable[tuple[int, State]] = (),
) -> None:
    """Show these iterations of a network or a graph, and save them.

    `states`: some that training comes to, (updates, state), from which it may go on.
    """
    from tracer.engine.training import Run, train_through
    from tracer.explain.calculation import timeline_of
    from tracer.model.experiment import Experiment
    from tracer.show.reports.runs import reached_of, run_blocks, run_objects
    from tracer.show.reports.selection import ROW_LIMIT

    network = isinstance(experiment, Experiment)
    if network:
        _check_view(view, display)
    timeline = timeline_of(experiment)
    timeline.kept.update(states)
    with progress(wanted[-1], "training") as report:
        run: Run[Any] = train_through(timeline, wanted, report)
    reached = reached_of(run, wanted)
    if run.ended == "interrupted":
        count = len(reached)
        tell(f"bptrace: interrupted; {count} iterations follow, and Ctrl-C ends that too")
    if arrays:
        save_arrays(map(timeline.trace, reached), arrays, display)
    if display.as_picture and reached:
        draw(timeline.trace(reached[-1]), display, view, sample)
    elif display.as_objects:
        show_objects(run_objects(run, wanted, sample), display)
    elif not display.as_picture:
        limit = None if all_rows or display.complete else ROW_LIMIT
        shown = "all" if display.complete and sample is None and network else sample
        blocks = run_blocks(run, wanted, view=view, sample=shown, limit=limit, diagram=diagram)
        names = timeline.outline(1).names
        show(blocks, display, names, full=all_rows and not network)
    run.raise_end()
