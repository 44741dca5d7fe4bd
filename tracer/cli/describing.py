"""How a function becomes a command: its own options, and those for display and language."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from dataclasses import fields
from typing import Any, get_type_hints

import typer
from typer.core import TyperCommand

from tracer.cli.choices import spelled_out
from tracer.cli.display import Display
from tracer.cli.languages import speaking
from tracer.cli.usage import Command
from tracer.language import read_by_programs
from tracer.spared import noting

_WORDLESS = ("code", "examples", "help")
"""What these write is in the language of its author."""


def described(name: str, function: Callable[..., None]) -> TyperCommand:
    """The command that does what the function does, with the options that all of them share."""
    app = typer.Typer(add_completion=False, rich_markup_mode=None)
    shown = _finished(_with_display(function))
    app.command(name, cls=Command)(shown if name in _WORDLESS else speaking(shown, _signed))
    found = typer.main.get_command(app)
    assert isinstance(found, TyperCommand)
    return found


def _with_display(command: Callable[..., None]) -> Callable[..., None]:
    """The command with a parameter `display: Display` spread out into one option a field.

    A command that shows things otherwise by default gives the parameter a default of its own.
    """
    signature = inspect.signature(command, eval_str=True)
    if "display" not in signature.parameters:
        return command

    @functools.wraps(command)
    def spread(context: typer.Context, **given: Any) -> None:
        display = Display(**{field.name: given.pop(field.name) for field in fields(Display)})
        source = context.get_parameter_source("format")
        if source is not None and source.name == "DEFAULT":
            display = display.by_file_name()
        # What another program shows to students, such as marks, is in their language.
        with read_by_programs(display.complete and not display.row.of):
            command(**given, display=display.checked())

    own = [p for p in signature.parameters.values() if p.name != "display"]
    options = _display_options(signature.parameters["display"].default)
    context = inspect.Parameter("context", inspect.Parameter.KEYWORD_ONLY, annotation=typer.Context)
    return _signed(spread, [context, *own, *options])


def _display_options(own_defaults: object) -> list[inspect.Parameter]:
    """An option a field of `Display`."""
    defaults = own_defaults if isinstance(own_defaults, Display) else Display()
    hints = get_type_hints(Display, include_extras=True)
    return [
        inspect.Parameter(
            field.name,
            inspect.Parameter.KEYWORD_ONLY,
            default=getattr(defaults, field.name),
            annotation=hints[field.name],
        )
        for field in fields(Display)
    ]


def _finished(command: Callable[..., None]) -> Callable[..., None]:
    """The command with its options' choices spelled out, which never writes over what it reads."""
    parameters = inspect.signature(command, eval_str=True).parameters.values()

    @functools.wraps(command)
    def called(**given: Any) -> None:
        with noting():
            command(**given)

    return _signed(called, list(map(spelled_out, parameters)))


def _signed(
    function: Callable[..., None], parameters: list[inspect.Parameter]
) -> Callable[..., None]:
    """The function under another signature, which is where typer looks for options."""
    keyword_only = [p.replace(kind=inspect.Parameter.KEYWORD_ONLY) for p in parameters]
    function.__dict__.pop("__wrapped__", None)
    function.__signature__ = inspect.Signature(keyword_only)  # type: ignore[attr-defined]
    function.__annotations__ = {p.name: p.annotation for p in keyword_only}
    return function
