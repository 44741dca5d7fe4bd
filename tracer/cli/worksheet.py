"""`bptrace worksheet`: the sheet to fill in by hand, its key, and the empty file of answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tracer.cli.byhand import RoundingMode, RoundingOption, RoundOption, how_to_round
from tracer.cli.completion import complete_config
from tracer.cli.display import Display, notation, show
from tracer.cli.run import MOST_AT_ONCE
from tracer.cli.source import load_config, name_of
from tracer.errors import UsageError

if TYPE_CHECKING:
    from tracer.digits.rounding import Rounding
    from tracer.explain.worksheet import Sheeted
    from tracer.model.experiment import Experiment, GraphExperiment

_ON_PAPER = Display(format="markdown")
_A_FEW = 5
"""A training of so many iterations at most is one to calculate by hand."""


def worksheet(
    configs: Annotated[
        list[str],
        typer.Argument(
            metavar="CONFIG",
            help="YAML files, - for standard input, or bundled examples' names. Of several, each "
            "has a file of its own: {name} in the name of --output becomes theirs.",
            autocompletion=complete_config,
        ),
    ],
    *,
    formulas: Annotated[
        bool, typer.Option("--formulas", help="With each number's formula in symbols.")
    ] = False,
    key: Annotated[
        bool, typer.Option("--key", help="The key: the sheet with its numbers.")
    ] = False,
    answers: Annotated[
        bool, typer.Option("--answers", help="The empty file of answers for `bptrace check`.")
    ] = False,
    round: RoundOption = None,
    rounding: RoundingOption = RoundingMode.HALF_UP,
    iterations: Annotated[
        int | None,
        typer.Option(
            "--iterations",
            "-n",
            min=1,
            max=MOST_AT_ONCE,
            help="So many iterations, each with its section.",
            show_default=f"the configuration's if 2 to {_A_FEW}, else 1",
        ),
    ] = None,
    display: Display = _ON_PAPER,
) -> None:
    """Print a sheet to fill in, or its key.

    In Markdown, or LaTeX with --format latex.
    """
    from tracer.show.output import output_paths

    if answers and (key or formulas):
        raise UsageError("--answers makes a file of its own", "leave out --key and --formulas")
    how = how_to_round(round, rounding)
    if how and not key:
        raise UsageError("only the key has numbers to round", "add --key, or leave out --round")
    if display.as_objects:
        other = display.row.name
        raise UsageError(f"a worksheet has no {other}", f"`run --format {other}` has the numbers")
    paths = output_paths(display.output, [{"name": name_of(config)} for config in configs])
    for config, path in zip(configs, paths, strict=True):
        experiment = load_config(config)
        traces = _traces(experiment, iterations, how)
        shown = replace(display, output=path)
        if answers:
            _write_answers(experiment, traces, shown)
        else:
            _write_sheet(experiment, traces, shown, key, formulas, how)


def _intended(experiment: Experiment | GraphExperiment) -> int:
    """How many iterations the configuration means to be calculated by hand."""
    from tracer.model.experiment import Experiment

    if isinstance(experiment, Experiment) and experiment.data is None:
        return 1
    iterations = experiment.training.iterations if experiment.training else 1
    return iterations if iterations and iterations <= _A_FEW else 1


def _traces(
    experiment: Experiment | GraphExperiment, iterations: int | None, rounding: Rounding | None
) -> Sequence[Sheeted]:
    """The first iterations, exactly or by hand; by itself only those that training comes to."""
    from tracer.engine.training import Run, train_through
    from tracer.explain.byhand import by_hand
    from tracer.explain.calculation import check_reached, timeline_of

    exact = timeline_of(experiment)
    wanted: Sequence[int] = range(1, (iterations or _intended(experiment)) + 1)
    if len(wanted) > 1:
        run: Run[Any] = train_through(exact, wanted)
        if iterations is not None:
            check_reached(run, wanted)
        wanted = list(run.reached(wanted)) or [1]
    timeline = by_hand(experiment, rounding) if rounding else exact
    return [timeline.trace(k) for k in wanted]


def _write_answers(
    experiment: Experiment | GraphExperiment, traces: Sequence[Sheeted], display: Display
) -> None:
    from tracer.explain.worksheet import answers
    from tracer.show.output import open_output

    text = answers(experiment.title, traces, notation(display, traces[0].names, "ascii").name)
    with open_output(display.output, display.force) as stream:
        stream.write(text)


def _write_sheet(
    experiment: Experiment | GraphExperiment,
    traces: Sequence[Sheeted],
    display: Display,
    key: bool,
    formulas: bool,
    rounding: Rounding | None,
) -> None:
    from tracer.show.reports.worksheet import worksheet as sheet

    across = 1 if display.complete else 2
    document = sheet(
        experiment, traces, key=key, formulas=formulas, across=across, rounding=rounding
    )
    show(document, display, traces[0].names, standalone=True)
