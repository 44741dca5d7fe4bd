"""What `run` and `step` show of a training, whether a network's or a graph's.

The reports of both, behind one set of functions: whoever shows a run need not know which of the two it
is. Each iterator is read once, block by block. A report is imported when it is wanted, since a command
wants one of them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import TYPE_CHECKING, Any

from tracer.engine.training import Run
from tracer.errors import UsageError
from tracer.model.experiment import Experiment
from tracer.show.document import Document
from tracer.show.pictures.views import DEFAULT_PICTURE, PICTURE_VIEWS
from tracer.show.reports.objects import Object
from tracer.show.reports.selection import ROW_LIMIT
from tracer.show.reports.views import DEFAULT

if TYPE_CHECKING:
    from tracer.explain.series import Points
    from tracer.show.pictures.picture import Picture


def run_blocks(
    run: Run[Any],
    iterations: Collection[int],
    *,
    view: str = DEFAULT,
    sample: int | str | None = None,
    limit: int | None = ROW_LIMIT,
    diagram: bool | None = False,
) -> Document:
    """The document of `bptrace run`: those of the iterations that training came to.

    Raises:
        UsageError: no such sample or view; a graph has neither.
        DivergedError: a graph can't be calculated at all.
    """
    experiment, reached = run.timeline.experiment, reached_of(run, iterations)
    traces = map(run.timeline.trace, reached)
    if isinstance(experiment, Experiment):
        from tracer.show.reports.run import run_document

        return run_document(
            experiment, run, traces, view=view, sample=sample, limit=limit, diagram=diagram
        )
    from tracer.show.reports.graph import graph_document

    check_of_graph(experiment.title or "this", view, sample)
    return graph_document(list(traces), limit)


def check_of_graph(called: str, view: str, sample: int | str | None) -> None:
    """UsageError where a graph is to be shown as only networks can be."""
    if sample or view != DEFAULT:
        raise UsageError(f"{called} is a computation graph", "--sample and --view are for networks")


def run_objects(
    run: Run[Any], iterations: Collection[int], sample: int | str | None = None
) -> Object:
    """What `bptrace run --format json` prints of these iterations."""
    experiment, reached = run.timeline.experiment, reached_of(run, iterations)
    traces = map(run.timeline.trace, reached)
    if isinstance(experiment, Experiment):
        from tracer.show.reports.run_objects import run_json

        return run_json(experiment, run, traces, sample)
    from tracer.show.reports.graph_objects import graph_run_json

    return graph_run_json(list(traces))


def reached_of(run: Run[Any], iterations: Collection[int]) -> Sequence[int]:
    """Those of the iterations that training came to.

    Raises DivergedError where a graph came to none: there is nothing to show.
    """
    reached = run.reached(iterations)
    if run.diverged and not reached and not isinstance(run.timeline.experiment, Experiment):
        raise run.diverged
    return reached


def step_blocks(
    run: Run[Any],
    shown: Sequence[int],
    traced: Iterable[int] = (),
    *,
    sample: str | None = None,
    limit: int | None = ROW_LIMIT,
    curve: Points = (),
) -> Document:
    """The document of `bptrace step`; `shown`: after how many updates to look, `traced`: in full."""
    experiment = run.timeline.experiment
    traces = list(map(run.timeline.trace, run.reached(traced)))
    if isinstance(experiment, Experiment):
        from tracer.show.reports.step import step_document

        return step_document(
            experiment, run, shown, traces, sample=sample, limit=limit, curve=curve
        )
    from tracer.show.reports.graph import graph_steps_document

    return graph_steps_document(run, shown, traces, limit, curve)


def step_objects(run: Run[Any], shown: Sequence[int], traced: Iterable[int] = ()) -> Object:
    """What `bptrace step --format json` prints."""
    experiment = run.timeline.experiment
    traces = list(map(run.timeline.trace, run.reached(traced)))
    if isinstance(experiment, Experiment):
        from tracer.show.reports.step_objects import step_json

        return step_json(experiment, run, shown, traces)
    from tracer.show.reports.graph_objects import graph_step_json

    return graph_step_json(run, shown, traces)


def picture_of(trace: Any, view: str = DEFAULT_PICTURE, sample: int | None = None) -> Picture:
    """The picture of an iteration; of a batch its first sample, where `sample` says no other.

    Raises:
        UsageError: there is nothing that the view could show, no such sample, or too much to draw.
    """
    from tracer.graph.trace import GraphTrace

    if isinstance(trace, GraphTrace):
        from tracer.show.pictures.graph import graph_picture

        return graph_picture(trace)
    if view not in PICTURE_VIEWS:
        known = f"there are {', '.join(PICTURE_VIEWS)}"
        raise UsageError(f"there is no picture '{view}'", known)
    from tracer.show.pictures.network import network_picture

    return network_picture(trace, view, trace.rows[0] + 1 if sample is None else sample)
