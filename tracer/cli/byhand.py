"""`--round 4dp` of `run` and `explain`: the exact calculation beside the one done by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from tracer.cli.display import Display, show, show_objects
from tracer.errors import UsageError

if TYPE_CHECKING:
    from tracer.digits.rounding import Rounding
    from tracer.model.experiment import Experiment, GraphExperiment


class RoundingMode(StrEnum):
    """Which way half a unit goes; cut: nowhere, what comes after the last digit is cut off."""

    HALF_UP = "half-up"
    HALF_EVEN = "half-even"
    CUT = "cut"


RoundOption = Annotated[
    str | None,
    typer.Option(metavar="4dp|4sf", help="The numbers as on paper, every step rounded."),
]
RoundingOption = Annotated[
    RoundingMode,
    typer.Option(help="Which way --round takes half a unit; cut: digits beyond are cut off."),
]


def how_to_round(text: str | None, mode: RoundingMode) -> Rounding | None:
    """What `--round` and `--rounding` ask for; None without `--round`."""
    from tracer.digits.rounding import parse_rounding

    return parse_rounding(text, mode.value) if text else None


def run_by_hand(
    experiment: Experiment,
    iterations: int,
    sample: int | str | None,
    rounding: Rounding,
    display: Display,
) -> None:
    """Show the first iterations both ways."""
    from tracer.engine.timeline import NetworkTimeline
    from tracer.engine.training import train_through
    from tracer.explain.byhand import by_hand
    from tracer.model.names import Names
    from tracer.show.reports.byhand import by_hand_document
    from tracer.show.reports.byhand_objects import by_hand_json
    from tracer.show.reports.selection import ROW_LIMIT

    _check(experiment)
    wanted = range(1, iterations + 1)
    timeline, rounded = NetworkTimeline(experiment), by_hand(experiment, rounding)
    run = train_through(timeline, wanted)
    pairs = [(timeline.trace(k), rounded.trace(k)) for k in run.reached(wanted)]
    if display.as_objects:
        show_objects({"title": experiment.title} | by_hand_json(pairs, rounding), display)
    else:
        shown = "all" if display.complete and sample is None else sample
        limit = None if display.complete else ROW_LIMIT
        document = by_hand_document(pairs, rounding, sample=shown, limit=limit)
        show(document, display, Names(experiment.network))
    run.raise_end()


def run_graph_by_hand(
    experiment: GraphExperiment,
    iterations: int,
    rounding: Rounding,
    display: Display,
    *,
    all_rows: bool,
) -> None:
    """Show the first iterations of a graph both ways."""
    from tracer.engine.training import train_through
    from tracer.explain.byhand import by_hand
    from tracer.graph.building import build_graph
    from tracer.graph.timeline import GraphTimeline
    from tracer.show.reports.byhand_objects import by_hand_json
    from tracer.show.reports.graph_by_hand import graph_by_hand_document
    from tracer.show.reports.selection import ROW_LIMIT

    wanted = range(1, iterations + 1)
    timeline = GraphTimeline(experiment, build_graph(experiment))
    rounded = by_hand(experiment, rounding)
    run = train_through(timeline, wanted)
    reached = run.reached(wanted)
    if run.diverged and not reached:
        raise run.diverged
    pairs = [(timeline.trace(k), rounded.trace(k)) for k in reached]
    if display.as_objects:
        show_objects({"title": experiment.title} | by_hand_json(pairs, rounding), display)
    else:
        limit = None if all_rows or display.complete else ROW_LIMIT
        document = graph_by_hand_document(experiment, pairs, rounding, limit)
        show(document, display, timeline.graph.names)
    run.raise_end()


def explain_by_hand(
    experiment: Experiment | GraphExperiment,
    asked: Mapping[int, Sequence[str]],
    depth: int | None,
    rounding: Rounding,
    display: Display,
    *,
    full: bool,
) -> None:
    """Work the numbers asked for in each iteration out as on paper."""
    from tracer.digits.numbers import NumberFormat
    from tracer.explain.byhand import by_hand
    from tracer.explain.calculation import Calculation, calculations
    from tracer.model.experiment import Experiment
    from tracer.show.reports.explain_by_hand import explain_by_hand_document
    from tracer.show.reports.explain_objects import explain_by_hand_json

    if isinstance(experiment, Experiment):
        _check(experiment)
    exact, rounded = calculations(experiment, asked), by_hand(experiment, rounding)
    found = [
        (exact[k], Calculation(rounded, rounded.trace(k)), [exact[k].find(n) for n in names])
        for k, names in sorted(asked.items())
    ]
    if display.as_objects:
        show_objects(explain_by_hand_json(found, depth), display)
        return
    document = explain_by_hand_document(experiment, found, depth, rounding)
    shortest = NumberFormat(digits=None)
    names = found[0][0].trace.names
    show(document, display, names, full=full, numbers=shortest)


def _check(experiment: Experiment) -> None:
    if experiment.data is None:
        raise UsageError("--round needs samples with targets", "the configuration has no `data`")
