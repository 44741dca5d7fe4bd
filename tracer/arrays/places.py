"""The array that each value is calculated into: chosen before anything is written.

What a family's members are done at once on stands in one buffer a sort; a new state takes the old one's
place as soon as nobody needs that any more; everything else takes the place of what is no longer used.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence

import numpy as np

from tracer.arrays.compiled import Floats
from tracer.arrays.facts import UnsupportedError
from tracer.arrays.fusing import Step
from tracer.arrays.memory import Memory
from tracer.arrays.operations import Function, Operation

IN_CALL = frozenset({"map", "other"})
"""What makes its own arrays, which need no place unless they are to stand beside others."""


class Places:
    """`arrays`: where values stand, as they are kept in memory; the others are variables.

    `homes`: where the state stands between iterations. The steps in `loop` are done several times. What
    belongs to no sample stands where it does in `beside`, if that is given.
    """

    def __init__(
        self,
        memory: Memory,
        steps: Sequence[Step],
        loop: range | None = None,
        beside: Places | None = None,
    ) -> None:
        self.memory, self.steps, self.listing = memory, steps, memory.listing
        self._sorts, self._members = memory.facts.sorts, memory.facts.members
        self.homes: dict[int, Floats] = {}
        self.arrays: dict[int, Floats] = {}
        self._buffers: dict[int, Floats] = {}  # by a sort
        self._standing: dict[int, Floats] = {}  # the buffer that a value stands in
        self._root: dict[int, int] = {}
        self._last: dict[int, int] = {}
        self._own: dict[int, Floats] = {}
        self._free: dict[tuple[int, ...], list[Floats]] = defaultdict(list)
        if beside is None:
            self._make_homes()
        else:
            self._share(beside)
        self._find_last_uses()
        if loop:
            self._keep_through(loop)
        self._find_new_homes()
        self._make_packs()
        for now, step in enumerate(steps):
            for value in step.results:
                self._place(value, step, now)
            self._release(now)

    def root(self, value: int) -> int:
        """The value whose array it is a view of."""
        return self._root.get(value, value)

    def region(self, values: Sequence[int]) -> Floats:
        """The one array in which neighbours stand.

        Raises UnsupportedError where they don't stand in one.
        """
        roots = [self.root(value) for value in values]
        found = {id(self._standing.get(value)) for value in roots}
        buffer = self._standing.get(roots[0])
        if buffer is None or len(found) > 1:
            raise UnsupportedError("neighbours apart")
        return buffer[self.memory.run(self._members[roots[0]], self._members[roots[-1]])]

    def standing(self, value: int) -> Floats:
        """The buffer that a value stands in."""
        return self._standing[self.root(value)]

    def _share(self, beside: Places) -> None:
        axis = self.memory.facts.axis
        self.homes = beside.homes
        self.arrays |= {v: array for v, array in beside.arrays.items() if axis[v] is None}
        self._standing |= {v: b for v, b in beside._standing.items() if axis[v] is None}

    def _make_homes(self) -> None:
        buffers: dict[int, Floats] = {}
        for value in self.listing.state:
            sort, member = self._sorts[value], self._members[value]
            buffer = buffers.setdefault(sort, self.memory.buffer(member[0]))
            self.homes[value] = self.memory.spans[member].of(buffer)
            self._standing[value] = buffer
        self.arrays |= self.homes

    def _find_last_uses(self) -> None:
        uses = Counter(operand for step in self.steps for operand in step.operands)
        uses.update(self.listing.roots)
        for now, step in enumerate(self.steps):
            for operation in step.operations:
                source = _source(operation)
                if source is not None and (operation.function.name != "guard" or uses[source] == 1):
                    self._root[operation.result] = self.root(source)
            for operand in step.operands:
                self._last[self.root(operand)] = now
        for value in self.listing.roots:
            self._last[self.root(value)] = len(self.steps)

    def _keep_through(self, loop: range) -> None:
        """What is used in the loop but not made for each block is used up to its end."""
        axis = self.memory.facts.axis
        for value, last in self._last.items():
            if last in loop and axis[value] is None:
                self._last[value] = loop[-1]

    def _find_new_homes(self) -> None:
        """New states that can be written over the old ones: whole steps of them, or none of a step."""
        old = {
            new: value for value, new in zip(self.listing.state, self.listing.after, strict=True)
        }
        for now, step in enumerate(self.steps):
            if not all(o.function.elementwise and o.result in old for o in step.operations):
                continue
            pairs = [(new, old[new]) for new in step.results]
            if all(self._fits(new, value, now) for new, value in pairs):
                for new, value in pairs:
                    self.arrays[new] = self.homes[value]
                    self._standing[new] = self._standing[value]

    def _fits(self, new: int, old: int, now: int) -> bool:
        """Whether the new value can stand where the old one did."""
        alone = self.root(new) == new and self.listing.after.count(new) == 1
        unused = self._last.get(old, -1) <= now
        return alone and unused and self._members.get(new) == self._members[old]

    def _make_packs(self) -> None:
        """A buffer for each sort of which members are used at once, or stand above ones."""
        packed = [e.x for e in self.memory.extended]
        for step in self.steps:
            if len(step.operations) > 1:
                packed += [*step.results, *step.operands]
            elif step.sums is not None:
                packed += step.results
        for value in map(self.root, packed):
            if value in self._sorts and value not in self.homes:
                self._buffers.setdefault(
                    self._sorts[value], self.memory.buffer(self._members[value][0])
                )

    def _place(self, value: int, step: Step, now: int) -> None:
        function = step.operations[0].function
        if value in self.arrays or self.root(value) != value:
            return
        shape, sort = self.memory.shape(value), self._sorts.get(value)
        if sort in self._buffers:
            self._standing[value] = self._buffers[sort]
            span = self.memory.spans[self._members[value]]
            self.arrays[value] = span.of(self._buffers[sort])
        elif shape and (function.name not in IN_CALL or value in self._root.values()):
            self.arrays[value] = self._own[value] = self._spare(function, shape, step, now)

    def _spare(self, function: Function, shape: tuple[int, ...], step: Step, now: int) -> Floats:
        """An array that nobody needs any more, an operand's at best; else a new one."""
        if function.name == "ufunc":
            for operand in map(self.root, step.operands):
                own = self._own.get(operand)
                if own is not None and own.shape == shape and self._last[operand] == now:
                    return self._own.pop(operand)
        free = self._free[shape]
        return free.pop() if free else np.empty(shape)

    def _release(self, now: int) -> None:
        for value in [v for v in self._own if self._last.get(v, now) <= now]:
            array = self._own.pop(value)
            self._free[array.shape].append(array)


def _source(operation: Operation) -> int | None:
    """The operand that the result is a view of, if any."""
    if operation.function.name == "transpose":
        return operation.operands[0]
    return operation.operands[1] if operation.function.name == "guard" else None
