"""The command line: one module a command, thin, over the library.

Nothing here imports NumPy, rich or YAML before a command runs: `bptrace --help` is instant.
"""

from __future__ import annotations

from typing import Annotated

import typer

from tracer import __version__
from tracer.cli.commands import register
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


def application() -> typer.Typer:
    """The command line with every command that there is in the table now."""
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
    register(made)
    return made
