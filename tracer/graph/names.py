"""Names of a graph's numbers: `total`, its gradient by `dtotal/dapple`, `apple+` after an update.

Canonical names are ASCII as far as the configuration's own are; `∂total/∂apple` and
`d total / d apple` are accepted wherever a name is read, and `@5` picks iteration 5.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from tracer.errors import UnknownNameError, did_you_mean

LEARNING_RATE = "lr"

_SUFFIX = re.compile(r"(?P<base>.+?)(?:@(?P<iteration>\d+))?")
_SIGNS = str.maketrans("∂⁺", "d+", " \t")


def gradient_name(output: str, name: str) -> str:
    """`dtotal/dapple`."""
    return f"d{output}/d{name}"


class GraphNames:
    """What can be asked for in one graph: `known`, the names in the order of the calculation."""

    def __init__(self, known: Sequence[str]) -> None:
        self.known = tuple(known)
        self._known = frozenset(known)

    def parse(self, text: str) -> tuple[str, int]:
        """(canonical name, iteration) that the text means.

        Raises:
            UnknownNameError: no number is called so; the hint names the nearest ones.
        """
        folded = text.translate(_SIGNS)
        match = _SUFFIX.fullmatch(folded)
        if folded in self._known:
            return folded, 1
        base = match["base"] if match else folded
        if match is None or base not in self._known:
            raise UnknownNameError(f"there is no number '{text}' in this graph", self._hint(base))
        iteration = int(match["iteration"] or 1)
        if iteration < 1:
            raise UnknownNameError(f"'{text}': iterations are counted from 1")
        return base, iteration

    def _hint(self, base: str) -> str:
        if "#" in base:
            return "a graph has no samples; leave out the '#'"
        return did_you_mean(base, self.known) or f"there are {', '.join(self.known[:10])}, …"
