"""A recorded iteration as a function that does many, in as few and as cheap calls as it can."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from tracer.arrays.blocks import most_at_once, parts_of, write_blocks
from tracer.arrays.compiled import Compiled, Floats
from tracer.arrays.facts import facts_of
from tracer.arrays.fusing import fused, with_biases_as_weights
from tracer.arrays.memory import Memory
from tracer.arrays.operations import Listing
from tracer.arrays.places import Places
from tracer.arrays.simplify import simplified
from tracer.arrays.writing import Writer


def compiled(listing: Listing, *, batch_last: bool, most: int | None = None) -> Compiled:
    """The listing's iteration, for many of them; `most` samples at once, or as many as suit the caches.

    Raises:
        UnsupportedError: something in it can only be done as it was recorded.
    """
    listing = simplified(listing)
    facts = facts_of(listing)
    steps, extended = with_biases_as_weights(listing, facts, batch_last=batch_last)
    steps = fused(steps, listing, facts, extended)
    samples = listing.samples
    blocks = -(-samples // (most or most_at_once(listing, facts)))
    parts = parts_of(steps, facts) if blocks > 1 else None
    block = -(-samples // blocks) if parts else samples

    def memory(samples: int) -> Memory:
        resized = listing.with_samples(samples, facts.axis)
        return Memory(resized, facts, extended, batch_last=batch_last)

    places = Places(memory(block), parts.steps if parts else steps, parts.loop if parts else None)
    writer = Writer(places)
    if parts:
        left = samples % block
        beside = Places(memory(left), parts.steps, parts.loop, places) if left else None
        write_blocks(parts, writer, Writer(beside, "r") if beside else None)
    else:
        writer.write(steps)
    writer.finish()
    batch = "blocks, left" if parts else "".join(f"{name}, " for name in writer.forms.values())
    homes = [places.homes[value] for value in listing.state]
    program = _function(writer, [f"v{value}" for value in listing.moment], batch or "_", homes)
    lines, forms = tuple(writer.lines), tuple(writer.forms)
    return Compiled(program, forms, batch_last, block if parts else None, lines)


def _function(writer: Writer, moment: Sequence[str], batch: str, homes: list[Floats]) -> Any:
    """The function of the lines; what they use are variables of a function around it."""
    scope = writer.scope | {"homes": homes, "copyto": np.copyto}
    lines = [
        f"def around({', '.join(scope)}):",
        " def program(state, batches, losses):",
        "  for home, array in zip(homes, state): copyto(home, array)",
        f"  for {', '.join(('batch', *moment))} in batches:",
        f"   {batch} = batch",
        *(f"   {line}" for line in writer.lines),
        "  return [home.copy() for home in homes]",
        " return program",
    ]
    made: dict[str, Any] = {}
    exec("\n".join(lines), made)  # the text is made by these modules alone
    return made["around"](**scope)
