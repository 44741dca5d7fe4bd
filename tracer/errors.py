"""What can go wrong, in words: where, what, and what instead.

Every error that a user can cause derives from `BptraceError`; the command line prints it without a
traceback and leaves with its `exit_code`.
"""

from __future__ import annotations

import copyreg
from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from typing import Any

from tracer.immutable import immutable
from tracer.visible import printable

_LONGEST = 2000


def brief(text: str) -> str:
    """The text, cut off where it is so long that it can only be what stands in a file."""
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


class BptraceError(Exception):
    """`message; hint`: something that the user can mend.

    The parts may quote what stands in a file; as text the error is on one line, and harmless.
    """

    exit_code = 2

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        message, hint = brief(self.message), brief(self.hint)
        return printable(f"{message}; {hint}" if hint else message)

    def __reduce__(self) -> tuple[Any, ...]:
        # Made again from what it holds: what Python's own errors are made from is the message alone.
        return copyreg.__newobj__, (type(self), *self.args), vars(self)  # type: ignore[attr-defined]


class UsageError(BptraceError):
    """An option or an argument that can't be obeyed."""


class SeveralError(UsageError):
    """Several of them at once, a line each."""

    def __init__(self, problems: Iterable[UsageError]) -> None:
        super().__init__("\n".join(map(str, problems)))

    def __str__(self) -> str:
        return self.message


class OutputError(BptraceError):
    """A result that can't be written where it was asked for."""


class UnknownNameError(BptraceError, KeyError):
    """A name that no quantity of this network bears."""


@immutable
class Problem:
    """`FILE:LINE:COLUMN: PATH: message; hint`: one thing that is wrong in a file.

    `line` and `column` count from 1; 0 means that the problem belongs to the file as a whole. `below`:
    lines to show under it, such as a formula with a caret.
    """

    file: str
    line: int
    column: int
    path: str
    message: str
    hint: str = ""
    below: tuple[str, ...] = ()

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}:{self.column}" if self.line else self.file
        place = f"{where}: {brief(self.path)}" if self.path else where
        hint = f"; {brief(self.hint)}" if self.hint else ""
        said = f"{place}: {brief(self.message)}{hint}"
        return "\n".join(map(printable, (said, *self.below)))


MOST_TOLD = 40
"""Problems that are told one by one, some more than a data file is read with."""


class ConfigError(BptraceError):
    """All the problems of one configuration at once, in the order of the file.

    Of very many the first ones, and one that says how many more there are.
    """

    def __init__(self, problems: Iterable[Problem]) -> None:
        found = sorted(problems, key=lambda p: (p.file, p.line, p.column))
        if (more := len(found) - MOST_TOLD) > 1:
            last = Problem(found[MOST_TOLD - 1].file, 0, 0, "", f"{more:,} more problems")
            found[MOST_TOLD:] = [last]
        self.problems = tuple(found)
        super().__init__("\n".join(map(str, self.problems)))

    def __str__(self) -> str:
        return self.message


class DivergedError(BptraceError):
    """Training met an overflow or a NaN: which quantity went first, when, and the last good loss.

    `remedy`: what would help, where that is known. `trained`: false where there are passes only.
    """

    def __init__(
        self,
        iteration: int,
        quantity: str,
        last_loss: float | None,
        remedy: str = "",
        *,
        trained: bool = True,
    ) -> None:
        self.iteration = iteration
        self.quantity = quantity
        self.last_loss = last_loss
        last = "" if last_loss is None else f"; the last good loss was {last_loss!r}"
        usual = (
            "try smaller weights or inputs" if last_loss is None else "try a smaller learning rate"
        )
        where = f"training diverged in iteration {iteration}: " if trained else ""
        super().__init__(
            f"{where}{quantity} is not a finite number{last}",
            remedy or usual,
        )


_SUGGESTED = 3
"""So many words are suggested at most."""


def did_you_mean(word: str, known: Sequence[str], also: Mapping[str, str] | None = None) -> str:
    """`did you mean a, b or c?` for the known words nearest to `word`; empty when none is near.

    `also`: other people's words for known ones, which come before words that only look alike.
    """
    if also:
        meant = {_letters(name): name for name in known}
        meant |= {_letters(name): row for name, row in also.items()}
        if _letters(word) in meant:
            return f"did you mean '{meant[_letters(word)]}'?"
    folded = {name.casefold(): name for name in known}
    near = get_close_matches(word.casefold(), folded, n=_SUGGESTED, cutoff=0.6)
    if not near:
        return ""
    names = [f"'{folded[name]}'" for name in near]
    listed = names[0] if len(names) == 1 else f"{', '.join(names[:-1])} or {names[-1]}"
    return f"did you mean {listed}?"


def _letters(name: str) -> str:
    """`Cross-Entropy` and `crossentropy` are one word."""
    return "".join(letter for letter in name.casefold() if letter.isalnum())
