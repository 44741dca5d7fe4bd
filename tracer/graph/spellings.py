"""What a person may write for the names of a graph's numbers: text → canonical name, iteration.

A name is read as it stands first (`∂total/∂apple` and `d total / d apple` stand for
`dtotal/dapple`, and characters are those that Python reads in formulas). Only what means nothing so
is read loosely, by `tracer.model.letters.fold`: `Apple`, `grad_apple`, `apple'`. If that gives two
readings, neither is taken. Names of inputs and nodes are identifiers, so `d…/d…` and `…+` are never
theirs; that no node is called like a number of the update, the configuration sees to.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from functools import cached_property

from tracer.errors import UnknownNameError, did_you_mean
from tracer.model.letters import LONGEST, fold
from tracer.model.settings import setting_letters, settings_by_letter

_SUFFIX = re.compile(r"(?P<base>[^@]+)(?:@(?P<iteration>[0-9]{1,15}))?")
_SIGNS = str.maketrans("∂⁺", "d+", " \t")
_LEARNING_RATE = ("lr", "learning_rate")


class Spellings:
    """Reads the names of one graph; `known` are the canonical ones."""

    def __init__(self, known: Sequence[str]) -> None:
        self._known = dict.fromkeys(known)

    def read(self, text: str) -> tuple[str, int]:
        """(canonical name, iteration) that the text means.

        Raises:
            UnknownNameError: no number is called so, or two could be; the hint names the nearest.
        """
        match = _SUFFIX.fullmatch(text.strip())
        if match is None:
            raise self._unknown(text, text)
        name = unicodedata.normalize("NFKC", match["base"].translate(_SIGNS))
        if name not in self._known:
            name = self._read_loosely(match["base"], text)
        iteration = int(match["iteration"] or 1)
        if iteration < 1:
            raise UnknownNameError(f"'{text}': iterations are counted from 1")
        return name, iteration

    def _read_loosely(self, base: str, text: str) -> str:
        readings = self._loose.get(fold(base), []) if len(base) <= LONGEST else []
        if not readings:
            raise self._unknown(base, text)
        if len(readings) > 1:
            listed = " or ".join(f"'{name}'" for name in readings)
            raise UnknownNameError(f"'{text}' may mean {listed}", "write it like one of these")
        return readings[0]

    @cached_property
    def _loose(self) -> dict[str, list[str]]:
        """The canonical names by everything that they fold to."""
        found: dict[str, list[str]] = {}
        for name in self._known:
            for folded in {fold(spelling) for spelling in _spellings(name)}:
                found.setdefault(folded, []).append(name)
        return found

    def _unknown(self, base: str, text: str) -> UnknownNameError:
        known = list(self._known)
        hint = did_you_mean(base[:LONGEST], known) or f"there are {', '.join(known[:10])}, …"
        if "#" in base:
            hint = "a graph has no samples; leave out the '#'"
        return UnknownNameError(f"there is no number '{text}' in this graph", hint)


def _spellings(name: str) -> Iterator[str]:
    """The name itself; `grad_apple` and `dtotaldapple`, `apple_new`, `learning_rate`."""
    yield name
    above, stroke, below = name.partition("/d")
    if stroke:
        yield from (f"grad_{below}", f"{above}d{below}")
    if name.endswith("+"):
        yield f"{name[:-1]}_new"
    if name == "grad_norm":
        yield "‖g‖"
    if name in _LEARNING_RATE:
        yield from _LEARNING_RATE
    if name in setting_letters():
        yield from (x for x, setting in settings_by_letter().items() if setting == name)
