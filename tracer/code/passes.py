"""The lines that calculate one iteration of a task: its batch, its loops, its formulas."""

from __future__ import annotations

from collections.abc import Sequence

from tracer.code.given import WORDS
from tracer.code.layout import INDENT, without_gap
from tracer.code.naming import Naming, sum_of
from tracer.code.plan import Line, Loop
from tracer.code.printed import Printed
from tracer.code.rates import rate_symbols
from tracer.code.task import Updates
from tracer.engine.stages import T
from tracer.formula import Difference, Expression, Key, Quotient, Sum, Symbol
from tracer.formula.nodes import total
from tracer.model.quantity import Phase


class Passes:
    """One iteration's lines; `printed`: what prints every number of it, or None."""

    def __init__(self, naming: Naming, printed: Printed | None) -> None:
        self.naming, self.task, self.grammar = naming, naming.task, naming.grammar
        self.printed = printed

    @property
    def used(self) -> set[Key]:
        """All symbols in the formulas."""
        blocks = [x.lines if isinstance(x, Loop) else x for x in self.task.blocks]
        used = {key for lines in blocks for line in lines for key in line.uses()}
        return used | rate_symbols(self.task.rate)

    def moment(self, indent: str) -> list[str]:
        """The number of the update where it isn't the iteration's; the learning rate that changes."""
        task, lines = self.task, list[str]()
        used = self.used
        for key, added in ((T, task.counted), (Updates, task.counted - 1)):
            name = self.naming.made(key)
            if key in used and name != "iteration":
                source = sum_of("iteration", added)
                lines += self.grammar.assigned(name, source, indent, new=True)
        if task.rate is not None:
            lines += self.grammar.assigned("lr", self.naming.formula(task.rate), indent, new=True)
        return lines

    def lines(self, indent: str) -> list[str]:
        """Forward, backward, update, once."""
        lines = self._samples(indent)
        for block in self.task.blocks:
            if isinstance(block, Loop):
                lines += self._loop(block, indent)
            else:
                lines += self.block(block, indent)
                if self.printed:
                    lines += self.printed.traced([line.identity for line in block], indent)
        return lines

    def _samples(self, indent: str) -> list[str]:
        """Which samples the iteration uses; of one sample its numbers."""
        batching, data, grammar = self.task.batching, self.task.data, self.grammar
        if batching is None or data is None:
            return []
        names = [self.naming.name(column) for column in data.columns]
        counted = sum_of("iteration", batching.earlier - 1)
        if batching.pieces == 1:
            return [] if self._looped else grammar.unpacked(names, "samples[0]", indent)
        bracketed = f"({counted})" if " " in counted else counted
        lines = grammar.assigned("piece", f"{bracketed} % {batching.pieces}", indent, new=True)
        rows, places = "samples", ""
        if batching.orders:
            first = batching.earlier // batching.pieces
            epoch = grammar.whole(counted, batching.pieces)
            index = f"{epoch} - {first}" if first else epoch
            lines += grammar.assigned("epoch", index, indent, new=True)
            rows = "ORDERS[epoch]"
        size = batching.size
        if size == 1:
            places = f"{rows}[piece]"
            source = f"samples[{places}]" if batching.orders else places
            return [*lines, *grammar.unpacked(names, source, indent)]
        part = grammar.part(rows, f"piece*{size}", f"(piece + 1)*{size}")
        source = grammar.picked("samples", part) if batching.orders else part
        return [*lines, *grammar.assigned("batch", source, indent, new=True)]

    @property
    def _looped(self) -> bool:
        return self.task.batching is not None and self.task.batching.size > 1

    def block(self, block: Sequence[Line], indent: str) -> list[str]:
        """The lines, each phase below its title."""
        lines: list[str] = []
        phase: Phase | None = None
        for line in block:
            written = self._line(line, indent)
            if written and line.phase is not phase:
                phase = line.phase
                lines += ["", f"{indent}{self.grammar.comment}{WORDS[phase]}"]
            lines += written
        return lines

    def _line(self, line: Line, indent: str) -> list[str]:
        """name = formula; name -= … where it changes what it was."""
        name, grammar = self.naming.name(line.identity), self.grammar
        own = {self.naming.name(part) for part, _ in line.added}
        before = self.naming.in_place.get(line.identity)
        formula = line.formula
        if isinstance(formula, Symbol) and self.naming.name(formula.key) == name:
            return []
        changed = _operator(formula)
        if changed and (before is not None or name in own):
            operator, first, rest = changed
            if isinstance(first, Symbol) and self.naming.name(first.key) == name:
                return grammar.changed(name, operator, self.naming.formula(rest), indent)
        new = before is None and name not in own
        return grammar.assigned(name, self.naming.formula(formula), indent, new=new)

    def _loop(self, loop: Loop, indent: str) -> list[str]:
        task, grammar = self.task, self.grammar
        assert task.data is not None
        lines = [""]
        sums = [(self.naming.name(part), grammar.number(0.0)) for part, _ in loop.added]
        lines += grammar.variables(sums, indent) if sums else []
        names = [self.naming.name(column) for column in task.data.columns]
        traced = self.printed is not None and bool(loop.lines)
        lines += grammar.each(names, self.naming.batch, "position" if traced else "", indent)
        inner = indent + INDENT
        lines += without_gap(self.block(loop.lines, inner))
        if self.printed and loop.lines:
            lines += self.printed.traced([x.identity for x in loop.lines], inner, "position")
        for number, (part, body) in enumerate(loop.added):
            if number == 0:
                lines += ["", f"{inner}{grammar.comment}Added up over the batch"]
            lines += grammar.changed(self.naming.name(part), "+", self.naming.formula(body), inner)
        return [*lines, *grammar.end(indent)]


def _operator(formula: Expression) -> tuple[str, Expression, Expression] | None:
    """(operator, first operand, the rest) of what `+=` and the like can write."""
    if isinstance(formula, Difference):
        return "-", formula.left, formula.right
    if isinstance(formula, Quotient):
        return "/", formula.numerator, formula.denominator
    if isinstance(formula, Sum):
        return "+", formula.terms[0], total(formula.terms[1:])
    return None
