"""Options whose choices are the rows of a table: a row added to the table is a choice more."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from enum import StrEnum
from typing import Annotated, Any, get_args

import typer

from tracer.immutable import immutable


@immutable
class RowChoices:
    """Stands in an option's `Annotated` where typer wants an enumeration.

    `rows` gives the names of a row and its words, when the command line is built; `help` comes
    after them. `flags`: how the option is typed, where that isn't its parameter's name.
    """

    rows: Callable[[], Sequence[tuple[tuple[str, ...], str]]]
    help: str
    flags: tuple[str, ...] = ()

    def annotation(self) -> Any:
        """What typer understands: an enumeration of the names, and the rows' words as help."""
        rows = self.rows()
        names = [name for row, _ in rows for name in row]
        choices = StrEnum("Choice", [(name, name) for name in names])  # type: ignore[misc]
        words = "; ".join(f"{' or '.join(row)}: {words}" for row, words in rows)
        return Annotated[choices, typer.Option(*self.flags, help=f"{words}. {self.help}".rstrip())]


def spelled_out(parameter: inspect.Parameter) -> inspect.Parameter:
    """The parameter as typer takes it; one without `RowChoices` stays as it is."""
    found = [note for note in get_args(parameter.annotation)[1:] if isinstance(note, RowChoices)]
    if not found:
        return parameter
    annotation = found[0].annotation()
    choices = get_args(annotation)[0]
    return parameter.replace(annotation=annotation, default=choices(parameter.default))
