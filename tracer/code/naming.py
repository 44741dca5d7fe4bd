"""What the numbers of a task are called in a program."""

from __future__ import annotations

from collections.abc import Iterator

from tracer.code.gathering import Samples as Count
from tracer.code.grammar import Grammar
from tracer.code.identifiers import joined, unique
from tracer.code.plan import Loop, Part
from tracer.code.rates import Floor
from tracer.code.task import Task, Updates
from tracer.engine.stages import RATE, T
from tracer.formula import Expression, Key, symbols
from tracer.model.quantity import Identity

RESERVED = frozenset(
    {
        *("ITERATIONS", "ORDERS", "samples", "predictions", "batch", "piece", "epoch", "iteration"),
        *("row", "name", "value", "position", "losses", "last", "lr", "k", "t", "x", "y", "z"),
    }
)
"""What a program calls its own things."""


class Naming:
    """The variables of a task in a language.

    `in_place`: numbers after an update that may stand in the place of what was before it.
    """

    def __init__(self, task: Task, grammar: Grammar) -> None:
        self.task, self.grammar = task, grammar
        self._names: dict[Key, str] = {}
        self._taken: set[str] = set(RESERVED)
        self.in_place: dict[Key, Identity] = dict(self._replaced())

    def _replaced(self) -> Iterator[tuple[Key, Identity]]:
        """(after, before) where nothing uses the one before any more."""
        made: list[tuple[Identity | None, set[Key]]] = []
        for block in self.task.blocks:
            lines = block.lines if isinstance(block, Loop) else block
            made += [(line.identity, set(line.uses())) for line in lines]
            if isinstance(block, Loop):
                made.append((None, {key for _, body in block.added for key in symbols(body)}))
        place = {identity: number for number, (identity, _) in enumerate(made)}
        for change in self.task.changes:
            later = made[place[change.after] + 1 :]
            if not any(change.before in used for _, used in later):
                yield change.after, change.before

    def name(self, key: Key) -> str:
        """The variable of a number."""
        key = self.in_place.get(key, key)
        if key not in self._names:
            self._names[key] = self.made(key)
        return self._names[key]

    def made(self, key: Key) -> str:
        """What the key would be called."""
        if key == RATE:
            return "lr"
        if key == T:
            return "t" if self.task.counted else "iteration"
        if key is Updates:
            return "k" if self.task.counted != 1 else "iteration"
        if key is Count:
            return self.grammar.length.format(self.batch)
        if isinstance(key, Floor):
            return f"({self.grammar.whole(self.formula(key.of), key.by)})"
        if isinstance(key, Part):
            base = self.name(key.identity)
            return base if not key.place else self._free(f"{base}_{key.place + 1}")
        return self._free(joined(self.task.safe(key)))

    def _free(self, name: str) -> str:
        found = unique(name, self._taken)
        self._taken.add(found)
        return found

    def formula(self, formula: Expression) -> str:
        """The formula's source."""
        return self.grammar.formula(formula, self.name)

    @property
    def batch(self) -> str:
        """The samples of an iteration."""
        batching = self.task.batching
        return "batch" if batching and batching.pieces > 1 else "samples"


def sum_of(name: str, number: int) -> str:
    """name + number, as short as it can be written."""
    return f"{name} {'+' if number > 0 else '-'} {abs(number)}" if number else name
