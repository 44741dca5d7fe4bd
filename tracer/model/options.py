"""What the rows of tables leave open: options with their defaults, meanings and limits.

Used by the schemes that draw parameters, by optimisers and by schedules; the configuration's
models, its error messages and its JSON Schema are made from them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any


@dataclass(frozen=True, slots=True)
class Option:
    """A key that a row knows: its meaning, its default, and what is allowed.

    A `default` of None makes it required; a text is one of `choices`; a number is at least `least`,
    more than `above` and less than `below`, and with `whole` counts something. `symbol`: whether it
    is a number that formulas name, `letter` how they write it where that isn't its name.
    """

    meaning: str
    default: float | str | bool | None = None
    least: float | None = None
    above: float | None = None
    below: float | None = None
    choices: tuple[str, ...] = ()
    whole: bool = False
    symbol: bool = True
    letter: str = ""

    @property
    def is_number(self) -> bool:
        """Whether it is a number of the calculation, and not a choice or a count of iterations."""
        return self.symbol and not (self.choices or isinstance(self.default, bool))


def option(meaning: str, default: Any = None, **limits: Any) -> Any:
    """A field of a row that is a dataclass: an option of its own."""
    metadata = {"option": Option(meaning, default, **limits)}
    return (
        field(metadata=metadata) if default is None else field(default=default, metadata=metadata)
    )


def options_of(row: Any) -> dict[str, Option]:
    """The options of a row, by their names: what it says itself, or the fields of a dataclass."""
    if isinstance(getattr(row, "options", None), Mapping):
        return dict(row.options)
    return {f.name: f.metadata["option"] for f in fields(row) if "option" in f.metadata}


def numbers_of(row: Any) -> dict[str, float]:
    """The values of those options that are numbers of the calculation."""
    known = options_of(row)
    return {name: float(getattr(row, name)) for name, found in known.items() if found.is_number}
