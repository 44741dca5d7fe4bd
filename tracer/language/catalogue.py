"""Catalogues of messages, and which of them is in force.

A message is English text with `{fields}`, and is looked up by it. Where a catalogue lacks one, English
stands, so that nothing is ever lost; the tests see to it that none is lacking.

A catalogue is TOML:

    [language]
    name = "Deutsch"                            # in the language itself
    decimal_mark = ","                          # "." without it
    group_mark = "."                            # between thousands; "," without it
    tag = "de"                                  # of BCP 47, for pages; the code without it
    latex = '\\usepackage[ngerman]{babel}'        # what a LaTeX document needs; nothing without it
    plural = "n != 1"                           # which form `counted` takes, as gettext has it

    [messages]
    "{count} sheet" = "{count} Blatt"
    "{count} sheets" = "{count} Blätter"        # or a list of forms, which `plural` picks from
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import field
from decimal import Decimal
from functools import cache
from pathlib import Path

from tracer.errors import UsageError
from tracer.immutable import immutable

ENGLISH = "en"
CATALOGUES = Path(__file__).parent
"""The folder whose files are the catalogues."""

Forms = str | Sequence[str]
"""A translation; of a message that counts perhaps one for each of the language's plural forms."""

_FIELD = re.compile(r"\{(\w+)\}")
_POINT = re.compile(r"(?<=\d)\.(?=\d)")
_spoken: ContextVar[str] = ContextVar("language", default=ENGLISH)
_by_programs: ContextVar[bool] = ContextVar("by programs", default=False)


class Message(str):
    """A message that is put into the language in force when it is shown.

    Until then it is its English text: for constants, which stand before there is a language.
    """

    __slots__ = ()


def message(text: str) -> Message:
    """The text as a `Message`."""
    return Message(text)


class UnknownLanguageError(UsageError):
    """There is no catalogue of that language."""


@immutable
class Language:
    """A catalogue: see the module."""

    name: str
    decimal_mark: str = "."
    group_mark: str = ","
    tag: str = ""
    latex: str = ""
    plural: str = ""
    messages: Mapping[str, Forms] = field(default_factory=dict)


_ENGLISH = Language("English")


@contextmanager
def in_language(code: str) -> Iterator[None]:
    """Within the block `say` speaks this language, a code such as `de`.

    Raises UnknownLanguageError where it has no catalogue.
    """
    token = _spoken.set(known(code))
    try:
        yield
    finally:
        _spoken.reset(token)


@contextmanager
def read_by_programs(yes: bool = True) -> Iterator[None]:
    """Within the block English is in force, as programs read it, whatever people are spoken to in.

    `read_by_programs(False)` goes back to the people: for their part of what a command writes.
    """
    token = _by_programs.set(yes)
    try:
        yield
    finally:
        _by_programs.reset(token)


def in_force() -> str:
    """The code of the language in force."""
    return ENGLISH if _by_programs.get() else _spoken.get()


def say(message: str, /, **values: object) -> str:
    """The message in the language in force, `{name}` replaced by the value of that name.

    A float or a Decimal is written with the language's decimal mark, and a `Message` in the language.
    Fields without a value stay as they are: `{OUT}` is a letter that the notation chooses later.
    """
    form = language(in_force()).messages.get(message, message)
    return _filled(form if isinstance(form, str) else form[-1], values)


def counted(count: int | Decimal, one: str, many: str, /, **values: object) -> str:
    """`one` for a count of 1, else `many`, as `say` says it; `{count}` is the count."""
    forms = language(in_force()).messages.get(many)
    values = {"count": count, **values}
    if forms is None or isinstance(forms, str):
        return say(one if count == 1 else many, **values)
    place = -1 if count % 1 else _plural(plural())(int(count))
    return _filled(forms[place], values)


def decimal_mark() -> str:
    """The decimal mark of the language in force."""
    return language(in_force()).decimal_mark


def decimals(text: str) -> str:
    """The text of a number, or of several, with the decimal mark of the language: `0.5` → `0,5`."""
    mark = decimal_mark()
    return text if mark == "." else _POINT.sub(mark, text)


def group_mark() -> str:
    """What stands between thousands in the language in force."""
    return language(in_force()).group_mark


def translation(message: str) -> Forms | None:
    """What the catalogue in force has for a message; None where it has nothing."""
    return language(in_force()).messages.get(message)


def everywhere(message: str) -> tuple[str, ...]:
    """A message in every language, for what people hand back; it has one form. Loads all of them."""
    forms = (language(code).messages.get(message, message) for code in codes())
    return tuple(form for form in forms if isinstance(form, str))


def meant(words: str, among: Collection[str]) -> str:
    """The message among these that the words are in some language, in small letters or capitals.

    The words themselves where there is none.
    """
    wanted = words.casefold()
    if wanted in among:
        return wanted
    return next((m for m in among if wanted in map(str.casefold, everywhere(m))), words)


def grouped(text: str) -> str:
    """A number in thousands as Python's `{:,}` writes it, with the marks of the language."""
    spoken = language(in_force())
    return text.translate({ord("."): spoken.decimal_mark, ord(","): spoken.group_mark})


def plural() -> str:
    """Which form `counted` takes, an expression of n in C (and JavaScript)."""
    return language(in_force()).plural or "n != 1"


def tag() -> str:
    """The language in force as pages say it: `zh-Hans`."""
    return language(in_force()).tag or in_force()


def preamble() -> str:
    """What a LaTeX document in the language needs in its preamble."""
    return language(in_force()).latex


def known(code: str) -> str:
    """The language's code as its catalogue has it: `de-AT` is `de`.

    Raises UnknownLanguageError where neither `de_at` nor `de` has a catalogue.
    """
    plain = code.strip().casefold().replace("-", "_").partition(".")[0].partition("@")[0]
    for wanted in (plain, plain.partition("_")[0]):
        if wanted in codes():
            return wanted
    there = ", ".join(f"{code} ({language(code).name})" for code in codes())
    raise UnknownLanguageError(f"there is no language '{code}'", f"there are {there}")


def writable(code: str, encoding: str) -> bool:
    """Whether an encoding has all the signs that the language is written with."""
    forms = language(code).messages.values()
    words = "".join(form if isinstance(form, str) else "".join(form) for form in forms)
    try:
        "".join(filter(str.isalpha, words)).encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


@cache
def codes() -> tuple[str, ...]:
    """The languages that there are, by their codes."""
    return (ENGLISH, *sorted(path.stem for path in CATALOGUES.glob("*.toml")))


@cache
def language(code: str) -> Language:
    """The catalogue of this code."""
    if code == ENGLISH:
        return _ENGLISH
    import tomllib

    content = tomllib.loads((CATALOGUES / f"{code}.toml").read_text(encoding="utf-8"))
    return Language(**content["language"], messages=content["messages"])


def _filled(words: str, values: Mapping[str, object]) -> str:
    return _FIELD.sub(lambda field: _written(values.get(field[1], field[0])), words)


def _written(value: object) -> str:
    if isinstance(value, Message):
        return say(value)
    return decimals(str(value)) if isinstance(value, float | Decimal) else str(value)


@cache
def _plural(expression: str) -> Callable[[int], int]:
    from gettext import c2py

    return c2py(expression)
