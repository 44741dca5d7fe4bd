"""Catalogues of messages, and which of them is in force.

A message is English text with `{fields}`, and is looked up by it. Where a catalogue lacks one, English
stands, so that nothing is ever lost; the tests see to it that none is lacking.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from importlib.resources import files

ENGLISH = "en"

_FIELD = re.compile(r"\{(\w+)\}")
_spoken: ContextVar[str] = ContextVar("language", default=ENGLISH)


@contextmanager
def in_language(code: str) -> Iterator[None]:
    """Within the block `say` speaks this language, a code such as `de`."""
    token = _spoken.set(code)
    try:
        yield
    finally:
        _spoken.reset(token)


def say(message: str, /, **values: object) -> str:
    """The message in the language in force, `{name}` replaced by the value of that name.

    Fields without a value stay as they are: `{OUT}` is a letter that the notation chooses later.
    """
    words = _messages(_spoken.get()).get(message, message)
    return _FIELD.sub(lambda field: str(values.get(field[1], field[0])), words)


def counted(count: int, one: str, many: str, /, **values: object) -> str:
    """`one` for a count of 1, else `many`, as `say` says it; `{count}` is the count."""
    return say(one if count == 1 else many, count=count, **values)


@cache
def _messages(code: str) -> Mapping[str, str]:
    if code == ENGLISH:
        return {}
    text = (files("tracer.language") / f"{code}.toml").read_text(encoding="utf-8")
    messages: Mapping[str, str] = tomllib.loads(text)["messages"]
    return messages
