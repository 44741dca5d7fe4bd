"""What the rows of tables leave open: options with their defaults, meanings and limits.

Used by the schemes that draw parameters, by optimisers and by schedules; the configuration's
models, its error messages and its JSON Schema are made from them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field, fields
from typing import Any

from tracer.immutable import immutable


@immutable
class Option:
    """A key that a row knows: its meaning, its default, and what is allowed.

    A `default` of None makes it required; a text is one of `choices`; a number is at least `least`,
    more than `above` and less than `below`, and with `whole` counts something. `symbol`: whether it
    is a number that formulas name, `letter` how they write it where that isn't its name. `told`: what
    somebody does whose value is another, by values in use; of choices each has its words.
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
    told: Mapping[Any, str] = field(default_factory=dict, compare=False)

    @property
    def is_number(self) -> bool:
        """Whether it is a number of the calculation, and not a choice or a count of iterations."""
        return self.symbol and not (self.choices or isinstance(self.default, bool))

    @property
    def usual(self) -> tuple[Any, ...]:
        """The values that people take, where they are a few."""
        return (False, True) if isinstance(self.default, bool) else self.choices or (*self.told,)

    def words(self, name: str, value: Any) -> str:
        """What somebody does who takes that value."""
        return self.told.get(value, f"{name}: {str(value).lower()}")


def option(meaning: str, default: Any = None, **limits: Any) -> Any:
    """A field of a row that is a dataclass: an option of its own."""
    metadata = {"option": Option(meaning, default, **limits)}
    return (
        field(metadata=metadata) if default is None else field(default=default, metadata=metadata)
    )


def unstated(meaning: str, default: str, told: Mapping[str, str]) -> Any:
    """A field of a row that no configuration states: `told` are the other ways in which it is done."""
    found = Option(meaning, default, choices=(default, *told), told=told)
    return field(default=default, metadata={"unstated": found})


def ways_of(row: Any) -> dict[str, Mapping[Any, str]]:
    """In which other ways people do what a row does: for each field its values, told in words.

    Values are choices, yes or no, and numbers in use; the row's own are left out.
    """
    found: dict[str, Mapping[Any, str]] = {}
    for f in fields(row):
        known = f.metadata.get("option") or f.metadata.get("unstated")
        if known is not None:
            own = getattr(row, f.name)
            ways = {value: known.words(f.name, value) for value in known.usual if value != own}
            found[f.name] = ways
    return found


def options_of(row: Any) -> dict[str, Option]:
    """The options of a row, by their names: what it says itself, or the fields of a dataclass."""
    if isinstance(getattr(row, "options", None), Mapping):
        return dict(row.options)
    return {f.name: f.metadata["option"] for f in fields(row) if "option" in f.metadata}


def numbers_of(row: Any) -> dict[str, float]:
    """The values of those options that are numbers of the calculation."""
    known = options_of(row)
    return {name: float(getattr(row, name)) for name, found in known.items() if found.is_number}
