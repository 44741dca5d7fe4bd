"""The messages that the page's scripts say, and what a page is given to say them in its language.

A script says a message by its English text, `say('…')` or `counted(n, '…', '…')`, in one literal.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import Any

from tracer.language import decimal_mark, group_mark, translation

_TEXT = r"""(?:'((?:[^'\\\n]|\\.)*)'|"((?:[^"\\\n]|\\.)*)")"""
_SAID = re.compile(rf"(?<![\w.])say\({_TEXT}")
_COUNTED = re.compile(rf"(?<![\w.])counted\([^'\"]*?,\s*{_TEXT},\s*{_TEXT}")


@cache
def script_messages() -> tuple[str, ...]:
    """All the messages in the scripts, in their order, each once."""
    found = (words for text in _scripts() for words in _messages(text))
    return tuple(dict.fromkeys(found))


def spoken_there() -> dict[str, Any]:
    """What `say.js` knows of the language in force: its marks, and the scripts' messages in it."""
    said = {english: translation(english) for english in script_messages()}
    messages = {english: own for english, own in said.items() if own is not None}
    return {"messages": messages, "mark": decimal_mark(), "group": group_mark()}


@cache
def asset(name: str) -> str:
    """One of the files that a page is made of: `page.css`, `judge/numbers.js`."""
    return files("tracer.page").joinpath("assets", name).read_text(encoding="utf-8")


def _scripts() -> Iterator[str]:
    for folder in ("assets", "assets/judge"):
        for entry in sorted(files("tracer.page").joinpath(folder).iterdir(), key=lambda e: e.name):
            if entry.name.endswith(".js"):
                yield entry.read_text(encoding="utf-8")


def _messages(text: str) -> Iterator[str]:
    for pattern in (_SAID, _COUNTED):
        for found in pattern.finditer(text):
            for literal in filter(None, found.groups()):
                yield re.sub(r"\\(.)", r"\1", literal)
