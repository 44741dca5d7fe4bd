"""The command line: one module a command, thin, over the library.

Nothing here imports NumPy, rich or YAML before a command runs: `bptrace --help` is instant.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Annotated

import typer

from tracer import __version__
from tracer.cli.commands import COMMANDS, register
from tracer.cli.usage import CommandGroup


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"bptrace {__version__}")
        raise typer.Exit


def _options(
    version: Annotated[
        bool,
        typer.Option("--version", help="Show the version.", callback=_print_version, is_eager=True),
    ] = False,
) -> None:
    pass


def application(only: str | None = None) -> typer.Typer:
    """The command line with every command, format and view that there is in the tables now.

    `only`: the one command that is wanted, where that is known; the others take time to describe.
    """
    made = typer.Typer(
        name="bptrace",
        cls=CommandGroup,
        help="Backpropagation, step by step: every number with its name, its formula and its proof.",
        epilog="CONFIG is a YAML file, - for standard input, or a bundled example such as mazur.",
        no_args_is_help=True,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    made.callback()(_options)
    register(made, only)
    return made


def application_for(words: Sequence[str]) -> typer.Typer:
    """As much of the command line as these words need: one command, where they name it.

    A shell that asks for completions names none.
    """
    completing = "_BPTRACE_COMPLETE" in os.environ
    name = next((word for word in words if not word.startswith("-")), None)
    return application(name if name in COMMANDS and not completing else None)
