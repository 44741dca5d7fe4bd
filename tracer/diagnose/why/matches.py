"""What `why` answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field

from tracer.immutable import immutable


@immutable
class ConventionMatch:
    """A combination and its numbers.

    `changes`: what it changes in the stated conventions, nothing if they give the numbers as they
    are; `words` says the same, with places for letters (`tracer.model.words`). `values`: its number
    for each name asked for. `digits`: how many of the digits given it explains. `truncated`: names
    whose number fits cut off, not rounded.
    """

    changes: Mapping[str, str | float]
    words: str
    values: Mapping[str, float]
    digits: int
    truncated: tuple[str, ...] = ()

    @property
    def settings(self) -> str:
        """`update_order: output_first, nesterov: true`, as a configuration writes it."""
        items = self.changes.items()
        written = ((name, str(x).lower() if isinstance(x, bool) else x) for name, x in items)
        return ", ".join(f"{name}: {value}" for name, value in written)


@immutable
class ConventionsFound:
    """`matches`: best first; no match changes all that another one does and something besides.

    `tried`: how many combinations were calculated. `nearest`: what comes closest where none fits.
    `stated`: the numbers under the stated conventions, where those have all of them. `rounding`:
    whether rounding at every step was among what was tried; `of_network`: it is not a graph.
    """

    tried: int
    matches: tuple[ConventionMatch, ...]
    nearest: tuple[ConventionMatch, ...] = ()
    stated: Mapping[str, float] = field(default_factory=dict)
    rounding: bool = False
    of_network: bool = True
