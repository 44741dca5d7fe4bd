"""Which language a command speaks: that of `--lang`, else of the environment."""

from __future__ import annotations

import functools
import inspect
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from typing import Annotated, Any

import typer

from tracer.errors import UsageError
from tracer.language import ENGLISH, UnknownLanguageError, codes, in_language, known, writable

LANG = Annotated[
    str | None,
    typer.Option(
        metavar="CODE",
        help="Language that people read it in, such as de (default: the environment's).",
        autocompletion=lambda: list(codes()),
    ),
]

_VARIABLES = ("LC_ALL", "LC_MESSAGES", "LANG")
_UNTRANSLATED = ("", "C", "POSIX")


def speaking(
    command: Callable[..., None], signed: Callable[[Any, list[inspect.Parameter]], Any]
) -> Callable[..., None]:
    """The command with `--lang`; `signed` gives a function another signature."""
    parameters = list(inspect.signature(command, eval_str=True).parameters.values())

    @functools.wraps(command)
    def spoken(*, lang: str | None, **given: Any) -> None:
        with in_language(asked(lang) or from_environment(os.environ)):
            command(**given)

    option = inspect.Parameter(
        "lang", inspect.Parameter.KEYWORD_ONLY, default=None, annotation=LANG
    )
    made: Callable[..., None] = signed(spoken, [*parameters, option])
    return made


def asked(lang: str | None) -> str | None:
    """The language of `--lang`; UsageError where there is no such, with those that there are."""
    if lang is None:
        return None
    try:
        return known(lang)
    except UnknownLanguageError as error:
        raise UsageError(f"--lang {lang}: {error.message}", error.hint) from error


def from_environment(environ: Mapping[str, str]) -> str:
    """The language of the locale for messages, as gettext finds it; English where there is none.

    `LANGUAGE` lists several, the best first, and counts only where the locale isn't C. A language
    whose words standard output can't encode is passed over.
    """
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    for wanted in _wanted(environ):
        try:
            code = known(wanted)
        except UnknownLanguageError:
            continue
        return code if writable(code, encoding) else ENGLISH
    return ENGLISH


def _wanted(environ: Mapping[str, str]) -> Iterator[str]:
    locale = next(filter(None, map(environ.get, _VARIABLES)), "")
    if locale.partition(".")[0] in _UNTRANSLATED:
        return
    yield from filter(None, environ.get("LANGUAGE", "").split(":"))
    yield locale
