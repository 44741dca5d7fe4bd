"""Other people's words for the rows of a table, for hints only: `mse`, `linear`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol


class _NamedRow(Protocol):
    @property
    def name(self) -> str: ...

    @property
    def also(self) -> tuple[str, ...]: ...


def other_words(table: Mapping[str, _NamedRow]) -> dict[str, str]:
    """The names of the rows by the words that other people use for them."""
    return {word: row.name for row in table.values() for word in row.also}
