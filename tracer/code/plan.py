"""What a program calculates in one iteration: lines and loops over the samples, in order.

Between the engine's formulas and the languages: knows neither a network nor how a line is written.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Protocol, TypeAlias, TypeVar

from tracer.formula import Expression, Key, symbols
from tracer.immutable import immutable
from tracer.model.quantity import Identity, Phase, Quantity


def is_of_a_sample(key: Key) -> bool:
    """Whether each sample of the batch has its own of that."""
    return isinstance(key, Quantity) and key.sample is not None


@immutable
class Part:
    """The key of a sum over the batch: the one at that place in the formula of a number."""

    identity: Identity
    place: int = 0


@immutable
class Line:
    """One number and its formula; `added`: what each sample adds to the sums that stand in it."""

    identity: Identity
    formula: Expression
    added: tuple[tuple[Part, Expression], ...] = ()

    @property
    def of_a_sample(self) -> bool:
        """Whether each sample of the batch has its own."""
        return is_of_a_sample(self.identity)

    @property
    def phase(self) -> Phase:
        """The part of the calculation that it belongs to."""
        phase = self.identity.phase
        return Phase.FORWARD if phase is Phase.GIVEN else phase  # the mean of the inputs

    def uses(self) -> Iterable[Key]:
        """The symbols in all of it."""
        yield from symbols(self.formula)
        for _, body in self.added:
            yield from symbols(body)


@immutable
class Loop:
    """Lines for each sample of the batch; `added`: what it adds to sums."""

    lines: tuple[Line, ...]
    added: tuple[tuple[Part, Expression], ...]


Block: TypeAlias = Loop | tuple[Line, ...]
"""A loop over the samples, or lines of the whole batch."""


class Step(Protocol):
    """What calculates something: a line of a number, or of an array."""

    @property
    def identity(self) -> Any:
        """What it calculates."""

    @property
    def phase(self) -> Phase:
        """The part of the calculation that it belongs to."""

    def uses(self) -> Iterable[Any]:
        """What stands in it."""


S = TypeVar("S", bound=Step)


def needed(lines: Sequence[S], wanted: Iterable[Any]) -> list[S]:
    """The lines that the wanted numbers stand on, in the same order."""
    used: set[Key] = set(wanted)
    found = []
    for line in reversed(lines):
        if line.identity in used:
            used.update(line.uses())
            found.append(line)
    return found[::-1]


def by_phase(lines: Sequence[S]) -> list[S]:
    """The lines phase by phase; as they are where one would then come before what it uses."""
    order = list(Phase)
    found = sorted(lines, key=lambda line: order.index(line.phase))
    calculated, known = {line.identity for line in lines}, set[Key]()
    for line in found:
        if any(key in calculated and key not in known for key in line.uses()):
            return list(lines)
        known.add(line.identity)
    return found


def arranged(lines: Sequence[Line], *, looped: bool) -> list[Block]:
    """The lines in blocks; with `looped` those of a sample in loops over the batch.

    A later loop, which sees what an earlier one has led to, calculates what else it needs again.
    """
    if not looped:
        return [tuple(by_phase(lines))]
    levels = _levels(lines)
    last = max(levels.values(), default=0)
    blocks: list[Block] = []
    for level in range(last + 1):
        after = [x for x in lines if not x.of_a_sample and levels[x.identity] == level]
        if after:
            blocks.append(tuple(by_phase(after)))
        loop = _loop(lines, levels, level)
        if loop.lines or loop.added:
            blocks.append(loop)
    return blocks


def _levels(lines: Sequence[Line]) -> dict[Key, int]:
    """In which loop a sample's number is first known, and after how many loops one of the batch."""
    levels: dict[Key, int] = {}
    for line in lines:
        inside = [levels.get(key, 0) for _, body in line.added for key in symbols(body)]
        before = [levels.get(key, 0) for key in symbols(line.formula)]
        if line.of_a_sample:
            levels[line.identity] = max(before, default=0)
        else:
            levels[line.identity] = max([1, *before, *(level + 1 for level in inside)])
    return levels


def _loop(lines: Sequence[Line], levels: dict[Key, int], level: int) -> Loop:
    """The loop over the samples after so many others."""
    added = tuple(
        part
        for line in lines
        for part in line.added
        if max((levels.get(key, 0) for key in symbols(part[1])), default=0) == level
    )
    wanted = {key for _, body in added for key in symbols(body)}
    inside = [line for line in lines if line.of_a_sample and levels[line.identity] <= level]
    return Loop(tuple(by_phase(needed(inside, wanted))), added)
