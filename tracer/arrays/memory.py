"""Where values stand in memory: members of a family next to each other, in one buffer a sort.

`batch_last`: what belongs to samples is kept with the samples along the last axis (`flipped`), which
suits narrow layers: a call's inner loop is then as long as the batch, and a layer's neurons are rows.
"""

from __future__ import annotations

from collections.abc import Iterable
from math import prod
from typing import Any

import numpy as np

from tracer.arrays.compiled import Floats
from tracer.arrays.facts import LAYERS, PARAMETERS, Facts, Member
from tracer.arrays.fusing import Extended
from tracer.arrays.operations import Listing
from tracer.immutable import immutable


@immutable
class Span:
    """A member's place in a buffer: a matrix of `shape` from `start` on, of which `part` is its own."""

    start: int
    shape: tuple[int, ...]
    part: Any = ()

    @property
    def stop(self) -> int:
        """Where the next one may begin."""
        return self.start + prod(self.shape)

    def whole(self, buffer: Floats) -> Floats:
        """The matrix."""
        return buffer[self.start : self.stop].reshape(self.shape)

    def of(self, buffer: Floats) -> Floats:
        """The member's own part of it."""
        found: Floats = self.whole(buffer)[self.part]
        return found


class Memory:
    """The spans of all members, and buffers that are as long as all those of a family together."""

    def __init__(
        self, listing: Listing, facts: Facts, extended: Iterable[Extended], *, batch_last: bool
    ) -> None:
        self.listing, self.facts, self.batch_last = listing, facts, batch_last
        self.extended = tuple(extended)
        self._with_ones = {facts.members[e.x] for e in self.extended if e.x in facts.members}
        self._biases = {facts.members[e.W]: facts.members[e.b] for e in self.extended}
        self.spans: dict[Member, Span] = {}
        self._lengths = {family: self._laid_out(family) for family in (LAYERS, PARAMETERS)}

    def flipped(self, value: int) -> bool:
        """Whether it is kept with its axes in reverse order."""
        two = len(self.listing.shapes[value]) == 2
        return self.batch_last and two and self.facts.axis[value] == 0

    def shape(self, value: int) -> tuple[int, ...]:
        """Its shape in memory."""
        shape = self.listing.shapes[value]
        return shape[::-1] if self.flipped(value) else shape

    def buffer(self, family: str) -> Floats:
        """A new buffer; ones where nobody's values stand."""
        return np.ones(self._lengths[family])

    def run(self, first: Member, last: Member) -> slice:
        """From one member to another."""
        return slice(self.spans[first].start, self.spans[last].stop - self._gap(last))

    def _gap(self, member: Member) -> int:
        """The elements of the ones below a layer."""
        return self.spans[member].shape[-1] if member in self._with_ones else 0

    def _laid_out(self, family: str) -> int:
        shapes = {m: self.shape(v) for v, m in self.facts.members.items() if m[0] == family}
        end = 0
        biases = set(self._biases.values())
        for member, shape in sorted(shapes.items()):
            if member in biases:
                continue
            span = self._span(member, shape, end)
            self.spans[member], end = span, span.stop
            if member in self._biases:
                self.spans[self._biases[member]] = Span(span.start, span.shape, np.s_[:, -1])
        return end

    def _span(self, member: Member, shape: tuple[int, ...], start: int) -> Span:
        if member in self._biases:
            rows, columns = shape
            return Span(start, (rows, columns + 1), np.s_[:, :-1])
        if member in self._with_ones:
            rows, columns = shape
            return Span(start, (rows + 1, columns), np.s_[:-1])
        return Span(start, shape)
