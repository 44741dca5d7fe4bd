"""How a line that can't be obeyed is answered: what is missing, what was meant, and the exit code."""

from __future__ import annotations

import os
import re
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup

from tracer import bundled
from tracer.errors import BptraceError, ConfigError, UsageError, did_you_mean

CONFIG = "CONFIG"
_IN_OUR_WORDS = (
    (r"^Value error, ", ""),
    (r"Input should be a valid integer.*", "expected a whole number"),
    (r"Input should be a valid number.*", "expected a number"),
    (r"Input should be greater than or equal to (\S+)", r"expected \1 or more"),
    (r"Input should be less than or equal to (\S+)", r"expected \1 or less"),
)
"""What pydantic says of an option's value, and what is said everywhere else."""


class CommandGroup(TyperGroup):
    """The commands; a word that is none of them gets the nearest ones."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """The command that the first word names."""
        word = args[0]
        unknown = self.get_command(ctx, word) is None and not word.startswith("-")
        if unknown and not ctx.resilient_parsing:
            raise told(unknown_command(word, self.list_commands(ctx)))
        return super().resolve_command(ctx, args)


class Command(TyperCommand):
    """A command; without its CONFIG it says what there is to choose from."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Reads the words behind the command into the context."""
        try:
            return super().parse_args(ctx, args)
        except typer.BadParameter as error:
            # Any text is a CONFIG, so what is wrong with one is that it isn't there.
            if error.param is not None and (error.param.metavar or "").startswith(CONFIG):
                raise told(_missing_config()) from error
            for pattern, words in _IN_OUR_WORDS:
                error.message = re.sub(pattern, words, error.message)
            raise


def told(error: BptraceError) -> typer.Exit:
    """The error, told on standard error, as an exit code to leave with."""
    # A file's problems begin with their places, for editors and for `grep`.
    located = isinstance(error, ConfigError)
    typer.echo(str(error) if located else f"bptrace: {error}", err=True)
    return typer.Exit(error.exit_code)


def unknown_command(word: str, known: list[str]) -> UsageError:
    """`there is no command 'rum'; did you mean 'run'?`"""
    hint = did_you_mean(word, known)
    if bundled.find(word) or (not hint and os.path.isfile(word)):
        hint = f"did you mean `bptrace run {word}`?"
    return UsageError(f"there is no command '{word}'", hint or "`bptrace help` lists them")


def _missing_config() -> UsageError:
    names = ", ".join(example.name for example in bundled.examples())
    hint = f"a YAML file, - for standard input, or one of the bundled examples: {names}"
    return UsageError(f"missing {CONFIG}", hint)
