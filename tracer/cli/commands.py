"""Which commands there are; each is imported when it is used."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperCommand

COMMANDS: dict[str, str | Callable[..., None]] = {
    "run": "Print every number of the first iterations, or of any.",
    "step": "Train for many iterations.",
    "explain": "Explain numbers by their formulas.",
    "walk": "Walk through the calculation, number by number.",
    "check": "Check numbers, and find where they went wrong.",
    "why": "Find the conventions that give a number.",
    "compare": "Lay runs side by side, or a program's numbers beside a run.",
    "graph": "Show a network as a computation graph.",
    "page": "Write a page that shows every number and calculates.",
    "code": "Write the calculation as a program.",
    "gradcheck": "Check gradients against finite differences.",
    "new": "Make an exercise with pleasant numbers.",
    "worksheet": "Print a sheet to fill in, or its key.",
    "mark": "Mark a class's sheets, and show what it got wrong.",
    "examples": "List the bundled examples, or print one.",
    "help": "Show the help of bptrace, or of a command.",
}
"""The commands by their names: a function, or the first line of its help, where it stands in the module
of that name."""


def command_of(name: str) -> Callable[..., None]:
    """The function that a command is; its module is imported now."""
    row = COMMANDS[name]
    if callable(row):
        return row
    found: Callable[..., None] = getattr(import_module(f"tracer.cli.{name}"), name)
    return found


class Listed(TyperCommand):
    """A command as the list of all shows it; whoever wants more of it gets the command itself."""

    def make_context(
        self, info_name: str | None, args: list[str], parent: Any = None, **extra: Any
    ) -> Any:
        """What the words behind the command say."""
        return self.whole().make_context(info_name, args, parent, **extra)

    def whole(self) -> TyperCommand:
        """The command, with its options."""
        from tracer.cli.describing import described

        assert self.name is not None
        return described(self.name, command_of(self.name))


def register(app: typer.Typer) -> None:
    """Make every row of `COMMANDS` a command of the app."""
    for name, row in COMMANDS.items():
        line = (inspect.getdoc(row) or "") if callable(row) else row
        app.command(name, cls=Listed, help=line)(_nothing)


def _nothing() -> None:
    pass
