"""`bptrace step`: many iterations, and what became of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from heapq import merge
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tracer.cli.arrays import SaveArraysOption, check_arrays, save_arrays
from tracer.cli.checkpoints import Checkpoints, EveryOption, WriteOption, checkpoints_of
from tracer.cli.display import Display, draws, notation, note, show, show_objects
from tracer.cli.plot import PlotOption, PlotQuantityOption, Wish, wish
from tracer.cli.progress import progress
from tracer.cli.record import Record, RecordEveryOption, RecordOption, RecordQuantityOption, record
from tracer.cli.source import ConfigArgument, load_config
from tracer.cli.trace_at import TraceAtOption, traced_at
from tracer.errors import UsageError
from tracer.immutable import immutable

if TYPE_CHECKING:
    from tracer.engine.trainable import Timeline
    from tracer.engine.training import Run
    from tracer.explain.series import Recorder
    from tracer.model.experiment import Experiment, GraphExperiment

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
    trace_at: TraceAtOption = None,
    save: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Save a configuration from which step goes on."),
    ] = None,
    arrays: SaveArraysOption = None,
    plot: PlotOption = None,
    plot_quantity: PlotQuantityOption = None,
    record_file: RecordOption = None,
    record_quantity: RecordQuantityOption = None,
    record_every: RecordEveryOption = None,
    checkpoints: WriteOption = None,
    checkpoint_every: EveryOption = None,
    curve: Annotated[
        bool | None,
        typer.Option("--curve/--no-curve", help="The loss as a curve (default: on a terminal)."),
    ] = None,
    display: Display,
) -> None:
    """Train for many iterations.

    Shows the loss on the way, the parameters before and after, and predictions.
    """
    from tracer.show.reports.selection import ROW_LIMIT
    from tracer.show.reports.step import history_iterations

    if every and rows:
        raise UsageError("--every and --rows exclude each other", "give one of them")
    drawn = wish(plot, plot_quantity)
    recorded = record(record_file, record_quantity, record_every)
    kept = checkpoints_of(checkpoints, checkpoint_every)
    check_arrays(arrays)
    display.check_targets(
        save=save, save_arrays=arrays, plot=plot, record=record_file, checkpoints=checkpoints
    )
    experiment = load_config(config)
    if experiment.training is None:
        raise UsageError(f"{config} has no `training`", "`bptrace run` shows its passes")
    total = experiment.training.iterations if iterations is None else iterations
    steps = Steps(
        total,
        history_iterations(total, rows=rows, every=every),
        traced_at(trace_at, total),
        None if all_rows or display.complete else ROW_LIMIT,
        save,
        arrays,
        drawn,
        recorded,
        kept,
        draws("--curve", curve, display),
    )
    _step(experiment, steps, display)


@immutable
class Steps:
    """What was asked for: updates in all, after which to look, which iterations to trace.

    `save` and `arrays` are the files for the end and for the iterations traced (or else the last one);
    `plot` is what to draw into a file, `record` what to write into one, `curve` whether to draw the
    loss on the screen.
    """

    total: int
    shown: Sequence[int]
    traced: list[int]
    limit: int | None
    save: Path | None
    arrays: Path | None
    plot: Wish
    record: Record
    checkpoints: Checkpoints
    curve: bool

    @property
    def kept(self) -> Iterator[int]:
        """The numbers of updates after which training should keep its parameters, ascending."""
        looked_at = self.traced or [self.total]
        return merge(self.shown, sorted({*looked_at, *(k - 1 for k in looked_at)}))


def _step(experiment: Experiment | GraphExperiment, steps: Steps, display: Display) -> None:
    from tracer.explain.calculation import timeline_of
    from tracer.explain.series import LOSS
    from tracer.show.reports.plots import Recorded, output_of, run_plot
    from tracer.show.reports.runs import step_blocks, step_objects

    timeline = timeline_of(experiment)
    names = timeline.outline(1).names
    recorder = _recorder(timeline, steps)
    run = _trained(timeline, steps, display, recorder)
    if steps.plot.path:
        written = notation(display, names, "unicode")
        recorded = Recorded("", recorder, written, output_of(timeline))
        steps.plot.write(run_plot(experiment.title, recorded), display)
    if display.as_objects:
        show_objects(step_objects(run, steps.shown, steps.traced), display)
    else:
        sample = "all" if display.complete else None
        curve = recorder.of(LOSS) if steps.curve else ()
        blocks = step_blocks(
            run, steps.shown, steps.traced, sample=sample, limit=steps.limit, curve=curve
        )
        show(blocks, display, names)
    run.raise_end()


def _recorder(timeline: Timeline, steps: Steps) -> Recorder:
    """Who looks at the training for what is drawn of it."""
    from tracer.explain.series import LOSS, POINTS, SKETCHED, Recorder, subjects

    wanted = subjects(timeline, steps.plot.names)
    looks = POINTS if wanted else SKETCHED
    return Recorder(timeline, wanted, steps.total, looks, also=[LOSS] if steps.curve else [])


def _trained(timeline: Timeline, steps: Steps, display: Display, recorder: Recorder) -> Run[Any]:
    """The run, its end and its arrays saved where that was asked for."""
    from tracer.engine.training import train

    marks = steps.checkpoints.marks(timeline, steps.total)
    with steps.record.of(timeline, steps.total, display) as recording:
        with progress(steps.total, "training") as report:
            heard = recording.before(report)
            run = train(timeline, steps.total, merge(steps.kept, marks), heard, recorder)
        recording.end(run.done)
    recorder.end(run.state, run.done)
    steps.checkpoints.write(timeline, [k for k in marks if k <= run.done], display)
    if steps.save:
        _save(timeline.continued(run.done, tuple(run.losses)), run.done, steps.save, display)
    if steps.arrays:
        reached = run.reached(steps.traced) if steps.traced else [run.done] * bool(run.done)
        save_arrays(map(timeline.trace, reached), steps.arrays, display)
    return run


def _save(state: Experiment | GraphExperiment, updates: int, path: Path, display: Display) -> None:
    from tracer.config.writing import dump
    from tracer.show.output import open_output

    with open_output(path, display.force, over_input=True) as stream:  # training goes on in place
        stream.write(dump(state))
    note(f"saved after {updates} updates: {path}")
