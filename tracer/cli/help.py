"""`bptrace help`: what `--help` prints, for who types it the other way round."""

from __future__ import annotations

from typing import Annotated

import typer
from typer.core import TyperGroup

from tracer.cli.usage import unknown_command


def complete_command(ctx: typer.Context) -> list[str]:
    """The commands."""
    group = ctx.find_root().command
    return group.list_commands(ctx) if isinstance(group, TyperGroup) else []


def help(
    context: typer.Context,
    command: Annotated[
        str | None,
        typer.Argument(metavar="COMMAND", help="Of this command.", autocompletion=complete_command),
    ] = None,
) -> None:
    """Show the help of bptrace, or of a command."""
    root = context.find_root()
    group = root.command
    assert isinstance(group, TyperGroup)
    if command is None:
        typer.echo(root.get_help())
        return
    found = group.get_command(root, command)
    if found is None:
        raise unknown_command(command, group.list_commands(root))
    found.make_context(command, ["--help"], parent=root)
