"""A recorded iteration as a function that does many, in as few and as cheap calls as it can."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from tracer.arrays.compiled import Compiled, Floats
from tracer.arrays.facts import facts_of
from tracer.arrays.fusing import fused, with_biases_as_weights
from tracer.arrays.memory import Memory
from tracer.arrays.operations import Listing
from tracer.arrays.places import Places
from tracer.arrays.simplify import simplified
from tracer.arrays.writing import Writer


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
