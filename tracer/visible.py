r"""Text from outside made harmless: what steers a terminal, or turns text around, becomes `\x1b`.

Names, titles, cells, keys, file names and options go through here before anybody sees them: in errors
(`tracer.errors`), in every writer of results (`tracer.show`), in all that goes to standard error
(`tracer.cli.telling`).
"""

from __future__ import annotations

import re

_BREAKS = re.compile(r"\s*[\t\n\v\f\r\x85\u2028\u2029]\s*")
# Control characters, marks and changes of direction, lone surrogates.
_STEERING = "\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff"
_UNPRINTABLE = re.compile(f"[\x00-\x1f{_STEERING}]")
_NOT_IN_JSON = re.compile(f"[{_STEERING}\u2028\u2029]")  # the others are escaped in JSON anyway


def printable(text: str) -> str:
    r"""The text on one line, control characters visible: `a\nb` → `a b`, ESC → `\x1b`."""
    if text.isprintable():
        return text
    return _UNPRINTABLE.sub(
        lambda found: (
            found[0].encode("ascii", "backslashreplace").decode()
            if ord(found[0]) > 0x7F
            else f"\\x{ord(found[0]):02x}"
        ),
        _BREAKS.sub(" ", text),
    )


def printable_lines(text: str) -> str:
    """The same of each line of a text that has several."""
    return "\n".join(map(printable, text.split("\n")))


def json_escaped(text: str) -> str:
    r"""JSON that means the same with them written as `\u009b`: they can only stand in strings."""
    if text.isascii() and "\x7f" not in text:
        return text
    return _NOT_IN_JSON.sub(lambda found: f"\\u{ord(found[0]):04x}", text)
