"""A task as a program of single numbers: the same sections in every language with a `Grammar`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from tracer.code.forms import check_finite, form_of
from tracer.code.given import GENERATED
from tracer.code.grammar import Grammar, Told
from tracer.code.graphs import graph_task
from tracer.code.languages import Wish
from tracer.code.layout import INDENT, without_gap
from tracer.code.naming import RESERVED, Naming
from tracer.code.networks import network_task
from tracer.code.passes import Passes
from tracer.code.printed import Printed
from tracer.code.task import Samples, Task
from tracer.engine.stages import RATE
from tracer.model.experiment import Experiment, GraphExperiment
from tracer.model.quantity import Identity, Kind, Quantity
from tracer.visible import printable


def scalar_program(experiment: Experiment | GraphExperiment, wish: Wish, grammar: Grammar) -> str:
    """The source of the calculation, number by number."""
    reserved = RESERVED | grammar.own
    if isinstance(experiment, Experiment):
        form = form_of(experiment, wish.iterations)
        task = network_task(experiment, wish.iterations, form, reserved)
    else:
        check_finite(experiment, wish.iterations)
        task = graph_task(experiment, wish.iterations, reserved)
    return _ScalarProgram(task, grammar, trace=wish.trace).text()


class _ScalarProgram:
    def __init__(self, task: Task, grammar: Grammar, *, trace: bool) -> None:
        self.task, self.grammar = task, grammar
        self.naming = Naming(task, grammar)
        self.printed = Printed(self.naming)
        self.passes = Passes(self.naming, self.printed if trace else None)

    def text(self) -> str:
        """The whole source."""
        body = [*self._data(), *self._parameters(), "", *self._training(), *self._end()]
        head = [line for text in self._head() for line in self.grammar.remark(text)]
        sections = [head, self.grammar.functions(), self._settings(), body]
        return "\n".join(_joined(sections)) + "\n"

    def _head(self) -> Iterator[str]:
        yield from map(printable, self.task.head)
        yield GENERATED
        for old, new in self.task.renamed:
            yield f"Called {new} here: {printable(old)}"

    def _settings(self) -> list[str]:
        """The options of the training as constants."""
        lines, used = list[str](), self.passes.used
        if self.task.iterations is not None:
            lines += self.grammar.constant("ITERATIONS", str(self.task.iterations))
        if RATE in used and self.task.rate is None and RATE in self.task.settings:
            lines += self.grammar.constant("lr", self.grammar.number(self.task.settings[RATE]))
        for key, value in self.task.settings.items():
            if key != RATE and key in used:
                lines += self.grammar.constant(self.naming.name(key), self.grammar.number(value))
        return lines

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
            group.append((self.naming.name(key), self.grammar.number(value)))
        return [*lines, *(self.grammar.variables(group) if group else [])]

    def _training(self) -> list[str]:
        task, grammar = self.task, self.grammar
        if task.iterations is None:
            return self.passes.lines("") if task.loss is not None else []
        lines = []
        if task.stop:
            if task.stop.window > 1:
                lines += grammar.listed("losses", list(task.losses))
            lines += grammar.variables([("last", "ITERATIONS")])
        lines.append(grammar.counting("iteration", 1, "ITERATIONS", ""))
        lines += without_gap([*self.passes.moment(INDENT), *self.passes.lines(INDENT)])
        moved = [(c.before, c.after) for c in task.changes if c.after not in self.naming.in_place]
        if moved:
            pairs = [(self.naming.name(a), self.naming.name(b)) for a, b in moved]
            lines += grammar.moved(pairs, INDENT)
        lines += self.printed.loss(INDENT)
        lines += self.printed.stopped(INDENT)
        return [*lines, *grammar.end("")]

    def _end(self) -> list[str]:
        """Parameters and outputs, or what there is without a training."""
        task, grammar = self.task, self.grammar
        lines: list[str] = []
        if task.iterations is not None:
            last = "last" if task.stop else "ITERATIONS"
            changed = [c for c in task.changes if c.parameter]
            named = [(task.bare(c.after), self.naming.name(c.before)) for c in changed]
            if named:
                words = "The parameters after the last update"
                lines += ["", f"{grammar.comment}{words}"]
                lines += grammar.told_each(named, ["@", (last,)], "")
        elif task.told:
            lines += ["", *grammar.told_each(self.printed.named(task.told), [], "")]
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
        inputs = [self.naming.name(column) for column in samples.columns]
        targets = sum(1 for c in samples.columns if _is_target(c))
        used = inputs[: len(inputs) - targets]
        words = "The outputs after that" if task.iterations is not None else "The outputs"
        lines = ["", f"{grammar.comment}{words}"]
        lines += grammar.each(grammar.some(used, targets), rows, "position", "")
        lines += without_gap(self.passes.block(task.forward, INDENT))
        named = self.printed.named(task.outputs)
        behind: list[Told] = []
        if checkable and task.iterations is not None:
            behind = ["@", ("ITERATIONS + 1",)]
        behind += ["#", ("position + 1",)]
        if not checkable:
            mark = "# predicted: " if rows == "predictions" else "# after that: "
            named = [(f"{mark}{name}", source) for name, source in named]
        lines += grammar.told_each(named, behind, INDENT)
        return [*lines, *grammar.end("")]


def _is_target(identity: Identity) -> bool:
    return isinstance(identity, Quantity) and identity.kind is Kind.TARGET


def _group(key: Identity) -> object:
    """What belongs on one line: the weights of a neuron, a layer's biases."""
    if not isinstance(key, Quantity) or key.kind is Kind.NODE:
        return key
    return key.stage, key.index[:-1]


def _joined(sections: Iterable[Sequence[str]]) -> Iterator[str]:
    """The sections with a blank line between them, none at the ends and never two but above `def`."""
    lines = [line for section in sections if section for line in ("", *section)]
    for number, (before, line) in enumerate(pairwise(lines)):
        after = lines[number + 2] if number + 2 < len(lines) else ""
        if line or before or after.startswith("def "):
            yield line
