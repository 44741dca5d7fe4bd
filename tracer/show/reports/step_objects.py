"""What `step` shows of a network, as objects for JSON."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from tracer.engine.timeline import NetworkTimeline
from tracer.engine.trace import IterationTrace
from tracer.engine.training import Run
from tracer.model.experiment import Experiment
from tracer.show.reports.milestones import reached
from tracer.show.reports.objects import Object, only_finite
from tracer.show.reports.run_objects import (
    IterationObjects,
    final_object,
    head_object,
    output_rows,
)
from tracer.show.reports.step import losses, shows_outputs


def step_json(
    experiment: Experiment,
    run: Run[NetworkTimeline],
    shown: Sequence[int],
    traces: Iterable[IterationTrace] = (),
) -> Object:
    """What `run_json` gives, with `history`: losses after so many updates each, as far as it came."""
    rows = reached(run, shown)
    return head_object(experiment) | {
        "history": (
            {"iteration": k} | only_finite(["loss"], [loss]) | _outputs_after(experiment, run, k)
            for k, loss in zip(rows, losses(run, rows), strict=True)
        ),
        "iterations": map(IterationObjects(experiment, None), traces),
        "final": final_object(experiment, run),
    }


def _outputs_after(experiment: Experiment, run: Run[NetworkTimeline], k: int) -> Object:
    """The outputs after k updates, if they are few enough for the history."""
    data = experiment.data
    if data is None or not shows_outputs(experiment):
        return {}
    return {"outputs": output_rows(experiment.network, run.timeline.state(k).parameters, data)}
