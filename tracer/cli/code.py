"""`bptrace code`: the calculation as a program of its own."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from tracer.cli.choices import RowChoices
from tracer.cli.source import ConfigArgument, load_config
from tracer.code.languages import LANGUAGES, by_ending

_DEFAULT = "python"
_LANGUAGE = RowChoices(
    lambda: [((row.name,), row.words) for row in LANGUAGES.values()],
    "Without it, FILE's ending decides.",
    ("--language", "-l"),
)


def code(
    context: typer.Context,
    config: ConfigArgument,
    *,
    language: Annotated[str, _LANGUAGE] = _DEFAULT,
    iterations: Annotated[
        int | None,
        typer.Option("--iterations", "-n", min=1, help="Updates (default: the configuration's)."),
    ] = None,
    trace: Annotated[
        bool, typer.Option("--trace", help="It prints every number of iteration 1.")
    ] = False,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", help="Write to a file.")
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Overwrite the file if it exists.")
    ] = False,
) -> None:
    """Write the calculation as a program.

    It runs by itself, calculates the same numbers, and prints them as `bptrace check` reads them.
    """
    from tracer.code.program import program
    from tracer.show.output import open_output

    source = context.get_parameter_source("language")
    if output is not None and source is not None and source.name == "DEFAULT":
        row = by_ending(output)
        language = row.name if row else language
    text = program(load_config(config), str(language), iterations, trace=trace)
    with open_output(output, force) as stream:
        stream.write(text)
