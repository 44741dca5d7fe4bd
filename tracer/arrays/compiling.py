"""A recorded iteration as a function that does many, in as few and as cheap calls as it can."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from tracer.arrays.facts import facts_of
from tracer.arrays.fusing import fused, with_biases_as_weights
from tracer.arrays.memory import Floats, Memory
from tracer.arrays.operations import Listing
from tracer.arrays.places import Places
from tracer.arrays.simplify import simplified
from tracer.arrays.writing import Writer


@dataclass(frozen=True, slots=True)
class Compiled:
    """`program(state, batches, losses)`, for batches that `piece` has cut from what `gathered` made.

    `forms` are those in which it wants the batch's arrays; by itself as they are. `lines`: what an
    iteration does.
    """

    program: Callable[[Any, Iterable[Any], list[float]], Any]
    forms: tuple[tuple[int, bool, bool], ...] = ((0, False, False), (1, False, False))
    batch_last: bool = False
    lines: tuple[str, ...] = ()

    def gathered(self, arrays: Sequence[Floats]) -> list[Floats]:
        """The samples' arrays as they are kept: (samples, …), or (… and ones, samples)."""
        if not self.batch_last:
            return list(arrays)
        kept = []
        for array in arrays:
            rows = np.ones((array.shape[1] + 1, len(array)))
            rows[:-1] = array.T
            kept.append(rows)
        return kept

    def piece(self, gathered: Sequence[Floats], samples: slice) -> tuple[Floats, ...]:
        """A batch of them, in all the forms that the program needs."""
        return tuple(
            self._form(gathered[n], samples, ones, turned) for n, ones, turned in self.forms
        )

    def _form(self, array: Floats, samples: slice, ones: bool, turned: bool) -> Floats:
        if self.batch_last:
            array = array[:, samples] if ones else array[:-1, samples]
        else:
            array = array[samples]
        return array.T if turned else array


def compiled(listing: Listing, *, batch_last: bool) -> Compiled:
    """The listing's iteration, for many of them.

    Raises:
        UnsupportedError: something in it can only be done as it was recorded.
    """
    listing = simplified(listing)
    facts = facts_of(listing)
    steps, extended = with_biases_as_weights(listing, facts, batch_last=batch_last)
    steps = fused(steps, listing, facts, extended)
    memory = Memory(listing, facts, extended, batch_last=batch_last)
    places = Places(memory, steps)
    writer = Writer(memory, places)
    for step in steps:
        writer.write(step)
    writer.finish()
    homes = [places.homes[value] for value in listing.state]
    program = _function(writer, [f"v{value}" for value in listing.moment], homes)
    return Compiled(program, tuple(writer.forms), batch_last, tuple(writer.lines))


def _function(writer: Writer, moment: Sequence[str], homes: list[Floats]) -> Any:
    """The function of the lines; what they use are variables of a function around it."""
    batch = "".join(f"{name}, " for name in writer.forms.values()) or "_"
    scope = writer.scope | {"homes": homes, "copyto": np.copyto}
    lines = [
        f"def around({', '.join(scope)}):",
        " def program(state, batches, losses):",
        "  for home, array in zip(homes, state): copyto(home, array)",
        f"  for {', '.join(('batch', *moment))} in batches:",
        f"   {batch}= batch",
        *(f"   {line}" for line in writer.lines),
        "  return [home.copy() for home in homes]",
        " return program",
    ]
    made: dict[str, Any] = {}
    exec("\n".join(lines), made)  # the text is made by these modules alone
    return made["around"](**scope)
