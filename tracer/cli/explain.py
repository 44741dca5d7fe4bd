"""`bptrace explain`: the formula of a number, the numbers put in, the result."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from tracer.cli.byhand import RoundingMode, RoundingOption, explain_by_hand
from tracer.cli.checkpoints import ReadOption, states_of
from tracer.cli.display import Display, number_format, show, show_objects
from tracer.cli.name_completion import complete_quantity
from tracer.cli.progress import progress
from tracer.cli.source import ConfigArgument, load_config
from tracer.digits.whole import whole
from tracer.errors import UsageError

if TYPE_CHECKING:
    from tracer.model.names import Names


def explain(
    config: ConfigArgument,
    names: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[NAME]...",
            help="dE/dw5, delta_h1#2, w1+@3, ...; without any: list them.",
            autocompletion=complete_quantity,
        ),
    ] = None,
    *,
    depth: Annotated[
        str, typer.Option(metavar="N|all", help="How many formulas deep to go.")
    ] = "1",
    iteration: Annotated[
        int, typer.Option("--iteration", "-n", min=1, help="The iteration of names without @.")
    ] = 1,
    full: Annotated[bool, typer.Option("--full", help="Do not shorten long sums.")] = False,
    round: Annotated[
        str | None,
        typer.Option(metavar="4dp|4sf", help="Work it out as on paper, every step rounded."),
    ] = None,
    rounding: RoundingOption = RoundingMode.HALF_UP,
    checkpoints: ReadOption = None,
    display: Display,
) -> None:
    """Explain numbers by their formulas.

    The formula in symbols, the numbers put in, the result; without a NAME, what there is.
    """
    from tracer.digits.rounding import parse_rounding
    from tracer.explain.calculation import calculations
    from tracer.explain.explanation import needed
    from tracer.model.experiment import Experiment
    from tracer.model.names import Names
    from tracer.show.reports.explain import explain_document
    from tracer.show.reports.explain_objects import record

    if display.as_objects and not names:
        raise UsageError(
            f"--format {display.row.name} needs the name of a number", "`run` has all of them"
        )
    levels, digits = _depth(depth), number_format(display)
    experiment = load_config(config)
    known = Names(experiment.network) if isinstance(experiment, Experiment) else None
    asked = _by_iteration(names or [], iteration, known)
    states = states_of(checkpoints, experiment, by_hand=round)
    if round:
        how = parse_rounding(round, rounding.value)
        if not names:
            raise UsageError("--round works out numbers", "name one: delta_h1")
        explain_by_hand(experiment, asked, levels, how, display, full=full)
        return
    with progress(max(asked), "training") as report:
        exact = calculations(experiment, asked, report, states)
    found = [(exact[k], [exact[k].find(name) for name in asked[k]]) for k in asked]
    if display.as_objects:
        records = (record(c, one) for c, some in found for one in needed(c, some, levels))
        show_objects(records, display)
    else:
        document = explain_document(experiment, found, levels, digits)
        show(document, display, found[0][0].trace.names, full=full)


def _by_iteration(texts: list[str], default: int, known: Names | None) -> dict[int, list[str]]:
    """The names of each iteration; a wrong one is found before a long training, not after it."""
    from tracer.explain.calculation import iteration_said

    asked: dict[int, list[str]] = {} if texts else {default: []}
    for text in texts:
        if known is not None:
            known.parse(text)
        asked.setdefault(iteration_said(text, default), []).append(text)
    return asked


def _depth(text: str) -> int | None:
    """The number of levels; None for all."""
    if text == "all":
        return None
    number = whole(text)
    if not number:
        raise UsageError(f"--depth {text}: expected a number from 1, or all")
    return number
