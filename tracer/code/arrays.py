"""What programs of arrays share, whatever library they calculate with: sections of source."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from typing import Any

import numpy as np

from tracer.arrays.sources import Library, SourceArray
from tracer.code.forms import Form
from tracer.code.given import GENERATED, ROWS_OF_LOSSES, WORDS, batching_of, head_of
from tracer.code.languages import Wish
from tracer.code.layout import INDENT, WIDTH, bracketed, spread, without_gap
from tracer.code.naming import sum_of
from tracer.code.python import python
from tracer.code.rates import Floor, rate_of, rate_symbols, settings_of
from tracer.code.recorded import ArrayLine, Recording, array_name, new_stages, variable
from tracer.code.task import Updates
from tracer.digits.numbers import shortest
from tracer.engine.rule import Rule
from tracer.engine.stages import RATE, T
from tracer.formula import Key
from tracer.model.experiment import Experiment
from tracer.model.network import FloatArray
from tracer.model.quantity import PARAMETER_OF, Kind, Phase, Stage
from tracer.visible import printable


class ArrayProgram:
    """One network in one library; `array` is the function that makes an array of lists."""

    array = "np.array"
    draws = "np.random.default_rng"

    def __init__(self, experiment: Experiment, wish: Wish, form: Form, library: Library) -> None:
        self.experiment, self.wish, self.form, self.library = experiment, wish, form, library
        self.network, self.rule = experiment.network, Rule.of(experiment)
        self.training = experiment.training if experiment.data is not None else None
        self.batching = batching_of(experiment, wish.iterations)
        self.grammar = python()
        for number, pair in enumerate(self.rule.free or (), 1):
            for kind, mask in zip((Kind.WEIGHT, Kind.BIAS), pair, strict=True):
                if not isinstance(mask, bool):
                    name = f"free_{variable(self.network, Stage(kind, number))}"
                    library.known.append((name, mask))

    # names and numbers

    @property
    def batched(self) -> bool:
        """Whether an iteration uses a part of the data."""
        return self.batching.pieces > 1

    @property
    def looped(self) -> bool:
        """Whether there is more than one pass."""
        return self.training is not None

    @property
    def last(self) -> str:
        """The variable of the last iteration's number."""
        return "last" if self.training and self.training.stop else "ITERATIONS"

    @property
    def checkable(self) -> bool:
        """Whether the outputs after the last update are those of an iteration that there could be."""
        return not self.looped or not (self.batched or (self.training and self.training.stop))

    @cached_property
    def changed(self) -> list[tuple[Stage, Stage]]:
        """(before, after) of all that an update changes."""
        return new_stages(self.network, self.rule) if self.looped else []

    def number(self) -> str:
        """The source of the number of the update, as an optimiser counts it."""
        return "t" if self.rule.earlier else "iteration"

    def recording(self, renamed: dict[str, str] | None = None) -> Recording:
        """An observer with names of its own."""
        return Recording(self.network, self.library, renamed)

    def name(self, stage: Stage) -> str:
        """The variable of an array."""
        return variable(self.network, stage)

    # sections

    def head(self) -> list[str]:
        """Title, source, loss."""
        texts = (*map(printable, head_of(self.experiment)), GENERATED)
        return [line for text in texts for line in self.grammar.remark(text)]

    def constants(self, used: Iterable[str]) -> list[str]:
        """The options of the training that the program uses."""
        lines = [f"ITERATIONS = {self.wish.iterations}"] if self.looped else []
        rate = rate_of(self.rule) if self.looped else None
        known = {*used, *map(self._symbol, rate_symbols(rate))}
        for key, value in settings_of(self.rule).items():
            if self._symbol(key) in known:
                lines.append(f"{self._symbol(key)} = {shortest(value)}")
        return lines

    def _symbol(self, key: Key) -> str:
        if key == RATE:
            return "lr"
        if key is Updates:
            return "k" if self.rule.earlier != 1 else "iteration"
        if key == T:
            return self.number()
        if isinstance(key, Floor):
            return f"({self.grammar.whole(self.grammar.formula(key.of, self._symbol), key.by)})"
        return str(key.stage.slot)

    def data(self) -> list[str]:
        """X and T, a row a sample; of batches `inputs` and `targets`."""
        data, predict = self.experiment.data, self.experiment.predict
        lines = []
        if data is not None:
            names = ("inputs", "targets") if self.batched else ("X", "T")
            lines += ["", "# A row a sample"]
            for name, array in zip(names, (data.inputs, data.targets), strict=True):
                lines += self.made(name, array)
        if predict is not None:
            lines += ["", "# To predict, a row a sample", *self.made("predicted", predict.inputs)]
        if self.batching.orders and not self.draws:
            lines += ["", "# The order in which each epoch draws the samples"]
            lines += self.made("ORDERS", np.array(self.batching.orders), plain=True)
        return lines

    def made(self, name: str, array: Any, *, plain: bool = False, more: str = "") -> list[str]:
        """name = array([[...], ...]); `plain`: lists, `more`: what stands behind the numbers."""
        rows = np.asarray(array).tolist()
        before, after = ("[", "]") if plain else (f"{self.array}([", f"]{more})")
        if not isinstance(rows[0], list):
            return spread(f"{name} = {before}", [repr(x) for x in rows], after, "")
        inner = [f"[{', '.join(map(repr, row))}]" for row in rows]
        line = f"{name} = {before}{', '.join(inner)}{after}"
        if len(line) <= WIDTH:
            return [line]
        lines = [f"{name} = {before}"]
        for row in rows:
            lines += spread("[", [repr(x) for x in row], "],", INDENT)
        return [*lines, after]

    def parameters(self) -> list[str]:
        """W and b of each layer, the optimiser's arrays, the masks of what may change."""
        lines = ["", "# A row a neuron, a column an input"]
        for layer, (W, b) in zip(self.network.layers, self.experiment.parameters, strict=True):
            lines += self.parameter(Stage(Kind.WEIGHT, layer.number), W)
            if b is not None:
                lines += self.parameter(Stage(Kind.BIAS, layer.number), b)
        return lines

    def parameter(self, stage: Stage, array: FloatArray) -> list[str]:
        """One array of parameters."""
        return self.made(self.name(stage), array)

    def states(self) -> list[str]:
        """The arrays that the optimiser keeps."""
        lines = []
        for before, _ in self.changed:
            if before.slot:
                parameter = Stage(PARAMETER_OF[before.kind], before.layer)
                given = self.experiment.slots.get(before.slot)
                name = self.name(before)
                if given is None:
                    lines.append(f"{name} = {self.library.name}.zeros_like({self.name(parameter)})")
                else:
                    found = given[before.layer - 1][parameter.kind is Kind.BIAS]
                    lines += self.made(name, found)
        return lines

    def masks(self, uses: Iterable[str]) -> list[str]:
        """Which parameters of an array may change, where not all of them do."""
        used = set(uses)
        known = [(name, mask) for name, mask in self.library.known if name in used]
        lines = ["", "# Which of them may change"] if known else []
        for name, mask in known:
            lines += self.made(name, mask)
        return lines

    def batch(self, indent: str = INDENT) -> list[str]:
        """X and T of the iteration."""
        batching = self.batching
        if not self.batched:
            return []
        counted = sum_of("iteration", batching.earlier - 1)
        bracketed = f"({counted})" if " " in counted else counted
        size = batching.size
        lines = [f"{indent}piece = {bracketed} % {batching.pieces}"]
        part = f"[piece*{size}:(piece + 1)*{size}]"
        if batching.orders:
            lines.append(f"{indent}epoch = {bracketed} // {batching.pieces}")
            lines += [f"{indent}{line}" for line in self.drawn(part)]
            part = "[rows]"
        return [*lines, f"{indent}X, T = inputs{part}, targets{part}"]

    def drawn(self, part: str) -> list[str]:
        """The rows of a batch that is drawn."""
        if not self.draws:
            first = self.batching.earlier // self.batching.pieces
            return [f"rows = ORDERS[epoch{f' - {first}' if first else ''}]{part}"]
        seed = self.training.seed if self.training else 0
        return [
            f"order = {self.draws}([{seed}, epoch]).permutation(len(inputs))",
            f"rows = order{part}",
        ]

    def rate(self, indent: str = INDENT) -> list[str]:
        """The number of the update where it isn't the iteration's; the learning rate that changes."""
        formula, lines = rate_of(self.rule), list[str]()
        if self.rule.earlier and self.rule.optimizer.asks_for_t:
            lines.append(f"{indent}t = {sum_of('iteration', self.rule.earlier)}")
        if formula is None:
            return lines
        if Updates in rate_symbols(formula) and self._symbol(Updates) == "k":
            lines.append(f"{indent}k = {sum_of('iteration', self.rule.earlier - 1)}")
        source = self.grammar.formula(formula, self._symbol)
        return [*lines, *self.grammar.assigned("lr", source, indent, new=True)]

    def lines(
        self, lines: Sequence[ArrayLine], indent: str = INDENT, *, titled: bool = True
    ) -> list[str]:
        """Assignments, each phase below its title."""
        found: list[str] = []
        phase: Phase | None = None
        for line in lines:
            if titled and line.phase is not phase:
                found += ["", f"{indent}# {WORDS[line.phase]}"]
            phase = line.phase
            found += self.line(line, indent)
        return found

    def line(self, line: ArrayLine, indent: str) -> list[str]:
        """name = source, or name -= source."""
        before, source = f"{line.name} = ", line.array.source
        if line.change:
            before, source = f"{line.name} {line.change[0]}= ", line.change[1]
        return bracketed(before, source, indent)

    def moved(self, lines: Iterable[ArrayLine]) -> list[str]:
        """variable = its new value, where the lines of an update couldn't replace what was before."""
        made = {line.name for line in lines}
        pairs = [(self.name(before), self.name(after)) for before, after in self.changed]
        return [f"{before} = {after}" for before, after in pairs if after in made]

    def iterated(self, inside: list[str]) -> list[str]:
        """The loop around the lines of an iteration."""
        head = "for iteration in range(1, ITERATIONS + 1):"
        return [*self.before_loop(), head, *without_gap(inside)]

    def told(self, name: str, source: str, indent: str, moment: str = "") -> str:
        """Print an array under the name by which `check` knows it."""
        return f'{indent}print(f"{name}{moment}: {{{source}.tolist()}}")'

    def loss_told(self, source: str, indent: str = INDENT) -> list[str]:
        """Print the loss, of many iterations now and then."""
        told = f'print(f"loss@{{iteration}}: {{{source}}}")'
        iterations = self.wish.iterations or 0
        if iterations <= ROWS_OF_LOSSES:
            return ["", f"{indent}{told}"]
        every = iterations // 10
        some = f"iteration == 1 or iteration % {every} == 0 or iteration == ITERATIONS"
        return ["", f"{indent}if {some}:", f"{indent}{INDENT}{told}"]

    def before_loop(self) -> list[str]:
        """What the stop criterion needs to know."""
        stop = self.training.stop if self.training else None
        if stop is None or self.training is None:
            return []
        lines = ["last = ITERATIONS"]
        if stop.window > 1:
            known = [repr(x) for x in self.training.resume.losses]
            lines += spread("losses = [", known, "]", "")
        return lines

    def stopped(self, loss: str, indent: str = INDENT) -> list[str]:
        """Leave the loop where the criterion is met."""
        stop = self.training.stop if self.training else None
        if stop is None:
            return []
        bound, lines = shortest(stop.loss_below), list[str]()
        condition = f"{loss} < {bound}"
        if stop.window > 1:
            lines, condition = self.grammar.mean_below("losses", loss, stop.window, bound, indent)
        inner = indent + INDENT
        return [*lines, f"{indent}if {condition}:", f"{inner}last = iteration", f"{inner}break"]

    def parameters_told(self) -> list[str]:
        """Print the parameters after the last update."""
        lines = ["", "# The parameters after the last update"]
        for before, after in self.changed:
            if not before.slot:
                name = array_name(self.network, after)
                lines.append(self.told(name, self.name(before), "", f"@{{{self.last}}}"))
        return lines if len(lines) > 2 else []

    @cached_property
    def output(self) -> str:
        """The variable of the outputs."""
        return self.name(Stage(Kind.OUT, self.network.depth))

    def outputs_told(self, source: str) -> list[str]:
        """Print outputs of the data, as `check` reads them where it knows them."""
        if not self.looped:
            return [self.told(self.output, source, "")]
        if self.checkable:
            return [self.told(self.output, source, "", "@{ITERATIONS + 1}")]
        return [self.told(f"# after that: {self.output}", source, "")]

    def predicted_told(self, source: str) -> list[str]:
        """Print the outputs of samples without targets."""
        if self.experiment.data is None:
            return [self.told(self.output, source, "")]
        return [self.told(f"# predicted: {self.output}", source, "")]

    def helpers(self) -> list[str]:
        """Functions that the library doesn't have, made of others."""
        lines: list[str] = []
        waiting, done = list(self.library.used.values()), set[str]()
        while waiting:
            row = waiting.pop(0)
            if row.name in done or row.composed is None:
                continue
            done.add(row.name)
            names = ("x", "y", "z")[: row.arity]
            body: Any = row.composed(*(SourceArray(self.library, name, ()) for name in names))
            lines += ["", "", f"def {row.name}({', '.join(names)}):"]
            lines += bracketed("return ", body.source, INDENT)
            waiting += self.library.used.values()
        return lines


def joined(sections: Iterable[Sequence[str]]) -> Iterator[str]:
    """The sections, a blank line between them, and two around functions."""
    behind_function = False
    for number, section in enumerate(section for section in sections if section):
        lines = list(section)
        while lines and not lines[0]:
            lines.pop(0)
        is_function = any(line.startswith("def ") for line in lines)
        if number:
            yield from [""] * (2 if is_function or behind_function else 1)
        yield from lines
        behind_function = is_function
