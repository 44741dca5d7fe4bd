"""What `bptrace run` shows: conventions, the network, and iteration by iteration every number."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from tracer.engine.timeline import NetworkTimeline
from tracer.engine.trace import IterationTrace
from tracer.engine.training import Run
from tracer.errors import UsageError, did_you_mean
from tracer.language import say
from tracer.model.experiment import Experiment
from tracer.show.document import Block, Drawing, Heading, Text
from tracer.show.reports.conventions import conventions
from tracer.show.reports.diagram import NetworkSketch
from tracer.show.reports.network import network_table
from tracer.show.reports.outcomes import predictions
from tracer.show.reports.records import quantities
from tracer.show.reports.selection import ROW_LIMIT, Selection
from tracer.show.reports.views import DEFAULT, VIEWS, View

_LISTED_ROWS = 12


def run_document(
    experiment: Experiment,
    run: Run[NetworkTimeline],
    traces: Iterable[IterationTrace],
    *,
    view: str = DEFAULT,
    sample: int | str | None = None,
    limit: int | None = ROW_LIMIT,
    diagram: bool | None = False,
) -> Iterator[Block]:
    """The document of `bptrace run`, block by block.

    `sample` is a number counted from 1, or `all`; None shows the first samples of each batch. Tables
    of more than `limit` rows are shortened. Without `data`: the forward passes of `predict`.
    `diagram`: each iteration begins with the network drawn with characters; None: if there is room.

    Raises:
        UsageError: the data have no such sample, or there is no such view.
    """
    if view not in VIEWS:
        raise UsageError(
            f"there is no view '{view}'",
            did_you_mean(view, list(VIEWS)) or f"there are {', '.join(VIEWS)}",
        )
    if experiment.data is None and VIEWS[view].needs_targets:
        raise UsageError(
            f"--view {view} needs samples with targets", "the configuration has no `data`"
        )
    check_sample(experiment, sample)
    return _blocks(experiment, run, traces, VIEWS[view], Selection(sample, limit, diagram))


def check_sample(experiment: Experiment, sample: int | str | None) -> None:
    """UsageError where `sample` is the number of none of the samples."""
    data = experiment.data or experiment.predict
    count = len(data) if data else 0
    if isinstance(sample, int) and not 1 <= sample <= count:
        raise UsageError(f"there is no sample {sample}", f"the samples are 1 to {count}")


def head(experiment: Experiment) -> Iterator[Block]:
    """Title, conventions, and the network at a glance."""
    yield Heading(experiment.title or say("Backpropagation"))
    yield from conventions(experiment)
    yield network_table(experiment)


def _blocks(
    experiment: Experiment,
    run: Run[NetworkTimeline],
    traces: Iterable[IterationTrace],
    view: View,
    selection: Selection,
) -> Iterator[Block]:
    yield quantities(traces, selection.sample)
    yield from head(experiment)
    for trace in traces:
        yield from iteration(trace, view, selection)
    if experiment.data is not None:
        yield from predictions(experiment, run.state.parameters, selection.limit)


def iteration(
    trace: IterationTrace, view: View | None = None, selection: Selection | None = None
) -> Iterator[Block]:
    """One iteration under its heading, with the samples of its batch where those vary."""
    data = trace.experiment.data
    if data:
        yield Heading(say("Iteration {number}", number=trace.number), 2)
    if data and 1 < len(trace.rows) < len(data):
        shown = ", ".join(str(row + 1) for row in trace.rows[:_LISTED_ROWS])
        end = ", …" if len(trace.rows) > _LISTED_ROWS else "."
        batch = say("A batch of {count} samples: {samples}", count=len(trace.rows), samples=shown)
        yield Text(f"{batch}{end}")
    selection = selection or Selection()
    positions = selection.positions(trace)
    if selection.diagram is not False and positions:
        yield Drawing(NetworkSketch(trace, positions[0], bool(selection.diagram)), asked=True)
    show = (view or VIEWS[DEFAULT]).load()
    yield from show(trace, selection)
