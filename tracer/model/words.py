"""Words in the rows of tables: those with letters of quantities in them, and other people's.

In a row `{OUT}` stands for the letter of that kind of quantity, which is out or a by the notation that
is asked for; `tracer.show.words` puts it in. Other people's words, `mse` or `linear`, are for hints.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from tracer.errors import UsageError, did_you_mean

_PLAIN = {"TOTAL": "E_total", "ERROR": "E", "NET": "net", "OUT": "out", "TARGET": "target"}


def plain(words: str) -> str:
    """The words in the canonical letters: `∂{ERROR}/∂{OUT}` → `∂E/∂out`."""
    return words.format_map(_PLAIN)


class _NamedRow(Protocol):
    @property
    def name(self) -> str: ...

    @property
    def also(self) -> tuple[str, ...]: ...


def other_words(table: Mapping[str, _NamedRow]) -> dict[str, str]:
    """The names of the rows by the words that other people use for them."""
    return {word: row.name for row in table.values() for word in row.also}


def known(option: str, name: str, table: Mapping[str, Any]) -> str:
    """The name, which must be one of the table's; UsageError with the nearest where it is none."""
    if name not in table:
        hint = (
            did_you_mean(name, list(table), other_words(table)) or f"known are {', '.join(table)}"
        )
        raise UsageError(f"{option} {name}: there is none", hint)
    return name
