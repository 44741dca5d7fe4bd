"""`bptrace examples`: the bundled examples."""

from __future__ import annotations

from typing import Annotated

import typer

from tracer import bundled
from tracer.cli.completion import complete_example
from tracer.errors import UsageError, did_you_mean


def examples(
    name: Annotated[
        str | None,
        typer.Argument(
            metavar="NAME", help="Print this example's file.", autocompletion=complete_example
        ),
    ] = None,
) -> None:
    """List the bundled examples, or print one."""
    if name is None:
        listed = bundled.examples()
        width = max(len(example.name) for example in listed)
        for example in listed:
            typer.echo(f"{example.name:<{width}}  {example.title()}")
        return
    path = bundled.find(name)
    if path is None:
        known = [example.name for example in bundled.examples()]
        raise UsageError(f"there is no bundled example '{name}'", did_you_mean(name, known))
    typer.echo(path.read_text(encoding="utf-8"), nl=False)
