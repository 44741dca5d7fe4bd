"""A scalar's text as a value, by the core schema of YAML 1.2 (https://yaml.org/spec/1.2.2/, 10.3).

So `1e-3` and `.5` are numbers, `y`, `no` and `on` are text, and only `true` and `false` are truth
values. Used for YAML, and for the numbers in data files.
"""

from __future__ import annotations

import re

_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_WHOLE = re.compile(r"[-+]?[0-9]{1,400}")
_OCTAL = re.compile(r"0o[0-7]{1,400}")
_HEXADECIMAL = re.compile(r"0x[0-9a-fA-F]{1,400}")
_FRACTION = re.compile(r"([-+]?[0-9]{1,15}) ?/ ?([0-9]{1,15})")
_GROUPS = re.compile(r"[-+]?[0-9]{1,3}(?: [0-9]{3})+(?:[.,][0-9]+)?")
_NOT_FINITE = re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")

_WORDS = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}


def number(text: str) -> int | float | None:
    """The number that `text` spells, None when it spells none; `.inf` and `.nan` included."""
    if _FLOAT.fullmatch(text):
        # Python won't read very long whole numbers; as floats they are infinite, and refused.
        return int(text) if _WHOLE.fullmatch(text) else float(text)
    if _NOT_FINITE.fullmatch(text):
        return float(text.replace(".", "", 1))
    if _OCTAL.fullmatch(text):
        return int(text, 0)
    if _HEXADECIMAL.fullmatch(text):
        return int(text, 0)
    return None


def meant(text: str) -> str | None:
    """The number that a text most likely means, as it should be written; None for other texts.

    `0,5` means 0.5, `1_000` and `1 000` mean 1000, `1/4` means 0.25, and − is a minus sign.
    """
    tidied = text.strip().replace("−", "-").replace("–", "-")
    fraction = _FRACTION.fullmatch(tidied)
    if fraction and float(fraction[2]):
        return repr(float(fraction[1]) / float(fraction[2]))
    if _GROUPS.fullmatch(tidied):
        tidied = tidied.replace(" ", "")
    for sign, plain in ((",", "."), ("_", "")):
        if number(tidied.replace(sign, plain)) is not None:
            return tidied.replace(sign, plain)
    return None


def resolve(text: str) -> str | int | float | bool | None:
    """The value of a scalar that stands without quotes: a number, true, false, nothing, or text."""
    if text[:1] in "0123456789+-." and text:
        value = number(text)
        return text if value is None else value
    return _WORDS.get(text, text)
