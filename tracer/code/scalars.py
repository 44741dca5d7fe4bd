"""A task as a program of single numbers: the same sections in every language with a `Grammar`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from itertools import pairwise

from tracer.code.forms import check_finite, form_of
from tracer.code.gathering import Samples as Count
from tracer.code.given import GENERATED, ROWS_OF_LOSSES
from tracer.code.grammar import Grammar, Told
from tracer.code.graphs import graph_task
from tracer.code.identifiers import joined, unique
from tracer.code.languages import Wish
from tracer.code.layout import INDENT
from tracer.code.networks import network_task
from tracer.code.plan import Line, Loop, Part
from tracer.code.rates import Floor, rate_symbols
from tracer.code.task import RATE, Samples, T, Task, Updates
from tracer.digits.numbers import shortest
from tracer.formula import Difference, Expression, Key, Quotient, Sum, Symbol, symbols
from tracer.formula.nodes import total
from tracer.model.experiment import Experiment, GraphExperiment
from tracer.model.quantity import Identity, Kind, Phase, Quantity
from tracer.show.symbols import printable

RESERVED = frozenset(
    {
        *("ITERATIONS", "ORDERS", "samples", "predictions", "batch", "piece", "epoch", "iteration"),
        *("row", "name", "value", "position", "losses", "last", "lr", "k", "t", "x", "y", "z"),
    }
)
"""What the program calls its own things."""
_WORDS = {
    Phase.FORWARD: "Forward",
    Phase.ERRORS: "Errors",
    Phase.BACKWARD: "Backward",
    Phase.GRADIENTS: "Gradients",
    Phase.UPDATES: "Update",
}


def scalar_program(experiment: Experiment | GraphExperiment, wish: Wish, grammar: Grammar) -> str:
    """The source of the calculation, number by number."""
    reserved = RESERVED | grammar.own
    if isinstance(experiment, Experiment):
        form = form_of(experiment, wish.iterations)
        task = network_task(experiment, wish.iterations, form, reserved)
    else:
        check_finite(experiment, wish.iterations)
        task = graph_task(experiment, wish.iterations, reserved)
    return ScalarProgram(task, grammar, trace=wish.trace).text()


class ScalarProgram:
    """The program of a task in a language."""

    def __init__(self, task: Task, grammar: Grammar, *, trace: bool) -> None:
        self.task, self.grammar, self.trace = task, grammar, trace
        self._names: dict[Key, str] = {}
        self._taken: set[str] = set(RESERVED)
        self._known: set[str] = set()
        self._in_place = dict(self._replaced())

    def text(self) -> str:
        """The whole source."""
        body = [*self._data(), *self._parameters(), "", *self._training(), *self._end()]
        settings = self._settings(body_uses=self._used_settings())
        head = [line for text in self._head() for line in self.grammar.remark(text)]
        above = self.grammar.functions()
        sections = [head, above, settings, body]
        return "\n".join(_joined(sections)) + "\n"

    # names

    def _replaced(self) -> Iterator[tuple[Key, Identity]]:
        """What an update may put in the place of what was before: nothing uses that afterwards."""
        order = [
            line
            for block in self.task.blocks
            for line in (block if isinstance(block, tuple) else block.lines)
        ]
        uses = [
            set(line.uses()) if isinstance(block, tuple) else set(_loop_uses(block, line))
            for block in self.task.blocks
            for line in (block if isinstance(block, tuple) else block.lines)
        ]
        place = {line.identity: number for number, line in enumerate(order)}
        for change in self.task.changes:
            later = uses[place[change.after] + 1 :]
            if not any(change.before in used for used in later):
                yield change.after, change.before

    def name(self, key: Key) -> str:
        """The variable of a number."""
        key = self._in_place.get(key, key)
        if key not in self._names:
            self._names[key] = self._made(key)
        return self._names[key]

    def _made(self, key: Key) -> str:
        if key == RATE:
            return "lr"
        if key == T:
            return "t" if self.task.counted else "iteration"
        if key is Updates:
            return "k" if self.task.counted != 1 else "iteration"
        if key is Count:
            return self.grammar.length.format(self._batch)
        if isinstance(key, Floor):
            return f"({self.grammar.whole(self._formula(key.of), key.by)})"
        if isinstance(key, Part):
            base = self.name(key.identity)
            return base if not key.place else self._free(f"{base}_{key.place + 1}")
        return self._free(joined(self.task.safe(key)))

    def _free(self, name: str) -> str:
        found = unique(name, self._taken)
        self._taken.add(found)
        return found

    @staticmethod
    def _sum_of(name: str, number: int) -> str:
        if not number:
            return name
        return f"{name} {'+' if number > 0 else '-'} {abs(number)}"

    def _formula(self, formula: Expression) -> str:
        return self.grammar.formula(formula, self.name)

    # the head

    def _head(self) -> Iterator[str]:
        yield from map(printable, self.task.head)
        yield GENERATED
        for old, new in self.task.renamed:
            yield f"Called {new} here: {printable(old)}"

    def _used_settings(self) -> set[Key]:
        used = {key for block in self.task.blocks for line in _lines(block) for key in line.uses()}
        return used | rate_symbols(self.task.rate)

    def _settings(self, body_uses: set[Key]) -> list[str]:
        """The options of the training as constants."""
        lines = []
        if self.task.iterations is not None:
            lines += self.grammar.constant("ITERATIONS", str(self.task.iterations))
        if RATE in body_uses and self.task.rate is None and RATE in self.task.settings:
            lines += self.grammar.constant("lr", self.grammar.number(self.task.settings[RATE]))
        for key, value in self.task.settings.items():
            if key != RATE and key in body_uses:
                lines += self.grammar.constant(self.name(key), self.grammar.number(value))
        return lines

    # what is given

    def _data(self) -> list[str]:
        lines: list[str] = []
        for name, samples in (("samples", self.task.data), ("predictions", self.task.predicted)):
            if samples is None:
                continue
            words = ", ".join(self.task.bare(column) for column in samples.columns)
            lines += ["", *self.grammar.remark(printable(words))]
            remarks = [printable(text or "") for text in samples.names]
            lines += self.grammar.rows(name, samples.rows, remarks)
        orders = self.task.batching.orders if self.task.batching else ()
        if orders:
            lines += ["", *self.grammar.remark("The order in which each epoch draws the samples.")]
            lines += self.grammar.rows("ORDERS", orders, [""] * len(orders))
        return lines

    def _parameters(self) -> list[str]:
        """Parameters, states and a graph's inputs, with their first values."""
        lines = [""] if self.task.given else []
        group: list[tuple[str, str]] = []
        before: object = None
        for key, value in self.task.given.items():
            kind = _group(key)
            if group and kind != before:
                lines += self.grammar.variables(group)
                group = []
            before = kind
            group.append((self.name(key), self.grammar.number(value)))
        return [*lines, *(self.grammar.variables(group) if group else [])]

    # an iteration

    def _training(self) -> list[str]:
        task, grammar = self.task, self.grammar
        if task.iterations is None:
            return self._pass("") if task.loss is not None else []
        lines = []
        if task.stop:
            if task.stop.window > 1:
                lines += grammar.listed("losses", list(task.losses))
            lines += grammar.variables([("last", "ITERATIONS")])
        lines.append(grammar.counting("iteration", 1, "ITERATIONS", ""))
        lines += self._without_gap([*self._moment(INDENT), *self._pass(INDENT)])
        moved = [(c.before, c.after) for c in task.changes if c.after not in self._in_place]
        if moved:
            pairs = [(self.name(a), self.name(b)) for a, b in moved]
            lines += grammar.moved(pairs, INDENT)
        lines += self._loss_told(INDENT)
        lines += self._stopped(INDENT)
        return [*lines, *grammar.end("")]

    def _moment(self, indent: str) -> list[str]:
        """The number of the update where it isn't the iteration's; the learning rate that changes."""
        task, lines = self.task, list[str]()
        used = self._used_settings()
        for key, added in ((T, task.counted), (Updates, task.counted - 1)):
            name = self._made(key)
            if key in used and name != "iteration":
                source = self._sum_of("iteration", added)
                lines += self.grammar.assigned(name, source, indent, new=True)
        if task.rate is not None:
            lines += self.grammar.assigned("lr", self._formula(task.rate), indent, new=True)
        return lines

    def _pass(self, indent: str) -> list[str]:
        """Forward, backward, update, once."""
        lines = self._batch_lines(indent)
        for block in self.task.blocks:
            if isinstance(block, Loop):
                lines += self._loop(block, indent)
            else:
                lines += self._block(block, indent)
        return lines

    @property
    def _batch(self) -> str:
        batching = self.task.batching
        return "batch" if batching and batching.pieces > 1 else "samples"

    def _batch_lines(self, indent: str) -> list[str]:
        """Which samples the iteration uses; of one sample its numbers."""
        batching, data, grammar = self.task.batching, self.task.data, self.grammar
        if batching is None or data is None:
            return []
        names = [self.name(column) for column in data.columns]
        counted = self._sum_of("iteration", batching.earlier - 1)
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

    def _block(self, block: Sequence[Line], indent: str) -> list[str]:
        lines: list[str] = []
        phase: Phase | None = None
        for line in block:
            written = self._line(line, indent)
            if written and line.phase is not phase:
                phase = line.phase
                lines += ["", f"{indent}{self.grammar.comment}{_WORDS[phase]}"]
            lines += written
        if self.trace:
            lines += self._traced([line.identity for line in block], indent)
        return lines

    def _line(self, line: Line, indent: str) -> list[str]:
        """name = formula; name -= … where it changes what it was."""
        name, grammar = self.name(line.identity), self.grammar
        own = {self.name(part) for part, _ in line.added}
        before = self._in_place.get(line.identity)
        formula = line.formula
        if isinstance(formula, Symbol) and self.name(formula.key) == name:
            return []
        changed = _operator(formula)
        if changed and (before is not None or name in own):
            operator, first, rest = changed
            if isinstance(first, Symbol) and self.name(first.key) == name:
                return grammar.changed(name, operator, self._formula(rest), indent)
        new = before is None and name not in own
        return grammar.assigned(name, self._formula(formula), indent, new=new)

    def _loop(self, loop: Loop, indent: str) -> list[str]:
        task, grammar = self.task, self.grammar
        assert task.data is not None
        lines = [""]
        sums = [(self.name(part), grammar.number(0.0)) for part, _ in loop.added]
        lines += grammar.variables(sums, indent) if sums else []
        names = [self.name(column) for column in task.data.columns]
        traced = self.trace and bool(loop.lines)
        lines += grammar.each(names, self._batch, "position" if traced else "", indent)
        inner = indent + INDENT
        lines += self._without_gap(self._block_of_loop(loop, inner, traced))
        for number, (part, body) in enumerate(loop.added):
            if number == 0:
                lines += ["", f"{inner}{grammar.comment}Added up over the batch"]
            lines += grammar.changed(self.name(part), "+", self._formula(body), inner)
        return [*lines, *grammar.end(indent)]

    def _block_of_loop(self, loop: Loop, indent: str, traced: bool) -> list[str]:
        trace, self.trace = self.trace, False
        lines = self._block(loop.lines, indent)
        self.trace = trace
        if traced:
            lines += self._traced([x.identity for x in loop.lines], indent, "position")
        return lines

    @staticmethod
    def _without_gap(lines: list[str]) -> list[str]:
        return lines[1:] if lines and not lines[0] else lines

    # what is printed

    def _traced(self, identities: Sequence[Identity], indent: str, position: str = "") -> list[str]:
        """Every number of iteration 1 under its name."""
        inner = indent + INDENT if self.task.iterations is not None else indent
        lines: list[str] = []
        for of_a_sample in (True, False):
            some = [
                identity
                for identity in identities
                if _is_of_a_sample(identity) is of_a_sample and identity not in self._told
            ]
            self._told |= set(some)
            named = [(self.task.bare(identity), self.name(identity)) for identity in some]
            behind = self._behind_sample(position) if of_a_sample else []
            lines += self.grammar.told_each(named, behind, inner) if named else []
        if self.task.iterations is None or not lines:
            return lines
        head = self.grammar.condition("iteration == 1", indent)
        return [head, *lines, *self.grammar.end(indent)]

    @cached_property
    def _told(self) -> set[Key]:
        """What is printed of iteration 1: without all its numbers, and then of those so far."""
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

    def _loss_told(self, indent: str) -> list[str]:
        task, grammar = self.task, self.grammar
        assert task.loss is not None
        assert task.iterations is not None
        name = task.bare(task.loss)
        told: list[Told] = [name, "@", ("iteration",), " = "]
        told.append((f"{self.name(task.loss)}!r",))
        lines = [f"{indent}{grammar.comment}The loss before the update"]
        if task.iterations <= ROWS_OF_LOSSES:
            return ["", grammar.told(told, indent)]
        every = max(task.iterations // 10, 1)
        condition = grammar.either(
            ["iteration == 1", f"iteration % {every} == 0", "iteration == ITERATIONS"]
        )
        head = grammar.condition(condition, indent)
        inner = grammar.told(told, indent + INDENT)
        return ["", *lines, head, inner, *grammar.end(indent)]

    def _stopped(self, indent: str) -> list[str]:
        task, grammar = self.task, self.grammar
        if task.stop is None or task.loss is None:
            return []
        loss, bound = self.name(task.loss), shortest(task.stop.loss_below)
        lines: list[str] = []
        condition = f"{loss} < {bound}"
        if task.stop.window > 1:
            lines, condition = grammar.mean_below("losses", loss, task.stop.window, bound, indent)
        lines.append(grammar.condition(condition, indent))
        lines += grammar.assigned("last", "iteration", indent + INDENT, new=False)
        return [*lines, *grammar.leave(indent + INDENT), *grammar.end(indent)]

    def _end(self) -> list[str]:
        """Parameters and outputs, or what there is without a training."""
        task, grammar = self.task, self.grammar
        lines: list[str] = []
        if task.iterations is not None:
            last = "last" if task.stop else "ITERATIONS"
            changed = [c for c in task.changes if c.parameter]
            named = [(task.bare(c.after), self.name(c.before)) for c in changed]
            if named:
                words = "The parameters after the last update"
                lines += ["", f"{grammar.comment}{words}"]
                lines += grammar.told_each(named, ["@", (last,)], "")
        elif task.told:
            named = [(task.bare(identity), self.name(identity)) for identity in task.told]
            lines += ["", *grammar.told_each(named, [], "")]
        if task.outputs:
            lines += self._outputs()
        return lines

    def _outputs(self) -> list[str]:
        task = self.task
        lines: list[str] = []
        if task.data is not None:
            lines += self._outputs_of("samples", task.data, self._checkable)
        if task.predicted is not None:
            lines += self._outputs_of("predictions", task.predicted, task.data is None)
        return lines

    @property
    def _checkable(self) -> bool:
        """Whether the outputs after the last update are those of an iteration that there could be."""
        one = self.task.batching is None or self.task.batching.pieces == 1
        return self.task.iterations is None or (one and self.task.stop is None)

    def _outputs_of(self, rows: str, samples: Samples, checkable: bool) -> list[str]:
        """A forward pass of each sample, its outputs printed."""
        task, grammar = self.task, self.grammar
        inputs = [self.name(column) for column in samples.columns]
        targets = sum(1 for c in samples.columns if _is_target(c))
        used = inputs[: len(inputs) - targets]
        words = "The outputs after that" if task.iterations is not None else "The outputs"
        lines = ["", f"{grammar.comment}{words}"]
        lines += grammar.each(grammar.some(used, targets), rows, "position", "")
        lines += self._without_gap(self._untraced(task.forward, INDENT))
        named = [(task.bare(identity), self.name(identity)) for identity in task.outputs]
        behind: list[Told] = []
        if checkable and task.iterations is not None:
            behind = ["@", ("ITERATIONS + 1",)]
        behind += ["#", ("position + 1",)]
        if not checkable:
            mark = "# predicted: " if rows == "predictions" else "# after that: "
            named = [(f"{mark}{name}", source) for name, source in named]
        lines += grammar.told_each(named, behind, INDENT)
        return [*lines, *grammar.end("")]

    def _untraced(self, block: Sequence[Line], indent: str) -> list[str]:
        trace, self.trace = self.trace, False
        lines = self._block(block, indent)
        self.trace = trace
        return lines


def _is_of_a_sample(identity: Identity) -> bool:
    return isinstance(identity, Quantity) and identity.sample is not None


def _is_target(identity: Identity) -> bool:
    return isinstance(identity, Quantity) and identity.kind is Kind.TARGET


def _group(key: Identity) -> object:
    """What belongs on one line: the weights of a neuron, a layer's biases."""
    if not isinstance(key, Quantity) or key.kind is Kind.NODE:
        return key
    return key.stage, key.index[:-1]


def _lines(block: Loop | tuple[Line, ...]) -> Iterator[Line]:
    yield from block if isinstance(block, tuple) else block.lines


def _loop_uses(block: Loop, line: Line) -> Iterator[Key]:
    """What a loop's line uses; the last one also what is added up behind it."""
    yield from line.uses()
    if line is block.lines[-1]:
        for _, body in block.added:
            yield from symbols(body)


def _operator(formula: Expression) -> tuple[str, Expression, Expression] | None:
    """(operator, first operand, the rest) of what `+=` and the like can write."""
    if isinstance(formula, Difference):
        return "-", formula.left, formula.right
    if isinstance(formula, Quotient):
        return "/", formula.numerator, formula.denominator
    if isinstance(formula, Sum):
        return "+", formula.terms[0], total(formula.terms[1:])
    return None


def _joined(sections: Iterable[Sequence[str]]) -> Iterator[str]:
    """The sections with a blank line between them, none at the ends and never two but above `def`."""
    lines = [line for section in sections if section for line in ("", *section)]
    for number, (before, line) in enumerate(pairwise(lines)):
        after = lines[number + 2] if number + 2 < len(lines) else ""
        if line or before or after.startswith("def "):
            yield line
