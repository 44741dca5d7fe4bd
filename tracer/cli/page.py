"""`bptrace page`: the calculation as a page that calculates, or that asks."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from tracer.cli.asking import AskOption, names_in
from tracer.cli.choices import RowChoices
from tracer.cli.completion import complete_config
from tracer.cli.display import Display, NotationStyle, number_format
from tracer.cli.source import load_config, name_of
from tracer.errors import UsageError
from tracer.page.asked import DEFAULT_REVEAL, REVEAL, Asked

_REVEAL = RowChoices(lambda: [((name,), words) for name, words in REVEAL.items()], "")


def page(
    configs: Annotated[
        list[str],
        typer.Argument(
            metavar="CONFIG",
            help="YAML files, - for standard input, or bundled examples' names. Of several, each "
            "has a page of its own: {name} in the name of --output becomes theirs.",
            autocompletion=complete_config,
        ),
    ],
    *,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", help="The file to write.")
    ] = None,
    exercise: Annotated[
        bool, typer.Option("--exercise", help="The page asks for the numbers, and judges them.")
    ] = False,
    ask: AskOption = None,
    reveal: Annotated[str, _REVEAL] = DEFAULT_REVEAL,
    digits: Annotated[
        int | None, typer.Option(min=0, max=30, help="Decimals shown (default: 9).")
    ] = None,
    sig: Annotated[
        int | None, typer.Option(min=1, max=30, help="Significant digits shown instead.")
    ] = None,
    letters: Annotated[
        NotationStyle, typer.Option("--notation", help="Letters: net, out, target or z, a, y.")
    ] = NotationStyle.NET_OUT,
    force: Annotated[
        bool, typer.Option("--force", help="Overwrite the file if it exists.")
    ] = False,
) -> None:
    """Write a page that shows every number and calculates.

    One HTML file that needs no network: the picture, every formula, fields to change the numbers.
    With --exercise it asks for the numbers and judges the answers.
    """
    from tracer.show.output import output_paths

    if output is None:
        hint = "name it with --output: bptrace page mazur -o page.html"
        raise UsageError("a page needs a file", hint)
    asked = _asked(exercise, ask, reveal)
    paths = output_paths(output, [{"name": name_of(config)} for config in configs])
    display = Display(digits=digits, sig=sig, notation=letters, output=output, force=force)
    for config, path in zip(configs, paths, strict=True):
        _write(config, replace(display, output=path), asked)


def _asked(exercise: bool, ask: str | None, reveal: str) -> Asked | None:
    if exercise:
        return Asked(names_in(ask), reveal)
    for option, given in (("--ask", ask is not None), ("--reveal", reveal != DEFAULT_REVEAL)):
        if given:
            raise UsageError(f"{option} is for exercises", "add --exercise")
    return None


def _write(config: str, display: Display, asked: Asked | None) -> None:
    """One page into one file."""
    from tracer.page.written import written_page
    from tracer.show.output import open_output

    numbers, letters = number_format(display), display.notation.value
    text = written_page(load_config(config), numbers, letters, asked)
    with open_output(display.output, display.force) as stream:
        stream.write(text)
