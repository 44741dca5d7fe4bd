"""What a program of single numbers prints, under names that `check` reads."""

from __future__ import annotations

from collections.abc import Sequence

from tracer.code.given import ROWS_OF_LOSSES
from tracer.code.grammar import Told
from tracer.code.layout import INDENT
from tracer.code.naming import Naming
from tracer.code.plan import is_of_a_sample
from tracer.digits.numbers import shortest
from tracer.formula import Key
from tracer.model.quantity import Identity


class Printed:
    """The lines that print numbers of a task."""

    def __init__(self, naming: Naming) -> None:
        self.naming, self.task, self.grammar = naming, naming.task, naming.grammar
        self._told = self._told_anyway()

    def named(self, identities: Sequence[Identity]) -> list[tuple[str, str]]:
        """(name, variable) of each."""
        return [(self.task.bare(x), self.naming.name(x)) for x in identities]

    def traced(self, identities: Sequence[Identity], indent: str, position: str = "") -> list[str]:
        """Every number of iteration 1 under its name."""
        inner = indent + INDENT if self.task.iterations is not None else indent
        lines: list[str] = []
        for of_a_sample in (True, False):
            some = [
                identity
                for identity in identities
                if is_of_a_sample(identity) is of_a_sample and identity not in self._told
            ]
            self._told |= set(some)
            behind = self._behind_sample(position) if of_a_sample else []
            lines += self.grammar.told_each(self.named(some), behind, inner) if some else []
        if self.task.iterations is None or not lines:
            return lines
        head = self.grammar.condition("iteration == 1", indent)
        return [head, *lines, *self.grammar.end(indent)]

    def _told_anyway(self) -> set[Key]:
        """What is printed of iteration 1 without all its numbers."""
        told: set[Key] = {self.task.loss, *self.task.told}
        if self.task.iterations is None:
            told |= set(self.task.outputs)
        if self.task.iterations == 1:
            told |= {change.after for change in self.task.changes if change.parameter}
        return told

    def _behind_sample(self, position: str) -> list[Told]:
        """`#` and the number of the sample, where there are several; `position` in its batch."""
        batching = self.task.batching
        if batching is None or (batching.pieces == 1 and not position):
            return []
        place = position
        if batching.pieces > 1:
            place = "piece" if batching.size == 1 else f"piece*{batching.size} + {position}"
        if batching.orders:
            place = f"ORDERS[epoch][{place}]"
        return ["#", (f"{place} + 1",)]

    def loss(self, indent: str) -> list[str]:
        """The loss of the iteration, of many now and then."""
        task, grammar = self.task, self.grammar
        assert task.loss is not None
        assert task.iterations is not None
        name = task.bare(task.loss)
        told: list[Told] = [name, "@", ("iteration",), " = "]
        told.append((f"{self.naming.name(task.loss)}!r",))
        lines = [f"{indent}{grammar.comment}The loss before the update"]
        if task.iterations <= ROWS_OF_LOSSES:
            return ["", grammar.told(told, indent)]
        every = task.iterations // 10
        condition = grammar.either(
            ["iteration == 1", f"iteration % {every} == 0", "iteration == ITERATIONS"]
        )
        head = grammar.condition(condition, indent)
        inner = grammar.told(told, indent + INDENT)
        return ["", *lines, head, inner, *grammar.end(indent)]

    def stopped(self, indent: str) -> list[str]:
        """Leave the loop where the stop criterion is met."""
        task, grammar = self.task, self.grammar
        if task.stop is None or task.loss is None:
            return []
        loss, bound = self.naming.name(task.loss), shortest(task.stop.loss_below)
        lines: list[str] = []
        condition = f"{loss} < {bound}"
        if task.stop.window > 1:
            lines, condition = grammar.mean_below("losses", loss, task.stop.window, bound, indent)
        lines.append(grammar.condition(condition, indent))
        lines += grammar.assigned("last", "iteration", indent + INDENT, new=False)
        return [*lines, *grammar.leave(indent + INDENT), *grammar.end(indent)]
