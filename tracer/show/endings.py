"""The kind of file that the ending of its name chooses, out of a table of kinds."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Protocol, TypeVar

from tracer.errors import UsageError, did_you_mean


class FileKind(Protocol):
    """A row of such a table."""

    @property
    def check(self) -> Callable[[], None]:
        """Raises UsageError where something that the kind needs is missing."""


K = TypeVar("K", bound=FileKind)


def by_ending(path: Path, kinds: Mapping[str, K], option: str, what: str) -> K:
    """The kind for the file that the option names; `what` such a file is.

    Raises:
        UsageError: the name has no such ending, or something that the kind needs is missing.
    """
    ending = path.suffix.casefold()
    if ending not in kinds:
        *most, last = kinds
        told = f"name it {', '.join(most)} or {last}"
        near = did_you_mean(ending, list(kinds))
        raise UsageError(
            f"{option} {path}: there is no such kind of {what}",
            f"{near}; {told}" if near else told,
        )
    kinds[ending].check()
    return kinds[ending]
