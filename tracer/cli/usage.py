"""How a line that can't be obeyed is answered: what is missing, what was meant, and the exit code."""

from __future__ import annotations

import io
import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup

from tracer import bundled, signals
from tracer.cli.telling import tell
from tracer.errors import BptraceError, ConfigError, UsageError, did_you_mean
from tracer.show.output import discard, refused

CONFIG = "CONFIG"
_IN_OUR_WORDS = (
    (r"^Value error, ", ""),
    (r"Input should be a valid integer.*", "expected a whole number"),
    (r"Input should be a valid number.*", "expected a number"),
    (r"Input should be greater than or equal to (\S+)", r"expected \1 or more"),
    (r"Input should be less than or equal to (\S+)", r"expected \1 or less"),
)
"""What pydantic says of an option's value, and what is said everywhere else."""


_WrongLine: Any = typer.BadParameter.__base__
"""What typer raises for all lines that it can't read."""


class CommandGroup(TyperGroup):
    """The commands; a word that is none of them gets the nearest ones. They leave by `leaving`."""

    def make_context(self, *args: Any, **options: Any) -> Any:
        """What the words before the command say."""
        with leaving():
            return super().make_context(*args, **options)

    def invoke(self, ctx: Any) -> Any:
        """Read the rest of the words, and do what they say."""
        with leaving():
            return super().invoke(ctx)

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


@contextmanager
def leaving() -> Iterator[None]:
    """Whatever ends a command early is told on standard error and becomes an exit code."""
    try:
        yield
    except BptraceError as error:
        raise told(error) from error
    except _WrongLine as error:
        shown = io.StringIO()
        error.show(shown)
        tell(shown.getvalue().removesuffix("\n"))
        raise typer.Exit(error.exit_code) from error
    except OSError as error:
        raise _refused(error) from error
    except MemoryError as error:
        hint = "a smaller network, fewer samples or shorter tables take less"
        raise told(BptraceError("there is not enough memory", hint)) from error
    except KeyboardInterrupt as error:
        tell("bptrace: interrupted")
        raise typer.Exit(signals.exit_code()) from error


def _refused(error: OSError) -> typer.Exit:
    """What the system refused: a file by its name, or else standard output.

    Nobody is told that the reader of standard output has gone.
    """
    if error.filename is not None:
        return told(BptraceError(f"{error.filename}: {error.strerror}"))
    discard(sys.stdout)
    if isinstance(error, BrokenPipeError):
        return typer.Exit()
    return told(refused(None, error))


def told(error: BptraceError) -> typer.Exit:
    """The error, told on standard error, as an exit code to leave with."""
    # A file's problems begin with their places, for editors and for `grep`.
    located = isinstance(error, ConfigError)
    tell(str(error) if located else f"bptrace: {error}")
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
