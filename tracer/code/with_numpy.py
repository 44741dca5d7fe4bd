"""A network in NumPy: the engine's own operations on whole arrays, forward, backward and update."""

from __future__ import annotations

from tracer.arrays.sources import Library
from tracer.code.arrays import ArrayProgram, joined
from tracer.code.forms import form_of
from tracer.code.languages import Wish
from tracer.code.layout import INDENT
from tracer.code.recorded import (
    ArrayLine,
    array_name,
    formed,
    gradient_stages,
    iteration_lines,
    ordered,
    replaced,
)
from tracer.model.experiment import Experiment
from tracer.model.quantity import Kind, Phase, Stage


def numpy_program(experiment: Experiment, wish: Wish) -> str:
    """The source."""
    library = Library("np", "len(X)", looks={"erf": "np.vectorize(math.erf)($1)"})
    form = form_of(experiment, wish.iterations)
    return _NumpyProgram(experiment, wish, form, library).text()


class _NumpyProgram(ArrayProgram):
    def text(self) -> str:
        """The whole source."""
        lines, forward = self._recorded()
        uses = {used for line in lines for used in line.uses()}
        body = [*self._loop(lines), *self._end(forward)]
        given = [*self.parameters(), *self.states(), *self.masks(uses)]
        sections = [self.head(), self._imports(body), self.helpers(), self.constants(uses)]
        return "\n".join(joined([*sections, self.data(), given, body])) + "\n"

    def _imports(self, body: list[str]) -> list[str]:
        lines = ["import math", ""] if any("math.erf" in line for line in body) else []
        lines.append("import numpy as np")
        lines += [line for line in self.grammar.functions() if line]
        if not self.form.by_hand:
            lines += ["", "# np.where calculates both branches, also the one that overflows"]
            lines.append('np.seterr(all="ignore")')
        return lines

    def _recorded(self) -> tuple[list[ArrayLine], list[ArrayLine]]:
        """The lines of an iteration, and those of a forward pass."""
        rule = formed(self.rule, self.form)
        first = self.recording()
        found = ordered(iteration_lines(first, rule, self.number()), self._wanted())
        # once more, with the names that may stand for what is before an update and after it
        again = self.recording(replaced(self.network, found))
        by_stage = {line.key: line for line in iteration_lines(again, rule, self.number())}
        lines = [by_stage[line.key] for line in found if line.key in by_stage]
        forward = [x for x in again.lines if x.phase is Phase.FORWARD and not x.stage.mean]
        return (lines if self.experiment.data is not None else []), forward

    def _wanted(self) -> list[str]:
        """The loss, and what an update makes; without a training the gradients."""
        stages = [Stage(Kind.LOSS, self.network.depth)]
        if self.looped:
            stages += [after for _, after in self.changed]
        else:
            stages += gradient_stages(self.network)
        return list(map(self.name, stages))

    def _loop(self, lines: list[ArrayLine]) -> list[str]:
        if self.experiment.data is None:
            return []
        if not self.looped:
            return [*self.lines(lines, ""), "", *self._passed_told(lines)]
        inside = [*self.rate(), *self.batch(), *self.lines(lines)]
        inside += self._traced(lines)
        inside += [f"{INDENT}{line}" for line in self.moved(lines)]
        return self.iterated([*inside, *self.loss_told("loss"), *self.stopped("loss")])

    def _traced(self, lines: list[ArrayLine]) -> list[str]:
        """Every array of iteration 1 that `check` knows by a name."""
        told = self._told(lines, INDENT * 2) if self.wish.trace else []
        return [f"{INDENT}if iteration == 1:", *told] if told else []

    def _told(self, lines: list[ArrayLine], indent: str) -> list[str]:
        anyway = {after for before, after in self.changed if not before.slot}
        return [
            self.told(array_name(self.network, line.stage), line.name, indent)
            for line in lines
            if line.is_whole
            and not line.stage.mean
            and line.array.shape
            and line.stage.kind not in (Kind.ERROR, Kind.TOTAL)
            and not (line.stage in anyway and self.wish.iterations == 1)
        ]

    def _passed_told(self, lines: list[ArrayLine]) -> list[str]:
        """The loss and the gradients, or all there is."""
        gradients = gradient_stages(self.network)
        last = Stage(Kind.OUT, self.network.depth)
        some = [
            line
            for line in lines
            if (self.wish.trace and line.stage != last) or line.stage in gradients
        ]
        return ['print(f"loss: {loss}")', *self._told(some, "")]

    def _end(self, forward: list[ArrayLine]) -> list[str]:
        lines = self.parameters_told()
        if self.experiment.data is not None and self.looped:
            again = ["X = inputs"] if self.batched else []
            lines += ["", "# The outputs after that", *again]
            lines += [*self.lines(forward, "", titled=False)]
        if self.experiment.data is not None:
            lines += self.outputs_told(self.output)
        if self.experiment.predict is not None:
            lines += ["", "# Predictions", "X = predicted", *self.lines(forward, "", titled=False)]
            lines += self.predicted_told(self.output)
        return lines
