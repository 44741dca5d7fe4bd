"""The options of a training that are numbers of its calculation, by the names that formulas have.

They are options of the rows for optimisers, schedules, penalties and clipping; how a formula writes
them stands in those rows too.
"""

from __future__ import annotations

from functools import cache

from tracer.model.clipping import CLIPS
from tracer.model.optimizers import OPTIMIZERS
from tracer.model.options import options_of
from tracer.model.schedules import SCHEDULES

STRENGTH, INITIAL = "strength", "initial"
_LETTERS = {STRENGTH: "λ", INITIAL: "η₀", **{f"clip_{way}": "c" for way in CLIPS}}


@cache
def _letters(*rows: type) -> dict[str, str]:
    found = dict(_LETTERS)
    for row in rows:
        known = options_of(row).items()
        found |= {name: option.letter or name for name, option in known if option.is_number}
    return found


def setting_letters() -> dict[str, str]:
    """How a formula writes each of them: `beta1` as β₁."""
    return _letters(*OPTIMIZERS.values(), *SCHEDULES.values())


def setting_names() -> tuple[str, ...]:
    """The names."""
    return tuple(setting_letters())


@cache
def settings_by_letter() -> dict[str, str]:
    """The names by their letters, as far as a letter stands for one alone: β₁, but not λ."""
    letters = setting_letters()
    found = {letter: name for name, letter in letters.items()}
    return {x: name for x, name in found.items() if list(letters.values()).count(x) == 1}
