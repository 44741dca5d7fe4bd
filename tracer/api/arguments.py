"""What a caller gives, checked: whole numbers, words of a list, text, paths, yes or no.

Python's own callers pass anything; each of these gives it back as the type that is meant, or raises
UsageError with where, what, and what instead. NumPy's numbers count as such, and no bool does.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from operator import index
from os import PathLike, fsencode, fspath
from pathlib import Path
from reprlib import Repr
from typing import Any, get_args

import numpy as np

from tracer.digits.numbers import RoundingMode
from tracer.digits.rounding import Rounding, parse_rounding
from tracer.digits.whole import MOST
from tracer.errors import UsageError, did_you_mean

_MOST_BITS = 10_000
"""Of a number that is shown: Python refuses to write longer ones."""


class _Shown(Repr):
    def repr_int(self, x: int, level: int) -> str:
        if x.bit_length() > _MOST_BITS:
            return f"<a whole number of {x.bit_length():,} bits>"
        return super().repr_int(x, level)


_repr = _Shown()
_repr.maxstring = _repr.maxother = _repr.maxlong = 60
shown = _repr.repr
"""A value in an error, cut short."""


def refused(word: str, value: object, expected: str, hint: str = "") -> UsageError:
    """The error for a value that isn't what is expected."""
    return UsageError(f"{word}={shown(value)}: expected {expected}", hint)


def whole(word: str, value: Any, least: int, most: int = MOST) -> int:
    """A whole number from `least` to `most`: an int or one of NumPy's, and no bool."""
    try:
        number = least - 1 if isinstance(value, bool | np.bool_) else index(value)
    except TypeError:
        number = least - 1
    if not least <= number <= most:
        open_ended = most == MOST and number <= most
        upto = "on" if open_ended else f"to {most}"
        raise refused(word, value, f"a whole number from {least} {upto}")
    return number


def whole_or_none(word: str, value: Any, least: int, most: int = MOST) -> int | None:
    """The same, or nothing."""
    return None if value is None else whole(word, value, least, most)


def whole_or_all(word: str, value: Any) -> int | str | None:
    """A whole number from 1, "all", or nothing."""
    if value is None or (isinstance(value, str) and value == "all"):
        return value
    try:
        return whole(word, value, 1)
    except UsageError as error:
        raise refused(word, value, "a whole number from 1, or 'all'") from error


def real(word: str, value: Any) -> float:
    """A number: Python's or NumPy's, and no bool."""
    if isinstance(value, bool | np.bool_) or not isinstance(value, int | float | np.number):
        raise refused(word, value, "a number")
    try:
        return float(value)
    except (OverflowError, TypeError) as error:
        raise refused(word, value, "a number that float64 holds") from error


def text(word: str, value: Any) -> str:
    """Text."""
    if not isinstance(value, str):
        raise refused(word, value, "text")
    return value


def one_of(word: str, value: Any, known: Collection[str]) -> str:
    """One of the known words."""
    if not isinstance(value, str) or value not in known:
        near = did_you_mean(value, list(known)) if isinstance(value, str) else ""
        raise refused(word, value, f"one of {', '.join(known)}", near)
    return value


def several(word: str, value: Any, example: str) -> Sequence[Any]:
    """A list or a tuple, or an array of one dimension; text is none."""
    if isinstance(value, np.ndarray):
        value = value.tolist()
    if not isinstance(value, Sequence) or isinstance(value, str | bytes):
        raise refused(word, value, f"a list, such as {example}")
    return value


def path_of(value: Any) -> Path:
    """The path of a file."""
    if not isinstance(value, str | PathLike) or not isinstance(fspath(value), str):
        raise refused("path", value, "the path of a file")
    if not can_be_path(fspath(value)):
        raise refused("path", value, "a name that a file can have")
    return Path(value)


def can_be_path(name: str) -> bool:
    """Whether the system takes it as the name of a file, be there one or not."""
    try:
        return b"\0" not in fsencode(name)
    except UnicodeEncodeError:  # half of a character
        return False


def yes_or_no(**flags: Any) -> None:
    """UsageError where one of them is neither True nor False."""
    for word, value in flags.items():
        if not isinstance(value, bool | np.bool_):
            raise refused(word, value, "True or False")


def rounding_of(round: Any, mode: Any = "half-up", word: str = "round") -> Rounding | None:
    """What "4dp" or "4sf" means, rounded in that mode; None where nothing is asked for."""
    mode = one_of("rounding", mode, get_args(RoundingMode))
    return None if round is None else parse_rounding(text(word, round), mode)
