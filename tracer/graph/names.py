"""Names of a graph's numbers: `total`, its gradient by `dtotal/dapple`, `apple+` after an update.

Canonical names are ASCII as far as the configuration's own are; `@5` picks iteration 5. What else is
accepted wherever a name is read: see `tracer.graph.spellings`.
"""

from __future__ import annotations

from collections.abc import Sequence

from tracer.graph.spellings import Spellings

LEARNING_RATE = "lr"


def gradient_name(output: str, name: str) -> str:
    """`dtotal/dapple`."""
    return f"d{output}/d{name}"


class GraphNames:
    """What can be asked for in one graph: `known`, the names in the order of the calculation."""

    def __init__(self, known: Sequence[str]) -> None:
        self.known = tuple(known)
        self._spellings = Spellings(known)

    def parse(self, text: str) -> tuple[str, int]:
        """(canonical name, iteration) that the text means.

        Raises:
            UnknownNameError: no number is called so, or two could be; the hint names the nearest.
        """
        return self._spellings.read(text)
