"""A large batch in blocks of samples: what is done for each of them, and what before and behind.

The arrays of a block stay in the processor's caches from one operation to the next; those of a whole
batch fall out of them. What is summed over the batch is summed block by block.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import prod

import numpy as np

from tracer.arrays.facts import Facts
from tracer.arrays.fusing import Step
from tracer.arrays.operations import Listing
from tracer.arrays.writing import Writer
from tracer.immutable import immutable

ROOM = 1 << 22
"""Bytes of all numbers that belong to a block's samples; many take the place of others."""
LEAST = 512
"""Samples that a block has at least, so that its calls cost less than their work."""

_SUMMED = frozenset({"matmul", "sum", "outer"})


@immutable
class Parts:
    """Steps before the blocks, for each block, and behind them."""

    before: tuple[Step, ...]
    within: tuple[Step, ...]
    behind: tuple[Step, ...]

    @property
    def steps(self) -> tuple[Step, ...]:
        """All of them."""
        return (*self.before, *self.within, *self.behind)

    @property
    def loop(self) -> range:
        """Where those for each block stand among them."""
        return range(len(self.before), len(self.before) + len(self.within))


def parts_of(steps: Sequence[Step], facts: Facts) -> Parts | None:
    """The steps by when they are done; None where a sample's numbers need those of all samples."""
    late: set[int] = set()
    before, within, behind = list[Step](), list[Step](), list[Step]()
    for step in steps:
        waits = not late.isdisjoint(step.operands)
        if all(facts.axis[operand] is None for operand in step.operands):
            (behind if waits else before).append(step)
            late.update(step.results if waits else ())
            continue
        found = [value for value in step.results if facts.axis[value] is None]
        if waits or (found and step.operations[0].function.name not in _SUMMED):
            return None
        within.append(step)
        late.update(found)
    return Parts(tuple(before), tuple(within), tuple(behind))


def most_at_once(listing: Listing, facts: Facts) -> int:
    """How many samples a block has at most."""
    made = (o.result for o in listing.operations if o.function.name != "transpose")
    numbers = sum(
        prod(listing.shapes[value]) for value in (*listing.batch, *made) if facts.axis[value] == 0
    )
    return max(LEAST, ROOM * listing.samples // (8 * numbers))


def write_blocks(parts: Parts, writer: Writer, last: Writer | None) -> None:
    """Write the parts down; `last` does the samples that are left when all blocks are full."""
    writer.write(parts.before)
    begin, add, end = _sums(parts, writer)
    writer.lines += begin
    for own, blocks in ((writer, "blocks"), (last, "left")):
        if own is None:
            continue
        first = len(own.lines)
        own.write(parts.within)
        lines, own.lines[first:] = [*own.lines[first:], *add], []
        batch = "".join(f"{name}, " for name in own.forms.values()) or "_"
        writer.lines += [f"for {batch} in {blocks}:", *(f" {line}" for line in lines)]
        writer.scope |= own.scope
    writer.lines += end
    writer.write(parts.behind)


def _sums(parts: Parts, writer: Writer) -> tuple[list[str], list[str], list[str]]:
    """The lines that begin sums over all blocks, add a block to them, and put them in its place."""
    begin, add, end = list[str](), list[str](), list[str]()
    for step in parts.within:
        value = step.results[0]
        if writer.memory.facts.axis[value] is not None:
            continue
        if value not in writer.places.arrays:
            begin.append(f"s{value} = 0.0")
            add.append(f"s{value} += v{value}")
            end.append(f"v{value} = s{value}")
            continue
        one = writer.into(value) if step.sums is None else writer.whole(value)
        plus, total = writer.bind(np.add), writer.bind(np.empty(writer.scope[one].shape))
        begin.append(f"{total}.fill(0)")
        add.append(f"{plus}({total}, {one}, out={total})")
        end.append(f"copyto({one}, {total})")
    return begin, add, end
