"""`bptrace worksheet`: the sheet to fill in by hand, its key, and the empty file of answers."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tracer.cli.completion import complete_config
from tracer.cli.display import Display, OutputFormat, notation, show
from tracer.cli.source import load_network
from tracer.errors import UsageError

if TYPE_CHECKING:
    from tracer.engine.trace import IterationTrace

_NAME = "{name}"
_ON_PAPER = Display(format=OutputFormat.MARKDOWN)


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
    display: Display = _ON_PAPER,
) -> None:
    """Print a sheet to fill in, or its key.

    The first iteration in Markdown, or LaTeX with --format latex.
    """
    if answers and (key or formulas):
        raise UsageError("--answers makes a file of its own", "leave out --key and --formulas")
    if display.as_json:
        raise UsageError("a worksheet has no JSON", "`bptrace run --format json` has the numbers")
    pattern = str(display.output or "")
    if len(configs) > 1 and _NAME not in pattern:
        raise UsageError("several worksheets need several files", "name them: -o '{name}.md'")
    for config in configs:
        trace = _first_iteration(config)
        path = Path(pattern.replace(_NAME, Path(config).stem)) if pattern else None
        shown = replace(display, output=path)
        if answers:
            _write_answers(trace, shown)
        else:
            _write_sheet(trace, shown, key, formulas)


def _first_iteration(config: str) -> IterationTrace:
    from tracer.engine.timeline import NetworkTimeline

    return NetworkTimeline(load_network(config)).trace(1)


def _write_answers(trace: IterationTrace, display: Display) -> None:
    from tracer.explain.worksheet import answers
    from tracer.show.output import open_output

    text = answers(trace, notation(display, trace.names, "ascii").name)
    with open_output(display.output, display.force) as stream:
        stream.write(text)


def _write_sheet(trace: IterationTrace, display: Display, key: bool, formulas: bool) -> None:
    from tracer.show.reports.worksheet import worksheet as sheet

    across = 1 if display.format is OutputFormat.CSV else 2
    document = sheet(trace, key=key, formulas=formulas, across=across)
    show(document, display, trace.names, standalone=True)
