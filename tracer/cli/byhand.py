"""`--round 4dp` of `run` and `explain`: the exact calculation beside the one done by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from tracer.cli.display import Display, show, show_objects
from tracer.cli.ending import raise_end
from tracer.errors import UsageError

if TYPE_CHECKING:
    from tracer.digits.rounding import Rounding
    from tracer.model.experiment import Experiment


class RoundingMode(StrEnum):
    """Which way half a unit goes."""

    HALF_UP = "half-up"
    HALF_EVEN = "half-even"


RoundingOption = Annotated[RoundingMode, typer.Option(help="Which way --round takes half a unit.")]


def run_by_hand(
    experiment: Experiment,
    iterations: int,
    sample: int | str | None,
    rounding: Rounding,
    display: Display,
) -> None:
    """Show the first iterations both ways."""
    from tracer.engine.training import trace_iterations
    from tracer.explain.byhand import by_hand_traces
    from tracer.model.names import Names
    from tracer.show.formats.findings import by_hand_json
    from tracer.show.reports.byhand import by_hand_document
    from tracer.show.reports.selection import ROW_LIMIT

    _check(experiment)
    run, exact = trace_iterations(experiment, range(1, iterations + 1))
    by_hand = by_hand_traces(experiment, [trace.number for trace in exact], rounding)
    pairs = list(zip(exact, by_hand, strict=True))
    if display.as_objects:
        show_objects({"title": experiment.title} | by_hand_json(pairs, rounding), display)
    else:
        shown = "all" if display.complete and sample is None else sample
        limit = None if display.complete else ROW_LIMIT
        document = by_hand_document(pairs, rounding, sample=shown, limit=limit)
        show(document, display, Names(experiment.network))
    raise_end(run)


def explain_by_hand(
    experiment: Experiment,
    asked: Mapping[int, Sequence[str]],
    depth: int | None,
    rounding: Rounding,
    display: Display,
    *,
    full: bool,
) -> None:
    """Work the numbers asked for in each iteration out as on paper."""
    from tracer.digits.numbers import NumberFormat
    from tracer.explain.byhand import by_hand_traces
    from tracer.explain.explanation import NetworkNumbers, numbers_of
    from tracer.model.names import Names
    from tracer.show.formats.findings import explain_by_hand_json
    from tracer.show.reports.explain_by_hand import explain_by_hand_document

    _check(experiment)
    exact = numbers_of(experiment, asked)
    hands = by_hand_traces(experiment, asked, rounding)
    found = [
        (
            exact[hand.number],
            NetworkNumbers(hand),
            [exact[hand.number].find(name) for name in asked[hand.number]],
        )
        for hand in hands
    ]
    if display.as_objects:
        show_objects(explain_by_hand_json(found, depth), display)
        return
    document = explain_by_hand_document(experiment, found, depth, rounding)
    shortest = NumberFormat(digits=None)
    show(document, display, Names(experiment.network), full=full, numbers=shortest)


def _check(experiment: Experiment) -> None:
    if experiment.data is None:
        raise UsageError("--round needs samples with targets", "the configuration has no `data`")
